"""The data plane alone: a raw ASGI application that seals what is PUT.

It measures the cost of moving the bytes: received, sniffed, sealed, fsynced, row written. The
product's sessions, permissions and audit come on top.
"""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import apsw
import sqlalchemy as sa
import uvicorn
import uvloop

from bedside.adapters.blobs_local import LocalBlobs
from bedside.database import connect
from bedside.files.ports import Chunk
from bedside.files.receiving import SenderGone, receive
from bedside.files.sealing import SealedBlob, SealedReader, SealedWriter, new_data_key
from bedside.files.sniffing import sniff
from bedside.kernel.memory import tune_allocator

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

FILES = sa.Table(
    "bench_files",
    sa.MetaData(),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("data_key", sa.LargeBinary, nullable=False),
)


class DataPlane:
    """PUT stores a sealed file, GET reads it back, whole or one range."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._blobs = LocalBlobs(directory / "blobs")
        self._path = directory / "bench.sqlite"
        self._database = connect(f"sqlite:///{self._path}")
        self._keys: dict[str, tuple[bytes, int]] = {}

    async def start(self) -> None:
        """Open the database and create its one table."""
        connection = apsw.Connection(str(self._path))
        connection.execute(str(sa.schema.CreateTable(FILES)))
        connection.close()
        await self._database.open()

    async def __call__(self, scope: Scope, receive_: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        name = scope["path"].rsplit("/", 1)[1]
        headers = dict(scope["headers"])
        if scope["method"] == "PUT":
            await self._put(name, int(headers[b"content-length"]), receive_)
            await _answer(send, 201)
        else:
            await self._get(name, headers.get(b"range"), send)

    async def _put(self, name: str, size: int, receive_: Receive) -> None:
        async def check_head(head: bytes) -> None:
            sniff(head, name)

        key = new_data_key()
        writer = await SealedWriter.begin(SealedBlob(self._blobs, name, key, name), size)
        await receive(_body(receive_), writer, limit=500 << 20, check_head=check_head)
        async with self._database.unit_of_work() as work:
            await work.execute(FILES.insert(), id=name, size=size, data_key=key)
        self._keys[name] = (key, size)

    async def _get(self, name: str, range_: bytes | None, send: Send) -> None:
        key, size = self._keys[name]
        start, length, status = 0, size, 200
        if range_ is not None:
            first, last = range_.removeprefix(b"bytes=").split(b"-")
            start, length, status = int(first), int(last) - int(first) + 1, 206
        reader = await SealedReader.open(SealedBlob(self._blobs, name, key, name), size=size)
        await _start(send, status, length)
        async for piece in reader.chunks(start, length):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


async def _body(receive_: Receive) -> AsyncIterator[Chunk]:
    while True:
        message = await receive_()
        if message["type"] == "http.disconnect":
            raise SenderGone
        if message["body"]:
            yield message["body"]
        if not message["more_body"]:
            return


async def _start(send: Send, status: int, length: int) -> None:
    headers = [(b"content-length", str(length).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})


async def _answer(send: Send, status: int) -> None:
    await _start(send, status, 0)
    await send({"type": "http.response.body", "body": b""})


async def _serve(directory: Path, port: int) -> None:
    application = DataPlane(directory)
    await application.start()
    config = uvicorn.Config(
        application, port=port, log_level="warning", lifespan="off", access_log=False
    )
    await uvicorn.Server(config).serve()


if __name__ == "__main__":
    tune_allocator()
    uvloop.run(_serve(Path(sys.argv[1]), int(sys.argv[2])))
