"""Sealing is lossless: whatever goes into a sealed file comes out again, whole or in parts."""

import asyncio
import hashlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedside.adapters.blobs_local import LocalBlobs
from bedside.errors import Conflict, NotFound, TooLarge
from bedside.files.ports import BlobWriter, Chunk, MakeChunks
from bedside.files.sealed_format import HEADER, RECORD, SEGMENT, Seal, plain_size, sealed_size
from bedside.files.sealing import SealBroken, SealedBlob, SealedReader, SealedWriter
from tests.files.sealed_files import (
    FILE,
    KEY,
    NAME,
    blob_in,
    content,
    near_a_boundary,
    path_of,
    run,
    seal,
    some_store,
    unseal,
)
from tests.vectors.make_sealed_file import record

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "sealed-file-v1.json").read_text())

pytestmark = pytest.mark.feature("F6")


@settings(deadline=None, max_examples=60)
@given(
    size=near_a_boundary,
    pieces=st.lists(st.integers(1, 400_000), min_size=1, max_size=8),
    announced=st.booleans(),
)
def test_any_split_of_writes_gives_the_same_plaintext(
    size: int, pieces: list[int], announced: bool
) -> None:
    data = content(size)

    async def example() -> None:
        with some_store() as store:
            writer = await SealedWriter.begin(blob_in(store), size if announced else None)
            at = turn = 0
            while at < size:
                step = pieces[turn % len(pieces)]
                await writer.write(data[at : at + step])
                at += step
                turn += 1
            assert await writer.finish() == size
            assert await unseal(store) == data
            assert await store.size(NAME) == sealed_size(size)

    run(example())


@settings(deadline=None, max_examples=30)
@given(
    size=near_a_boundary,
    ranges=st.lists(st.tuples(near_a_boundary, near_a_boundary), min_size=5, max_size=20),
)
def test_ranges_are_slices(size: int, ranges: list[tuple[int, int]]) -> None:
    data = content(size)

    async def example() -> None:
        with some_store() as store:
            await seal(store, data)
            reader = await SealedReader.open(blob_in(store), size=size)
            assert reader.size == size
            for start, length in ranges:
                assert await reader.read(start, length) == data[start : start + length]
                pieces = [piece async for piece in reader.chunks(start)]
                assert b"".join(pieces) == data[start:]
                assert all(0 < len(piece) <= SEGMENT for piece in pieces)

    run(example())


@given(st.integers(0, 1 << 45))
def test_sizes_invert_each_other(size: int) -> None:
    assert plain_size(sealed_size(size)) == size


@given(st.integers(-100, 4 * RECORD))
def test_a_size_that_no_file_has_is_refused(sealed: int) -> None:
    try:
        plain = plain_size(sealed)
    except SealBroken:
        return
    assert sealed_size(plain) == sealed


@pytest.mark.parametrize("full", [0, 1, 3])
@pytest.mark.parametrize("rest", [1, 7, 22, 23])
def test_a_rest_without_content_is_refused(full: int, rest: int) -> None:
    if (full, rest) == (0, 23):
        assert plain_size(HEADER + rest) == 0
    else:
        with pytest.raises(SealBroken):
            plain_size(HEADER + full * RECORD + rest)


@pytest.mark.parametrize("vector", VECTORS["files"], ids=lambda vector: vector["name"])
def test_files_of_another_writer_can_be_read(vector: dict[str, Any]) -> None:
    """The vectors come from tests/vectors/make_sealed_file.py, which shares no code with the
    product."""
    size = vector["plain_size"]
    data = bytes((167 * i + (i >> 8)) & 255 for i in range(size))
    assert hashlib.sha256(data).hexdigest() == vector["plain_sha256"]

    async def example() -> None:
        with some_store() as store:
            path = path_of(store)
            path.parent.mkdir()
            path.write_bytes(_rebuilt(vector, data))
            assert await unseal(store) == data

    run(example())


def _rebuilt(vector: dict[str, Any], data: bytes) -> bytes:
    """Rebuild the sealed bytes, of which the vectors hold only a hash if they are many."""
    header = bytes.fromhex(vector["header"])
    records = vector["records"]
    sealed = header + b"".join(
        record(
            header,
            bytes.fromhex(one["prefix"]),
            index,
            index == len(records) - 1,
            data[index * SEGMENT : (index + 1) * SEGMENT],
        )
        for index, one in enumerate(records)
    )
    assert hashlib.sha256(sealed).hexdigest() == vector["sealed_sha256"]
    assert sealed.hex() == vector.get("sealed", sealed.hex())
    return sealed


def test_a_blob_holds_nothing_readable() -> None:
    marker = b"Haemoglobin 131 g/l, Lindqvist "

    async def example() -> None:
        with some_store() as store:
            await seal(store, marker * 30_000)
            sealed = path_of(store).read_bytes()
            assert marker[:8] not in sealed
            assert FILE.encode() not in sealed

    run(example())


def test_equal_files_do_not_look_equal() -> None:
    async def example() -> None:
        with some_store() as store:
            await seal(store, content(1000), name="a")
            await seal(store, content(1000), name="b")
            first, second = path_of(store, "a").read_bytes(), path_of(store, "b").read_bytes()
            assert first[8:HEADER] != second[8:HEADER]
            assert first[HEADER + 7 :] != second[HEADER + 7 :]

    run(example())


def test_more_than_announced_is_refused_and_less_is_not_finished() -> None:
    async def example() -> None:
        with some_store() as store:
            writer = await SealedWriter.begin(blob_in(store), 10)
            await writer.write(b"123456789")
            with pytest.raises(ValueError, match="fewer bytes"):
                await writer.finish()
            with pytest.raises(TooLarge):
                await writer.write(b"ab")
            assert writer.offset == 9
            await writer.write(b"0")
            assert writer.complete
            await writer.finish()
            assert await unseal(store) == b"1234567890"

    run(example())


def test_the_callers_buffer_may_be_reused_at_once() -> None:
    data = content(3 * SEGMENT)

    async def example() -> None:
        with some_store() as store:
            writer = await SealedWriter.begin(blob_in(store), len(data))
            again = bytearray(1 << 16)
            for at in range(0, len(data), len(again)):
                again[:] = data[at : at + len(again)]
                await writer.write(again)
            await writer.finish()
            assert await unseal(store) == data

    run(example())


def test_many_at_once_do_not_mix() -> None:
    """More uploads than there are large buffers and threads, taking turns."""
    files = {f"fil_{number}": content(2_500_000 + number)[number:] for number in range(40)}

    async def upload(store: LocalBlobs, name: str, data: bytes) -> None:
        writer = await SealedWriter.begin(SealedBlob(store, name, KEY, name), len(data))
        for at in range(0, len(data), 100_000):
            await writer.write(data[at : at + 100_000])
            await asyncio.sleep(0)
        await writer.finish()

    async def example() -> None:
        with some_store() as store:
            await asyncio.gather(*(upload(store, name, data) for name, data in files.items()))
            for name, data in files.items():
                assert await unseal(store, name=name, file_id=name) == data

    run(example())


class _SlowBlobs(LocalBlobs):
    """A busy disk: each write begins half a second late, in the thread that does it."""

    async def append(self, key: str, at: int, *, seen: int | None = None) -> BlobWriter:
        return _SlowWriter(await super().append(key, at, seen=seen))


class _SlowWriter:
    def __init__(self, writer: BlobWriter) -> None:
        self._writer = writer
        self.close = writer.close
        self.commit = writer.commit

    async def write(self, make: MakeChunks) -> None:
        def late() -> Iterator[Chunk]:
            time.sleep(0.5)
            yield from make()

        await self._writer.write(late)


def test_a_cancelled_upload_keeps_its_buffer_until_it_is_written(tmp_path: Path) -> None:
    """Otherwise the bytes of the buffer's next user would be sealed into this file."""
    ours = b"\xff" * (1 << 20)

    async def example() -> None:
        store = _SlowBlobs(tmp_path)
        writer = await SealedWriter.begin(blob_in(store), 1 << 30)
        for _ in range(2):
            await writer.write(ours)
        third = asyncio.create_task(writer.write(ours))
        await asyncio.sleep(0.01)
        third.cancel()
        with pytest.raises(asyncio.CancelledError):
            await third
        await asyncio.gather(*(seal(store, bytes(1 << 20), name=f"b{n}") for n in range(8)))
        await writer.abandon()
        record = await store.read(NAME, HEADER, RECORD)
        header = await store.read(NAME, 0, HEADER)
        assert Seal(KEY, header, FILE).unseal(record, 0, last=False) == ours[:SEGMENT]
        store.close()

    run(example())


def test_a_missing_blob_is_not_found() -> None:
    async def example() -> None:
        with some_store() as store, pytest.raises(NotFound):
            await SealedReader.open(blob_in(store))

    run(example())


def test_two_writers_of_one_file_exclude_each_other() -> None:
    async def example() -> None:
        with some_store() as store:
            first = await SealedWriter.begin(blob_in(store), 3 * (1 << 20))
            await first.write(content(2 * (1 << 20)))
            await first.write(b"x")
            second = await SealedWriter.begin(blob_in(store), 1)
            await second.write(b"y")
            with pytest.raises(Conflict):
                await second.finish()
            await second.abandon()
            await first.abandon()

    run(example())
