"""PDF, office documents and text: their words, their pages, and OCR of scans."""

import io
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageFilter, ImageOps

from bedside.adapters.child_examiner import ChildExaminer
from bedside.adapters.child_process import Children
from bedside.adapters.ocr import Recogniser, tesseract, tesseract_languages
from bedside.adapters.rendering import office, pdf, text
from bedside.adapters.rendering.limits import Refused
from bedside.adapters.rendering.paper import looks_like_document
from bedside.adapters.rendering.second_opinion import objection
from bedside.errors import Unavailable
from bedside.files import media_types as types
from tests.adapters.rendering.making import everything
from tests.hostile import builders, tables
from tests.hostile.tables import number, words

SAMPLES = Path(__file__).parents[2] / "samples"


async def chunks(data: bytes) -> AsyncIterator[bytes]:
    """Yield the data in blocks."""
    for start in range(0, len(data), 65_536):
        yield data[start : start + 65_536]


def sample(name: str) -> bytes:
    """Return a file of tests/samples."""
    return (SAMPLES / name).read_bytes()


@pytest.mark.feature("F10")
@pytest.mark.parametrize(
    ("media_type", "data", "expected"),
    [
        (types.DOCX, builders.docx("Überweisung wegen Rückenschmerzen"), "Überweisung wegen"),
        (types.ODT, builders.odt("Arztbrief für Frau Öz"), "Arztbrief für Frau Öz"),
        (
            types.XLSX,
            tables.xlsx({"W": [words("A1", "Natrium") + words("B1", "Kalium"), number("B2", 4.2)]}),
            "Natrium\tKalium\n\t4.2",
        ),
        (
            types.DOC,
            builders.doc("Befund: unauffällig, Größe 5 µm"),
            "Befund: unauffällig, Größe 5 µm",
        ),
        (
            types.RTF,
            rb"{\rtf1{\fonttbl{\f0 Arial;}}{\info{\author Me}}Gr\'f6\u223?e\par 5}",
            "Größe\n5",
        ),
    ],
    ids=["docx", "odt", "xlsx", "doc", "rtf"],
)
def test_words_of_office_documents(media_type: str, data: bytes, expected: str) -> None:
    assert office.examine(data, media_type).media_type == media_type
    made = office.derive(data, media_type)
    assert expected in made.text
    assert made.text_source == "embedded"


def test_hidden_parts_of_office_documents_are_no_words() -> None:
    data = rb"{\rtf1 {\pict 0102}{\field{\*\fldinst HYPERLINK secret}{\fldrslt shown}}}"
    assert office.derive(data, types.RTF).text == "shown"
    field = builders.doc("before \x13 PAGE \x14 7\x15 after")
    assert office.derive(field, types.DOC).text == "before  7 after"


def test_word_examined_as_excel_is_word() -> None:
    assert office.examine(builders.docx(), types.XLSX).media_type == types.DOCX


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_in_any_usual_encoding(encoding: str) -> None:
    assert text.derive("Größe 5 µm".encode(encoding), types.PLAIN).text == "Größe 5 µm"


def test_text_that_is_none_is_refused() -> None:
    for data in (b"a\x00b", b"\xff\xfe\x00\xd8"):
        with pytest.raises(Refused, match="damaged_text"):
            text.examine(data, types.PLAIN)


@pytest.mark.parametrize(
    "note",
    [
        "Patient reports pain since Monday; function of the left hand is limited.\n" * 4,
        "Name;Wert;Einheit\nNatrium;140;mmol/l\nKalium;4,2;mmol/l\nKreatinin;0,9;mg/dl\n",
        "- Ibuprofen 400 mg 1-0-1\n- Pantoprazol 40 mg 1-0-0\n- return in 2 weeks if not better\n",
        '{"resourceType": "Observation", "status": "final", "value": 5.4, "unit": "mmol/l"}',
    ],
)
def test_what_people_write_is_no_script(note: str) -> None:
    assert objection(note.encode(), types.PLAIN) == ""


@pytest.mark.feature("F3")
@pytest.mark.parametrize(
    "name", ["graph_encrypted.pdf", "pdf_encrypted_issue15893.pdf", "pdf_encrypted_pr6531_1.pdf"]
)
def test_pdf_with_a_password_is_refused(name: str) -> None:
    with pytest.raises(Refused, match="encrypted_pdf"):
        pdf.examine(sample(name), types.PDF)


@pytest.mark.feature("F3")
def test_pdf_with_an_owner_password_is_taken() -> None:
    examined = pdf.examine(sample("form_dd0293.pdf"), types.PDF)
    assert (examined.pages, examined.note) == (4, "")


@pytest.mark.feature("F10")
def test_words_and_pages_of_a_paper() -> None:
    made = pdf.derive(sample("paper_tracemonkey.pdf"), types.PDF)
    pages = made.text.split("\f")
    assert len(pages) == 14
    assert "Trace-based Just-in-Time" in pages[0]
    roles = [one.role for one in made.derivatives]
    assert roles == ["thumbnail", "preview", *(f"page-{number}" for number in range(2, 15))]
    preview = Image.open(io.BytesIO(made.derivatives[1].data))
    assert max(preview.size) == 1600


def test_what_was_filled_into_a_form_is_on_its_picture() -> None:
    field = (
        b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (a) /V (8888888888) /Rect [72 400 540 500] "
        b"/DA (/F1 60 Tf 0 g) /F 4 /P 3 0 R >>"
    )
    form = b"/AcroForm << /Fields [6 0 R] /NeedAppearances true /DR << /Font << /F1 5 0 R >> >> >>"
    filled = builders.simple_pdf(catalog=form, page=b"/Annots [6 0 R]", more=[field])
    empty = builders.simple_pdf()

    def ink(data: bytes) -> int:
        preview = pdf.derive(data, types.PDF).derivatives[1].data
        return sum(Image.open(io.BytesIO(preview)).convert("L").histogram()[:128])

    assert ink(filled) > ink(empty) + 1000


def test_a_pdf_that_lost_its_end_is_shown_and_said_to_be_repaired() -> None:
    cut = builders.simple_pdf()[:-150]
    assert pdf.examine(cut, types.PDF).note == "pdf_repaired"
    assert [one.role for one in pdf.derive(cut, types.PDF).derivatives][:2] == [
        "thumbnail",
        "preview",
    ]


@pytest.mark.anyio
@pytest.mark.feature("F10")
@pytest.mark.parametrize("engine", ["tesseract", "rapidocr"])
async def test_a_scan_is_read(engine: str) -> None:
    children = Children()
    reader = Recogniser(children, program=tesseract() if engine == "tesseract" else None)
    assert reader.name == engine
    data = sample("scan_congress.pdf")
    made = await everything(ChildExaminer(children, reader=reader), data, types.PDF)
    assert made.text_source == "recognised"
    assert "PRESIDENT OF THE UNITED STATES" in made.text
    assert not [one for one in made.derivatives if one.role.startswith("ocr")]


@pytest.mark.anyio
async def test_an_engine_that_fails_reads_nothing() -> None:
    reader = Recogniser(Children(), program=shutil.which("false"))
    assert (await reader.read(builders.picture("JPEG"))).text == ""


@pytest.mark.anyio
@pytest.mark.parametrize("program", ["tesseract", None])
async def test_page_that_no_child_could_read_is_read_later(
    monkeypatch: pytest.MonkeyPatch, program: str | None
) -> None:
    async def none_left(*_given: object, **_named: object) -> bytes:
        raise Unavailable

    children = Children()
    monkeypatch.setattr(children, "run", none_left)
    monkeypatch.setattr(children, "ask", none_left)
    reader = Recogniser(children, program=program)
    assert reader.name, "an engine is missing: make debian"
    with pytest.raises(Unavailable):
        await ChildExaminer(children, reader=reader).read(builders.picture("JPEG"), "own words")


def test_languages_are_those_installed() -> None:
    assert "eng" in tesseract_languages()


def on_a_table(page: Image.Image) -> Image.Image:
    """Show the page as a phone sees it: askew on wood, warm light from one side, slightly
    blurred."""
    wood = Image.effect_noise((1800, 2300), 60).convert("RGB")
    wood = Image.blend(wood, Image.new("RGB", wood.size, (110, 70, 40)), 0.7)
    sheet = page.resize((1300, 1700))
    light = (
        Image.linear_gradient("L")
        .resize(sheet.size)
        .point([140 + v * 90 // 255 for v in range(256)])
    )
    sheet = Image.composite(sheet, Image.new("RGB", sheet.size, "black"), light)
    sheet = Image.blend(sheet, Image.new("RGB", sheet.size, (220, 190, 140)), 0.15)
    outline = Image.new("L", sheet.size, 255).rotate(6, expand=True)
    wood.paste(sheet.rotate(6, expand=True), (150, 150), outline)
    return wood.filter(ImageFilter.GaussianBlur(1.0))


@pytest.mark.feature("F10")
@pytest.mark.parametrize("name", ["paper_tracemonkey.pdf", "form_dd0293.pdf", "scan_congress.pdf"])
def test_a_photo_of_a_page_is_worth_reading(name: str) -> None:
    page = pypdfium2.PdfDocument(sample(name))[0].render(scale=2).to_pil().convert("RGB")
    assert looks_like_document(page)
    assert looks_like_document(on_a_table(page))


def test_a_dog_a_pen_and_a_wall_are_not() -> None:
    from pi_heif import register_heif_opener

    register_heif_opener()
    for name in ("photo_pug.heic", "photo_xiaomi.heic"):
        photo = ImageOps.exif_transpose(Image.open(SAMPLES / name))
        assert not looks_like_document(photo)
    assert not looks_like_document(Image.new("RGB", (900, 1200), "white"))
    assert not looks_like_document(Image.radial_gradient("L"))


@pytest.mark.anyio
@pytest.mark.feature("F10")
async def test_a_photographed_page_is_read() -> None:
    page = pypdfium2.PdfDocument(sample("paper_tracemonkey.pdf"))[0]
    out = io.BytesIO()
    page.render(scale=3).to_pil().convert("RGB").save(out, "JPEG", quality=85)
    children = Children()
    reader = Recogniser(children, program=tesseract())
    data = out.getvalue()
    made = await everything(ChildExaminer(children, reader=reader), data, types.JPEG)
    assert made.text_source == "recognised"
    assert "Just-in-Time Type Specialization" in made.text
