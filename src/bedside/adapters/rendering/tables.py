"""Tables as readings: Excel's (.xlsx, .xls) by calamine, OpenDocument's by what they display, and
values separated by commas, semicolons or tabs."""

import csv
import re
from collections.abc import Iterator, Sequence
from io import BytesIO, StringIO

from python_calamine import CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from bedside.adapters.rendering.excel97_cells import cells_of_sheets
from bedside.adapters.rendering.excel_cells import Cells, cells_by_sheet
from bedside.adapters.rendering.limits import MAX_TEXT
from bedside.adapters.rendering.number_formats import plain
from bedside.files import media_types as types
from bedside.files.readings import (
    MAX_CELL,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_SHEETS,
    Reading,
    Sheet,
    Span,
    words_of_sheet,
)

_DELIMITERS = ";\t,|"
_STATED_DELIMITER = re.compile(
    r"\A\ufeff?\"?sep=(\\t|[^\w\s\"]|\t)\"?[;,\t]*[ ]*(?:\r\n?|\n|\Z)", re.I
)
"""A first line by which Excel knows the sign between values."""


def excel(data: bytes, media_type: str) -> tuple[Reading, str]:
    """Read an Excel table. Returns what is shown of it, and the words of all rows. Raises whatever
    its parsers raise."""
    workbook = CalamineWorkbook.from_filelike(BytesIO(data))
    missing: set[str] = set()
    old: list[Cells] = []
    known: dict[str, Cells] = {}
    try:
        if media_type == types.XLSX:
            known = cells_by_sheet(data)
        elif not (old := cells_of_sheets(data)):
            missing.add("number_formats")
    except MemoryError:
        raise
    except Exception:  # styles or comments are broken: the values are shown
        missing.add("number_formats")
    sheets: list[Sheet] = []
    words: list[str] = []
    left = MAX_CELLS
    for number, about in enumerate(workbook.sheets_metadata):
        if len(sheets) >= MAX_SHEETS:
            missing.add("sheets")
            break
        try:
            opened = workbook.get_sheet_by_index(number)
        except Exception:
            missing.add("drawings")  # a sheet that is a chart or a program, not a table
            continue
        cells = old[number] if number < len(old) else known.get(about.name, Cells())
        hidden = about.visible != SheetVisibleEnum.Visible
        sheet = _sheet(opened, about.name[:200], hidden, cells, left)
        left -= sum(len(row) for row in sheet.rows)
        sheets.append(sheet)
        words += [words_of_sheet(sheet), *_words_behind(opened, len(sheet.rows))]
        missing |= _missing_of(cells, sheet)
    return Reading(sheets=sheets, missing=sorted(missing)), "\n".join(words)


def _words_behind(opened: CalamineSheet, shown: int) -> Iterator[str]:
    """Yield the rows that are too many to be shown, for search."""
    length = 0
    if opened.end and opened.end[0] >= shown:
        for row in opened.to_python(skip_empty_area=False)[shown:]:
            line = "\t".join(plain(cell) for cell in row).rstrip()
            length += len(line)
            if length > MAX_TEXT:
                return
            yield line


def _missing_of(cells: Cells, sheet: Sheet) -> set[str]:
    shown = {"hidden_rows": cells.hides, "formulas": cells.unsolved, "drawings": cells.drawings}
    shown["recalculated"] = cells.outdated
    return {key for key, is_so in shown.items() if is_so} | cut_of(sheet)


def cut_of(sheet: Sheet) -> set[str]:
    """Return the remark for a sheet of which not everything is shown."""
    width = len(sheet.rows[0]) if sheet.rows else 0
    whole = sheet.all_rows <= len(sheet.rows) and sheet.all_columns <= width
    return set() if whole else {"rows"}


def _sheet(opened: CalamineSheet, name: str, hidden: bool, cells: Cells, left: int) -> Sheet:
    height, width = (opened.end[0] + 1, opened.end[1] + 1) if opened.end else (0, 0)
    for row, column in cells.shown:  # the library leaves out errors and unsolved calculations
        height, width = max(height, row + 1), max(width, column + 1)
    columns = min(width, MAX_COLUMNS)
    rows = min(height, MAX_ROWS, left // max(1, columns))
    texts: list[list[str]] = []
    if opened.end:
        for number, row in enumerate(opened.to_python(skip_empty_area=False, nrows=rows)[:rows]):
            texts.append([_text(cells, number, at, cell) for at, cell in enumerate(row[:columns])])
    for number in range(len(texts), rows):
        texts.append([_text(cells, number, at, "") for at in range(columns)])
    texts = [row + _rest(cells, number, len(row), columns) for number, row in enumerate(texts)]
    return Sheet(
        name=name,
        hidden=hidden,
        rows=texts,
        all_rows=height,
        all_columns=width,
        spans=spans_within(_merged(opened), rows, columns),
        remarks=cells.remarks,
    )


def _text(cells: Cells, row: int, column: int, value: object) -> str:
    return cells.shown.get((row, column)) or plain(value)[:MAX_CELL]


def _rest(cells: Cells, row: int, begin: int, columns: int) -> list[str]:
    return [cells.shown.get((row, at), "") for at in range(begin, columns)]


def _merged(opened: CalamineSheet) -> list[Span]:
    return [
        (top, left, bottom - top + 1, right - left + 1)
        for (top, left), (bottom, right) in opened.merged_cell_ranges or ()
    ]


def spans_within(spans: Sequence[Span], rows: int, columns: int) -> list[Span]:
    """Return the cells that are one, as far as they are within what is shown and apart."""
    kept: list[Span] = []
    taken: set[tuple[int, int]] = set()
    for top, left, high, wide in spans:
        height, width = min(high, rows - top), min(wide, columns - left)
        if height < 1 or width < 1 or height * width < 2:
            continue
        covered = {(top + y, left + x) for y in range(height) for x in range(width)}
        if not covered & taken:
            taken |= covered
            kept.append((top, left, height, width))
    return kept


def separated(text: str) -> Reading | None:
    """Read values separated by a sign; None if the text is not of that kind."""
    stated = _STATED_DELIMITER.match(text)
    text = text[stated.end() :] if stated else text
    lines = [line for line in text.splitlines()[: MAX_ROWS + 1] if line.strip()]
    sign = stated[1].replace("\\t", "\t") if stated else _delimiter(lines)
    if not sign:
        return None
    rows = list(csv.reader(StringIO(text), delimiter=sign))
    while rows and not any(rows[-1]):
        rows.pop()
    return Reading(sheets=[sheet_of("", rows)]) if rows else None


def _delimiter(lines: Sequence[str]) -> str:
    """Return the sign that stands equally often in most lines."""
    best, most = "", 0.0
    for sign in _DELIMITERS:
        counts = [len(row) - 1 for row in csv.reader(lines, delimiter=sign)]
        usual = max(set(counts), key=counts.count, default=0)
        agreeing = counts.count(usual) / max(1, len(counts)) if usual else 0.0
        if agreeing > max(0.6, most):
            best, most = sign, agreeing
    return best


def sheet_of(
    name: str,
    rows: Sequence[Sequence[str]],
    *,
    hidden: bool = False,
    spans: Sequence[Span] = (),
    left: int = MAX_CELLS,
    all_rows: int = 0,
    remarks: Sequence[tuple[str, str]] = (),
) -> Sheet:
    """Make a sheet of rows that may differ in length, cut to what is shown."""
    width = max((len(row) for row in rows), default=0)
    columns = min(width, MAX_COLUMNS)
    shown = rows[: min(MAX_ROWS, left // max(1, columns))]
    return Sheet(
        name=name[:200],
        hidden=hidden,
        rows=[
            [cell[:MAX_CELL] for cell in row[:columns]] + [""] * (columns - len(row))
            for row in shown
        ],
        all_rows=max(all_rows, len(rows)),
        all_columns=width,
        spans=spans_within(spans, len(shown), columns),
        remarks=list(remarks)[:200],
    )
