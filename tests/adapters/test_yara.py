"""The built-in scanner: overlapping windows, forms that are no malware, honest failures."""

import io
import random
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import pikepdf
import pytest
from pydicom import dcmwrite
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    EncapsulatedPDFStorage,
    ExplicitVRLittleEndian,
)

from bedside.adapters.child_process import Children
from bedside.adapters.rendering.pdf_actions import is_harmless
from bedside.adapters.yara import BuiltInScanner
from bedside.files.ports import Cause, Verdict
from tests.hostile import builders

pytestmark = pytest.mark.feature("F5")
SAMPLES = Path(__file__).parents[1] / "samples"
MIB = 1024 * 1024


async def chunks(data: bytes, size: int = 256 * 1024) -> AsyncIterator[bytes]:
    """The data in blocks of `size`."""
    for start in range(0, len(data), size):
        yield data[start : start + size]


@pytest.mark.anyio
async def test_malware_is_found_wherever_the_blocks_are_cut() -> None:
    scanner = BuiltInScanner()
    assert scanner.name == "Built-in scanner"
    chance = random.Random(7)
    for at in (4 * MIB - 30, 4 * MIB, 8 * MIB - 65_536 - 40, chance.randrange(9 * MIB)):
        data = bytes(at) + builders.EICAR + bytes(10 * MIB - at)
        result = await scanner.scan(chunks(data, chance.randrange(1000, MIB)), len(data))
        assert (result.verdict, result.signature) == (Verdict.INFECTED, "Bedside.Test.EICAR")


@pytest.mark.anyio
@pytest.mark.feature("F3")
@pytest.mark.parametrize(
    "name",
    [
        "pdf_with_scripts.pdf",
        "form_dd0293.pdf",
        "form_210966.pdf",
        "paper_tracemonkey.pdf",
        "photo_xiaomi.heic",
    ],
)
async def test_real_forms_papers_and_photos_are_clean(name: str) -> None:
    data = (SAMPLES / name).read_bytes()
    result = await BuiltInScanner().scan(chunks(data), len(data))
    assert (result.verdict, result.engine) == (Verdict.CLEAN, "Built-in scanner")


@pytest.mark.anyio
async def test_pdf_that_starts_a_program_is_found() -> None:
    data = builders.simple_pdf(catalog=b"/OpenAction << /S /Launch /F (cmd.exe) >>")
    result = await BuiltInScanner().scan(chunks(data), len(data))
    assert (result.verdict, result.signature) == (Verdict.INFECTED, "Bedside.PDF.Launch")


@pytest.mark.anyio
async def test_malware_in_a_pdf_with_an_owner_password_is_found() -> None:
    stream = builders.pdf_stream(builders.EICAR)
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(builders.simple_pdf(more=[stream]))) as opened:
        opened.Root.Extra = opened.get_object(6, 0)
        opened.save(out, encryption=pikepdf.Encryption(user="", owner="x"))
    result = await BuiltInScanner().scan(chunks(out.getvalue()), len(out.getvalue()))
    assert result.verdict is Verdict.INFECTED


def packed(content: bytes) -> bytes:
    """A stream of a PDF, packed with Flate."""
    return builders.pdf_stream(zlib.compress(content), b"/Filter /FlateDecode")


BROKEN_STREAMS = {
    "LZW": builders.pdf_stream(b"\xff\xff\x00broken", b"/Filter /LZWDecode"),
    "ASCII85": builders.pdf_stream(b"\xff\xfe not of it ~", b"/Filter /ASCII85Decode"),
    "unknown": builders.pdf_stream(b"anything", b"/Filter /BedsideDecode"),
    "Flate, then a picture": builders.pdf_stream(
        zlib.compress(b"no JPEG"), b"/Filter [/FlateDecode /DCTDecode]"
    ),
    "cut off": builders.pdf_stream(zlib.compress(bytes(9_000))[:-9], b"/Filter /FlateDecode"),
}


@pytest.mark.anyio
@pytest.mark.parametrize("broken", BROKEN_STREAMS)
async def test_malware_behind_a_stream_that_does_not_unpack_is_found(broken: str) -> None:
    data = builders.simple_pdf(more=[BROKEN_STREAMS[broken], packed(builders.EICAR)])
    result = await BuiltInScanner().scan(chunks(data), len(data))
    assert (result.verdict, result.signature) == (Verdict.INFECTED, "Bedside.Test.EICAR")


@pytest.mark.anyio
async def test_malware_behind_a_member_that_does_not_unpack_is_found() -> None:
    inner = bytearray(builders.zipped({"a": bytes(9_000), "b": builders.EICAR}))
    at = inner.index(b"a", 30) + 1
    inner[at : at + 8] = b"\xff" * 8
    data = builders.docx(more={"word/embeddings/table.xlsx": bytes(inner)})
    result = await BuiltInScanner().scan(chunks(data), len(data))
    assert (result.verdict, result.signature) == (Verdict.INFECTED, "Bedside.Test.EICAR")


def pdf_in_dicom(document: bytes, *, padding: int, deflated: bool = False) -> bytes:
    """Return an encapsulated PDF (PS3.3, A.45) with `padding` bytes of other elements before it."""
    dataset = Dataset()
    dataset.SOPClassUID = EncapsulatedPDFStorage
    dataset.SOPInstanceUID = "1.2.3.4"
    dataset.ImageComments = "x" * padding
    dataset.MIMETypeOfEncapsulatedDocument = "application/pdf"
    dataset.EncapsulatedDocument = document + b"\x00" * (len(document) % 2)
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = (
        DeflatedExplicitVRLittleEndian if deflated else ExplicitVRLittleEndian
    )
    out = io.BytesIO()
    dcmwrite(out, dataset, enforce_file_format=True)
    return out.getvalue()


@pytest.mark.anyio
@pytest.mark.parametrize("padding", [10, 9_000])
@pytest.mark.parametrize("deflated", [False, True])
async def test_malware_in_a_pdf_in_dicom_is_found(padding: int, deflated: bool) -> None:
    document = builders.simple_pdf(more=[packed(builders.EICAR)])
    data = pdf_in_dicom(document, padding=padding, deflated=deflated)
    result = await BuiltInScanner().scan(chunks(data), len(data))
    assert (result.verdict, result.signature) == (Verdict.INFECTED, "Bedside.Test.EICAR")
    harmless = pdf_in_dicom(builders.simple_pdf(), padding=padding, deflated=deflated)
    assert (await BuiltInScanner().scan(chunks(harmless), len(harmless))).verdict is Verdict.CLEAN


@pytest.mark.anyio
async def test_a_scan_that_breaks_is_never_clean() -> None:
    bomb = builders.docx(more={"word/a.bin": bytes(300 * MIB)})
    result = await BuiltInScanner().scan(chunks(bomb), len(bomb))
    assert (result.verdict, result.cause) == (Verdict.UNSCANNED, Cause.TOO_LARGE)
    starved = BuiltInScanner(Children(memory=20 * MIB))
    assert (await starved.scan(chunks(b"hello"), 5)).verdict is Verdict.UNSCANNED


@pytest.mark.parametrize(
    ("script", "harmless"),
    [
        ('AFNumber_Format(2, 0, 0, 0, "", true);', True),
        ('AFSimple_Calculate("SUM", new Array("a", "b"));', True),
        ('AFDate_FormatEx("dd.mm.yyyy")', True),
        ("AFNumber_Format(app.launchURL(1));", False),
        ('AFNumber_Format(2);eval("x")', False),
        ("app.alert(1)", False),
        ('ADBE.Viewer_Value_New_Version_URL = "https://example.com/";', False),
    ],
)
def test_only_what_formats_a_field_is_harmless(script: str, harmless: bool) -> None:
    assert is_harmless(script) is harmless


def test_adobes_version_check_may_not_lead_elsewhere() -> None:
    with pikepdf.open(SAMPLES / "form_dd0293.pdf") as opened:
        names = opened.Root.Names.JavaScript.Names
        script = names[3].JS.read_bytes().decode()
    assert is_harmless(script)
    assert not is_harmless(script.replace("cgi.adobe.com", "adobe.com.example"))
    assert not is_harmless(script + "this.closeDoc();")
