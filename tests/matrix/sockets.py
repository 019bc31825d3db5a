"""A browser's end of the live socket, without a network."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

from tests.matrix.people import Kind
from tests.matrix.world import World
from tests.peers.ports import PATIENCE

_marks = count(1)


class Refused(Exception):
    """The server closed the socket before any message."""


class Page:
    """One open page."""

    def __init__(self) -> None:
        self.to_server: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.from_server: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def say(self, message: dict[str, Any]) -> None:
        """Send a message."""
        await self.say_text(json.dumps(message))

    async def say_text(self, text: str) -> None:
        """Send any text."""
        await self.to_server.put({"type": "websocket.receive", "text": text})

    async def all(self) -> list[dict[str, Any]]:
        """Return the server's messages up to now: a topic that does not exist is refused after
        them. Raises Refused if it closes."""
        mark = f"mark:{next(_marks)}"
        await self.say({"action": "unsubscribe", "topic": mark})
        heard: list[dict[str, Any]] = []
        while True:
            message = await asyncio.wait_for(self.from_server.get(), PATIENCE)
            if message["type"] == "websocket.close":
                raise Refused(message.get("code"))
            said: dict[str, Any] = json.loads(message["text"])
            if said["topic"] == mark:
                return heard
            heard.append(said)

    async def until(self, kind: str) -> dict[str, Any]:
        """Return the next message of this type."""
        while True:
            message = await asyncio.wait_for(self.from_server.get(), PATIENCE)
            assert message["type"] == "websocket.send", message
            said: dict[str, Any] = json.loads(message["text"])
            if said["type"] == kind:
                return said

    async def closed(self) -> int:
        """Return the code with which the server closes."""
        while True:
            message = await asyncio.wait_for(self.from_server.get(), PATIENCE)
            if message["type"] == "websocket.close":
                return int(message["code"])


@asynccontextmanager
async def connected(
    world: World, path: str, kind: Kind, *, origin: str | None = None
) -> AsyncIterator[Page]:
    """Open the socket at `path` with somebody's cookies. Raises Refused if it does not open."""
    page = Page()
    cookies = "; ".join(f"{name}={value}" for name, value in world.facts.cookies[kind].items())
    headers = [(b"host", b"localhost:8080"), (b"cookie", cookies.encode())]
    if origin != "":
        headers.append((b"origin", (origin or "http://localhost:8080").encode()))
    scope = {
        "type": "websocket",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "ws",
        "server": ("localhost", 8080),
        "client": ("127.0.0.1", 5_000),
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "subprotocols": [],
    }
    await page.to_server.put({"type": "websocket.connect"})
    app: Any = world.app  # the queues take what ASGI calls messages
    served = asyncio.create_task(app(scope, page.to_server.get, page.from_server.put))
    try:
        first = await asyncio.wait_for(page.from_server.get(), PATIENCE)
        if first["type"] != "websocket.accept":
            raise Refused(first.get("code"))
        yield page
    finally:
        await page.to_server.put({"type": "websocket.disconnect", "code": 1001})
        await asyncio.wait_for(served, PATIENCE)
