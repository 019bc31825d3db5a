"""The clamd adapter against a real clamd: verdicts, limits, and every failure."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Iterator

import pytest

from bedside.adapters.clamd import ClamdScanner
from bedside.files.ports import Verdict
from tests.hostile import builders
from tests.peers.clamd import MARKER, Clamd
from tests.peers.ports import free_port

pytestmark = [pytest.mark.anyio, pytest.mark.feature("F5")]
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def shared_clamd() -> Iterator[Clamd]:
    """A clamd for tests that leave it unchanged."""
    clamd = Clamd(StreamMaxLength="30M")
    clamd.start()
    yield clamd
    clamd.remove()


@pytest.fixture
def own_clamd() -> Iterator[Clamd]:
    """A clamd for a test that breaks it."""
    clamd = Clamd()
    clamd.start()
    yield clamd
    clamd.remove()


async def chunks(*blocks: bytes) -> AsyncIterator[bytes]:
    """A stream of these blocks."""
    for block in blocks:
        yield block


async def test_clean_file_is_clean_and_the_version_is_known(shared_clamd: Clamd) -> None:
    scanner = ClamdScanner(shared_clamd.address)
    assert scanner.name == "ClamAV"
    result = await scanner.scan(chunks(b"hello ", b"world"), 11)
    assert result.verdict is Verdict.CLEAN
    assert result.engine == scanner.name
    assert scanner.name.removeprefix("ClamAV ")[0].isdigit()


async def test_tcp_works_like_the_socket(shared_clamd: Clamd) -> None:
    scanner = ClamdScanner(shared_clamd.tcp_address)
    assert (await scanner.scan(chunks(b"hello"), 5)).verdict is Verdict.CLEAN
    assert (await scanner.scan(chunks(MARKER), len(MARKER))).verdict is Verdict.INFECTED


@pytest.mark.parametrize(
    ("content", "signature"),
    [
        (builders.EICAR, "Bedside.Eicar"),
        (b"text " + MARKER, "Bedside.Test.Marker"),
        (builders.docx(more={"word/a.bin": builders.EICAR}), "Eicar"),
        (
            builders.simple_pdf(
                more=[
                    builders.pdf_stream(zlib.compress(builders.EICAR), b"/Filter /FlateDecode"),
                ]
            ),
            "Eicar",
        ),
    ],
    ids=["plain", "marker", "in Word", "in PDF"],
)
async def test_malware_is_found(shared_clamd: Clamd, content: bytes, signature: str) -> None:
    result = await ClamdScanner(shared_clamd.address).scan(chunks(content), len(content))
    assert result.verdict is Verdict.INFECTED
    assert signature in result.signature


async def test_malware_across_two_chunks_is_found(shared_clamd: Clamd) -> None:
    half = len(MARKER) // 2
    blocks = (bytes(3 * MIB) + MARKER[:half], MARKER[half:] + bytes(MIB))
    result = await ClamdScanner(shared_clamd.address).scan(chunks(*blocks), 5 * MIB)
    assert result.verdict is Verdict.INFECTED


async def test_past_the_stream_limit_is_not_scanned(shared_clamd: Clamd) -> None:
    blocks = [bytes(MIB)] * 40
    result = await ClamdScanner(shared_clamd.address).scan(chunks(*blocks), 40 * MIB)
    assert result.verdict is Verdict.UNSCANNED
    assert result.reason


async def test_clamd_that_is_down_means_not_scanned_and_heals(own_clamd: Clamd) -> None:
    scanner = ClamdScanner(own_clamd.address)
    own_clamd.stop()
    result = await scanner.scan(chunks(b"hello"), 5)
    assert result.verdict is Verdict.UNSCANNED
    assert "cannot be reached" in result.reason
    own_clamd.start()
    assert (await scanner.scan(chunks(b"hello"), 5)).verdict is Verdict.CLEAN


async def test_nobody_listening_means_not_scanned() -> None:
    result = await ClamdScanner(f"127.0.0.1:{free_port()}").scan(chunks(b"hello"), 5)
    assert result.verdict is Verdict.UNSCANNED


async def test_clamd_killed_in_the_middle_means_not_scanned(own_clamd: Clamd) -> None:
    async def killing() -> AsyncIterator[bytes]:
        for number in range(50):
            if number == 5:
                own_clamd.crash()
            yield bytes(MIB)

    result = await ClamdScanner(own_clamd.address).scan(killing(), 50 * MIB)
    assert result.verdict is Verdict.UNSCANNED


async def test_clamd_killed_before_its_verdict_means_not_scanned(own_clamd: Clamd) -> None:
    async def pausing_at_the_end() -> AsyncIterator[bytes]:
        yield b"hello"
        own_clamd.pause()

    scanning = asyncio.create_task(ClamdScanner(own_clamd.address).scan(pausing_at_the_end(), 5))
    await asyncio.sleep(0.5)
    own_clamd.crash()
    assert (await scanning).verdict is Verdict.UNSCANNED


async def test_slow_clamd_means_not_scanned(own_clamd: Clamd) -> None:
    own_clamd.pause()
    result = await ClamdScanner(own_clamd.address, seconds=0.5).scan(chunks(b"hello"), 5)
    assert result.verdict is Verdict.UNSCANNED
    assert "in time" in result.reason
    own_clamd.go_on()


async def test_something_else_at_the_address_means_not_scanned() -> None:
    async def other(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\x00")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n\x00")
        writer.close()

    server = await asyncio.start_server(other, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    result = await ClamdScanner(f"127.0.0.1:{port}").scan(chunks(b"hello"), 5)
    assert result.verdict is Verdict.UNSCANNED
    server.close()


async def test_a_stream_that_breaks_is_not_swallowed(shared_clamd: Clamd) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"hello"
        raise OSError("the store broke")

    with pytest.raises(OSError, match="the store broke"):
        await ClamdScanner(shared_clamd.address).scan(broken(), 10)
