"""Files beyond clamd's limits are never clean; the limits are measured on a real clamd."""

import io
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pikepdf
import pytest

from bedside.adapters import clamd_probes
from bedside.adapters.clamd import ClamdScanner
from bedside.files.ports import Cause, Examination, Verdict
from bedside.settings import socket_address
from tests.hostile import builders
from tests.peers.clamd import MARKER, SUSPICION, Clamd

pytestmark = [pytest.mark.anyio, pytest.mark.feature("F5")]
MIB = 1024 * 1024
SMALL = {"MaxFileSize": "2M", "MaxScanSize": "6M"}


@contextmanager
def running(eicar: str = "hash", **options: str) -> Iterator[Clamd]:
    """Run a clamd with these options."""
    clamd = Clamd(eicar=eicar, **options)
    try:
        clamd.start()
        yield clamd
    finally:
        clamd.remove()


@pytest.fixture(scope="module")
def silent() -> Iterator[Clamd]:
    """A clamd that reports OK beyond its limits, as clamd does by default."""
    with running(AlertExceedsMax="no", **SMALL) as clamd:
        yield clamd


@pytest.fixture(scope="module")
def outspoken() -> Iterator[Clamd]:
    """A clamd with all its alerts on."""
    alerts = {"AlertEncrypted": "yes", "DetectPUA": "yes", "AlertOLE2Macros": "yes"}
    with running("bytes", AlertExceedsMax="yes", **SMALL, **alerts) as clamd:
        yield clamd


async def chunks(data: bytes) -> AsyncIterator[bytes]:
    """The data in blocks."""
    for start in range(0, len(data), 256 * 1024):
        yield data[start : start + 256 * 1024]


async def scanned(clamd: Clamd, data: bytes, **stated: int) -> tuple[Verdict, Cause]:
    """Return the verdict on a file, and the reason if there is none."""
    result = await ClamdScanner(clamd.address, **stated).scan(chunks(data), len(data))
    return result.verdict, result.cause


TOO_LARGE = (Verdict.UNSCANNED, Cause.TOO_LARGE)


async def test_what_clamd_does_not_look_at_is_not_clean(silent: Clamd) -> None:
    """It says “stream: OK” of all of these."""
    for size in (2 * MIB + 1, 3 * MIB, 7 * MIB):
        assert await scanned(silent, MARKER + bytes(size - len(MARKER))) == TOO_LARGE


async def test_what_it_looks_at_is_clean_to_the_last_byte(silent: Clamd) -> None:
    scanner = ClamdScanner(silent.address)
    for size in (10, 1_500_000, 2 * MIB):
        result = await scanner.scan(chunks(bytes(size)), size)
        assert result.verdict is Verdict.CLEAN
    result = await scanner.scan(chunks(bytes(2 * MIB + 1)), 2 * MIB + 1)
    assert result.cause is Cause.TOO_LARGE


@pytest.mark.parametrize("eicar", ["bytes", "hash"])
async def test_probes_work_with_either_kind_of_signature(eicar: str) -> None:
    with running(eicar, AlertExceedsMax="no", MaxFileSize="1M", MaxScanSize="3M") as clamd:
        assert await scanned(clamd, bytes(MIB)) == (Verdict.CLEAN, Cause.AWAY)
        assert await scanned(clamd, bytes(MIB + 1)) == TOO_LARGE


@pytest.mark.parametrize("kind", ["silent", "outspoken"])
@pytest.mark.parametrize(
    ("unpacked", "largest", "fits"),
    [(MIB, MIB, True), (3 * MIB, 3 * MIB, False), (12 * MIB, MIB, False)],
)
async def test_members_beyond_its_limits_are_not_clean(
    kind: str, unpacked: int, largest: int, fits: bool, request: pytest.FixtureRequest
) -> None:
    clamd: Clamd = request.getfixturevalue(kind)
    more = {f"word/{n}.bin": bytes(largest) for n in range(unpacked // largest)}
    document = builders.docx(more=more)
    scanner = ClamdScanner(clamd.address)
    result = await scanner.scan(chunks(document), len(document))
    found = Examination("a", unpacked=unpacked + 5_000, largest_member=largest)
    result = await scanner.complete(result, len(document), found)
    assert (result.verdict is Verdict.CLEAN) is fits
    assert fits or result.cause is Cause.TOO_LARGE


def encrypted() -> bytes:
    """A PDF that needs a password."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(builders.simple_pdf())) as opened:
        opened.save(out, encryption=pikepdf.Encryption(user="x", owner="y"))
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "cause", "signature"),
    [
        (bytes(3 * MIB), Cause.TOO_LARGE, "Heuristics.Limits.Exceeded"),
        (encrypted(), Cause.ENCRYPTED, "Heuristics.Encrypted.PDF"),
        (b"text " + SUSPICION, Cause.SUSPECTED, "PUA.Bedside.Test"),
    ],
    ids=["limit", "encrypted", "potentially unwanted"],
)
async def test_an_alert_that_is_no_malware_is_no_verdict(
    outspoken: Clamd, content: bytes, cause: Cause, signature: str
) -> None:
    result = await ClamdScanner(outspoken.address).scan(chunks(content), len(content))
    assert (result.verdict, result.cause) == (Verdict.UNSCANNED, cause)
    assert result.signature.startswith(signature)


async def test_malware_is_malware_beside_an_alert(outspoken: Clamd) -> None:
    content = builders.docx(more={"word/a.bin": MARKER, "word/b.bin": bytes(3 * MIB)})
    verdict, _ = await scanned(outspoken, content)
    assert verdict is Verdict.INFECTED


async def test_the_operator_may_state_the_limits(silent: Clamd) -> None:
    assert await scanned(silent, bytes(MIB), file_limit=MIB // 2) == TOO_LARGE
    assert await scanned(silent, bytes(3 * MIB), file_limit=4 * MIB) == (
        Verdict.CLEAN,
        Cause.AWAY,
    )


async def test_without_eicar_the_documented_limits_are_taken() -> None:
    with running("", AlertExceedsMax="no", StreamMaxLength="200M", **SMALL) as clamd:
        scanner = ClamdScanner(clamd.address)
        assert (await scanner.scan(chunks(b"hello"), 5)).verdict is Verdict.CLEAN
        larger = await scanner.scan(chunks(bytes(100 * MIB + 1)), 100 * MIB + 1)
        assert larger.cause is Cause.TOO_LARGE
        said = await scanner.shortcomings()
        assert any("EICAR" in one for one in said)
        assert any("AlertExceedsMax" in one for one in said)


async def test_the_operator_hears_what_is_missing(silent: Clamd, outspoken: Clamd) -> None:
    (said,) = await ClamdScanner(silent.address).shortcomings()
    assert "AlertExceedsMax" in said
    assert await ClamdScanner(outspoken.address).shortcomings() == []
    assert await ClamdScanner("/nonexistent/socket").shortcomings() == []


async def test_a_clamd_with_other_limits_is_measured_again() -> None:
    with running(AlertExceedsMax="no", **SMALL) as clamd:
        scanner = ClamdScanner(clamd.address)
        assert (await scanner.scan(chunks(bytes(2 * MIB)), 2 * MIB)).verdict is Verdict.CLEAN
        clamd.set(MaxFileSize="1M")
        again = await scanner.scan(chunks(bytes(2 * MIB)), 2 * MIB)
        assert again.cause is Cause.TOO_LARGE


async def test_many_files_cost_few_probes(silent: Clamd, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []
    real = clamd_probes.of_size

    def counted(size: int) -> Iterator[bytes]:
        tried.append(size)
        return real(size)

    monkeypatch.setattr(clamd_probes, "of_size", counted)
    scanner = ClamdScanner(silent.address)
    for size in (5, 1_000, 40_000, 900_000, 1_000_000, 700_000):
        assert (await scanner.scan(chunks(bytes(size)), size)).verdict is Verdict.CLEAN
    assert tried == [64 * 1024, MIB]


@pytest.mark.parametrize("size", [512, 64 * 1024, MIB, MIB + 1, 3 * MIB + 77])
def test_a_probe_is_as_long_as_it_says(size: int) -> None:
    probe = b"".join(clamd_probes.of_size(size))
    assert len(probe) == size
    assert builders.EICAR not in probe
    assert zlib.decompress(probe[39 : 39 + 73], -15) == builders.EICAR


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("unix:/run/clamav/clamd.ctl", "/run/clamav/clamd.ctl"),
        ("/run/clamav/clamd.ctl", "/run/clamav/clamd.ctl"),
        ("tcp:127.0.0.1:3399", ("127.0.0.1", 3399)),
        ("tcp://127.0.0.1:3399", ("127.0.0.1", 3399)),
        ("127.0.0.1:3399", ("127.0.0.1", 3399)),
        ("tcp:[::1]:3310", ("::1", 3310)),
        ("tcp:clamav.internal:3310", ("clamav.internal", 3310)),
    ],
)
def test_an_address_is_read_in_each_form(text: str, address: object) -> None:
    assert socket_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        *("clamd", "tcp:127.0.0.1", "tcp:127.0.0.1:port", "tcp::3310", "::1:3310"),
        *("http://a/b:1", "tcp:a:70000", "tcp:a:0", "unix:relative", "a/b:3310"),
    ],
)
def test_a_nonsense_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="unix:/path"):
        socket_address(text)


async def test_the_address_of_the_manual_reaches_clamd(silent: Clamd) -> None:
    scanner = ClamdScanner(f"tcp:127.0.0.1:{silent.port}")
    assert (await scanner.scan(chunks(b"hello"), 5)).verdict is Verdict.CLEAN
