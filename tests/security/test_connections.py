"""Raw bytes on the wire of a real server: smuggling, floods, timeouts."""

import asyncio
import time

import pytest

from bedside.edge import connections
from tests.house import Served
from tests.peers.ports import PATIENCE

pytestmark = [pytest.mark.anyio, pytest.mark.feature("S4")]


async def say(served: Served, data: bytes, seconds: float = PATIENCE) -> bytes:
    """Return the server's answer to these bytes, until it closes or is quiet."""
    port = int(served.url.rsplit(":", 1)[1])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answer = b""
    try:
        writer.write(data)
        async with asyncio.timeout(seconds):
            await writer.drain()
            while piece := await reader.read(65_536):
                answer += piece
                if piece.endswith(b"\r\n0\r\n\r\n"):
                    break
    except (TimeoutError, ConnectionError):
        pass
    finally:
        writer.close()
    return answer


def request(head: str, body: bytes = b"") -> bytes:
    """Build a request from its lines, for “localhost” unless a Host is among them."""
    lines = head.strip().splitlines()
    if not any(line.lower().startswith("host:") for line in lines):
        lines.insert(1, "Host: localhost")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


@pytest.mark.parametrize(
    "head",
    [
        "POST /sign-in HTTP/1.1\nContent-Length: 5\nTransfer-Encoding: chunked",
        "POST /sign-in HTTP/1.1\nContent-Length: 5\nContent-Length: 6",
        "POST /sign-in HTTP/1.1\nTransfer-Encoding: xchunked",
        "POST /sign-in HTTP/1.1\nTransfer-Encoding: chunked, identity",
        "POST /sign-in HTTP/1.1\nContent-Length: +5",
        "POST /sign-in HTTP/1.1\nContent-Length: -5",
        "POST /sign-in HTTP/1.1\nContent-Length : 5",
        "GET /health HTTP/1.1\n X-Folded: 1",
        "GET /he alth HTTP/1.1",
        "GET /health HTTP/9.9",
        "GET /\xe9 HTTP/1.1",
        "GET /health HTTP/1.1\nHost: localhost\nHost: evil.example",
        "GET /health HTTP/1.1\nHost: localhost/l/",
        "GET /health HTTP/1.1\nHost: [",
        "GET /health HTTP/1.1\nHost: a@b",
        "GET /health HTTP/1.1\nHost:",
        "GET /settings/people/%00 HTTP/1.1",
    ],
    ids=lambda head: head.replace("\n", " | ")[:60],
)
async def test_what_is_not_well_formed_is_refused(head: str, served: Served) -> None:
    answer = await say(served, request(head, b"0\r\n\r\nGET /metrics HTTP/1.1\r\n\r\n"))
    assert answer.startswith(b"HTTP/1.1 400"), answer[:200]
    assert answer.count(b"HTTP/1.1 ") == 1, "one request was answered twice"
    assert b"bedside_requests" not in answer


async def test_old_and_odd_requests_do_no_harm(served: Served) -> None:
    old = await say(served, b"GET /health HTTP/1.0\r\n\r\n")
    assert old.startswith(b"HTTP/1.1 200")
    absolute = await say(
        served, request("GET http://evil.example/health HTTP/1.1\nConnection: close")
    )
    assert absolute.startswith(b"HTTP/1.1 200")
    assert b"evil.example" not in absolute
    trace = await say(served, request("TRACE / HTTP/1.1\nX-Secret: ebony\nConnection: close"))
    assert trace.startswith(b"HTTP/1.1 405")
    assert b"ebony" not in trace


async def test_a_head_without_end_is_cut_off(served: Served) -> None:
    flood = b"GET /health HTTP/1.1\r\nHost: localhost\r\n" + b"X-Flood: yes\r\n" * 20_000
    assert (await say(served, flood)).startswith(b"HTTP/1.1 431")
    one = b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Flood: " + b"a" * 500_000
    assert b" 431 " in await say(served, one)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a second in place of the real limits, so that the test does not take a minute."""
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.5)
    monkeypatch.setattr(connections, "BODY_SECONDS", 0.5)
    monkeypatch.setattr(connections, "_EVERY", 0.1)


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"GET /hea",
        b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-",
        b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nema",
        b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\nGET /hea",
    ],
    ids=["nothing", "half a line", "half a head", "half a body", "half of a second request"],
)
async def test_nobody_keeps_a_connection_by_saying_nothing(
    begun: bytes, impatient: None, served: Served
) -> None:
    """Slowloris: the server hangs up."""
    port = int(served.url.rsplit(":", 1)[1])
    began = time.monotonic()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(begun)
    async with asyncio.timeout(PATIENCE):
        while await reader.read(65_536):
            pass
    assert time.monotonic() - began > 0.4
    writer.close()


async def test_one_byte_at_a_time_is_no_excuse_for_a_head(impatient: None, served: Served) -> None:
    port = int(served.url.rsplit(":", 1)[1])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
    closed = asyncio.ensure_future(reader.read())
    async with asyncio.timeout(PATIENCE):
        while not closed.done():
            writer.write(b"a")
            await asyncio.sleep(0.05)
    writer.close()


async def test_a_slow_body_that_goes_on_is_waited_for(
    impatient: None, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A phone on a weak network sends a piece now and then, for longer than the limit."""
    # long enough that a busy machine does not stretch a pause to the limit
    monkeypatch.setattr(connections, "BODY_SECONDS", 2.5)
    port = int(served.url.rsplit(":", 1)[1])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = "POST /sign-in HTTP/1.1\nContent-Type: application/x-www-form-urlencoded"
    writer.write(request(f"{head}\nContent-Length: 12\nConnection: close"))
    for _ in range(12):
        writer.write(b"a")
        await asyncio.sleep(0.25)
    async with asyncio.timeout(PATIENCE):
        answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 422"), answer[:100]
    writer.close()
