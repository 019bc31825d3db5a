"""Fonts that a PDF refers to and does not bring along.

PDFium has letters of its own for the standard fonts, of Latin script only: Polish, Greek, Cyrillic,
Chinese and ticks of Wingdings are left blank without a word. Such pages are found here.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pikepdf

from bedside.adapters.rendering.pdf_pages import BROKEN

_PROGRAMS = ("/FontFile", "/FontFile2", "/FontFile3")
_OF_SIGNS = re.compile(r"wingdings|webdings|dingbats(?<!zapfdingbats)|marlett|fontawesome", re.I)
_DEEPEST = 6
_MOST = 300
_OWN_LETTERS = frozenset(
    bytes(code for code in range(256) if code not in {0x81, 0x8D, 0x8F, 0x90, 0x9D}).decode(
        "cp1252"
    )
) | frozenset("\u0141\u0142\u2212\u00ad\u2010\u2011\ufb01\ufb02\ufeff\x02")
"""The letters that PDFium draws itself."""


def lacks_letters(page: Any, words: str) -> bool:
    """Whether the picture of a page by PDFium may lack some of its letters."""
    fonts = [font for font in _fonts(page) if not _is_complete(font)]
    if not fonts:
        return False
    if any(not set(words) <= _OWN_LETTERS for _ in fonts[:1]):
        return True
    return any(_has_other_letters(font) for font in fonts)


def _has_other_letters(font: Any) -> bool:
    """Whether a font draws other letters than its text says: ticks, and scripts of many bytes."""
    name = str(font.get("/BaseFont", ""))
    if str(font.get("/Subtype", "")) == "/Type0":
        return "/ToUnicode" not in font
    return _OF_SIGNS.search(name) is not None


def _is_complete(font: Any) -> bool:
    kind = str(font.get("/Subtype", ""))
    if kind == "/Type3":
        return True
    if kind == "/Type0":
        within = font.get("/DescendantFonts")
        font = within[0] if isinstance(within, pikepdf.Array) and len(within) else font
    descriptor = font.get("/FontDescriptor")
    if not isinstance(descriptor, pikepdf.Dictionary):
        return False
    return any(program in descriptor for program in _PROGRAMS)


def _fonts(page: Any) -> Iterator[Any]:
    """Yield the fonts of a page, of the pieces it is made of and of its annotations."""
    nothing: Any = {}
    waiting: list[tuple[Any, int]] = [(_resources(page), 0)]
    with suppress(*BROKEN, AttributeError):
        for mark in page.get("/Annots", ()):
            looks = mark.get("/AP", {}).get("/N")
            if isinstance(looks, pikepdf.Stream):
                waiting.append((looks.get("/Resources"), 1))
    seen = 0
    while waiting and seen < _MOST:
        resources, depth = waiting.pop()
        seen += 1
        if not isinstance(resources, pikepdf.Dictionary) or depth > _DEEPEST:
            continue
        with suppress(*BROKEN, AttributeError):
            for _, font in resources.get("/Font", nothing).items():
                if isinstance(font, pikepdf.Dictionary):
                    yield font
            for _, piece in resources.get("/XObject", nothing).items():
                if isinstance(piece, pikepdf.Stream) and piece.get("/Subtype") == "/Form":
                    waiting.append((piece.get("/Resources"), depth + 1))


def _resources(page: Any) -> Any:
    """Return the resources of a page, which may be its parent's."""
    for _ in range(_DEEPEST * 5):
        if not isinstance(page, pikepdf.Dictionary):
            return None
        if "/Resources" in page:
            return page["/Resources"]
        page = page.get("/Parent")
    return None
