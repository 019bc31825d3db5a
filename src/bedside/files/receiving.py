"""One way in for the bytes of a file, whatever carries them: a raw body, tus, a form."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from bedside.errors import TooLarge
from bedside.files.ports import Chunk
from bedside.files.sealing import SealedWriter

HEAD = 64 << 10
"""Bytes that are enough to tell what a file is."""

CheckHead = Callable[[bytes], Awaitable[None]]
"""Looks at the first bytes; raises to refuse the file."""

CheckEnd = Callable[[], None]
"""Called when no more bytes come; raises when those that came do not count (a wrong checksum)."""


class Hasher(Protocol):
    """A hash of hashlib."""

    def update(self, data: Chunk, /) -> None:
        """Take more bytes."""
        ...


class SenderGone(Exception):
    """A source raises it when the connection ended before the body did."""


@dataclass(frozen=True, slots=True)
class Received:
    """How far a file came. Unless it is finished, `tail` (plaintext of at most 256 KiB) belongs
    to the caller, who keeps it sealed beside `offset` and gives both to `SealedWriter.resume`."""

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
    """Seal what `source` gives until it ends, and leave it durable.

    The file is finished when every announced byte is there, or, without an announced total, when
    the source ends; otherwise it is paused. `limit` is the most plain bytes of the whole file.
    `check_head` is called once, before anything of the file is stored, as soon as the first
    64 KiB are there (or all of a smaller file); for a resumed one give the `tail` that the writer
    was resumed with. When `check_end` raises, nothing of what `source` gave is kept; it is called
    also when the sender went away, for half of a checked piece cannot be checked.

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
    """`source`, fed to a hasher of hashlib on its way."""
    async for chunk in source:
        hasher.update(chunk)
        yield chunk
