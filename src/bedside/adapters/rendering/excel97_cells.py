"""Cells of Excel 97 to 2003 beyond their bare value: number formats, errors, hidden rows
([MS-XLS], 2.4)."""

import struct
from collections.abc import Iterator
from io import BytesIO

import olefile

from bedside.adapters.rendering.excel97 import BOUNDSHEET, END, records, stream
from bedside.adapters.rendering.excel_cells import Cells, is_date
from bedside.adapters.rendering.number_formats import BUILT_IN, formatted
from bedside.files.readings import MAX_ROWS

_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!"}
_FORMAT, _STYLE, _ROW, _COLUMN = 0x41E, 0xE0, 0x208, 0x7D
_NUMBER, _RK, _RKS, _FORMULA, _ERROR = 0x203, 0x27E, 0xBD, 0x06, 0x205


def cells_of_sheets(data: bytes) -> list[Cells]:
    """Return what Excel displays beyond the bare values, sheet by sheet; nothing for a version
    before 97."""
    with olefile.OleFileIO(BytesIO(data)) as compound:
        content = stream(compound)
    if content[4:6] != b"\x00\x06":
        return []
    own: dict[int, str] = {}
    styles: list[str] = []
    starts: list[int] = []
    for kind, record in records(content):
        if kind == _FORMAT and len(record) > 5:
            codec = "utf-16-le" if record[4] & 1 else "latin-1"
            own[_word(record, 0)] = record[5:].decode(codec, "replace")
        elif kind == _STYLE:
            number = _word(record, 2)
            styles.append(own.get(number, BUILT_IN.get(number, "")))
        elif kind == BOUNDSHEET:
            starts.append(int.from_bytes(record[:4], "little"))
        elif kind == END:
            break
    return [_cells(content[start:], styles) for start in starts]


def _word(record: bytes, at: int) -> int:
    return int.from_bytes(record[at : at + 2], "little")


def _cells(content: bytes, styles: list[str]) -> Cells:
    cells = Cells()
    for kind, record in records(content):
        if kind == END:
            break
        if kind == _ROW:
            cells.hides |= bool(_word(record, 12) & 0x20)
        elif kind == _COLUMN:
            cells.hides |= bool(_word(record, 8) & 1)
        elif kind in _CELLS and _word(record, 0) < MAX_ROWS:
            for column, style, value in _CELLS[kind](record):
                code = styles[style] if style < len(styles) else ""
                text = value if isinstance(value, str) else _shown(value, code)
                cells.unsolved |= text == UNSOLVED
                if text:
                    cells.shown[_word(record, 0), column] = text
    return cells


def _shown(value: float, code: str) -> str:
    if not code or is_date(code):
        return ""
    try:
        return formatted(value, code)
    except (ValueError, ArithmeticError):
        return ""


_Found = Iterator[tuple[int, int, float | str]]


def _number(record: bytes) -> _Found:
    if len(record) >= 14:
        yield _word(record, 2), _word(record, 4), struct.unpack_from("<d", record, 6)[0]


UNSOLVED = "=…"
"""Shown for a calculation without a stored result: it is not stored as a text either."""


def _is_unsolved(record: bytes) -> bool:
    """Whether a calculation has an empty result, and is to be done when the file is opened, as
    programs write it that do not calculate."""
    is_empty = record[12:14] == b"\xff\xff" and record[6:7] == b"\x03"
    return is_empty and bool(_word(record, 14) & 1)


def _formula(record: bytes) -> _Found:
    if _is_unsolved(record):
        yield _word(record, 2), _word(record, 4), UNSOLVED
    elif record[12:14] != b"\xff\xff":
        yield from _number(record)
    elif record[6:7] == b"\x02":
        yield _word(record, 2), _word(record, 4), _ERRORS.get(record[8], "#N/A")


def _error(record: bytes) -> _Found:
    if len(record) > 7 and record[7]:
        yield _word(record, 2), _word(record, 4), _ERRORS.get(record[6], "#N/A")


def _packed(record: bytes) -> _Found:
    if len(record) >= 10:
        yield _word(record, 2), _word(record, 4), _rk(record[6:10])


def _several_packed(record: bytes) -> _Found:
    for step, at in enumerate(range(4, len(record) - 6, 6)):
        yield _word(record, 2) + step, _word(record, at), _rk(record[at + 2 : at + 6])


def _rk(four: bytes) -> float:
    """Unpack a number of 30 bits ([MS-XLS], 2.5.217)."""
    number = int.from_bytes(four, "little", signed=True)
    if number & 2:
        value = float(number >> 2)
    else:
        value = struct.unpack("<d", bytes(4) + (number & ~3).to_bytes(4, "little", signed=True))[0]
    return value / 100 if number & 1 else value


_CELLS = {
    _NUMBER: _number,
    _FORMULA: _formula,
    _ERROR: _error,
    _RK: _packed,
    _RKS: _several_packed,
}
