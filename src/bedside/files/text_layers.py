"""The words of photographed and scanned pages, with their places: they become an invisible layer of
a copy of the PDF, so that people can select and search them, and screen readers read them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, ValidationError

SEARCHABLE = "searchable"
"""The role of the copy with that layer, which others get in place of the PDF."""
WORDS = "words-"
"""The beginning of the roles of words that wait until all pages are read; the number follows."""
MEDIA_TYPE = "application/json"
WHOLE = 10_000
"""Places are parts of the page as it is seen, in ten-thousandths of its width or height."""
_MOST_LINES = 2_000
_MOST_WORDS = 500
"""In one line."""
_MOST_ON_PAGE = 3_000
"""Words of a page, which is more than anybody prints on one; what follows has no place."""
_LONGEST_WORD = 500


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


class _Place(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    lines: list[tuple[int, int, list[tuple[str, int, int]]]] = Field(max_length=_MOST_LINES)


def as_rows(lines: Sequence[Line]) -> list[list[object]]:
    """Return lines as plain values, for JSON."""
    return [[line.top, line.height, [list(word) for word in line.words]] for line in lines]


def as_bytes(lines: Sequence[Line]) -> bytes:
    """Return the bytes to store."""
    return json.dumps(as_rows(lines), ensure_ascii=False).encode()


def lines_of(given: object) -> tuple[Line, ...]:
    """Return lines of plain values, without words that are outside of the page. Raises ValueError
    for other values, and for too many."""
    try:
        found = _Place.model_validate({"lines": given})
    except ValidationError as error:
        raise ValueError("not lines of words") from error
    lines: list[Line] = []
    left = _MOST_ON_PAGE
    for line in (_line(*one) for one in found.lines):
        if not line.words or not _is_within(line.top, line.height):
            continue
        left -= len(line.words)
        if left < 0:
            break
        lines.append(line)
    return tuple(lines)


def lines_in(stored: bytes) -> tuple[Line, ...]:
    """Return the lines that `as_bytes` stored. Raises ValueError."""
    return lines_of(json.loads(stored))


def _line(top: int, height: int, words: list[tuple[str, int, int]]) -> Line:
    kept = [
        (word.strip()[:_LONGEST_WORD], left, width)
        for word, left, width in words[:_MOST_WORDS]
        if word.strip() and _is_within(left, width)
    ]
    return Line(top, height, tuple(sorted(kept, key=lambda word: word[1])))


def _is_within(start: int, length: int) -> bool:
    return start >= 0 and length > 0 and start + length <= WHOLE
