"""Every form of the samples, and awkward ones, is filled in: the values are in its own fields for
another program, both viewers draw them, and the flat copy shows them without any field."""

import shutil
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest

from bedside.adapters.child_process import Children
from bedside.adapters.form_reader import FormReader
from bedside.files.pdf_forms import FieldKind, FilledForm, FormField, FormState, PdfForm
from tests.adapters.rendering import awkward_forms
from tests.adapters.rendering import form_files as made
from tests.adapters.rendering import form_viewers as viewers
from tests.printing.reading import as_drawn

pytestmark = [pytest.mark.anyio, pytest.mark.feature("F15")]
SAMPLES = Path(__file__).parents[1] / "samples"
K = FieldKind

FORMS: dict[str, bytes] = {
    **{
        path.stem: path.read_bytes()
        for path in sorted([*SAMPLES.glob("form_*.pdf"), SAMPLES / "pdf_with_scripts.pdf"])
        if path.stem != "form_xfa"
    },
    **awkward_forms.FORMS,
}
FIELDS = {"form_210966": 61, "form_dd0293": 102, "pdf_with_scripts": 9, "four_hundred": 400}


@pytest.fixture(scope="module")
def reader() -> FormReader:
    """A reader with children of its own."""
    return FormReader(Children(at_once=2, seconds=20))


async def once(data: bytes) -> AsyncIterator[bytes]:
    """Yield everything at once."""
    yield data


async def read(reader: FormReader, data: bytes) -> PdfForm:
    """Read a form."""
    return await reader.read(once(data), len(data))


async def fill(reader: FormReader, data: bytes, answers: dict[str, tuple[str, ...]]) -> FilledForm:
    """Fill in a form."""
    done = await reader.fill(once(data), len(data), answers)
    assert done is not None
    return done


def answer(one: FormField) -> tuple[str, ...]:
    """Return an answer to a field of any kind."""
    if one.kind is K.TICK:
        return ("yes",)
    if one.kind is K.SOME_OF:
        return tuple(value for value, _label in one.options[:2])
    if one.options:
        return (one.options[-1][0],)
    if one.date_format:
        return ("07/09/2026",)
    if one.kind is K.LINES:
        return ("Zoë Groß\n2 lines"[: one.longest or None],)
    return (f"Zoë {one.number}"[: one.longest or None],)


def is_seen(one: FormField, given: tuple[str, ...], seen: list[viewers.Seen]) -> bool:
    """Whether another program finds an answer in the field."""
    if one.kind is K.TICK:
        return any(widget.checked for widget in seen)
    if one.kind is K.ONE_OF:
        return sum(widget.checked for widget in seen) >= 1
    if one.kind is K.SIGNATURE:
        return True  # a typed name is only drawn
    labels = dict(one.options)
    if one.kind in {K.SOME_OF, K.CHOICE}:
        return {labels[value] for value in given} <= {*seen[0].chosen, seen[0].value}
    return seen[0].value == given[0]


@pytest.mark.parametrize("name", FORMS)
async def test_every_field_is_filled_in_and_seen(
    reader: FormReader, name: str, tmp_path: Path
) -> None:
    data = FORMS[name]
    form = await read(reader, data)
    assert form.state is FormState.FIELDS
    assert len(form.fields) == FIELDS.get(name, len(form.fields))
    answers = {one.name: answer(one) for one in form.fields}
    done = await fill(reader, data, answers)

    seen = viewers.widgets_of(done.with_fields)
    assert {one.name for one in form.fields} <= set(seen)
    missed = [
        one.name for one in form.fields if not is_seen(one, answers[one.name], seen[one.name])
    ]
    assert not missed
    assert viewers.widgets_of(data).keys() == seen.keys()  # the same fields
    assert not viewers.widgets_of(done.flat)

    nothing = await fill(reader, data, {})
    for drawn in (viewers.drawn_by_pdfium, lambda of: viewers.drawn_by_poppler(of, tmp_path)):
        before = drawn(nothing.with_fields)
        for after in (drawn(done.with_fields), drawn(done.flat)):
            unseen = [
                one.name
                for one in form.fields
                if not any(
                    viewers.change(before[one.page - 1], after[one.page - 1], place) > 5
                    for place in one.places
                )
            ]
            assert not unseen
    shutil.rmtree(tmp_path)


@pytest.mark.parametrize("name", ["form_210966", "form_dd0293", "outlined_and_tagged"])
async def test_everything_else_of_the_pdf_stays(reader: FormReader, name: str) -> None:
    data = FORMS[name]
    form = await read(reader, data)
    done = await fill(reader, data, {one.name: answer(one) for one in form.fields})
    before, after = pikepdf.open(BytesIO(data)), pikepdf.open(BytesIO(done.with_fields))
    assert len(after.pages) == len(before.pages)
    assert {*after.Root.keys()} >= {*before.Root.keys()} - {"/Perms", "/NeedsRendering"}
    for old, new in zip(before.pages, after.pages, strict=True):
        assert old.mediabox == new.mediabox
        contents = [page.obj.get("/Contents") for page in (old, new)]
        if isinstance(contents[0], pikepdf.Stream):
            assert isinstance(contents[1], pikepdf.Stream)
            assert contents[0].read_bytes() == contents[1].read_bytes()
    assert not after.is_encrypted
    with before.open_outline() as old, after.open_outline() as new:
        assert [one.title for one in old.root] == [one.title for one in new.root]
    if "/StructTreeRoot" in before.Root:
        assert "/K" in after.Root["/StructTreeRoot"]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Ольга Петрова", "Ольга Петрова"),
        ("Ελένη Παπαδοπούλου", "Ελένη Παπαδοπούλου"),
        ("محمد بن سلمان", "محمد بن سلمان"),
        ("שלום עולם", "שלום עולם"),
        ("王芳", "王芳"),
        ("やまだ はなこ", "やまだ はなこ"),
        ("Đỗ Thị Ánh Nguyễn", "Đỗ Thị Ánh Nguyễn"),
        ("Zoë “Œ” €", "Zoë “Œ” €"),
        ("ไทย", as_drawn("ไทย", "Noto Sans Thai", "aithy")),
        ("नमन", as_drawn("नमन", "Noto Sans Devanagari", "nmn")),
        ("김민준", as_drawn("김민준", "NanumGothic", "GimMinJun")),
        ("ᏣᎳᎩ", "TsaLaGi"),
    ],
)
async def test_letters_of_any_script(
    reader: FormReader, said: str, found: str, tmp_path: Path
) -> None:
    data = made.form(made.text("a", "A"), made.text("b", "B", flags=made.LINES, high=60))
    done = await fill(reader, data, {"a": (said,), "b": (f"{said}\n{said}",)})
    seen = viewers.widgets_of(done.with_fields)
    assert (seen["a"][0].value, seen["b"][0].value) == (said, f"{said}\n{said}")
    assert reader.shown(said) == found
    assert viewers.words(done.flat).count(found) == 3
    form = await read(reader, data)
    for pages in (
        viewers.drawn_by_pdfium(done.flat),
        viewers.drawn_by_poppler(done.flat, tmp_path),
    ):
        white = pages[0].point(lambda _dot: 255)
        assert all(viewers.change(white, pages[0], one.places[0]) > 60 for one in form.fields)


async def test_a_list_of_which_several_are_chosen(reader: FormReader) -> None:
    data = made.form()
    done = await fill(reader, data, {"languages": ("English", "Deutsch"), "country": ("DE",)})
    seen = viewers.widgets_of(done.with_fields)
    assert seen["languages"][0].chosen == ("English", "Deutsch")
    assert seen["country"][0].chosen == ("Germany",)


async def test_two_fields_of_one_name_are_one(reader: FormReader) -> None:
    data = FORMS["one_name_twice"]
    [one] = (await read(reader, data)).fields
    done = await fill(reader, data, {one.name: ("Maya",)})
    assert [seen.value for seen in viewers.widgets_of(done.with_fields)["name"]] == ["Maya"] * 2


async def test_scripts_are_left_out_and_calculated_fields_are_known(reader: FormReader) -> None:
    data = (SAMPLES / "pdf_with_scripts.pdf").read_bytes()
    done = await fill(reader, data, {})
    assert b"app.alert" not in pikepdf_bytes(done.with_fields)
    form = await read(reader, FORMS["calculated"])
    assert [one.calculated for one in form.fields] == [False, False, True]


def pikepdf_bytes(data: bytes) -> bytes:
    """Return a PDF without any compression."""
    out = BytesIO()
    opened = pikepdf.open(BytesIO(data))
    opened.save(
        out,
        stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
        compress_streams=False,
        object_stream_mode=pikepdf.ObjectStreamMode.disable,
    )
    return out.getvalue()


async def test_a_signature_holds_in_the_empty_form_only(reader: FormReader) -> None:
    data = FORMS["signed_before"]
    form = await read(reader, data)
    assert form.signed
    assert [one.name for one in form.fields] == ["first"]
    done = await fill(reader, data, {"first": ("Maya",)})
    opened: Any = pikepdf.open(BytesIO(done.with_fields))
    signature = next(one for one in opened.Root.AcroForm.Fields if one.T == "approved")
    assert "/V" not in signature
    assert "/AP" in signature  # what was seen of it stays


async def test_a_second_form_in_xml_does_not_contradict_the_answers(reader: FormReader) -> None:
    opened: Any = pikepdf.open(BytesIO((await fill(reader, FORMS["hybrid"], {})).with_fields))
    assert "/XFA" not in opened.Root.AcroForm


@pytest.mark.parametrize("name", ["form_xfa"])
async def test_forms_for_adobe_only_are_said_to_be_so(reader: FormReader, name: str) -> None:
    data = (SAMPLES / f"{name}.pdf").read_bytes()
    assert (await read(reader, data)).state is FormState.XFA


async def test_what_nobody_sees_is_not_asked(reader: FormReader) -> None:
    form = await read(reader, FORMS["hidden_and_unplaced"])
    assert [one.name for one in form.fields] == ["seen"]


async def test_a_field_without_words_of_its_own_has_those_beside_it(reader: FormReader) -> None:
    form = await read(reader, FORMS["words_beside"])
    assert [one.label for one in form.fields] == ["Surname", "Street and number"]


async def test_names_that_are_inherited(reader: FormReader) -> None:
    form = await read(reader, FORMS["inherited"])
    assert [(one.name, one.longest) for one in form.fields] == [
        ("patient.name.first", 20),
        ("patient.name.last", 20),
    ]


async def test_pages_of_other_documents_open_as_before(reader: FormReader) -> None:
    data = FORMS["owner_password"]
    assert pikepdf.open(BytesIO(data)).is_encrypted
    done = await fill(reader, data, {"a": ("Maya",)})
    assert len(pypdfium2.PdfDocument(done.with_fields)) == 1
