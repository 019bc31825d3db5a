"""A client for clamd: its VERSION and INSTREAM commands over a unix socket or TCP (clamd(8))."""

import asyncio
import contextlib
import os
from collections.abc import AsyncGenerator, AsyncIterator

from bedside.kernel.language import N_
from bedside.settings import socket_address

_PIECE = 256 * 1024
NOT_ALLOWED = "this user may not use ClamAV's socket"


class NoAnswer(Exception):
    """clamd is down, too slow, or hung up; `reason` is for the screen.

    `had_all` says that clamd had the whole file by then, so that the file may be what broke it.
    """

    def __init__(self, reason: str, *, had_all: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.had_all = had_all


class ClamdConnection:
    """The clamd at `address`, as in the setting; one connection per command.

    `seconds` is how long clamd may be silent, while taking a file and before its verdict.
    """

    def __init__(self, address: str, seconds: float) -> None:
        self._address = socket_address(address)
        self._seconds = seconds

    async def version(self) -> str:
        """Return clamd's version of itself and its database. Raises NoAnswer."""
        async with self._talking():
            reader, writer = await self._connect()
            try:
                writer.write(b"zVERSION\x00")
                return (await reader.readuntil(b"\x00"))[:-1].decode("utf-8", "replace")
            finally:
                writer.close()

    def socket_made(self) -> tuple[int, int]:
        """Identify the socket it listens on: a restarted clamd has a new one. Zeros for TCP, where
        this cannot be seen. Raises NoAnswer."""
        if isinstance(self._address, tuple):
            return (0, 0)
        try:
            found = os.stat(self._address)
        except OSError as error:
            raise NoAnswer(N_("ClamAV cannot be reached")) from error
        return (found.st_ino, found.st_mtime_ns)

    async def scan(self, chunks: AsyncIterator[bytes]) -> str:
        """Return clamd's answer for a stream. Raises NoAnswer; errors of `chunks` are passed on."""
        async with self._talking():
            reader, writer = await self._connect()
        try:
            await self._send(writer, chunks)
        except NoAnswer as failed:
            # clamd may have stopped reading on purpose; its answer so far says why.
            return await self._last_words(reader, failed)
        else:
            async with self._talking(had_all=True):
                return _text(await reader.readuntil(b"\x00"))
        finally:
            writer.close()

    @contextlib.asynccontextmanager
    async def _talking(self, *, had_all: bool = False) -> AsyncGenerator[None]:
        """Limit the time, and tell trouble with clamd from trouble with the stream."""
        try:
            async with asyncio.timeout(self._seconds):
                yield
        except TimeoutError as error:
            raise NoAnswer(N_("ClamAV did not answer in time"), had_all=had_all) from error
        except PermissionError as error:
            raise NoAnswer(NOT_ALLOWED, had_all=had_all) from error
        except (OSError, EOFError) as error:
            raise NoAnswer(N_("ClamAV cannot be reached"), had_all=had_all) from error

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self._address, tuple):
            return await asyncio.open_connection(*self._address)
        return await asyncio.open_unix_connection(self._address)

    async def _send(self, writer: asyncio.StreamWriter, chunks: AsyncIterator[bytes]) -> None:
        writer.write(b"zINSTREAM\x00")
        async for chunk in chunks:
            for start in range(0, len(chunk), _PIECE):
                piece = chunk[start : start + _PIECE]
                writer.write(len(piece).to_bytes(4, "big"))
                writer.write(piece)
                async with self._talking():
                    await writer.drain()
        writer.write(bytes(4))
        async with self._talking():
            await writer.drain()

    async def _last_words(self, reader: asyncio.StreamReader, failed: NoAnswer) -> str:
        with contextlib.suppress(NoAnswer):
            async with self._talking():
                return _text(await reader.readuntil(b"\x00"))
        raise failed


def _text(reply: bytes) -> str:
    return reply[:-1].decode("utf-8", "replace").strip()
