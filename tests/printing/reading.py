"""Reading what was printed."""

import re

import pypdfium2

from bedside.adapters.rendering.typefaces import FONTS


def as_drawn(said: str, family: str, latin: str) -> str:
    """Return how words of a script stand in what is made here: as they are, if this computer has
    the font, else in Latin letters."""
    return said if FONTS[family].is_file() else latin


def words_of(pdf: bytes) -> str:
    """Return the words of all pages, as somebody who copies them gets them."""
    pages = (page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))
    return "\n".join(pages).replace("\r\n", "\n")


def in_one_piece(pdf: bytes) -> str:
    """Return the words of all pages without spaces and feet."""
    return re.sub(r"Page\d+of\d+", "", without_spaces(words_of(pdf)))


def without_spaces(said: str) -> str:
    """Return words without what differs where lines end."""
    return "".join(said.replace("\u200b", "").replace("\ufffe", "").split())
