"""A PDF in DICOM is shown, searched and judged as every PDF is."""

import gzip
import io
from collections.abc import AsyncIterator

import pikepdf
import pytest
from pydicom.dataset import Dataset

from bedside.adapters.child_examiner import ChildExaminer
from bedside.adapters.rendering import dicom
from bedside.adapters.rendering.limits import Refused
from bedside.adapters.yara import BuiltInScanner
from bedside.files import media_types as types
from bedside.files.ports import Verdict
from bedside.files.sniffing import sniff
from tests.adapters.rendering.dicom_files import file_of, with_document
from tests.adapters.rendering.making import everything
from tests.hostile import builders

pytestmark = [pytest.mark.feature("F2"), pytest.mark.filterwarnings("ignore")]


def report(words: str, pages: int = 2) -> bytes:
    """Return a PDF with words on every page."""
    document = pikepdf.new()
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1)
    font.BaseFont = pikepdf.Name.Helvetica
    for number in range(pages):
        page = document.add_blank_page(page_size=(300, 400))
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        text = f"BT /F1 18 Tf 20 200 Td ({words} {number + 1}) Tj ET".encode()
        page.Contents = document.make_stream(text)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


async def chunks(data: bytes) -> AsyncIterator[bytes]:
    """Yield the data at once."""
    yield data


@pytest.mark.parametrize("padding", [10, 500, 900, 4_000])
@pytest.mark.parametrize("deflated", [False, True])
def test_pages_and_words_of_a_report(padding: int, deflated: bool) -> None:
    data = with_document(
        report("meniscus"), padding=padding, deflated=deflated, StudyDescription="Knee"
    )
    assert sniff(data[:65_536], "report.dcm").media_type == types.DICOM
    examined = dicom.examine(data, types.DICOM)
    assert (examined.media_type, examined.pages, examined.note) == (types.DICOM, 2, "")
    assert examined.shared is not None
    assert examined.shared.media_type == types.PDF
    assert examined.shared.data.startswith(b"%PDF-")
    made = dicom.derive(data, types.DICOM)
    assert {"thumbnail", "preview", "page-2"} <= {one.role for one in made.derivatives}
    assert [word in made.text for word in ("meniscus 1", "meniscus 2", "Knee")] == [True] * 3
    assert made.facts["kind"] == "Encapsulated PDF Storage"


@pytest.mark.anyio
async def test_a_short_header_is_no_second_kind_of_file() -> None:
    data = with_document(report("meniscus"))
    assert b"%PDF-" in data[:1024]
    examined = await ChildExaminer().examine(chunks(data), len(data), "report.dcm")
    assert (examined.refusal, examined.media_type, examined.pages) == ("", types.DICOM, 2)
    assert examined.shared is not None
    assert examined.shared.media_type == types.PDF
    derived = await everything(ChildExaminer(), data, types.DICOM)
    assert "meniscus 2" in derived.text


def without_preamble(data: bytes) -> bytes:
    """Return a file as older devices write it."""
    return data[132:]


def test_a_report_without_a_preamble() -> None:
    data = without_preamble(with_document(report("meniscus")))
    assert sniff(data, "").media_type == types.DICOM
    assert dicom.examine(data, types.DICOM).pages == 2


def test_a_second_pdf_in_the_header_is_refused() -> None:
    hidden = report("elsewhere", 1)[:400].decode("latin-1")
    data = with_document(report("meniscus"), ImageComments=hidden)
    assert data.index(b"%PDF-") < 1024
    with pytest.raises(Refused, match="polyglot"):
        dicom.examine(data, types.DICOM)
    alone = Dataset()
    alone.SOPClassUID = "1.2.840.10008.5.1.4.1.1.7"
    alone.ImageComments = hidden
    with pytest.raises(Refused, match="polyglot"):
        dicom.examine(file_of(alone), types.DICOM)


def test_a_password_is_asked_for_as_in_every_pdf() -> None:
    opened, out = pikepdf.open(io.BytesIO(report("meniscus"))), io.BytesIO()
    opened.save(out, encryption=pikepdf.Encryption(user="a", owner="b"))
    with pytest.raises(Refused, match="encrypted_pdf"):
        dicom.examine(with_document(out.getvalue()), types.DICOM)


def test_a_damaged_report_is_refused() -> None:
    with pytest.raises(Refused, match="damaged_pdf"):
        dicom.examine(with_document(b"%PDF-1.4\n" + bytes(500)), types.DICOM)


@pytest.mark.parametrize(
    "document",
    [
        b"MZ" + bytes(600),
        builders.zipped({"a": b"b"}),
        b"\x7fELF" + bytes(600),
        b"Rar!\x1a\x07\x00x",
    ],
    ids=["Windows", "zip", "Linux", "rar"],
)
def test_a_program_in_place_of_the_report_is_refused(document: bytes) -> None:
    with pytest.raises(Refused, match="program_inside"):
        dicom.examine(with_document(document), types.DICOM)


@pytest.mark.parametrize("document", [b"<ClinicalDocument>", b"solid knee\n", bytes(900)])
def test_other_documents_are_kept(document: bytes) -> None:
    examined = dicom.examine(with_document(document), types.DICOM)
    assert (examined.note, examined.pages) == ("dicom_without_pixels", None)


LAUNCH = b"/OpenAction << /S /Launch /F (calc.exe) >>"


@pytest.mark.anyio
@pytest.mark.feature("F5")
@pytest.mark.parametrize(
    "document",
    [
        builders.zipped({"a.txt": builders.EICAR}),
        b"\x00" * 99 + builders.zipped({"a.txt": builders.EICAR}) + bytes(90_000),
        gzip.compress(b"x" * 99 + builders.EICAR),
        bytes(500) + gzip.compress(builders.zipped({"b": builders.EICAR})) + bytes(70_000),
        builders.simple_pdf(catalog=LAUNCH),
        bytes(3_000) + builders.simple_pdf(catalog=LAUNCH),
    ],
    ids=["zip", "zip amid others", "gzip", "zip in gzip", "launch", "launch amid others"],
)
@pytest.mark.parametrize("element", ["EncapsulatedDocument", "private"])
async def test_what_is_packed_in_a_data_set_is_looked_at(document: bytes, element: str) -> None:
    if element == "private":
        dataset = Dataset()
        dataset.SOPClassUID = "1.2.840.10008.5.1.4.1.1.7"
        dataset.private_block(0x0029, "MAKER", create=True).add_new(1, "OB", document + b"\x00")
        data = file_of(dataset)
    else:
        data = with_document(document)
    result = await BuiltInScanner().scan(chunks(data), len(data))
    assert result.verdict is Verdict.INFECTED
