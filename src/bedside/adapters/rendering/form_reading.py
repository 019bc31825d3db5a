"""Makes of a PDF's fields what a page for a phone needs: kinds, labels, choices, places."""

import re
from contextlib import suppress
from typing import Any

from bedside.adapters.rendering import form_fields as pdf
from bedside.adapters.rendering import pdf_xfa
from bedside.adapters.rendering.form_fields import Field
from bedside.adapters.rendering.form_places import Words
from bedside.adapters.rendering.pdf_opening import opened_pdf
from bedside.adapters.rendering.pdf_pages import tree_of
from bedside.files.pdf_forms import (
    LONGEST_LABEL,
    LONGEST_NAME,
    LONGEST_VALUE,
    MOST_FIELDS,
    MOST_OPTIONS,
    FieldKind,
    FormState,
)

_MOST_PLACES = 50
_INDEX = re.compile(r"\[\d{1,6}\]$")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_MEANINGLESS = re.compile(
    r"(?:f|c|p|t|tx|txt|text|textfield|field|feld|champ|campo|texto|check|checkbox|box|cb|button|"
    r"radio|radiobuttonlist|radiobutton|group|gruppe|combo|combobox|dropdown|dropdownlist|list|"
    r"listbox|untitled|undefined|signature|date|numericfield|subform|page)?[\s\d_.#-]{0,20}",
    re.IGNORECASE,
)


def read(data: bytes) -> dict[str, Any]:
    """Return the form in a PDF, as `PdfForm.as_json` has it."""
    opened = opened_pdf(data)
    pages = len(tree_of(opened.qpdf).pages)
    if pdf_xfa.is_stand_in(opened.qpdf):
        return _without_fields(FormState.XFA, pages)
    fields = pdf.fields_of(opened.qpdf)
    fillable = [one for one in fields if kind_of(one) is not None]
    if len(fillable) > MOST_FIELDS:
        return _without_fields(FormState.TOO_MANY, pages)
    words = Words(opened.pdfium())
    rows = [_row(one, words) for one in fillable]
    state = FormState.FIELDS if rows else FormState.NONE
    signed = any(one.type == "/Sig" and one.facts.get("/V") is not None for one in fields)
    return {
        "state": state,
        "pages": pages,
        "signed": signed,
        "left_out": any(_is_left_out(one) for one in fields),
        "fields": rows,
    }


def _without_fields(state: FormState, pages: int) -> dict[str, Any]:
    return {"state": state, "pages": pages, "signed": False, "left_out": False, "fields": []}


def _is_left_out(one: Field) -> bool:
    """Whether somebody would fill it in, and cannot here: passwords, files, endless lists."""
    is_to_be_filled = one.type in {"/Tx", "/Ch"} and not one.flags & pdf.READ_ONLY
    return is_to_be_filled and kind_of(one) is None


def kind_of(one: Field) -> FieldKind | None:
    """Return what somebody fills in; None for what nobody does: buttons that do something, fields
    that only show something, passwords, files."""
    if one.flags & pdf.READ_ONLY or not one.name or len(one.name) > LONGEST_NAME:
        return None
    by_type = {"/Tx": _kind_of_text, "/Btn": _kind_of_button, "/Ch": _kind_of_list}
    if one.type in by_type:
        return by_type[one.type](one)
    is_unsigned = one.type == "/Sig" and one.facts.get("/V") is None
    return FieldKind.SIGNATURE if is_unsigned else None


def _kind_of_text(one: Field) -> FieldKind | None:
    if one.flags & (pdf.PASSWORD | pdf.FILE_SELECT):
        return None
    return FieldKind.LINES if one.flags & pdf.LINES else FieldKind.TEXT


def _kind_of_button(one: Field) -> FieldKind | None:
    if one.flags & pdf.PUSH:
        return None
    states = {pdf.on_state(widget.object) for widget in one.widgets} - {""}
    several = one.flags & pdf.RADIO or len(states) > 1
    if several:
        return FieldKind.ONE_OF if states else None
    return FieldKind.TICK


def _kind_of_list(one: Field) -> FieldKind | None:
    offered = [shown for _value, shown in pdf.options(one) if shown.strip()]
    if one.flags & pdf.EDIT and one.flags & pdf.COMBO:
        return FieldKind.TEXT
    if not 0 < len(offered) <= MOST_OPTIONS:
        return None
    return FieldKind.SOME_OF if one.flags & pdf.SEVERAL else FieldKind.CHOICE


def _row(one: Field, words: Words) -> list[Any]:
    kind = kind_of(one)
    first = one.widgets[0]
    places = [widget.frame.place(widget.object.get("/Rect")) for widget in one.widgets]
    longest = pdf.whole(one.facts.get("/MaxLen"), 0) if one.type == "/Tx" else 0
    return [
        one.name,
        kind,
        _label(one, words, is_button=kind is FieldKind.TICK),
        first.page,
        places[:_MOST_PLACES],
        bool(one.flags & pdf.REQUIRED),
        max(0, min(longest, LONGEST_VALUE)),
        _options(one, kind, words),
        [value[:LONGEST_VALUE] for value in _values(one, kind)][:MOST_OPTIONS],
        pdf.date_format(one) if kind is FieldKind.TEXT else "",
        pdf.is_calculated(one),
    ]


def _values(one: Field, kind: FieldKind | None) -> list[str]:
    """Return what the form is filled with; of a list only what it offers."""
    found = list(pdf.values(one))
    if kind is FieldKind.TICK:
        return ["yes"] if found else []
    if kind is FieldKind.ONE_OF:
        known = {pdf.on_state(widget.object) for widget in one.widgets}
        return [value for value in found if value in known][:1]
    if kind in {FieldKind.CHOICE, FieldKind.SOME_OF}:
        offered = dict(pdf.options(one))
        by_label = {shown: value for value, shown in offered.items()}
        return [by_label.get(value, value) for value in found if value in {**offered, **by_label}]
    return ["\n".join(found)] if found else []


def _options(one: Field, kind: FieldKind | None, words: Words) -> list[tuple[str, str]]:
    if kind is FieldKind.ONE_OF:
        found: dict[str, str] = {}
        named = pdf.options(one)
        for index, widget in enumerate(one.widgets[:MOST_OPTIONS]):
            state = pdf.on_state(widget.object)
            if not state or state in found:
                continue
            beside = words.right_of(widget.page, widget.object.get("/Rect"))
            exported = named[int(state)][1] if _is_index(state, named) else ""
            own = pdf.text(widget.object.get("/TU")) if "/T" not in widget.object else ""
            says = "" if exported.strip().isdecimal() else exported
            shown = own or says or beside or _readable(state) or str(index + 1)
            found[state] = shown[:LONGEST_LABEL]
        return list(found.items())
    if kind in {FieldKind.CHOICE, FieldKind.SOME_OF}:
        return [
            (value, shown[:LONGEST_LABEL]) for value, shown in pdf.options(one) if shown.strip()
        ]
    if kind is FieldKind.TEXT and one.type == "/Ch":
        return [(shown, shown) for _value, shown in pdf.options(one)][:MOST_OPTIONS]
    return []


def _is_index(state: str, named: tuple[tuple[str, str], ...]) -> bool:
    return state.isascii() and state.isdecimal() and len(state) < 4 and int(state) < len(named)


def _label(one: Field, words: Words, *, is_button: bool) -> str:
    """Return the PDF's own words for a field, else what stands beside it, else its name."""
    own = " ".join(pdf.text(one.facts.get("/TU")).split())
    last = _INDEX.sub("", one.name.rsplit(".", 1)[-1])
    if own and not _MEANINGLESS.fullmatch(own) and own != last:
        return own[:LONGEST_LABEL]
    with suppress(IndexError):
        first = one.widgets[0]
        rectangle = first.object.get("/Rect")
        beside = (
            words.right_of(first.page, rectangle)
            if is_button
            else words.near(first.page, rectangle)
        )
        if beside.strip(" .:_-"):
            return beside.strip(" .:_")[:LONGEST_LABEL]
    return (own if not _MEANINGLESS.fullmatch(own) else _readable(one.name))[:LONGEST_LABEL]


def _readable(name: str) -> str:
    """Return a name that a program gave in words, or "" if it has none."""
    last = _INDEX.sub("", name.rsplit(".", 1)[-1])
    if _MEANINGLESS.fullmatch(last):
        return ""
    words = _CAMEL.sub(" ", last.replace("_", " ")).split()
    spoken = " ".join(word if word.isupper() and len(word) < 5 else word.lower() for word in words)
    return spoken[:1].upper() + spoken[1:]
