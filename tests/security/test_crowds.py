"""Many connections: from one address, behind a proxy, in total."""

import asyncio
import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from bedside.edge import gate as gates
from bedside.edge.gate import Gate
from bedside.edge.room_for_all import most_for_all, most_for_one, raise_open_files
from bedside.web.app import create_app
from tests.house import House, Served, at_the_door, served_with
from tests.peers.ports import PATIENCE
from tests.security.test_connections import request

pytestmark = [pytest.mark.anyio, pytest.mark.feature("S4")]

HEALTH = request("GET /health HTTP/1.1\nConnection: close")


class Crowd:
    """Connections from one loopback address to a served house."""

    def __init__(self, served: Served, address: str) -> None:
        self._port = int(served.url.rsplit(":", 1)[1])
        self._address = address
        self.open: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def connect(self, said: bytes = b"") -> asyncio.StreamReader:
        """Open another one, and send this."""
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", self._port, local_addr=(self._address, 0)
        )
        writer.write(said)
        self.open.append((reader, writer))
        return reader

    async def asks(self) -> bytes:
        """Return the answer to another one."""
        reader = await self.connect(HEALTH)
        async with asyncio.timeout(PATIENCE):
            with suppress(ConnectionError):
                return await reader.read()
        return b""

    def leave(self) -> None:
        for _, writer in self.open:
            writer.close()


@pytest.fixture
async def small(
    anyio_backend: object, tmp_path: Path, empty_sqlite: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Served]:
    """A house with room for 40 connections, of which one address may have 16 and half."""
    monkeypatch.setattr(gates, "most_for_all", lambda: 40)
    async with served_with(tmp_path / "data", empty_sqlite, connections_per_address=16) as served:
        yield served


@pytest.fixture
def crowds(small: Served) -> Iterator[list[Crowd]]:
    """The crowds of three addresses."""
    made = [Crowd(small, f"127.0.0.{number}") for number in (2, 3, 4)]
    yield made
    for crowd in made:
        crowd.leave()


async def test_who_asks_nothing_pushes_out_their_own(crowds: list[Crowd]) -> None:
    """240 connections from one address once kept everybody out, this address included."""
    holders, others, _ = crowds
    for _ in range(60):
        await holders.connect(b"GET /hea")
    assert (await holders.asks()).startswith(b"HTTP/1.1 200")
    assert (await others.asks()).startswith(b"HTTP/1.1 200")
    first = holders.open[0][0]
    assert await asyncio.wait_for(first.read(), PATIENCE) == b""


async def test_half_sent_requests_of_one_address_leave_room_for_others(
    crowds: list[Crowd],
) -> None:
    holders, others, _ = crowds
    head = request(
        "POST /sign-in HTTP/1.1\nContent-Type: application/x-www-form-urlencoded\n"
        "Content-Length: 9000",
        b"email=",
    )
    answers = [await holders.connect(head) for _ in range(30)]
    one_too_many = await asyncio.wait_for(answers[16].readuntil(b"</html>"), PATIENCE)
    assert one_too_many.startswith(b"HTTP/1.1 429")
    assert b"Too many pages and requests of your network" in one_too_many
    turned_away = await asyncio.wait_for(answers[29].read(), PATIENCE)
    assert turned_away.startswith(b"HTTP/1.1 503")
    assert b"Please try again in a moment" in turned_away
    assert (await others.asks()).startswith(b"HTTP/1.1 200")


async def test_when_all_is_taken_the_oldest_that_asks_nothing_gives_way(
    crowds: list[Crowd],
) -> None:
    for crowd in crowds:
        for _ in range(4):
            await crowd.connect()
    for _ in range(40):
        assert (await crowds[2].asks()).startswith(b"HTTP/1.1 200")


async def test_connections_that_were_left_are_not_counted(crowds: list[Crowd]) -> None:
    for _ in range(50):
        assert (await crowds[0].asks()).startswith(b"HTTP/1.1 200")
        crowds[0].leave()


# --- behind a proxy ------------------------------------------------------------------------------


class Line:
    """A connection that never sends anything."""

    closed = False

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def give_way(self) -> None:
        self.closed = True
        self._gate.asked(self, self)
        self._gate.leave(self)


def test_the_proxys_own_connections_are_everybodys() -> None:
    gate = Gate(1_000, 4, "10.0.0.0/24")
    lines = [Line(gate) for _ in range(100)]
    assert all(gate.enter(line, line, "10.0.0.7") for line in lines)
    assert not any(line.closed for line in lines)
    others = [Line(gate) for _ in range(20)]
    assert all(gate.enter(line, line, "203.0.113.9") for line in others)
    assert sum(not line.closed for line in others) <= 5


async def test_behind_a_proxy_the_address_that_it_names_is_counted(quick_house: House) -> None:
    services = quick_house.services
    services.settings = services.settings.model_copy(
        update={"trusted_proxy": "127.0.0.1", "connections_per_address": 3}
    )
    app: Starlette = create_app(services)
    hold = asyncio.Event()

    async def half() -> AsyncIterator[bytes]:
        yield b"email="
        await hold.wait()

    kind = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
    async with at_the_door(app) as client:

        def post(address: str) -> "asyncio.Task[httpx.Response]":
            headers = {**kind, "x-forwarded-for": f"{address}:{len(address)}"}
            return asyncio.create_task(client.post("/sign-in", content=half(), headers=headers))

        greedy = [post("203.0.113.9") for _ in range(5)]
        done, _ = await asyncio.wait(greedy, timeout=PATIENCE, return_when="FIRST_COMPLETED")
        assert {task.result().status_code for task in done} == {429}
        modest = {"x-forwarded-for": "203.0.113.10"}
        assert (await client.get("/sign-in", headers=modest)).status_code == 200
        hold.set()
        statuses = [task.status_code for task in await asyncio.gather(*greedy)]
    assert statuses.count(429) == 2


async def test_a_socket_one_too_many_is_told_so(quick_house: House) -> None:
    services = quick_house.services
    services.settings = services.settings.model_copy(update={"connections_per_address": 1})
    app = create_app(services)
    sent: list[Any] = []
    first = asyncio.Event()

    async def wait() -> Any:
        first.set()
        await asyncio.Event().wait()
        return {}

    async def send(message: Any) -> None:
        sent.append(message)

    scope: dict[str, Any] = {
        "path": "/live",
        "raw_path": b"/live",
        "query_string": b"",
        "root_path": "",
        "client": ("203.0.113.9", 1),
        "headers": [(b"host", b"localhost:8080")],
        "subprotocols": [],
        "type": "websocket",
    }
    posts = {**scope, "type": "http", "method": "POST", "path": "/sign-in"}
    posts["headers"] = [
        *scope["headers"],
        (b"content-type", b"application/x-www-form-urlencoded"),
    ]
    waiting = asyncio.create_task(app(posts, wait, send))
    await first.wait()
    await app(scope, wait, send)
    waiting.cancel()
    assert sent == [{"type": "websocket.accept"}, {"type": "websocket.close", "code": 4429}]


# --- what the machine allows ---------------------------------------------------------------------


def test_a_process_takes_what_the_machine_allows() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(512, hard), hard))
        assert most_for_all() == 416
        assert most_for_one(2_000) == 208
        assert most_for_one(0) == 0
        raise_open_files()
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == min(hard, 65_536)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
