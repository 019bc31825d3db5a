"""Readings (`files.readings`) as HTML: every word escaped, and no markup but our own."""

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup, escape

from bedside.files.readings import MISSING, Reading, Sheet
from bedside.kernel.language import gettext, ngettext
from bedside.kernel.language import gettext as _

_BLOCKS = frozenset({"p", "h1", "h2", "h3", "h4"})
_HEADINGS = {"h1": "h3", "h2": "h4", "h3": "h5", "h4": "h6"}
"""The page's own headings are above those of a document."""
_NO_FIGURE = "figure-0"
_BEGIN, _END = Markup("<{}>"), Markup("</{}>")
_LINE_END, _NOTHING = Markup("<br>"), Markup()


@dataclass(frozen=True, slots=True)
class Shown:
    """A reading for the page. `remarks` say what is not shown."""

    html: Markup
    remarks: list[str]
    is_table: bool
    encoding: str


def shown(reading: Reading, figure_address: str) -> Shown:
    """Return a reading for the page; `figure_address` is where its pictures are, but for their
    role. Takes some milliseconds for long ones, and is called in a thread."""
    remarks = [gettext(MISSING[key]) for key in reading.missing]
    if reading.sheets:
        html = Markup().join(_sheet(number, one) for number, one in enumerate(reading.sheets, 1))
    else:
        html = Markup().join(_document(reading, figure_address))
    return Shown(html, remarks, bool(reading.sheets), encoding_sentence(reading))


def encoding_sentence(reading: Reading) -> str:
    """Say by which encoding a text was read; "" where there is nothing to choose."""
    if not reading.encoding:
        return ""
    if not reading.guessed:
        return _("Letters are read as %(encoding)s.") % {"encoding": reading.encoding}
    return _(
        "The file does not say how its letters are stored. They are read as %(encoding)s; if they "
        "look wrong, download the file."
    ) % {"encoding": reading.encoding}


# --- tables --------------------------------------------------------------------------------------


def _sheet(number: int, sheet: Sheet) -> Markup:
    pieces: list[Markup | str] = []
    heading = f"sheet-{number}"
    if sheet.name:
        pieces.append(_caption(heading, sheet))
    pieces.append(_size(sheet))
    if sheet.rows and sheet.rows[0]:
        label = Markup(' aria-labelledby="{}"').format(heading) if sheet.name else ""
        pieces.append(Markup('<table class="reading-table"{}>').format(label))
        pieces += _rows(sheet)
        pieces.append(Markup("</table>"))
    else:
        pieces.append(Markup('<p class="muted">{}</p>').format(_("This sheet is empty.")))
    if sheet.remarks:
        pieces.append(_remarks(sheet))
    return Markup('<section class="reading-sheet">{}</section>').format(Markup().join(pieces))


def _caption(heading: str, sheet: Sheet) -> Markup:
    hidden = Markup("")
    if sheet.hidden:
        hidden = Markup(' <span class="chip chip-attention">{}</span>').format(
            _("Hidden in the file")
        )
    return Markup('<h3 class="reading-name" id="{}">{}{}</h3>').format(heading, sheet.name, hidden)


def _size(sheet: Sheet) -> Markup:
    """Say how much of a large sheet is shown."""
    columns = len(sheet.rows[0]) if sheet.rows else 0
    sentences: list[str] = []
    if sheet.all_rows > len(sheet.rows):
        sentences.append(
            ngettext(
                "The first %(shown)s of %(num)s row are shown.",
                "The first %(shown)s of %(num)s rows are shown.",
                sheet.all_rows,
            )
            % {"shown": len(sheet.rows), "num": sheet.all_rows}
        )
    if sheet.all_columns > columns:
        sentences.append(
            ngettext(
                "The first %(shown)s of %(num)s column are shown.",
                "The first %(shown)s of %(num)s columns are shown.",
                sheet.all_columns,
            )
            % {"shown": columns, "num": sheet.all_columns}
        )
    if not sentences:
        return Markup("")
    return Markup('<p class="row-meta">{}</p>').format(" ".join(sentences))


def _rows(sheet: Sheet) -> Iterable[Markup]:
    """Yield the rows, between the letters and numbers by which a table names its cells."""
    spans = {(top, left): (height, width) for top, left, height, width in sheet.spans}
    covered = {
        (top + down, left + right)
        for top, left, height, width in sheet.spans
        for down in range(height)
        for right in range(width)
    } - spans.keys()
    letters = Markup().join(
        Markup('<th scope="col">{}</th>').format(column_name(at))
        for at in range(len(sheet.rows[0]))
    )
    yield Markup("<thead><tr><td></td>{}</tr></thead><tbody>").format(letters)
    for number, row in enumerate(sheet.rows):
        cells = [
            _cell(text, spans.get((number, at)))
            for at, text in enumerate(row)
            if (number, at) not in covered
        ]
        yield Markup('<tr><th scope="row">{}</th>{}</tr>').format(number + 1, Markup().join(cells))
    yield Markup("</tbody>")


def _cell(text: str, span: tuple[int, int] | None) -> Markup:
    if span is None:
        return Markup("<td>") + text + Markup("</td>")
    return Markup('<td rowspan="{}" colspan="{}">{}</td>').format(*span, text)


def column_name(number: int) -> str:
    """Return the letters of a column, counted from 0: A, B, …, Z, AA."""
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def _remarks(sheet: Sheet) -> Markup:
    count = len(sheet.remarks)
    heading = ngettext("%(num)s comment", "%(num)s comments", count) % {"num": count}
    lines = Markup().join(
        Markup("<li><b>{}</b>: {}</li>").format(cell, words) for cell, words in sheet.remarks
    )
    return Markup('<p class="reading-comments">{}</p><ul>{}</ul>').format(heading, lines)


# --- documents -----------------------------------------------------------------------------------


def _document(reading: Reading, figure_address: str) -> Iterable[Markup]:
    blocks = 0
    for kind, value, width, height in reading.pieces:
        if kind == "text":
            yield escape(value)
        elif kind == "figure":
            yield _figure(value, figure_address)
        elif value in _BLOCKS:
            # One block within another (a text box, a note) is a line of its own in it.
            blocks += 1 if kind == "open" else -1
            if blocks == (1 if kind == "open" else 0):
                yield _tag(kind, _HEADINGS.get(value, value))
            elif kind == "open":
                yield _LINE_END
        elif value == "br":
            yield _LINE_END if kind == "open" else _NOTHING
        elif value in {"header", "footer", "aside"}:
            yield _border(kind, value)
        elif kind == "open" and value in {"td", "th"}:
            yield Markup("<td{}{}>").format(
                _attribute("colspan", width), _attribute("rowspan", height)
            )
        else:
            yield _tag(kind, "td" if value == "th" else value)


def _tag(kind: str, name: str) -> Markup:
    return (_BEGIN if kind == "open" else _END).format(name)


def _attribute(name: str, number: int) -> Markup:
    return Markup(' {}="{}"').format(name, number) if number > 1 else Markup("")


def _border(kind: str, name: str) -> Markup:
    """Frame headers, footers and comments, under a label of their own."""
    if kind == "close":
        return Markup("</div>")
    labels = {"header": _("Page header"), "footer": _("Page footer"), "aside": _("Comments")}
    return Markup('<div class="reading-border"><p class="reading-label">{}</p>').format(
        labels[name]
    )


def _figure(role: str, figure_address: str) -> Markup:
    if role == _NO_FIGURE:
        return Markup('<span class="reading-lost">{}</span>').format(
            _("[A picture that cannot be shown here]")
        )
    return Markup('<img class="reading-figure" src="{}{}" alt="{}" loading="lazy">').format(
        figure_address, role, _("Picture in the document")
    )
