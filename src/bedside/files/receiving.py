"""Receiving: one way in for the bytes of a file, whatever carries them: a raw body, tus, a form."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from bedside.errors import TooLarge
from bedside.files.ports import Chunk
from bedside.files.sealing import SealedWriter

HEAD = 64 << 10
"""Bytes that are enough to detect a file's type."""

CheckHead = Callable[[bytes], Awaitable[None]]
"""Checks the first bytes; raises to refuse the file."""

CheckEnd = Callable[[], None]
"""Called when no more bytes come; raises if those that came do not count (a wrong checksum)."""


class Hasher(Protocol):
    """A hash of hashlib."""

    def update(self, data: Chunk, /) -> None:
        """Take more bytes."""
        ...


class SenderGone(Exception):
    """Raised by a source if the connection ended before the body did."""


@dataclass(frozen=True, slots=True)
class Received:
    """How much of a file was received. Unless it is finished, `tail` (plaintext of at most 256
    KiB) belongs to the caller, who keeps it sealed beside `offset` and passes both to
    `SealedWriter.resume`."""

    offset: int
    tail: bytes
    finished: bool


async def receive(
    source: AsyncIterator[Chunk],
    writer: SealedWriter,
    *,
    limit: int,
    check_head: CheckHead | None = None,
    check_end: CheckEnd | None = None,
    tail: bytes = b"",
) -> Received:
    """Seal what `source` yields until it ends, and leave it durable.

    The file is finished once every announced byte has arrived or, without an announced total, when
    the source ends; otherwise it is paused. `limit` is the most plain bytes of the whole file.
    `check_head` is called once, before anything of the file is stored, as soon as the first 64 KiB
    have arrived (or all of a smaller file); for a resumed one pass the `tail` that the writer was
    resumed with. If `check_end` raises, nothing of what `source` yielded is kept; it is also
    called if the sender disconnected, because half of a checked piece cannot be checked.

    Raises TooLarge, whatever the two checks raise, StorageFull and Unavailable, and SenderGone for
    a file of unknown size. After any of these the writer is closed; what was stored stays for
    `sealing.resume_point` or for deletion.
    """
    try:
        head = _Head(check_head, writer.offset, tail)
        await _take(source, writer, limit, head)
        if check_end is not None:
            try:
                check_end()
            except BaseException:
                await writer.take_back()
                raise
        finished = writer.complete or writer.total is None
        if finished:
            await head.end()
            await writer.finish()
            return Received(writer.offset, b"", finished=True)
        return Received(writer.offset, await writer.pause(), finished=False)
    except BaseException:
        await writer.abandon()
        raise


async def _take(
    source: AsyncIterator[Chunk], writer: SealedWriter, limit: int, head: "_Head"
) -> None:
    try:
        async for chunk in source:
            if writer.offset + len(chunk) > limit:
                raise TooLarge
            if not head.checked:
                await head.add(chunk)
            await writer.write(chunk)
    except SenderGone:
        if writer.total is None:
            raise


class _Head:
    """Collects the first bytes until there are enough to check."""

    def __init__(self, check: CheckHead | None, offset: int, tail: bytes) -> None:
        self._check = check
        self._bytes = bytearray(tail[:HEAD])
        self.checked = check is None or offset >= HEAD

    async def add(self, chunk: Chunk) -> None:
        self._bytes += memoryview(chunk)[: HEAD - len(self._bytes)]
        if len(self._bytes) == HEAD:
            await self.end()

    async def end(self) -> None:
        if self._check is not None and not self.checked:
            self.checked = True
            await self._check(bytes(self._bytes))


async def hashed(source: AsyncIterator[Chunk], hasher: Hasher) -> AsyncIterator[Chunk]:
    """Feed `source` to a hasher of hashlib while passing it on."""
    async for chunk in source:
        hasher.update(chunk)
        yield chunk
