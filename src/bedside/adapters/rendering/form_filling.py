"""Writes answers into the fields of a PDF form: once with its fields, and once as a flat copy.

The first is the same PDF with the values in its own fields. Each field also gets an appearance of
ours, because many viewers show only what stands there, and not the value. In the flat copy these
are part of the pages, and there are no fields any more, so nobody changes an answer by mistake.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pikepdf

from bedside.adapters.rendering import form_fields as pdf
from bedside.adapters.rendering import form_looks as looks
from bedside.adapters.rendering import pdf_actions
from bedside.adapters.rendering.form_fields import Field
from bedside.adapters.rendering.form_fonts import EmbeddedFonts
from bedside.adapters.rendering.form_letters import Helvetica, Laid, Letters, drawn, wrapped
from bedside.adapters.rendering.form_looks import Look
from bedside.adapters.rendering.form_reading import kind_of
from bedside.adapters.rendering.pdf_opening import opened_pdf
from bedside.adapters.rendering.pdf_pages import BROKEN
from bedside.adapters.rendering.typefaces import is_standard, shown
from bedside.files.pdf_forms import FieldKind

_PAGE = (595.0, 842.0)
_MARGIN = 50.0
_BUTTONS = frozenset({FieldKind.TICK, FieldKind.ONE_OF})
_SEVERAL_LINES = frozenset({FieldKind.LINES, FieldKind.SOME_OF})


@dataclass
class _Filling:
    """A form that is being filled in. `fonts` are those of all that is drawn; `cut` are answers
    that have no room, by their labels."""

    pdf: pikepdf.Pdf
    fonts: Any
    standard: Helvetica = field(default_factory=Helvetica)
    embedded: EmbeddedFonts = field(default_factory=EmbeddedFonts)
    cut: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    def letters(self, said: str) -> Letters:
        """Return letters in which a text can be set."""
        return self.standard if is_standard(said) else self.embedded

    def resources(self) -> Any:
        """Return the resources of something drawn."""
        return pikepdf.Dictionary(Font=self.fonts)


def fill(data: bytes, answers: Mapping[str, Sequence[str]]) -> tuple[bytes, bytes, int]:
    """Return the PDF with its fields filled in, its flat copy, and how many answers stand on a
    further page of the copy because they have no room in their fields. Same answers, same PDFs."""
    opened = opened_pdf(data).qpdf
    filling = _Filling(opened, opened.make_indirect(pikepdf.Dictionary()))
    for one in pdf.fields_of(opened):
        kind = kind_of(one)
        with suppress(*BROKEN, AttributeError):
            if kind is not None:
                _write(filling, one, kind, [v for v in answers.get(one.name, ()) if v])
            elif one.type in {"/Tx", "/Ch"}:
                _show_what_it_says(filling, one)
            elif one.type == "/Sig":
                _keep_what_is_seen_of(one)
    further = _further_pages(filling)
    filling.fonts["/BedsideHelv"] = _helvetica()
    for name, font in filling.embedded.written(opened).items():
        filling.fonts[name] = font
    _leave_nothing_to_viewers(opened)
    filled = _saved(opened)
    _make_part_of_the_pages(opened)
    for drawing in further:
        _add_page(filling, drawing)
    return filled, _saved(opened), len(filling.cut)


def _saved(opened: pikepdf.Pdf) -> bytes:
    out = BytesIO()
    opened.save(out, deterministic_id=True, encryption=False)
    return out.getvalue()


def _helvetica() -> Any:
    return pikepdf.Dictionary(
        Type=pikepdf.Name("/Font"),
        Subtype=pikepdf.Name("/Type1"),
        BaseFont=pikepdf.Name("/Helvetica"),
        Encoding=pikepdf.Name("/WinAnsiEncoding"),
    )


def _write(filling: _Filling, one: Field, kind: FieldKind, given: list[str]) -> None:
    if kind in _BUTTONS:
        _press(filling, one, kind, given)
        return
    said = given
    if kind in {FieldKind.CHOICE, FieldKind.SOME_OF}:
        labels = dict(pdf.options(one))
        said = [labels.get(value, value) for value in given]
    if kind is FieldKind.SOME_OF and len(given) > 1:
        one.set_value(pikepdf.Array([pikepdf.String(value) for value in given]))
    elif kind is not FieldKind.SIGNATURE:  # a typed name is no signature, and only drawn
        one.set_value(pikepdf.String("\n".join(given)))
    words = shown("\n".join(said))
    fits = True
    for widget in one.widgets:
        fits = _show(filling, one, kind, widget.object, words) and fits
    if not fits:
        label = pdf.text(one.facts.get("/TU")) or one.name.rsplit(".", 1)[-1]
        filling.cut.append((shown(label), words))


def _show_what_it_says(filling: _Filling, one: Field) -> None:
    """Draw the value of a field that nobody fills in, where the PDF leaves that to its viewer."""
    said = shown("\n".join(pdf.values(one)))
    kind = FieldKind.LINES if one.flags & pdf.LINES else FieldKind.TEXT
    for widget in one.widgets:
        if said and not one.flags & pdf.PASSWORD and "/AP" not in widget.object:
            _show(filling, one, kind, widget.object, said)


def _keep_what_is_seen_of(one: Field) -> None:
    """Take a signature out that does not hold for a changed PDF; what is seen of it stays, and it
    holds in the empty form."""
    for own in (one.object, *one.twins):
        if "/V" in own:
            del own["/V"]


def _show(filling: _Filling, one: Field, kind: FieldKind, widget: Any, said: str) -> bool:
    """Draw a text into a widget. Returns whether all of it fits."""
    look = Look.of(one, widget)
    drawing, fits = look.frame(), not said
    if said and min(look.size) >= 1:
        text, fits = look.text(filling.letters(said), said, by_lines=kind in _SEVERAL_LINES)
        drawing += text
    else:
        drawing += b"/Tx BMC EMC"
    stream = looks.appearance(filling.pdf, drawing, look.size, look.turned, filling.resources())
    widget["/AP"] = pikepdf.Dictionary(N=stream)
    if "/AS" in widget:
        del widget["/AS"]
    return fits


# --- buttons --------------------------------------------------------------------------------------


def _press(filling: _Filling, one: Field, kind: FieldKind, given: list[str]) -> None:
    """Set a box or a group of buttons. What the form draws for it stays, if it draws anything."""
    chosen = ""
    for widget in one.widgets:
        state = pdf.on_state(widget.object)
        is_on = bool(given) if kind is FieldKind.TICK else state in given[:1] and state != ""
        if is_on:
            chosen = chosen or state or "Yes"
        if is_on and not looks.draws(widget.object, state):
            state = state or "Yes"
            looks.draw_tick(filling.pdf, widget.object, state)
        widget.object["/AS"] = pikepdf.Name(f"/{state}" if is_on else "/Off")
    one.set_value(pikepdf.Name(f"/{chosen}" if chosen else "/Off"))


# --- both copies ----------------------------------------------------------------------------------


def _leave_nothing_to_viewers(opened: pikepdf.Pdf) -> None:
    """Everything is drawn already; scripts, a second form in XML and the conditions of signatures
    would change that or contradict it."""
    pdf_actions.remove_commands(opened)
    root: Any = opened.Root
    form = root.get("/AcroForm")
    if isinstance(form, pikepdf.Dictionary):
        for key in ("/NeedAppearances", "/XFA", "/SigFlags"):
            if key in form:
                del form[key]
    for key in ("/Perms", "/NeedsRendering"):
        if key in root:
            del root[key]


def _make_part_of_the_pages(opened: pikepdf.Pdf) -> None:
    root: Any = opened.Root
    if isinstance(root.get("/AcroForm"), pikepdf.Dictionary):
        opened.flatten_annotations("all")
    if "/AcroForm" in root:
        del root["/AcroForm"]


def _further_pages(filling: _Filling) -> list[bytes]:
    """Draw pages with the answers that had no room, each below its label."""
    room, height = _PAGE[0] - 2 * _MARGIN, _PAGE[1] - 2 * _MARGIN
    said = "".join(label + words for label, words in filling.cut)
    letters = filling.letters(said)
    lines: list[str] = []
    for label, words in filling.cut:
        for part in (f"[{label}]", words, ""):
            lines += wrapped(part, room, lambda text: letters.width(text, 10.0))
    each = int(height // 12)
    return [
        drawn(
            Laid(10.0, tuple(lines[start : start + each]), fits=True),
            letters,
            (room, height),
            0,
            b"0 g",
            top=True,
        )
        for start in range(0, len(lines), each)
    ]


def _add_page(filling: _Filling, drawing: bytes) -> None:
    filling.pdf.add_blank_page(page_size=_PAGE)
    page = filling.pdf.pages[-1]
    page.obj["/Resources"] = filling.resources()
    moved = b"q 1 0 0 1 %.0f %.0f cm\n%s\nQ" % (_MARGIN, _MARGIN, drawing)
    page.obj["/Contents"] = pikepdf.Stream(filling.pdf, moved)
