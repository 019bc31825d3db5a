"""OpenDocument tables (ISO 26300, 9) by the text that each cell displays, so that numbers and dates
read as their author saw them."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from bedside.adapters.rendering.limits import MAX_TEXT
from bedside.adapters.rendering.open_words import OFFICE, STYLE, TABLE, TEXT, words_in
from bedside.adapters.rendering.tables import cut_of, sheet_of
from bedside.files.readings import (
    MAX_CELL,
    MAX_CELLS,
    MAX_SHEETS,
    Reading,
    Sheet,
    Span,
    words_of_sheet,
)

_MAX_REPEATED = 20_000
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class _Grid:
    """The rows of one sheet as they are read."""

    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self.spans: list[Span] = []
        self.remarks: list[tuple[str, str]] = []
        self.hides = False
        self.drawings = False
        self.unsolved = False
        self.length = 0

    def add(self, row: Element) -> None:
        """Add a row as often as it is repeated; empty ones at the end are taken off later."""
        times = _repeated(row, "number-rows-repeated")
        self.hides |= row.get(f"{TABLE}visibility", "visible") != "visible"
        cells: list[str] = []
        for cell in row:
            if cell.tag not in {f"{TABLE}table-cell", f"{TABLE}covered-table-cell"}:
                continue
            words = self._cell(cell, len(cells))
            cells += [words] * _repeated(cell, "number-columns-repeated")
        while cells and not cells[-1]:
            cells.pop()
        self.length += sum(map(len, cells)) * times
        if self.length < MAX_TEXT:
            self.rows += [cells] * times

    def _cell(self, cell: Element, column: int) -> str:
        height = _number(cell, "number-rows-spanned")
        width = _number(cell, "number-columns-spanned")
        if height * width > 1:
            self.spans.append((len(self.rows), column, height, width))
        for note in cell.iter(f"{OFFICE}annotation"):
            letter = _LETTERS[column] if column < len(_LETTERS) else "?"
            words = "\n".join(_paragraphs(note)).strip()
            self.remarks += [(f"{letter}{len(self.rows) + 1}", words[:MAX_CELL])] if words else []
        self.drawings |= any(child.tag.endswith("}frame") for child in cell)
        words = "\n".join(_paragraphs(cell))[:MAX_CELL]
        formula = cell.get(f"{TABLE}formula", "")
        if words or not formula:
            return words
        value = next(
            (cell.get(f"{OFFICE}{name}", "") for name in _VALUES if name in _names(cell)), ""
        )
        self.unsolved |= not value
        return (value or "=" + formula.partition("=")[2])[:MAX_CELL]


_VALUES = ("string-value", "date-value", "time-value", "boolean-value", "value")


def _names(cell: Element) -> set[str]:
    return {key.rpartition("}")[2] for key in cell.attrib}


def _paragraphs(cell: Element) -> Iterator[str]:
    return (words_in(child) for child in cell if child.tag == f"{TEXT}p")


def _number(element: Element, name: str) -> int:
    given = element.get(f"{TABLE}{name}", "1")
    return int(given) if given.isdecimal() and len(given) < 9 else 1


def _repeated(element: Element, name: str) -> int:
    return min(_number(element, name), _MAX_REPEATED)


def open_document_table(content: Element) -> tuple[Reading, str]:
    """Read the sheets. Returns what is shown, and the words of all rows."""
    concealed = {
        style.get(f"{STYLE}name", "")
        for style in content.iter(f"{STYLE}style")
        if any(part.get(f"{TABLE}display") == "false" for part in style)
    }
    missing: set[str] = set()
    words: list[str] = []
    sheets: list[Sheet] = []
    left = MAX_CELLS
    for table in content.iter(f"{TABLE}table"):
        if len(sheets) >= MAX_SHEETS:
            missing.add("sheets")
            break
        grid = _read(table)
        sheet = sheet_of(
            table.get(f"{TABLE}name", ""),
            grid.rows,
            hidden=table.get(f"{TABLE}style-name", "") in concealed,
            spans=grid.spans,
            left=left,
            remarks=grid.remarks,
        )
        left -= sum(len(row) for row in sheet.rows)
        sheets.append(sheet)
        words.append(words_of_sheet(sheet))
        words += ["\t".join(row) for row in grid.rows[len(sheet.rows) :]]
        missing |= cut_of(sheet)
        missing |= {"hidden_rows"} if grid.hides else set()
        missing |= {"drawings"} if grid.drawings else set()
        missing |= {"formulas"} if grid.unsolved else set()
    return Reading(sheets=sheets, missing=sorted(missing)), "\n".join(words)


def _read(table: Element) -> _Grid:
    grid = _Grid()
    waiting: list[Element] = []
    for row in _rows(table):
        if any(_has_content(cell) for cell in row):
            for empty in waiting:
                grid.add(empty)
            waiting = []
            grid.add(row)
        else:
            waiting.append(row)  # a table ends with a million empty rows, counted in one element
    grid.drawings |= any(child.tag == f"{TABLE}shapes" for child in table)
    return grid


def _rows(table: Element) -> Iterator[Element]:
    """Yield the rows in order, those of groups and headings too, and none of a table inside."""
    for child in table:
        if child.tag == f"{TABLE}table-row":
            yield child
        elif child.tag.startswith(f"{TABLE}table-") and "row" in child.tag:
            yield from _rows(child)


def _has_content(cell: Element) -> bool:
    has_words = any(child.tag in {f"{TEXT}p", f"{OFFICE}annotation"} for child in cell)
    return has_words or f"{TABLE}formula" in cell.attrib
