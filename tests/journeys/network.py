"""Weak networks: between browsers and the server, where it can break, and between browsers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from playwright.async_api import CDPSession, Page

from tests.house import Served, create_tables, living_in, serving
from tests.peers.ports import free_port

_PIECE = 16_384
_FAST = 10_000_000
"""Bytes per second. Without any limit Chromium would remove the link."""


class Link:
    """Traffic between a page and other browsers, both ways, degraded by Chromium."""

    def __init__(self, session: CDPSession) -> None:
        self._session = session

    async def loses(self, percent: int) -> None:
        """Drop this percentage of packets; with 0 it is a good link."""
        conditions = {
            "offline": False,
            "latency": 0,
            "downloadThroughput": _FAST,
            "uploadThroughput": _FAST,
            "packetLoss": percent,
        }
        await self._session.send("Network.emulateNetworkConditions", conditions)


async def link_of(page: Page) -> Link:
    """Return the link of a page, good at first. The page is reloaded, because Chromium degrades
    only connections that begin later."""
    session = await page.context.new_cdp_session(page)
    await session.send("Network.enable")
    link = Link(session)
    await link.loses(0)
    await page.reload()
    return link


class Network:
    """Forwards bytes between a port and the server's, at a limited rate in each direction of each
    connection (0: unlimited)."""

    def __init__(self, server: int) -> None:
        self._server = server
        self._open: set[asyncio.StreamWriter] = set()
        self._flows = asyncio.Event()
        self._flows.set()
        self.bytes_a_second = 0

    def breaks(self) -> None:
        """Drop every connection; new ones work at once."""
        for writer in list(self._open):
            writer.transport.abort()

    def hangs(self) -> None:
        """Pass nothing on, and break nothing: the worst kind of network."""
        self._flows.clear()

    def flows(self) -> None:
        """Pass everything on again."""
        self._flows.set()

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Handle a new connection of a browser."""
        with suppress(OSError):
            from_server, to_server = await asyncio.open_connection("127.0.0.1", self._server)
            self._open |= {writer, to_server}
            ways = (self._pass_on(reader, to_server), self._pass_on(from_server, writer))
            await asyncio.gather(*ways)
            self._open -= {writer, to_server}

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while piece := await reader.read(_PIECE):
                await self._flows.wait()
                if writer.is_closing():
                    break
                writer.write(piece)
                await writer.drain()
                if self.bytes_a_second:
                    await asyncio.sleep(len(piece) / self.bytes_a_second)
            await self._flows.wait()  # the end of a connection does not arrive either
        writer.close()


@asynccontextmanager
async def served_over_a_network(data: Path) -> AsyncIterator[tuple[Served, Network]]:
    """Serve a house on SQLite that browsers reach over a network."""
    outside, inside = free_port(), free_port()
    network = Network(inside)
    async with (
        living_in(data, _empty(data), port=outside) as house,
        serving(house.services, inside),
        await asyncio.start_server(network.connected, "127.0.0.1", outside),
    ):
        yield Served(house, f"http://localhost:{outside}"), network
        network.breaks()


def _empty(data: Path) -> str:
    """Return the URL of a new database with all tables."""
    address = f"sqlite:///{data / 'bedside.db'}"
    data.mkdir(parents=True)
    create_tables(address)
    return address
