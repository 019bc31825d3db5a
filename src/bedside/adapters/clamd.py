"""ClamAV's daemon as a scanner, by its INSTREAM command over a unix socket or TCP (clamd(8))."""

import asyncio
import contextlib
import re
from collections.abc import AsyncGenerator, AsyncIterator

from bedside.files.ports import ScanResult, Verdict

_PIECE = 256 * 1024
_VERSION = re.compile(r"ClamAV (\d+(?:\.\d+)*)")


class _NoAnswer(Exception):
    """clamd is down, too slow, or hung up; `reason` is for the screen."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ClamdScanner:
    """Scans through the clamd at `address`: a socket's path, or “host:port”.

    `seconds` is how long clamd may be silent, while it takes the file and before its verdict.
    """

    def __init__(self, address: str, *, seconds: float = 60) -> None:
        self._address = address
        self._seconds = seconds
        self._name = "ClamAV"

    @property
    def name(self) -> str:
        """“ClamAV 1.4.1” once clamd has told its version, “ClamAV” before."""
        return self._name

    async def scan(self, chunks: AsyncIterator[bytes], size: int) -> ScanResult:
        """Scan a stream of `size` bytes. Anything but clamd's own “OK” is never CLEAN.

        UNSCANNED, with its reason, when clamd is down, too slow, or refuses so large a file.
        An error of `chunks` itself goes through to the caller.
        """
        try:
            async with self._talking():
                await self._learn_version()
            reply = await self._instream(chunks)
        except _NoAnswer as failed:
            return self._unscanned(failed.reason)
        return self._verdict(reply)

    @contextlib.asynccontextmanager
    async def _talking(self) -> AsyncGenerator[None]:
        """Bounds the time, and tells trouble with clamd from trouble with the stream."""
        try:
            async with asyncio.timeout(self._seconds):
                yield
        except TimeoutError as error:
            raise _NoAnswer("ClamAV did not answer in time") from error
        except (OSError, EOFError) as error:
            raise _NoAnswer("ClamAV cannot be reached") from error

    async def version(self) -> str:
        """What clamd says of itself. Raises OSError or TimeoutError when it is down."""
        async with asyncio.timeout(self._seconds):
            reader, writer = await self._connect()
            try:
                writer.write(b"zVERSION\x00")
                return (await reader.readuntil(b"\x00"))[:-1].decode("utf-8", "replace")
            except EOFError as error:
                raise ConnectionResetError from error
            finally:
                writer.close()

    async def _learn_version(self) -> None:
        found = _VERSION.match(await self.version())
        self._name = f"ClamAV {found[1]}" if found else "ClamAV"

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if "/" in self._address:
            return await asyncio.open_unix_connection(self._address.removeprefix("unix:"))
        host, _, port = self._address.removeprefix("tcp://").rpartition(":")
        return await asyncio.open_connection(host.strip("[]"), int(port))

    async def _instream(self, chunks: AsyncIterator[bytes]) -> bytes:
        async with self._talking():
            reader, writer = await self._connect()
        try:
            await self._send(writer, chunks)
        except _NoAnswer as failed:
            # clamd may have stopped listening on purpose; what it said before tells why.
            return await self._last_words(reader, failed)
        else:
            async with self._talking():
                return (await reader.readuntil(b"\x00"))[:-1]
        finally:
            writer.close()

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

    async def _last_words(self, reader: asyncio.StreamReader, failed: _NoAnswer) -> bytes:
        with contextlib.suppress(_NoAnswer):
            async with self._talking():
                return (await reader.readuntil(b"\x00"))[:-1]
        raise failed

    def _verdict(self, reply: bytes) -> ScanResult:
        text = reply.decode("utf-8", "replace").strip()
        if text == "stream: OK":
            return ScanResult(Verdict.CLEAN, self._name)
        if text.startswith("stream: ") and text.endswith(" FOUND"):
            signature = text.removeprefix("stream: ").removesuffix(" FOUND")
            return ScanResult(Verdict.INFECTED, self._name, signature=signature)
        if "size limit exceeded" in text:
            return self._unscanned("the file is larger than ClamAV is set to take")
        return self._unscanned("ClamAV reported an error")

    def _unscanned(self, reason: str) -> ScanResult:
        return ScanResult(Verdict.UNSCANNED, self._name, reason=reason)
