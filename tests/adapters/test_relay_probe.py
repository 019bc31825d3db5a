"""Probes of STUN servers and relays, against a real coturn."""

import asyncio

import pytest

from bedside.adapters.relay_probe import Answer, relay, stun
from bedside.calls.ice import IceServers
from bedside.kernel import clock
from tests.peers.coturn import SECRET, Coturn
from tests.peers.ports import free_port

pytestmark = [pytest.mark.anyio, pytest.mark.feature("A4")]


def given(secret: str = SECRET, valid: int = clock.MINUTE) -> tuple[str, str]:
    """Return name and password as pages get them."""
    return IceServers("", "", secret).credentials("test", valid)


async def asked_again(url: str) -> Answer:
    """Ask a relay as Health does: again, if the machine was too busy for an answer in time."""
    for _ in range(2):
        if (answer := await relay(url, *given())) is not Answer.SILENT:
            return answer
    return await relay(url, *given())


async def test_a_relay_that_works(coturn: Coturn) -> None:
    for url in (coturn.url, coturn.tcp_url):
        for _ in range(3):  # allocations are given back
            assert await asked_again(url) is Answer.WORKS
    assert await stun(f"stun:127.0.0.1:{coturn.port}") is Answer.WORKS


async def test_another_secret_or_clock_is_told_apart(coturn: Coturn) -> None:
    assert await relay(coturn.url, *given("another secret")) is Answer.REFUSES
    assert await relay(coturn.tcp_url, *given("another secret")) is Answer.REFUSES
    assert await relay(coturn.url, *given(valid=-clock.HOUR)) is Answer.REFUSES


@pytest.mark.parametrize(
    "url",
    ["turn:127.0.0.1:{}", "turn:127.0.0.1:{}?transport=tcp", "turns:127.0.0.1:{}", "turn:[::1]:{}"],
)
async def test_nobody_there(url: str) -> None:
    assert await relay(url.format(free_port()), *given()) is Answer.SILENT
    there = url.format(free_port()).replace("turn", "stun").partition("?")[0]
    assert await stun(there) is Answer.SILENT


@pytest.mark.parametrize(
    "url",
    [
        "relay.example",
        "turn:",
        "turn://relay.example:3478",
        "http://relay.example",
        "turn:relay.example:99999",
        "turn:relay.example?transport=sctp",
    ],
)
async def test_what_is_no_address(url: str) -> None:
    assert await relay(url, *given()) is Answer.NONSENSE


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 400 Bad Request\r\n\r\nnothing to see",
        bytes(200),
        b"\x01\x13" + b"\xff" * 40,
    ],
)
async def test_something_else_that_answers(answer: bytes) -> None:
    async def answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(20)
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(answers, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        url = f"turn:127.0.0.1:{port}?transport=tcp"
        assert await relay(url, *given()) is Answer.SILENT
        assert await relay(f"turns:127.0.0.1:{port}", *given()) in (Answer.SILENT, Answer.UNTRUSTED)
