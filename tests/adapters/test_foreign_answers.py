"""Answers of hostile servers: compressed, endless, byte by byte."""

import asyncio
import gzip
import resource
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import cache

import pytest

from bedside.adapters.sms import TwilioSms
from bedside.kernel.ids import new_id
from bedside.notifications.ports import Channel, Message, TemporaryFailure
from tests.adapters.test_web_push import Book, gateway, message
from tests.peers.certificates import server_context
from tests.peers.push_service import Device
from tests.peers.sms_sink import Book as SmsBook

pytestmark = [pytest.mark.anyio, pytest.mark.feature("N3")]

Behave = Callable[[asyncio.StreamWriter], Awaitable[None]]
IN_TIME = 6.0


@cache
def bomb() -> bytes:
    """Return 300 kB that unpack to 300 MB."""
    return gzip.compress(bytes(300 << 20), 6)


async def packed(writer: asyncio.StreamWriter) -> None:
    """An answer that would fill the memory of a client that unpacks it."""
    head = "HTTP/1.1 201 Created\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n"
    writer.write(head.format(len(bomb())).encode() + bomb())


async def endless(writer: asyncio.StreamWriter) -> None:
    """An answer that goes on as fast as it is read."""
    writer.write(b"HTTP/1.1 201 Created\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"[" * 65_536)
        await writer.drain()


async def dripping(writer: asyncio.StreamWriter) -> None:
    """A head whose pieces arrive within any timeout for one piece, and which never ends."""
    writer.write(b"HTTP/1.1 201 Created\r\nX-Slow: ")
    while not writer.is_closing():
        writer.write(b"a")
        await writer.drain()
        await asyncio.sleep(0.05)


@asynccontextmanager
async def misbehaving(behave: Behave, context: ssl.SSLContext | None) -> AsyncIterator[int]:
    """Run a server on loopback; yields its port."""
    talking: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        talking.add(task)
        try:
            await reader.readuntil(b"\r\n\r\n")
            await behave(writer)
            await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in talking:
            task.cancel()
        await asyncio.gather(*talking, return_exceptions=True)


def most_memory() -> int:
    """Return the peak memory of this process, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


@pytest.mark.parametrize("behave", [packed, endless])
async def test_of_a_push_service_only_the_status_counts(behave: Behave) -> None:
    """204 kB from a push service named by a colleague once took 426 MB."""
    bomb()
    before = most_memory()
    async with misbehaving(behave, server_context()) as port, asyncio.timeout(IN_TIME):
        device = Device(f"https://localhost:{port}/send/1")
        await gateway(Book(device)).deliver(message())
    assert most_memory() - before < 30


async def test_a_push_service_has_one_deadline_for_all() -> None:
    async with misbehaving(dripping, server_context()) as port, asyncio.timeout(IN_TIME):
        device = Device(f"https://localhost:{port}/send/1")
        with pytest.raises(TemporaryFailure):
            await gateway(Book(device)).deliver(message())


@pytest.mark.parametrize("behave", [packed, endless, dripping])
async def test_a_gateway_that_says_no_end_of_things_is_down(behave: Behave) -> None:
    bomb()
    before = most_memory()
    async with misbehaving(behave, None) as port, asyncio.timeout(IN_TIME):
        sms = TwilioSms(
            f"http://127.0.0.1:{port}", "AC1", "token", "+15550001", SmsBook(), seconds=1
        )
        note = Message(new_id("ntf"), Channel.SMS, "+15550002", "", "Photos, please")
        with pytest.raises(TemporaryFailure):
            await sms.deliver(note)
        await sms.close()
    assert most_memory() - before < 30
