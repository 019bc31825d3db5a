"""Forms in PDFs: what is read of them, and what a viewer displays after they were filled in."""

from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name, String

from bedside.adapters.child_process import Children
from bedside.adapters.form_reader import FormReader
from bedside.files.pdf_forms import FieldKind, FormField, FormState, PdfForm
from tests.adapters.rendering import form_files as made

pytestmark = [pytest.mark.anyio, pytest.mark.feature("F15")]
K = FieldKind


@pytest.fixture(scope="module")
def reader() -> FormReader:
    """A reader with children of its own."""
    return FormReader(Children(at_once=2, seconds=10))


async def once(data: bytes) -> AsyncIterator[bytes]:
    """Yield everything at once."""
    yield data


async def read(reader: FormReader, data: bytes) -> PdfForm:
    """Read a form."""
    return await reader.read(once(data), len(data))


async def filled(reader: FormReader, data: bytes, **answers: str | tuple[str, ...]) -> Any:
    """Fill in a form. Returns the copy, opened as a viewer does."""
    given = {
        name.replace("__", "."): (value,) if isinstance(value, str) else value
        for name, value in answers.items()
    }
    done = await reader.fill(once(data), len(data), given)
    assert done is not None
    return pypdfium2.PdfDocument(done.flat)


def words(document: Any) -> str:
    """Return the words that stand on the pages."""
    return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def ink(document: Any, place: tuple[int, int, int, int], page: int = 0) -> int:
    """Count the dark dots within a place of a page."""
    picture = document[page].render(scale=2).to_pil().convert("L")
    left, top, width, height = place
    box = (
        left * picture.width // 1000,
        top * picture.height // 1000,
        (left + width) * picture.width // 1000,
        (top + height) * picture.height // 1000,
    )
    return sum(picture.crop(box).histogram()[:128])


async def test_every_kind_of_field_is_read(reader: FormReader) -> None:
    form = await read(reader, made.form())
    assert (form.state, form.pages) == (FormState.FIELDS, 1)
    kinds = [one.kind for one in form.fields]
    assert kinds == [
        *(K.TEXT, K.TEXT, K.TEXT, K.LINES, K.TICK, K.ONE_OF, K.CHOICE, K.SOME_OF, K.SIGNATURE)
    ]
    by_name = {one.name: one for one in form.fields}
    assert by_name["patient.last_name"].required
    assert by_name["patient.last_name"].label == "Last name"
    assert by_name["born"].date_format == "dd.mm.yyyy"
    assert by_name["zip"].longest == 5
    assert by_name["side"].options == (("left", "Left"), ("right", "Right"))
    assert len(by_name["side"].places) == 2
    assert by_name["country"].options == (("SE", "Sweden"), ("DE", "Germany"))
    left, top, width, height = by_name["patient.last_name"].places[0]
    assert (left, width) == (round(200 / 0.595), round(350 / 0.595))
    assert (top, height) == (round(42 / 0.842), round(20 / 0.842))
    assert PdfForm.of_json(form.as_json()) == form


async def test_what_nobody_fills_in_is_left_out(reader: FormReader) -> None:
    data = made.form(
        made.text("total", "Total", flags=made.READ_ONLY, value="42 EUR"),
        made.text("secret", "Password", flags=made.PASSWORD),
        {**made.tick("send", "Send"), "flags": made.PUSH},
        made.text("first", "First name", value="Maya"),
    )
    form = await read(reader, data)
    assert form.left_out  # the password, of which the patient is told
    [first] = form.fields
    assert (first.name, first.values) == ("first", ("Maya",))
    shown = words(await filled(reader, data, first="Maja"))
    assert "42 EUR" in shown  # the viewer was to draw it, and now nobody is left to do so
    assert "Maja" in shown


@pytest.mark.parametrize(
    ("name", "label", "expected"),
    [
        ("form1[0].page1[0].FirstName[0]", "", "First name"),
        ("date_of_birth", "", "Date of birth"),
        ("f1_01[0]", "", ""),
        ("Text12", "", ""),
        ("Textfeld 7", "", "Textfeld 7"),
        ("x", "  Your\nname ", "Your name"),
        ("TextField1", "TextField1", ""),
    ],
)
async def test_labels_are_the_forms_own_words(
    reader: FormReader, name: str, label: str, expected: str
) -> None:
    [one] = (await read(reader, made.form(made.text(name, label)))).fields
    assert one.label == expected


async def test_fields_are_in_the_order_of_the_page(reader: FormReader) -> None:
    fields = [made.text(name, name.title()) for name in ("one", "two", "three", "four")]
    opened = pikepdf.open(BytesIO(made.form(*fields, pages=2)))
    for page in opened.pages:
        page.obj["/Annots"] = Array(list(reversed(page.obj["/Annots"].as_list())))
    out = BytesIO()
    opened.save(out)
    form = await read(reader, out.getvalue())
    assert [(one.label, one.page) for one in form.fields] == [
        *(("One", 1), ("Two", 1), ("Three", 2), ("Four", 2))
    ]


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
async def test_places_are_where_a_viewer_displays_them(reader: FormReader, turned: int) -> None:
    opened = pikepdf.open(BytesIO(made.form(made.text("a", "A"), made.text("b", "B"))))
    opened.pages[0].obj["/Rotate"] = turned
    opened.pages[0].obj["/CropBox"] = Array([100, 300, 595, 842])
    out = BytesIO()
    opened.save(out)
    form = await read(reader, out.getvalue())
    by_name = {one.name: one for one in form.fields}
    document = await filled(reader, out.getvalue(), a="WWWWWWWWWWWWWWWWWWW")
    assert ink(document, by_name["a"].places[0]) > 100
    assert ink(document, by_name["b"].places[0]) == 0


async def test_answers_stand_on_the_page_for_every_viewer(reader: FormReader) -> None:
    data = made.form()
    form = await read(reader, data)
    document = await filled(
        reader,
        data,
        patient__last_name="Núñez-Groß, Zoë “Œ” €",
        born="14.03.1991",
        zip="12345",
        complaint="It hurts since Monday.\nMore in the evening (left \\ right).",
        smoker="yes",
        side="right",
        country="DE",
        languages=("Español", "Deutsch"),
        sign="Maya Lindqvist",
    )
    shown = words(document)
    for said in ("Núñez-Groß, Zoë “Œ” €", "14.03.1991", "since Monday.", "(left \\ right)"):
        assert said in shown
    for said in ("Germany", "Español", "Deutsch", "Maya Lindqvist"):
        assert said in shown
    assert "English" not in shown
    assert "12345" in shown.replace(" ", "").replace("\r", "").replace("\n", "")
    by_name = {one.name: one for one in form.fields}
    assert ink(document, by_name["smoker"].places[0]) > 50
    left, right = (ink(document, place) for place in by_name["side"].places)
    assert right > left * 1.3
    assert document.get_formtype() == 0  # nobody changes an answer by mistake


async def test_a_long_answer_becomes_smaller_then_goes_on_behind(reader: FormReader) -> None:
    data = made.form(made.text("short", "A short one"), made.text("lines", "", flags=made.LINES))
    small = "word " * 18
    document = await filled(reader, data, short=small)
    assert len(document) == 1
    assert small.strip() in words(document)
    long = " ".join(f"w{number}" for number in range(900))
    document = await filled(reader, data, lines=long, short="x" * 900)
    assert len(document) > 1
    said = words(document).replace("\r", " ").replace("\n", " ")
    assert "w899" in said
    assert "A short one" in said


async def test_an_answer_that_was_taken_back_is_gone(reader: FormReader) -> None:
    data = made.form(made.text("a", "A", value="Penicillin"), made.tick("b", "B"))
    assert "Penicillin" not in words(await filled(reader, data, a=""))


async def test_the_same_answers_make_the_same_copy(reader: FormReader) -> None:
    data = made.form()
    given = {"patient.last_name": ("Lindqvist",)}
    first = await reader.fill(once(data), len(data), given)
    assert first == await reader.fill(once(data), len(data), given)


async def test_a_box_that_the_form_does_not_draw_is_ticked(reader: FormReader) -> None:
    opened = pikepdf.open(BytesIO(made.form(made.tick("a", "A"), made.one_of("b", ["x", "y"]))))
    for widget in opened.pages[0].obj["/Annots"].as_list()[:1]:
        del widget["/AP"]
    out = BytesIO()
    opened.save(out)
    form = await read(reader, out.getvalue())
    document = await filled(reader, out.getvalue(), a="yes")
    assert ink(document, next(one for one in form.fields if one.name == "a").places[0]) > 20


# --- PDFs that cannot be filled in, and hostile ones ---------------------------------------------


@pytest.mark.parametrize("needed", [True, False])
async def test_a_form_for_adobe_only_is_recognised(reader: FormReader, needed: bool) -> None:
    opened = pikepdf.open(BytesIO(made.form(made.text("a"))))
    xfa = opened.make_stream(b"<template><field/></template>")
    opened.Root["/AcroForm"]["/XFA"] = Array([String("template"), xfa])
    opened.pages[0].obj["/Annots"] = Array([])
    opened.Root["/AcroForm"]["/Fields"] = Array([])
    if needed:
        opened.Root["/NeedsRendering"] = True
    out = BytesIO()
    opened.save(out)
    assert (await read(reader, out.getvalue())).state is FormState.XFA


async def test_a_pdf_without_fields_has_none(reader: FormReader) -> None:
    plain = pikepdf.new()
    plain.add_blank_page()
    out = BytesIO()
    plain.save(out)
    assert (await read(reader, out.getvalue())).state is FormState.NONE
    assert (await read(reader, b"%PDF-1.7 broken")).state is FormState.UNREADABLE


def _hostile(kind: str) -> bytes:
    opened = pikepdf.open(BytesIO(made.form(made.text("a", "A"), made.text("b", "B"))))
    first, second = opened.pages[0].obj["/Annots"].as_list()
    if kind == "circle":
        first["/Parent"], second["/Parent"] = second, first
        del first["/T"]
    elif kind == "deep":
        node = first
        for _ in range(2_000):
            above = opened.make_indirect(Dictionary(T=String("x")))
            node["/Parent"] = above
            node = above
    elif kind == "long":
        second["/TU"] = String("L" * 2_000_000)
        second["/V"] = String("V" * 2_000_000)
        first["/T"] = String("T" * 2_000_000)
    elif kind == "nonsense":
        first["/Rect"] = String("here")
        first["/Ff"] = Name("/Many")
        first["/MaxLen"] = String("9")
        second["/Rect"] = Array([1e30, -1e30, 5, 5])
        second["/MaxLen"] = -4
        second["/DA"] = Array([])
    elif kind == "itself":
        first["/Kids"] = Array([first, first])
        first["/Parent"] = first
    elif kind == "options":
        first["/FT"] = Name("/Ch")
        first["/Opt"] = Array([String(f"o{number}") for number in range(50_000)])
    out = BytesIO()
    opened.save(out)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["circle", "deep", "long", "nonsense", "itself", "options"])
async def test_hostile_forms_are_bounded(reader: FormReader, kind: str) -> None:
    data = _hostile(kind)
    form = await read(reader, data)
    assert form.state in {FormState.FIELDS, FormState.NONE}
    assert all(len(one.label) <= 500 and len(one.name) <= 500 for one in form.fields)
    assert len(str(form.as_json())) < 50_000
    done = await reader.fill(once(data), len(data), {one.name: ("x",) for one in form.fields})
    assert done is not None


async def test_a_form_with_thousands_of_fields_is_filled_in_on_paper(reader: FormReader) -> None:
    data = made.form(*(made.text(f"n{number}") for number in range(3_000)), pages=60)
    assert (await read(reader, data)).state is FormState.TOO_MANY


# --- forms of the wild ----------------------------------------------------------------------------

SAMPLES = Path(__file__).parents[1] / "samples"


@pytest.mark.parametrize(("name", "fields"), [("form_210966", 61), ("form_dd0293", 102)])
async def test_forms_of_authorities(reader: FormReader, name: str, fields: int) -> None:
    data = (SAMPLES / f"{name}.pdf").read_bytes()
    form = await read(reader, data)
    assert len(form.fields) == fields
    assert all(one.label for one in form.fields)
    answers: dict[str, tuple[str, ...]] = {one.name: (_answer(one),) for one in form.fields}
    done = await reader.fill(once(data), len(data), answers)
    assert done is not None
    assert "Zoë" in words(pypdfium2.PdfDocument(done.flat))


def _answer(one: FormField) -> str:
    if one.options:
        return one.options[-1][0]
    return "yes" if one.kind is FieldKind.TICK else "Zoë Groß"[: one.longest or None]
