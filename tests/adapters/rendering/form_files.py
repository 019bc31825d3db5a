"""Makes small PDF forms: each field is a short description, put on a page from the top."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String

REQUIRED, READ_ONLY = 2, 1
LINES, COMB, PASSWORD = 1 << 12, 1 << 24, 1 << 13
RADIO, PUSH = 1 << 15, 1 << 16
COMBO, EDIT, SEVERAL = 1 << 17, 1 << 18, 1 << 21


def text(name: str, label: str = "", **more: Any) -> dict[str, Any]:
    """Describe a field for text. `flags`, `longest`, `value`, `date`, `size` (of the letters)."""
    return {"kind": "/Tx", "name": name, "label": label, **more}


def tick(name: str, label: str = "", **more: Any) -> dict[str, Any]:
    """Describe a box to tick."""
    return {"kind": "/Btn", "name": name, "label": label, "states": ["Yes"], **more}


def one_of(name: str, states: Sequence[str], label: str = "", **more: Any) -> dict[str, Any]:
    """Describe buttons of which one is chosen."""
    return {"kind": "/Btn", "name": name, "label": label, "states": states, "flags": RADIO, **more}


def choice(name: str, options: Sequence[Any], label: str = "", **more: Any) -> dict[str, Any]:
    """Describe a list; an option is a text, or a pair of value and text."""
    return {"kind": "/Ch", "name": name, "label": label, "options": options, **more}


def signature(name: str, label: str = "") -> dict[str, Any]:
    """Describe a field for a signature."""
    return {"kind": "/Sig", "name": name, "label": label}


USUAL = (
    text("patient.last_name", "Last name", flags=REQUIRED),
    text("born", "Date of birth", date="dd.mm.yyyy"),
    text("zip", "Postal code", flags=COMB, longest=5),
    text("complaint", "What brings you to us?", flags=LINES, high=60),
    tick("smoker", "I smoke"),
    one_of("side", ["left", "right"], "Which side hurts?"),
    choice("country", [["SE", "Sweden"], ["DE", "Germany"]], "Country", flags=COMBO),
    choice("languages", ["English", "Español", "Deutsch"], "Languages", flags=SEVERAL, high=45),
    signature("sign", "Signature"),
)


def form(*fields: dict[str, Any], pages: int = 1, **root: Any) -> bytes:
    """Return a PDF with these fields, by default the usual ones; they are shared out among the
    pages. `root` goes into the form's dictionary."""
    fields = fields or USUAL
    made = pikepdf.new()
    listed: list[Any] = []
    each = -(-len(fields) // pages)
    for start in range(0, len(fields), each):
        made.add_blank_page(page_size=(595, 842))
        page, annotations, top = made.pages[-1].obj, [], 800.0
        for one in fields[start : start + each]:
            high = one.get("high", 20)
            own, widgets = _field(made, one, top - high)
            listed.append(own)
            annotations += widgets
            top -= high + 10
        page["/Annots"] = Array(annotations)
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    made.Root["/AcroForm"] = Dictionary(
        Fields=Array(listed),
        DA=String("/Helv 0 Tf 0 g"),
        DR=Dictionary(Font=Dictionary(Helv=font)),
        **root,
    )
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def _field(made: Any, one: dict[str, Any], bottom: float) -> tuple[Any, list[Any]]:
    own = Dictionary(FT=Name(one["kind"]), T=String(one["name"]), Ff=one.get("flags", 0))
    if one["label"]:
        own["/TU"] = String(one["label"])
    if "longest" in one:
        own["/MaxLen"] = one["longest"]
    if "value" in one:
        own["/V"] = String(one["value"])
    if "options" in one:
        own["/Opt"] = Array(
            [
                Array([String(v), String(s)]) if not isinstance(o, str) else String(o)
                for o in one["options"]
                for v, s in [o if not isinstance(o, str) else (o, o)]
            ]
        )
    if one["kind"] != "/Btn":
        own["/DA"] = String(f"/Helv {one.get('size', 0)} Tf 0 g")
    if "date" in one:
        script = String(f'AFDate_FormatEx("{one["date"]}");')
        own["/AA"] = Dictionary(F=Dictionary(S=Name.JavaScript, JS=script))
    if "states" not in one:
        own["/Type"], own["/Subtype"] = Name.Annot, Name.Widget
        own["/Rect"] = Array([200, bottom, 550, bottom + one.get("high", 20)])
        whole = made.make_indirect(own)
        return whole, [whole]
    whole = made.make_indirect(own)
    widgets = [
        made.make_indirect(_button(made, state, 200 + 60 * number, bottom))
        for number, state in enumerate(one["states"])
    ]
    for widget in widgets:
        widget["/Parent"] = whole
    whole["/Kids"] = Array(widgets)
    return whole, widgets


def _button(made: Any, state: str, left: float, bottom: float) -> Any:
    def drawing(content: bytes) -> Any:
        stream = made.make_stream(content)
        stream["/Type"], stream["/Subtype"] = Name.XObject, Name.Form
        stream["/BBox"] = Array([0, 0, 14, 14])
        return stream

    looks = Dictionary(
        {f"/{state}": drawing(b"2 2 10 10 re f"), "/Off": drawing(b"0 0 14 14 re S")}
    )
    return Dictionary(
        Type=Name.Annot,
        Subtype=Name.Widget,
        Rect=Array([left, bottom, left + 14, bottom + 14]),
        AS=Name.Off,
        AP=Dictionary(N=looks),
    )
