"""The words of a page, with their places, in what tesseract prints as a table (TSV)."""

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from bedside.files.lines_given import lines_of
from bedside.files.text_layers import WHOLE, Line, ReadPage, as_rows

_PAGE, _LINE, _WORD = 1, 4, 5
_COLUMNS = 12


class _Row(NamedTuple):
    """A row; `paragraph` and `line` tell those of the page apart. Places in pixels."""

    level: int
    paragraph: tuple[int, ...]
    line: tuple[int, ...]
    left: int
    top: int
    width: int
    height: int
    text: str


def page_of(table: str) -> ReadPage:
    """Return what was read; nothing of a table that is none."""
    rows = list(_rows(table))
    page = next((row for row in rows if row.level == _PAGE), None)
    if page is None or page.width < 1 or page.height < 1:
        return ReadPage("")
    boxes = {row.line: row for row in rows if row.level == _LINE}
    words = [row for row in rows if row.level == _WORD and row.text]
    paragraphs: list[str] = []
    lines: list[Line] = []
    for _, paragraph in groupby(words, lambda row: row.paragraph):
        texts: list[str] = []
        for key, line in groupby(paragraph, lambda row: row.line):
            in_line = list(line)
            texts.append(" ".join(row.text for row in in_line))
            lines.append(_line(boxes.get(key, in_line[0]), in_line, page))
        paragraphs.append("\n".join(texts))
    text = "\n\n".join(paragraphs)
    try:
        return ReadPage(text, lines_of(as_rows(lines)))
    except ValueError:
        return ReadPage(text)


def _rows(table: str) -> Iterator[_Row]:
    for line in table.split("\n"):
        columns = line.split("\t", _COLUMNS - 1)
        try:
            level, _, *place = [int(column) for column in columns[:10]]
        except ValueError:
            continue  # the names of the columns, or nothing
        if len(place) == _COLUMNS - 4:
            text = columns[-1].strip() if len(columns) == _COLUMNS else ""
            left, top, width, height = place[4:]
            paragraph, line_of = tuple(place[:2]), tuple(place[:3])
            yield _Row(level, paragraph, line_of, left, top, width, height, text)


def _line(box: _Row, words: list[_Row], page: _Row) -> Line:
    def across(pixels: int) -> int:
        return pixels * WHOLE // page.width

    def along(pixels: int) -> int:
        return pixels * WHOLE // page.height

    return Line(
        along(box.top),
        along(box.height),
        tuple((row.text, across(row.left), across(row.width)) for row in words),
    )
