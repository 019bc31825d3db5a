"""Makes everything of a file that the worker would, in real child processes."""

from collections.abc import AsyncIterator
from dataclasses import replace

from bedside.files.ports import Content, Derivation, Examiner
from bedside.files.steps import joined


async def everything(
    examiner: Examiner, data: bytes, media_type: str, language: str = ""
) -> Derivation:
    """Return what is made of a file in all steps, its scans read."""

    async def opened() -> AsyncIterator[bytes]:
        for start in range(0, len(data), 65_536):
            yield data[start : start + 65_536]

    content = Content(opened, len(data), media_type, language)
    steps = [step async for step in examiner.derive(content)]
    whole = joined(steps)
    pages = whole.text.split("\f")
    scans = [one for one in whole.derivatives if one.role.startswith("ocr-")]
    before = list(pages)
    for scan in scans:
        number = int(scan.role[4:])
        pages += [""] * (number - len(pages))
        pages[number - 1] = (await examiner.read(scan.data, pages[number - 1])).text
    shown = tuple(one for one in whole.derivatives if one not in scans)
    text = "\f".join(pages)
    source = whole.text_source if pages == before else "recognised"
    return replace(whole, derivatives=shown, text=text, text_source=source if text.strip() else "")
