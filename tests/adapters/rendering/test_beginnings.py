"""Files whose first bytes are missing, damaged or not the first: they are what they are."""

import io
from collections.abc import Callable

import pikepdf
import pydicom.data
import pytest
from PIL import Image

from bedside.adapters.child_examiner import ChildExaminer
from bedside.adapters.rendering import dicom, images, pdf
from bedside.files import media_types as types
from bedside.files.ports import Examination
from bedside.files.sniffing import HEAD_SIZE, sniff
from tests.adapters.rendering import pdfs
from tests.adapters.rendering.making import everything
from tests.adapters.rendering.test_documents import chunks
from tests.hostile import builders

pytestmark = [pytest.mark.anyio, pytest.mark.feature("F2")]

PAGES = pdfs.pages(3)
BODY = PAGES[PAGES.index(b"1 0 obj") :]
PDFS = {
    "without a header": BODY,
    "only the mark of its second line": b"%\xe2\xe3\xcf\xd3\n" + BODY,
    "small letters": b"%pdf-1.4\n" + BODY,
    "a blank": b"%PDF 1.4\n" + BODY,
    "no percent sign": b"PDF-1.4\r\n" + BODY,
    "as PostScript": b"%!PS-Adobe-3.0 PDF-1.4\n" + BODY,
    "zeros instead": bytes(9) + BODY,
    "far behind zeros": bytes(4000) + BODY,
    "behind words, far away": b"From the scanner of ward 3.\n" * 100 + BODY,
    "cut into the first object": PAGES[PAGES.index(b"endobj") :],
}


async def examined(data: bytes, name: str = "scan.pdf") -> Examination:
    """Examine a file in a child process."""
    return await ChildExaminer().examine(chunks(data), len(data), name)


@pytest.mark.parametrize("kind", PDFS)
async def test_pdf_without_its_beginning_is_a_pdf(kind: str) -> None:
    data = PDFS[kind]
    for name in ("scan.pdf", "scan", "scan.txt"):
        assert sniff(data[:HEAD_SIZE], name).media_type == types.PDF
    found = await examined(data)
    if kind == "cut into the first object":
        assert found.refusal in {"damaged_pdf", ""}  # its catalogue is lost
        return
    assert (found.media_type, found.refusal, found.pages) == (types.PDF, "", 3)
    assert "pdf_without_beginning" in found.note.split()
    assert found.shared is not None
    assert found.shared.data.startswith(b"%PDF-")
    made = await everything(ChildExaminer(), data, types.PDF)
    assert "Page 2 of the report" in made.text
    assert {"preview", "page-2", "page-3"} <= {one.role for one in made.derivatives}


async def test_commands_in_a_pdf_without_its_beginning_are_seen() -> None:
    launch = b"/OpenAction << /S /Launch /F (calc.exe) >>"
    data = builders.simple_pdf(catalog=launch)
    found = await examined(data[data.index(b"1 0 obj") :])
    assert found.refusal == "pdf_starts_program"


def test_program_page_or_picture_before_the_objects_is_none() -> None:
    assert sniff(b"MZ\x00\x00" + bytes(60) + BODY, "a.pdf").refusal == "executable"
    assert sniff(b"<html><script>x()</script>\n" + BODY, "a.pdf").refusal == "web_page"
    assert sniff(builders.picture("PNG") + b"\n" + BODY, "a.pdf").media_type == types.PNG


async def test_text_about_pdf_stays_a_text() -> None:
    words = b"In a PDF the first object reads\n1 0 obj << /Type /Catalog >> endobj\nand so on.\n"
    found = await examined(words, "notes.txt")
    assert (found.media_type, found.refusal) == (types.PLAIN, "")
    cut = BODY[: len(BODY) // 3] + b"\ntrailer <<"
    assert (await examined(cut)).refusal in {"damaged_pdf", "incomplete_pdf"}


def dicom_file() -> bytes:
    """A whole file of a scanner."""
    path = pydicom.data.get_testdata_file("CT_small.dcm", download=False)
    assert isinstance(path, str)
    with open(path, "rb") as file:
        return file.read()


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[128:],
        lambda data: data[132:],
        lambda data: data[100:],
        lambda data: b"\r\n\r\n" + data,
        lambda data: bytes(300) + data[128:],
        lambda data: data[:128] + bytes(4) + data[132:],
        lambda data: data[:128] + b"DCIM" + data[132:],
    ],
    ids=["no preamble", "no mark", "short", "blanks", "long", "zeros", "other mark"],
)
async def test_dicom_without_its_beginning_is_shown(damage: Callable[[bytes], bytes]) -> None:
    data = damage(dicom_file())
    assert sniff(data[:HEAD_SIZE], "IM1").media_type == types.DICOM
    found = await examined(data, "IM1")
    assert (found.media_type, found.refusal, found.width) == (types.DICOM, "", 128)
    assert {one.role for one in dicom.derive(data, types.DICOM).derivatives} >= {"preview"}
    starts_with_the_data = data.startswith(b"\x02\x00")
    assert found.note == ("" if starts_with_the_data else "dicom_without_beginning")


@pytest.mark.parametrize("before", [b"\r\n", b"\xef\xbb\xbf", b"\n\n\n", bytes(16), b" \t"])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP"])
def test_blanks_before_a_picture_are_left_out_of_the_copy(before: bytes, kind: str) -> None:
    data = before + builders.picture(kind)
    found = images.examine(data, sniff(data, "a").media_type)
    assert (found.width, found.note) == (64, "picture_repaired")
    assert found.shared is not None
    assert Image.open(io.BytesIO(found.shared.data)).size == (64, 48)


async def test_picture_behind_blanks_is_shown_and_hides_nothing() -> None:
    data = b"\r\n" + builders.picture("JPEG")
    found = await examined(data, "photo.jpg")
    assert (found.media_type, found.refusal, found.note) == (types.JPEG, "", "picture_repaired")
    made = await everything(ChildExaminer(), data, types.JPEG)
    assert {one.role for one in made.derivatives} >= {"preview", "thumbnail"}
    hiding = data + builders.zipped({"a.exe": b"MZ"})
    assert (await examined(hiding, "photo.jpg")).refusal == "polyglot"


def test_copy_for_others_opens_in_other_programs() -> None:
    found = pdf.examine(BODY, types.PDF)
    assert found.shared is not None
    with pikepdf.open(io.BytesIO(found.shared.data)) as opened:
        assert len(opened.pages) == 3
