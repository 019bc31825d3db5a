"""Readings: what a table, a document or a text says, in a form that a page can display safely.

The child process makes a reading of a file; it is sealed and stored like its pictures, under the
role `READING`, and the viewer displays it. It holds words and their arrangement only: never
markup, styles or addresses, so that nothing in it can run or load anything.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from bedside.kernel.language import N_

READING = "reading"
"""The role of the derivative."""
MEDIA_TYPE = "application/json"
MAX_READING = 2 * 1024 * 1024
MAX_ROWS, MAX_COLUMNS, MAX_SHEETS = 500, 60, 40
MAX_CELLS = 20_000
"""Cells of all sheets together."""
MAX_CELL = 2_000
MAX_PIECES, MAX_LETTERS = 40_000, 400_000
MAX_FIGURES = 20

MISSING: dict[str, str] = {
    "layout": N_(
        "Shown are the words, tables and pictures, not the pages: fonts, colours, and the "
        "numbering of lists may differ. Download the file to see it as it was written."
    ),
    "only_words": N_(
        "Only the words are shown here, without pictures, tables and ticked boxes. Download the "
        "file to see all of it."
    ),
    "pictures": N_("There are pictures in this file that cannot be shown here."),
    "drawings": N_("There are charts or drawings in this file that are not shown here."),
    "objects": N_("There are parts of another program in this file that are not shown here."),
    "rows": N_("Only the first rows or columns are shown. Download the file to see all of them."),
    "sheets": N_("Not all sheets are shown. Download the file to see all of them."),
    "formulas": N_(
        "Some cells hold a calculation whose result is not stored in the file. The calculation, "
        "or “=…”, is shown in its place."
    ),
    "recalculated": N_(
        "The results of calculations in this file may be out of date: the program that wrote it "
        "leaves them to Excel. Download the file and open it there to see the right ones."
    ),
    "number_formats": N_(
        "Numbers are shown as stored. Excel may round them or add a unit; download the file to "
        "see it as it was written."
    ),
    "hidden_rows": N_("Rows or columns that are hidden in the file are shown here as well."),
    "long_document": N_("Only the beginning is shown. Download the file to read all of it."),
    "letters": N_(
        "Some letters of this text could not be read. Download the file if you need them."
    ),
}
"""Sentences about the parts that are not shown, by key."""

TAGS = frozenset(
    {"p", "h1", "h2", "h3", "h4", "ul", "ol", "li", "table", "tr", "td", "th", "aside", "footer"}
    | {"strong", "em", "s", "u", "mark", "sup", "sub", "br", "header", "section"}
)
"""The arrangements of a document; the names are HTML's."""

_Short = Annotated[str, Field(max_length=200)]
_Cell = Annotated[str, Field(max_length=MAX_CELL)]
_Span = Annotated[int, Field(ge=0, le=1_000)]
_Key = Annotated[str, Field(max_length=40)]
Piece = tuple[Literal["open", "close", "text", "figure"], str, _Span, _Span]
"""The beginning or end of an arrangement (a name of `TAGS`, and for cells how many columns and
rows they cover), words, or the role of a picture."""
Span = tuple[_Span, _Span, _Span, _Span]
"""Row, column, height and width of cells that are one."""


def begin(tag: str, columns: int = 0, rows: int = 0) -> Piece:
    """Return the beginning of an arrangement."""
    return "open", tag, columns, rows


def end(tag: str) -> Piece:
    """Return the end of an arrangement."""
    return "close", tag, 0, 0


def words(text: str) -> Piece:
    """Return words between beginnings and ends."""
    return "text", text, 0, 0


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Sheet(_Part):
    """One sheet of a table. All rows are equally long; `remarks` are (cell, comment)."""

    name: _Short
    hidden: bool = False
    rows: Annotated[list[list[_Cell]], Field(max_length=MAX_ROWS)]
    all_rows: Annotated[int, Field(ge=0)]
    all_columns: Annotated[int, Field(ge=0)]
    spans: Annotated[list[Span], Field(max_length=MAX_CELLS)] = []
    remarks: Annotated[list[tuple[_Short, _Cell]], Field(max_length=500)] = []


class Reading(_Part):
    """The content of a file. At most one of `sheets` and `pieces` is filled; without them the
    file's text is displayed. `encoding` names the way in which the letters of a text are stored; it
    is `guessed` if the file does not say so itself."""

    sheets: Annotated[list[Sheet], Field(max_length=MAX_SHEETS)] = []
    pieces: Annotated[list[Piece], Field(max_length=MAX_PIECES)] = []
    missing: Annotated[list[_Key], Field(max_length=20)] = []
    encoding: _Short = ""
    guessed: bool = False

    def as_bytes(self) -> bytes:
        """Return the reading as it is stored."""
        return self.model_dump_json(exclude_defaults=True).encode()


_READ = TypeAdapter(Reading)


def reading_of(stored: bytes) -> Reading:
    """Validate a stored reading. Raises ValueError for anything that `as_bytes` does not make."""
    if len(stored) > MAX_READING:
        raise ValueError("too large")
    try:
        reading = _READ.validate_json(stored)
    except ValidationError as error:
        raise ValueError("not a reading") from error
    if not set(reading.missing) <= MISSING.keys():
        raise ValueError("unknown remark")
    _check_nesting(reading.pieces)
    return reading


def _check_nesting(pieces: list[Piece]) -> None:
    opened: list[str] = []
    for kind, value, _, _ in pieces:
        if kind == "open":
            opened.append(value)
        elif kind == "close" and (not opened or opened.pop() != value):
            raise ValueError("not nested")
        if (kind == "open" and value not in TAGS) or len(opened) > 60:
            raise ValueError("not an arrangement")
        if kind == "figure" and not value.removeprefix("figure-").isdecimal():
            raise ValueError("not a picture")
    if opened:
        raise ValueError("not nested")


def words_of_sheet(sheet: Sheet) -> str:
    """Return the words of a sheet, one row per line, with a tab between cells."""
    lines = ["\t".join(row).rstrip() for row in sheet.rows]
    lines += [remark for _, remark in sheet.remarks]
    return "\n".join([sheet.name, *lines] if sheet.name else lines)


_LINES = frozenset({"p", "h1", "h2", "h3", "h4", "li", "tr", "br", "aside"})


def words_of_pieces(pieces: list[Piece]) -> str:
    """Return the words of a document, one paragraph or row per line."""
    out: list[str] = []
    in_cells = 0
    for kind, value, _, _ in pieces:
        if kind == "text":
            out.append(value)
        elif value in {"td", "th"}:
            in_cells += 1 if kind == "open" else -1
            out.append("\t" if kind == "close" else "")
        elif kind == "close" and value in _LINES:
            out.append(" " if in_cells and value != "tr" else "\n")
    lines = "".join(out).replace(" \t", "\t").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()
