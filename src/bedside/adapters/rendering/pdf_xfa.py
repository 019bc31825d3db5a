"""Forms of XFA (3.3), which live in XML and not in a PDF's own objects: their words and scripts."""

import html
import re
from contextlib import suppress
from typing import Any

import pikepdf

from bedside.adapters.rendering.limits import MAX_TEXT
from bedside.adapters.rendering.pdf_pages import BROKEN
from bedside.adapters.rendering.pdf_words import form_of

_START = re.compile(rb"<(?:[\w.-]{1,40}:)?script\b[^<>]{0,1000}>", re.IGNORECASE)
_END = re.compile(rb"</(?:[\w.-]{1,40}:)?script\s{0,20}>", re.IGNORECASE)
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_TAG = re.compile(r"<[^<>]{1,2000}>")
_PART = re.compile(r"<(?:[\w.-]{1,40}:)?(datasets|template)\b")
_WITH_WORDS = ("datasets", "template")
"""The parts in which people write: what was filled in, and the form with its own values."""


def packets(opened: pikepdf.Pdf) -> list[tuple[str, Any]]:
    """Return the parts of a form by name; one whose parts are together is named ""."""
    with suppress(*BROKEN, AttributeError):
        xfa = form_of(opened).get("/XFA")
        if isinstance(xfa, pikepdf.Stream):
            return [("", xfa)]
        if isinstance(xfa, pikepdf.Array):
            parts = xfa.as_list()
            pairs = zip(parts[::2], parts[1::2], strict=False)
            return [(str(name), part) for name, part in pairs if isinstance(part, pikepdf.Stream)]
    return []


def is_stand_in(opened: pikepdf.Pdf) -> bool:
    """Whether the pages only say that another program is needed to see the form: a reader has to
    lay it out itself."""
    with suppress(*BROKEN, AttributeError):
        if packets(opened):
            needed = bool(opened.Root.get("/NeedsRendering", False))
            return needed or len(form_of(opened).get("/Fields", ())) == 0
    return False


def words(opened: pikepdf.Pdf) -> str:
    """Return the words of a form, each value on its line, those that were filled in first."""
    texts: dict[str, str] = {}
    for name, part in packets(opened):
        with suppress(*BROKEN):
            data: bytes = part.read_bytes()[: 4 * MAX_TEXT]
            text = (_cut(data) or data).decode("utf-8", "replace")
            texts |= {kind: _part(text, kind) for kind in _WITH_WORDS if name in {"", kind}}
    lines = "\n".join(texts.get(kind, "") for kind in _WITH_WORDS).splitlines()
    return "\n".join(line.strip() for line in lines if line.strip())


def _part(text: str, kind: str) -> str:
    """Return the text between the tags of one part."""
    start = next((found for found in _PART.finditer(text) if found[1] == kind), None)
    if start is None:
        return ""
    end = text.rfind("<", 0, max(0, text.rfind(f"{kind}>")))
    inner = text[start.start() : end if end > start.end() else len(text)]
    return html.unescape(_TAG.sub("\n", inner))


def has_scripts(opened: pikepdf.Pdf) -> bool:
    """Whether an XFA form holds scripts; one that cannot be read may."""
    return any(_without(part) is not None for _, part in packets(opened))


def remove_scripts(opened: pikepdf.Pdf) -> None:
    """Take the scripts out of an XFA form, in place."""
    for _, part in packets(opened):
        without = _without(part)
        if without is not None:
            part.write(without)


def _without(part: Any) -> bytes | None:
    """Return a part of the form without its scripts; None if it has none."""
    with suppress(*BROKEN):
        data: bytes = part.read_bytes()
        if data.startswith(_UTF_16):
            data = data.decode("utf-16", "replace").encode()
            return _cut(data) or (data if data != b"" else None)
        return _cut(data)
    return b""


def _cut(data: bytes) -> bytes | None:
    pieces: list[bytes] = []
    at = 0
    while found := _START.search(data, at):
        pieces.append(data[at : found.start()])
        at = found.end()
        if not found[0].endswith(b"/>"):
            end = _END.search(data, at)
            at = end.end() if end else len(data)
    return b"".join([*pieces, data[at:]]) if pieces else None
