"""Writes answers into the fields of a PDF form, and makes them part of its pages.

Each field gets an appearance of ours, in a font that every viewer has: many viewers show only what
stands in the appearance, and not the value. The copy has no fields any more, so nobody changes an
answer by mistake.
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pikepdf

from bedside.adapters.rendering import form_fields as pdf
from bedside.adapters.rendering import form_letters as letters
from bedside.adapters.rendering.form_fields import Field
from bedside.adapters.rendering.form_letters import Laid, Ruler
from bedside.adapters.rendering.form_places import box_of
from bedside.adapters.rendering.form_reading import kind_of
from bedside.adapters.rendering.pdf_opening import opened_pdf
from bedside.adapters.rendering.pdf_pages import BROKEN
from bedside.files.pdf_forms import FieldKind

_SIZE = re.compile(rb"(\d{1,3}(?:\.\d{1,6})?) +Tf")
_LARGEST = 40.0
_PAGE = (595.0, 842.0)
_MARGIN = 50.0
_TICK = b"q 0 0 0 RG %.2f w 1 J 1 j %.2f %.2f m %.2f %.2f l %.2f %.2f l S Q"


@dataclass
class _Filling:
    """A form that is being filled in. `cut` are answers that have no room, by their labels."""

    pdf: pikepdf.Pdf
    ruler: Ruler = field(default_factory=Ruler)
    cut: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])


def fill(data: bytes, answers: Mapping[str, Sequence[str]]) -> tuple[bytes, int]:
    """Return the filled copy, and how many answers stand on a further page because they have no
    room in their fields. Same answers, same copy."""
    opened = opened_pdf(data).qpdf
    filling = _Filling(opened)
    for one in pdf.fields_of(opened):
        kind = kind_of(one)
        with suppress(*BROKEN, AttributeError):
            if kind is not None:
                _write(filling, one, kind, [v for v in answers.get(one.name, ()) if v])
            elif one.type in {"/Tx", "/Ch"}:
                _show_what_it_says(filling, one)
    _make_part_of_the_pages(opened)
    if filling.cut:
        _continue(filling)
    out = BytesIO()
    opened.save(out, deterministic_id=True, encryption=False)
    return out.getvalue(), len(filling.cut)


def _write(filling: _Filling, one: Field, kind: FieldKind, given: list[str]) -> None:
    if kind in {FieldKind.TICK, FieldKind.ONE_OF}:
        _press(filling, one, kind, given)
        return
    shown = given
    if kind in {FieldKind.CHOICE, FieldKind.SOME_OF}:
        labels = dict(pdf.options(one))
        shown = [labels.get(value, value) for value in given]
    said = "\n".join(shown)
    if kind is not FieldKind.SIGNATURE:
        one.object["/V"] = pikepdf.String("\n".join(given))
    fits = True
    for widget in one.widgets:
        fits = _show(filling, one, kind, widget.object, said) and fits
    if not fits:
        label = pdf.text(one.facts.get("/TU")) or one.name.rsplit(".", 1)[-1]
        filling.cut.append((label, said))


def _show_what_it_says(filling: _Filling, one: Field) -> None:
    """Draw the value of a field that nobody fills in, where the PDF leaves that to its viewer."""
    said = "\n".join(pdf.values(one))
    kind = FieldKind.LINES if one.flags & pdf.LINES else FieldKind.TEXT
    for widget in one.widgets:
        if said and not one.flags & pdf.PASSWORD and "/AP" not in widget.object:
            _show(filling, one, kind, widget.object, said)


def _show(filling: _Filling, one: Field, kind: FieldKind, widget: Any, said: str) -> bool:
    """Draw a text into a widget. Returns whether all of it fits."""
    left, bottom, right, top = box_of(widget.get("/Rect"))
    width, height = right - left, top - bottom
    turned = _turned(widget)
    if turned in {90, 270}:
        width, height = height, width
    if not said or width < 1 or height < 1:
        drawing, fits = b"/Tx BMC EMC", not said
    else:
        drawing, fits = _drawing(filling.ruler, one, kind, said, (width, height))
    font = pikepdf.Dictionary(
        Type=pikepdf.Name("/Font"),
        Subtype=pikepdf.Name("/Type1"),
        BaseFont=pikepdf.Name("/Helvetica"),
        Encoding=pikepdf.Name("/WinAnsiEncoding"),
    )
    resources = pikepdf.Dictionary(Font=pikepdf.Dictionary({"/BedsideHelv": font}))
    stream = _appearance(filling.pdf, drawing, (width, height), turned, resources)
    widget["/AP"] = pikepdf.Dictionary(N=stream)
    if "/AS" in widget:
        del widget["/AS"]
    return fits


def _drawing(
    ruler: Ruler, one: Field, kind: FieldKind, said: str, size: tuple[float, float]
) -> tuple[bytes, bool]:
    width, height = size
    wanted = _wanted_size(one)
    longest = pdf.whole(one.facts.get("/MaxLen"), 0)
    if kind is FieldKind.TEXT and one.flags & pdf.COMB and 0 < longest < 200:
        return letters.combed(said, ruler, width, height, longest, wanted), len(said) <= longest
    align = pdf.whole(one.facts.get("/Q"), 0)
    by_lines = kind in {FieldKind.LINES, FieldKind.SOME_OF}
    if by_lines:
        laid: Laid = letters.several_lines(ruler, said, width, height, wanted)
    else:
        laid = letters.one_line(ruler, said, width, height, wanted)
    return letters.drawn(laid, ruler, width, height, align, top=by_lines), laid.fits


def _wanted_size(one: Field) -> float:
    """Return the size of text that the form wants; 0 if it leaves that open."""
    with suppress(*BROKEN):
        given = one.facts.get("/DA")
        found = _SIZE.findall(bytes(given)[:500]) if isinstance(given, pikepdf.String) else []
        return min(float(found[-1]), _LARGEST) if found else 0.0
    return 0.0


def _turned(widget: Any) -> int:
    look = widget.get("/MK")
    angle = pdf.whole(look.get("/R"), 0) % 360 if isinstance(look, pikepdf.Dictionary) else 0
    return angle if angle in {90, 180, 270} else 0


def _appearance(
    opened: pikepdf.Pdf, drawing: bytes, size: tuple[float, float], turned: int, resources: Any
) -> Any:
    width, height = size
    matrix = {
        90: (0, 1, -1, 0, height, 0),
        180: (-1, 0, 0, -1, width, height),
        270: (0, -1, 1, 0, 0, width),
    }
    stream = pikepdf.Stream(opened, drawing)
    stream["/Type"] = pikepdf.Name("/XObject")
    stream["/Subtype"] = pikepdf.Name("/Form")
    stream["/BBox"] = pikepdf.Array([0, 0, round(width, 2), round(height, 2)])
    if turned in matrix:
        stream["/Matrix"] = pikepdf.Array([round(one, 2) for one in matrix[turned]])
    stream["/Resources"] = resources
    return stream


# --- buttons --------------------------------------------------------------------------------------


def _press(filling: _Filling, one: Field, kind: FieldKind, given: list[str]) -> None:
    """Set a box or a group of buttons. What the form draws for it stays, if it draws anything."""
    chosen = ""
    for widget in one.widgets:
        state = pdf.on_state(widget.object)
        is_on = bool(given) if kind is FieldKind.TICK else state in given[:1] and state != ""
        if is_on:
            chosen = chosen or state or "Yes"
        if is_on and not _draws(widget.object, state):
            state = state or "Yes"
            _draw_tick(filling, widget.object, state)
        widget.object["/AS"] = pikepdf.Name(f"/{state}" if is_on else "/Off")
    one.object["/V"] = pikepdf.Name(f"/{chosen}" if chosen else "/Off")


def _draws(widget: Any, state: str) -> bool:
    with suppress(*BROKEN, AttributeError):
        found = widget["/AP"]["/N"][f"/{state}"]
        return isinstance(found, pikepdf.Stream) and len(found.read_bytes().strip()) > 0
    return False


def _draw_tick(filling: _Filling, widget: Any, state: str) -> None:
    left, bottom, right, top = box_of(widget.get("/Rect"))
    width, height = max(1.0, right - left), max(1.0, top - bottom)
    across = [width * share for share in (0.2, 0.42, 0.8)]
    up = [height * share for share in (0.5, 0.25, 0.78)]
    points = [one for pair in zip(across, up, strict=True) for one in pair]
    drawing = _TICK % (max(0.8, min(width, height) / 10), *points)
    stream = _appearance(filling.pdf, drawing, (width, height), 0, pikepdf.Dictionary())
    widget["/AP"] = pikepdf.Dictionary(N=pikepdf.Dictionary({f"/{state}": stream}))


# --- the copy -------------------------------------------------------------------------------------


def _make_part_of_the_pages(opened: pikepdf.Pdf) -> None:
    root: Any = opened.Root
    form = root.get("/AcroForm")
    if isinstance(form, pikepdf.Dictionary):
        for key in ("/NeedAppearances", "/XFA"):
            if key in form:
                del form[key]
        opened.flatten_annotations("all")
    for key in ("/AcroForm", "/Perms", "/NeedsRendering"):
        if key in root:
            del root[key]


def _continue(filling: _Filling) -> None:
    """Add pages with the answers that had no room, each below its label."""
    ruler = filling.ruler
    room = _PAGE[0] - 2 * _MARGIN
    lines: list[str] = []
    for label, said in filling.cut:
        for part in (f"[{label}]", said, ""):
            lines += letters.wrapped(part, room, lambda text: ruler.width(text, 10.0))
    height = _PAGE[1] - 2 * _MARGIN
    each = int(height // 12)
    for start in range(0, len(lines), each):
        laid = Laid(10.0, tuple(lines[start : start + each]), fits=True)
        drawing = letters.drawn(laid, ruler, room, height, 0, top=True)
        filling.pdf.add_blank_page(page_size=_PAGE)
        page = filling.pdf.pages[-1]
        font = pikepdf.Dictionary(
            Type=pikepdf.Name("/Font"),
            Subtype=pikepdf.Name("/Type1"),
            BaseFont=pikepdf.Name("/Helvetica"),
            Encoding=pikepdf.Name("/WinAnsiEncoding"),
        )
        page.obj["/Resources"] = pikepdf.Dictionary(Font=pikepdf.Dictionary({"/BedsideHelv": font}))
        moved = b"q 1 0 0 1 %.0f %.0f cm\n%s\nQ" % (_MARGIN, _MARGIN, drawing)
        page.obj["/Contents"] = pikepdf.Stream(filling.pdf, moved)
