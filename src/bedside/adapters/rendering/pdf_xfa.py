"""Scripts in XFA forms (XFA 3.3, 3), which live in XML and not in a PDF's own objects."""

import re
from contextlib import suppress
from typing import Any

import pikepdf

from bedside.adapters.rendering.pdf_pages import BROKEN
from bedside.adapters.rendering.pdf_words import xfa_packets

_START = re.compile(rb"<(?:[\w.-]{1,40}:)?script\b[^<>]{0,1000}>", re.IGNORECASE)
_END = re.compile(rb"</(?:[\w.-]{1,40}:)?script\s{0,20}>", re.IGNORECASE)
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def has_scripts(opened: pikepdf.Pdf) -> bool:
    """Whether an XFA form holds scripts; one that cannot be read may."""
    return any(_without(part) is not None for _, part in xfa_packets(opened))


def remove_scripts(opened: pikepdf.Pdf) -> None:
    """Take the scripts out of an XFA form, in place."""
    for _, part in xfa_packets(opened):
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
