"""Forms that real programs make and readers stumble over, each by its name in `FORMS`."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from tests.adapters.rendering import form_files as made


def _changed(data: bytes, change: Callable[[Any], None], **saved: Any) -> bytes:
    opened = pikepdf.open(BytesIO(data))
    change(opened)
    out = BytesIO()
    opened.save(out, **saved)
    return out.getvalue()


def _widgets(opened: Any, page: int = 0) -> list[Any]:
    return list(opened.pages[page].obj["/Annots"].as_list())


def _one_name_twice(opened: Any) -> None:
    for widget in _widgets(opened):
        widget["/T"] = String("name")


def _hide(opened: Any) -> None:
    seen, hidden, unplaced = _widgets(opened)
    hidden["/F"] = 2
    opened.pages[0].obj["/Annots"] = Array([seen, hidden])
    for key in ("/Rect", "/Subtype"):
        del unplaced[key]


def _write_beside(opened: Any) -> None:
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    page = opened.pages[0].obj
    page["/Resources"] = Dictionary(Font=Dictionary(F=opened.make_indirect(font)))
    drawing = b"BT /F 11 Tf 1 0 0 1 120 786 Tm (Surname:) Tj 1 0 0 1 90 756 Tm "
    page["/Contents"] = opened.make_stream(drawing + b"(Street and number) Tj ET")


def _turn(angle: int) -> Callable[[Any], None]:
    def turn(opened: Any) -> None:
        opened.pages[0].obj["/Rotate"] = angle
        for widget in _widgets(opened):
            widget["/MK"] = Dictionary(R=angle)

    return turn


def _calculate(opened: Any) -> None:
    script = String('AFSimple_Calculate("SUM", new Array("a", "b"));')
    _widgets(opened)[2]["/AA"] = Dictionary(C=Dictionary(S=Name.JavaScript, JS=script))


def _sign(opened: Any) -> None:
    widget = _widgets(opened)[1]
    look = opened.make_stream(b"0 0 350 20 re S")
    look["/Type"], look["/Subtype"] = Name.XObject, Name.Form
    look["/BBox"] = Array([0, 0, 350, 20])
    widget["/AP"] = Dictionary(N=look)
    widget["/V"] = opened.make_indirect(
        Dictionary(
            Type=Name("/Sig"),
            Filter=Name("/Adobe.PPKLite"),
            SubFilter=Name("/adbe.pkcs7.detached"),
            ByteRange=Array([0, 1, 2, 3]),
            Contents=b"\0" * 64,
        )
    )
    opened.Root["/AcroForm"]["/SigFlags"] = 3


def _add_xml(opened: Any) -> None:
    parts = opened.make_stream(b"<datasets><data><first>old</first></data></datasets>")
    opened.Root["/AcroForm"]["/XFA"] = Array([String("datasets"), parts])


def _inherit(opened: Any) -> None:
    first, last = _widgets(opened)
    name = Dictionary(T=String("name"), FT=Name.Tx, Kids=Array([first, last]))
    name = opened.make_indirect(name)
    whole = Dictionary(T=String("patient"), MaxLen=20, Kids=Array([name]))
    whole = opened.make_indirect(whole)
    name["/Parent"] = whole
    for widget in (first, last):
        widget["/Parent"] = name
        del widget["/FT"]
    opened.Root["/AcroForm"]["/Fields"] = Array([whole])


def _outline_and_tag(opened: Any) -> None:
    with opened.open_outline() as outline:
        outline.root += [pikepdf.OutlineItem("Page one", 0), pikepdf.OutlineItem("Page two", 1)]
    tree = opened.make_indirect(Dictionary(Type=Name("/StructTreeRoot")))
    form = opened.make_indirect(Dictionary(Type=Name("/StructElem"), S=Name("/Form"), P=tree))
    form["/K"] = Dictionary(Type=Name("/OBJR"), Obj=_widgets(opened)[0], Pg=opened.pages[0].obj)
    tree["/K"] = Array([form])
    opened.Root["/StructTreeRoot"] = tree
    opened.Root["/MarkInfo"] = Dictionary(Marked=True)
    opened.Root["/Lang"] = String("en")


def _in_both_pages(opened: Any) -> None:
    """Give the first field a second widget on the second page."""
    own = _widgets(opened)[0]
    widget = Dictionary(
        Type=Name.Annot, Subtype=Name.Widget, Rect=Array([50, 50, 300, 70]), Parent=own
    )
    first = Dictionary(Type=Name.Annot, Subtype=Name.Widget, Rect=own["/Rect"], Parent=own)
    both = [opened.make_indirect(first), opened.make_indirect(widget)]
    for key in ("/Rect", "/Subtype", "/Type"):
        del own[key]
    own["/Kids"] = Array(both)
    opened.pages[0].obj["/Annots"] = Array([both[0], *_widgets(opened)[1:]])
    opened.pages[1].obj["/Annots"] = Array([*_widgets(opened, 1), both[1]])


_TWO = made.form(made.text("a", "A"), made.text("b", "B"))
_OWNER = pikepdf.Encryption(owner="secret", user="", R=6)

FORMS: dict[str, bytes] = {
    "usual": made.form(),
    "same_label_twice": made.form(made.text("a", "Date"), made.text("b", "Date")),
    "one_name_twice": _changed(_TWO, _one_name_twice),
    "words_beside": _changed(made.form(made.text("t1"), made.text("t2")), _write_beside),
    "hidden_and_unplaced": _changed(
        made.form(made.text("seen", "S"), made.text("hidden", "H"), made.text("unplaced", "U")),
        _hide,
    ),
    "turned_90": _changed(_TWO, _turn(90)),
    "turned_180": _changed(_TWO, _turn(180)),
    "turned_270": _changed(_TWO, _turn(270)),
    "four_hundred": made.form(*(made.text(f"n{n}", f"Label {n}") for n in range(400)), pages=16),
    "calculated": _changed(
        made.form(made.text("a", "A"), made.text("b", "B"), made.text("sum", "Sum")), _calculate
    ),
    "hybrid": _changed(made.form(made.text("first", "First name", value="old")), _add_xml),
    "owner_password": _changed(_TWO, lambda _opened: None, encryption=_OWNER),
    "signed_before": _changed(
        made.form(made.text("first", "First name"), made.signature("approved", "Approved")), _sign
    ),
    "dots_and_other_letters": made.form(
        made.text("Pat.Name #1 (é)", "Name"), made.tick("拒绝.同意", "Agree")
    ),
    "inherited": _changed(made.form(made.text("first", "F"), made.text("last", "L")), _inherit),
    "on_two_pages": _changed(
        made.form(made.text("a", "A"), made.text("b", "B"), pages=2), _in_both_pages
    ),
    "outlined_and_tagged": _changed(
        made.form(made.text("a", "A"), made.text("b", "B"), pages=2), _outline_and_tag
    ),
}
