"""The built-in scanner: windows without seams, forms that are no malware, honest failures."""

import io
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pikepdf
import pytest

from bedside.adapters.child_process import Children
from bedside.adapters.rendering.pdf_actions import is_harmless
from bedside.adapters.yara import BuiltInScanner
from bedside.files.ports import Verdict
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
    ["form_dd0293.pdf", "form_210966.pdf", "paper_tracemonkey.pdf", "photo_xiaomi.heic"],
)
async def test_real_forms_papers_and_photos_are_clean(name: str) -> None:
    data = (SAMPLES / name).read_bytes()
    result = await BuiltInScanner().scan(chunks(data), len(data))
    assert (result.verdict, result.engine) == (Verdict.CLEAN, "Built-in scanner")


@pytest.mark.anyio
async def test_pdf_with_scripts_is_found() -> None:
    data = (SAMPLES / "pdf_with_scripts.pdf").read_bytes()
    result = await BuiltInScanner().scan(chunks(data), len(data))
    assert (result.verdict, result.signature) == (Verdict.INFECTED, "Bedside.PDF.JavaScript")


@pytest.mark.anyio
async def test_malware_in_a_pdf_with_an_owner_password_is_found() -> None:
    stream = builders.pdf_stream(builders.EICAR)
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(builders.simple_pdf(more=[stream]))) as opened:
        opened.Root.Extra = opened.get_object(6, 0)
        opened.save(out, encryption=pikepdf.Encryption(user="", owner="x"))
    result = await BuiltInScanner().scan(chunks(out.getvalue()), len(out.getvalue()))
    assert result.verdict is Verdict.INFECTED


@pytest.mark.anyio
async def test_a_scan_that_breaks_is_never_clean() -> None:
    bomb = builders.docx(more={"word/a.bin": bytes(300 * MIB)})
    result = await BuiltInScanner().scan(chunks(bomb), len(bomb))
    assert result.verdict is Verdict.UNSCANNED
    assert result.reason
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
