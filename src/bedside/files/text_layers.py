"""The words of photographed and scanned pages, with their places: they become an invisible layer of
a copy of the PDF, so that people can select and search them, and screen readers read them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

SEARCHABLE = "searchable"
"""The role of the copy with that layer, which others get in place of the PDF."""
WORDS = "words-"
"""The beginning of the roles of words that wait until all pages are read; the number follows."""
MEDIA_TYPE = "application/json"
WHOLE = 10_000
"""Places are parts of the page as it is seen, in ten-thousandths of its width or height."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page. `words` are (word, left, width), from left to right."""

    top: int
    height: int
    words: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class ReadPage:
    """The words of a page. `lines` have their places, where these are known and are to become a
    layer."""

    text: str
    lines: tuple[Line, ...] = ()


def as_rows(lines: Sequence[Line]) -> list[list[object]]:
    """Return lines as plain values, for JSON."""
    return [[line.top, line.height, [list(word) for word in line.words]] for line in lines]


def as_bytes(lines: Sequence[Line]) -> bytes:
    """Return the bytes to store."""
    return json.dumps(as_rows(lines), ensure_ascii=False).encode()
