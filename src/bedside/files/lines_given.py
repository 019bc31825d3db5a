"""Lines of words as a reader found them, or as they were stored, checked before they become a
layer.

Apart from `text_layers`, because the confined child of every file starts without pydantic.
"""

import json

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bedside.files.text_layers import WHOLE, Line

_MOST_LINES = 2_000
_MOST_WORDS = 500
"""In one line."""
_MOST_ON_PAGE = 3_000
"""Words of a page, which is more than anybody prints on one; what follows has no place."""
_LONGEST_WORD = 500


class _Place(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    lines: list[tuple[int, int, list[tuple[str, int, int]]]] = Field(max_length=_MOST_LINES)


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
