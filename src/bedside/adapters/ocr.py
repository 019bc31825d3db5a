"""OCR of scans and photographed documents, by tesseract if it is installed, else by RapidOCR. Both
see only a picture that we made, in a confined process without a file."""

import shutil
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from bedside.adapters.child_process import ChildFailed, Children
from bedside.adapters.tesseract_words import page_of
from bedside.files.lines_given import lines_of
from bedside.files.text_layers import ReadPage
from bedside.kernel.streams import one_piece

_DATA = ("/usr/share/tesseract-ocr", "/usr/share/tessdata", "/usr/local/share/tessdata")
_LANGUAGES = ("eng", "spa", "fra", "deu")


@cache
def tesseract() -> str | None:
    """Return the path of tesseract, None if it is not installed."""
    return shutil.which("tesseract")


@cache
def tesseract_languages() -> tuple[str, ...]:
    """Return Bedside's languages that tesseract has data for, by ISO 639-2 code."""
    installed = {data.stem for place in _DATA for data in Path(place).rglob("*.traineddata")}
    return tuple(language for language in _LANGUAGES if language in installed)


class Recogniser:
    """Reads pages. `program` is tesseract's path, or None to use RapidOCR."""

    def __init__(
        self,
        children: Children,
        *,
        program: str | None = None,
        languages: Sequence[str] | None = None,
    ) -> None:
        self._children = children
        self._program = program
        self._languages = tuple(languages or tesseract_languages() or ("eng",))

    @property
    def name(self) -> str:
        """The engine in use: “tesseract”, “rapidocr”, or "" if there is none."""
        if self._program:
            return "tesseract"
        return "rapidocr" if find_spec("rapidocr_onnxruntime") else ""

    async def read(self, picture: bytes) -> ReadPage:
        """Return the words on a page (a JPEG or PNG); none if the engine fails. Raises Unavailable
        if no child could run, so that the page is read later."""
        try:
            if self._program:
                return await self._by_tesseract(self._program, picture)
            if self.name:
                answer = await self._children.ask("recognise", one_piece(picture), len(picture))
                lines = lines_of(answer.header.get("lines"))
                words = (" ".join(word for word, _, _ in line.words) for line in lines)
                return ReadPage("\n".join(words), lines)
        except (ChildFailed, ValueError):
            return ReadPage("")
        return ReadPage("")

    async def _by_tesseract(self, program: str, picture: bytes) -> ReadPage:
        languages = "+".join(self._languages)
        as_table = ["-c", "tessedit_create_tsv=1"]
        read = await self._children.run(
            [program, "stdin", "stdout", "-l", languages, *as_table], picture
        )
        return page_of(read.decode("utf-8", "replace").replace("\f", ""))
