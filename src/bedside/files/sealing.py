"""Writing and reading sealed files; `sealed_format` defines the bytes."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Self

from bedside.errors import NotFound, TooLarge
from bedside.files.buffers import Buffer, plaintext_buffers
from bedside.files.ports import BlobStore, BlobWriter, Chunk, MakeChunks
from bedside.files.sealed_format import (
    HEADER,
    OVERHEAD,
    PREFIX,
    RECORD,
    SEGMENT,
    Seal,
    SealBroken,
    SealUnfinished,
    new_data_key,
    plain_size,
    record_offset,
    sealed_size,
)
from bedside.kernel.language import N_

__all__ = [
    "SEGMENT",
    "ResumePoint",
    "SealBroken",
    "SealUnfinished",
    "SealedReader",
    "SealedWriter",
    "durable_size",
    "new_data_key",
    "plain_size",
    "resume_point",
    "sealed_size",
]


class _Scratch(threading.local):
    """Room for one sealed record; each sealing thread has its own."""

    def __init__(self) -> None:
        self.room = memoryview(bytearray(HEADER + RECORD))


_scratch = _Scratch()


def _seal_records(
    seal: Seal, prefix: bytes, buffer: Buffer, used: int, first: int, last: bool
) -> Iterator[memoryview]:
    """Yield the records of a buffer whose first segment is number `first`, one after the other.

    Each is valid until the next is requested: one record fits the processor's cache, so sealing
    and copying it to the disk cost less than sealing all and writing all. The header precedes
    segment 0. `last` says that the file ends with this buffer.
    """
    out = _scratch.room
    plain = buffer.room[:used]
    for start in range(0, max(1, used), SEGMENT):
        index = first + start // SEGMENT
        at = 0
        if index == 0:
            out[:HEADER] = seal.header
            at = HEADER
        segment = plain[start : start + SEGMENT]
        is_last = last and start + SEGMENT >= used
        end = at + seal.seal_into(out[at:], segment, prefix, index, is_last)
        if start + SEGMENT >= used:
            buffer.give_back()
        yield out[:end]


@dataclass(frozen=True, slots=True)
class SealedBlob:
    """A sealed file in a store: where it is, and what opens it."""

    store: BlobStore
    key: str
    data_key: bytes = field(repr=False)
    file_id: str

    def fresh_seal(self) -> Seal:
        """Return a seal with a new identity, for a blob that is written from its beginning."""
        return Seal.fresh(self.data_key, self.file_id)

    async def seal(self) -> Seal:
        """Return the seal of the blob, with the identity that is in its header."""
        return Seal(self.data_key, await self.store.read(self.key, 0, HEADER), self.file_id)


class SealedWriter:
    """Seals a file as its bytes arrive, one buffer being written while the next one fills.

    Whatever may be the last segment is held back until `finish`, so a blob with a last segment is
    a file whose writer was finished. Use `begin` or `resume`; end with `finish` or `pause`, and
    with `abandon` if those were not reached or failed. After StorageFull or Unavailable what was
    written stays, and `resume_point` says where sending can resume.
    """

    def __init__(
        self,
        blob: SealedBlob,
        out: BlobWriter,
        seal: Seal,
        *,
        offset: int,
        tail: Chunk,
        total: int | None,
    ) -> None:
        self._blob = blob
        self._out = out
        self._seal = seal
        self._prefix = os.urandom(PREFIX)
        self.total = total
        self.offset = offset
        """Plain bytes taken so far, including the tail of an earlier run."""
        self._first_segment = (offset - len(tail)) // SEGMENT
        self._next_segment = self._first_segment
        self._buffer = plaintext_buffers.take()
        self._used = 0
        self._in_flight: asyncio.Task[None] | None = None
        self._fill(memoryview(tail))

    @classmethod
    async def begin(cls, blob: SealedBlob, total: int | None, *, seen: int | None = None) -> Self:
        """Start a new blob, replacing an unfinished one under the same key.

        `total` is the plain size in bytes if the sender has announced it; `seen` as in
        `BlobStore.append`.
        """
        out = await blob.store.append(blob.key, 0, seen=seen)
        return cls(blob, out, blob.fresh_seal(), offset=0, tail=b"", total=total)

    @classmethod
    async def resume(
        cls, blob: SealedBlob, offset: int, tail: bytes, total: int, *, seen: int | None = None
    ) -> Self:
        """Resume at plain byte `offset`, of which the last `len(tail)` bytes are in `tail`.

        `offset` and `tail` come from `pause` or `resume_point`. Sealed bytes past that point are
        cut off; what follows is sealed under a new prefix, so no nonce is used twice whatever the
        sender sends now. Raises NotFound or SealBroken if the blob does not reach that far,
        Conflict if another writer has it open.
        """
        index, misplaced = divmod(offset - len(tail), SEGMENT)
        if misplaced or index < 0 or len(tail) > SEGMENT:
            raise ValueError("the tail must begin where a segment begins")
        if index == 0:
            out = await blob.store.append(blob.key, 0, seen=seen)
            seal = blob.fresh_seal()
        else:
            seal = await blob.seal()
            out = await blob.store.append(blob.key, record_offset(index), seen=seen)
        return cls(blob, out, seal, offset=offset, tail=tail, total=total)

    @property
    def complete(self) -> bool:
        """Whether every announced byte has arrived; never true without an announced total."""
        return self.offset == self.total

    async def write(self, chunk: Chunk) -> None:
        """Take the next plain bytes; the caller may reuse `chunk` at once.

        Raises TooLarge past the announced total (nothing of `chunk` is taken then), StorageFull or
        Unavailable if an earlier buffer could not be written.
        """
        view = memoryview(chunk)
        if self.total is not None and self.offset + len(view) > self.total:
            raise TooLarge(N_("More bytes came than were announced. Send the file again."))
        self.offset += len(view)
        while view:
            if self._used == len(self._buffer.room):
                await self._send_and_go_on()
            view = self._fill(view)

    async def pause(self) -> bytes:
        """Make everything taken so far durable, except what is returned, and close.

        The caller keeps the returned tail (at most one segment), sealed, beside `offset`. Only for
        files with an announced total.
        """
        if self.total is None:
            raise ValueError("without an announced total there is no way to go on")
        keep = self._used % SEGMENT
        if keep == 0 and self._used and self.complete:
            keep = SEGMENT
        tail = bytes(self._buffer.room[self._used - keep : self._used])
        self._used -= keep
        await self._settle()
        if self._used:
            self._send(last=False, durable=True)
        else:
            self._buffer.give_back()
            self._in_flight = asyncio.create_task(self._out.commit())
        await self._settle()
        return tail

    async def finish(self) -> int:
        """Seal the last segment, make the whole file durable and close. Returns its plain size."""
        if self.total is not None and not self.complete:
            raise ValueError("fewer bytes came than were announced")
        if self._used == 0 and self._next_segment:
            raise ValueError("the file is finished already")
        await self._settle()
        self._send(last=True, durable=True)
        await self._settle()
        return self.offset

    async def abandon(self) -> None:
        """Close without a promise; what was written stays for `resume_point`. May be repeated."""
        await asyncio.shield(asyncio.create_task(self._close()))

    async def take_back(self) -> None:
        """Drop, durably, everything this writer has taken, and close.

        For bytes that turn out not to count, for instance because of a wrong checksum. The file is
        then as `begin` or `resume` found it, with the same offset and tail.
        """
        await self.abandon()
        at = record_offset(self._first_segment) if self._first_segment else 0
        await (await self._blob.store.append(self._blob.key, at)).commit()

    async def _close(self) -> None:
        if self._in_flight is not None:
            # Its failure was raised by the call that waited for it, or no longer matters.
            await asyncio.wait((self._in_flight,))
            self._in_flight = None
        self._buffer.give_back()
        await self._out.close()

    def _fill(self, view: memoryview) -> memoryview:
        """Copy what fits into the buffer. Returns the rest."""
        room = self._buffer.room
        fits = min(len(view), len(room) - self._used)
        room[self._used : self._used + fits] = view[:fits]
        self._used += fits
        return view[fits:]

    async def _send_and_go_on(self) -> None:
        """Send the full buffer and take another one.

        With a spare one the next bytes are taken while these are written. Without, other uploads
        keep the processor busy, and waiting here costs nothing but saves memory.
        """
        await self._settle()
        self._send(last=False, durable=False)
        spare = plaintext_buffers.take_spare()
        if spare is None:
            await self._settle()
        self._buffer = spare or plaintext_buffers.take()
        self._used = 0

    def _send(self, *, last: bool, durable: bool) -> None:
        """Start sealing and writing the buffer, which must not be touched any more."""
        make = partial(
            _seal_records,
            self._seal,
            self._prefix,
            self._buffer,
            self._used,
            self._next_segment,
            last,
        )
        self._next_segment += self._used // SEGMENT
        self._in_flight = asyncio.create_task(self._write_out(self._buffer, make, durable))

    async def _write_out(self, buffer: Buffer, make: MakeChunks, durable: bool) -> None:
        try:
            await (self._out.commit(make) if durable else self._out.write(make))
        finally:
            # Done by `make` already, unless the store failed before.
            buffer.give_back()

    async def _settle(self) -> None:
        """Wait for the write in flight. Shielded: if a cancelled request cancelled it, a thread
        would go on reading a buffer that by then belongs to another upload."""
        if self._in_flight is not None:
            await asyncio.shield(self._in_flight)
            self._in_flight = None


@dataclass(frozen=True, slots=True)
class ResumePoint:
    """Where an interrupted upload resumes: the arguments for `SealedWriter.resume`.

    `finished` says that the blob has its last segment: there is nothing left to send or seal.
    """

    offset: int
    tail: bytes
    finished: bool


async def durable_size(blob: SealedBlob, known: int = 0) -> tuple[int, bool]:
    """Return the plain bytes stored in sound segments, without a gap, and whether the file is
    complete.

    For an upload whose process was killed. Bytes before `known` (made durable by `pause`) are
    trusted; each complete segment after it is verified, and the blob is fsynced before returning,
    so the answer may be acknowledged. Raises Conflict if a writer is active.
    """
    stored = await blob.store.size(blob.key)
    if stored is None or stored < HEADER:
        return 0, False
    # Opening it for appending at its end changes nothing, and keeps other writers out.
    out = await blob.store.append(blob.key, stored)
    try:
        seal = await blob.seal()
        first = known // SEGMENT if stored >= record_offset(known // SEGMENT) else 0
        found = await _sound_prefix(blob, seal, first)
        await out.commit()
    except SealBroken:
        return 0, False
    finally:
        await out.close()
    return found


async def _sound_prefix(blob: SealedBlob, seal: Seal, index: int) -> tuple[int, bool]:
    """Return the plain size of the sound segments up to the first unsound one, counting from
    `index`."""
    while True:
        record = await blob.store.read(blob.key, record_offset(index), RECORD)
        if len(record) == RECORD and _is_sound(seal, record, index, last=False):
            index += 1
        elif _is_sound(seal, record, index, last=True):
            return index * SEGMENT + len(record) - OVERHEAD, True
        else:
            return index * SEGMENT, False


def _is_sound(seal: Seal, record: bytes, index: int, *, last: bool) -> bool:
    try:
        seal.unseal(record, index, last)
    except SealBroken:
        return False
    return True


async def resume_point(blob: SealedBlob, offset: int, tail: bytes) -> ResumePoint:
    """Return where to resume after a kill or a failed write, given what was acknowledged last.

    `offset` and `tail` come from the last `pause` (0 and b"" if there was none). Segments written
    after it count if they are sound. Raises as `durable_size` does.
    """
    size, finished = await durable_size(blob, offset - len(tail))
    if finished or size > offset:
        return ResumePoint(size, b"", finished)
    return ResumePoint(offset, tail, finished=False)


class SealedReader:
    """Reads ranges of a finished file, without reading ahead."""

    def __init__(self, blob: SealedBlob, seal: Seal, size: int) -> None:
        self._blob = blob
        self._seal = seal
        self.size = size
        """Plain bytes of the file."""
        self._last = max(0, size - 1) // SEGMENT

    @classmethod
    async def open(cls, blob: SealedBlob, *, size: int | None = None) -> Self:
        """Open a finished file; only its header is read.

        Pass the plain `size` where it is known (the file's row has it): a blob that was cut or
        extended is then refused at once, and not only when its end is read. Raises NotFound,
        SealBroken.
        """
        stored = await blob.store.size(blob.key)
        if stored is None:
            raise NotFound
        found = plain_size(stored)
        if size is not None and size != found:
            raise SealBroken
        return cls(blob, await blob.seal(), found)

    async def read(self, start: int, length: int) -> bytes:
        """Return `length` bytes from `start`, fewer at the end of the file. Raises SealBroken."""
        return b"".join([piece async for piece in self.chunks(start, length)])

    async def chunks(self, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """Yield the same range in pieces of up to 256 KiB, each verified before it is yielded.

        An empty file is verified too. Raises SealBroken at the first unsound segment.
        """
        if start < 0 or (length is not None and length < 0):
            raise ValueError("a range has no negative ends")
        end = self.size if length is None else min(self.size, start + length)
        if self.size == 0:
            await self._segment(0)
        at = start
        while at < end:
            index, skip = divmod(at, SEGMENT)
            segment = await self._segment(index)
            piece = segment[skip : skip + end - at]
            at += len(piece)
            yield piece

    async def _segment(self, index: int) -> bytes:
        record = await self._blob.store.read(self._blob.key, record_offset(index), RECORD)
        is_last = index == self._last
        expected = self.size - index * SEGMENT if is_last else SEGMENT
        if len(record) != expected + OVERHEAD:
            raise SealBroken
        try:
            return self._seal.unseal(record, index, is_last)
        except SealBroken:
            if is_last and _is_sound(self._seal, record, index, last=False):
                raise SealUnfinished from None
            raise
