"""Resumption: an interrupted upload goes on, and acknowledged bytes are there once."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedside.adapters.blobs_local import LocalBlobs
from bedside.errors import NotFound
from bedside.files.sealed_format import HEADER, PREFIX, SEGMENT, record_offset
from bedside.files.sealing import (
    ResumePoint,
    SealedReader,
    SealedWriter,
    durable_size,
    resume_point,
)
from tests.files.sealed_files import (
    blob_in,
    content,
    near_a_boundary,
    path_of,
    run,
    seal,
    some_store,
    unseal,
)

pytestmark = pytest.mark.feature("F14")

TOTAL = 5 * SEGMENT + 77


async def _go_on(store: LocalBlobs, point: ResumePoint, data: bytes) -> SealedWriter:
    return await SealedWriter.resume(blob_in(store), point.offset, point.tail, len(data))


@settings(deadline=None, max_examples=60)
@given(size=near_a_boundary, stops=st.lists(near_a_boundary, max_size=4))
def test_pauses_anywhere_change_nothing(size: int, stops: list[int]) -> None:
    data = content(size)

    async def example() -> None:
        with some_store() as store:
            at, tail = 0, b""
            for stop in [*sorted(min(stop, size) for stop in stops), size]:
                writer = await _go_on(store, ResumePoint(at, tail, False), data)
                await writer.write(data[at:stop])
                tail = await writer.pause()
                assert writer.offset == stop
                assert len(tail) <= SEGMENT
                at = stop
                point = await resume_point(blob_in(store), at, tail)
                assert point == ResumePoint(at, tail, False)
            await (await _go_on(store, ResumePoint(at, tail, False), data)).finish()
            assert await unseal(store) == data
            assert await durable_size(blob_in(store)) == (size, True)

    run(example())


@settings(deadline=None, max_examples=80)
@given(st.integers(0, HEADER + TOTAL + 6 * 23))
def test_a_blob_cut_at_any_byte_goes_on_from_its_sound_segments(cut: int) -> None:
    data = content(TOTAL)

    async def example() -> None:
        with some_store() as store:
            await seal(store, data)
            path = path_of(store)
            whole = path.read_bytes()
            path.write_bytes(whole[:cut])
            size, finished = await durable_size(blob_in(store))
            assert finished == (cut == len(whole))
            if not finished:
                complete = [k for k in range(6) if record_offset(k) <= cut]
                assert size == max(complete, default=0) * SEGMENT
                point = await resume_point(blob_in(store), 0, b"")
                writer = await _go_on(store, point, data)
                await writer.write(data[point.offset :])
                await writer.finish()
            assert await unseal(store) == data

    run(example())


@settings(deadline=None, max_examples=60)
@given(st.integers(HEADER, HEADER + TOTAL + 6 * 23 - 1))
def test_only_what_is_before_the_first_unsound_segment_counts(damaged: int) -> None:
    """A power cut may leave a hole in what was written but never acknowledged."""

    async def example() -> None:
        with some_store() as store:
            await seal(store, content(TOTAL))
            path = path_of(store)
            sealed = bytearray(path.read_bytes())
            sealed[damaged] ^= 0x40
            path.write_bytes(sealed)
            index = (damaged - HEADER) // (record_offset(1) - record_offset(0))
            assert await durable_size(blob_in(store)) == (
                index * SEGMENT,
                False,
            )

    run(example())


def test_what_was_acknowledged_wins_over_a_shorter_blob_and_longer_sound_bytes_over_it() -> None:
    data = content(TOTAL)

    async def example() -> None:
        with some_store() as store:
            writer = await SealedWriter.begin(blob_in(store), TOTAL)
            await writer.write(data[: SEGMENT + 500])
            tail = await writer.pause()
            kept = ResumePoint(SEGMENT + 500, tail, False)
            assert await resume_point(blob_in(store), kept.offset, tail) == kept
            writer = await _go_on(store, kept, data)
            await writer.write(data[kept.offset :])
            await writer.abandon()
            point = await resume_point(blob_in(store), kept.offset, tail)
            assert point == ResumePoint(5 * SEGMENT, b"", False)

    run(example())


def test_no_nonce_is_used_twice_when_other_bytes_come() -> None:
    """Sealed once as zeros and then, after a kill before the acknowledgement, as ones."""

    async def example() -> None:
        with some_store() as store:
            prefixes: set[bytes] = set()
            for byte in (b"\0", b"\1"):
                writer = await SealedWriter.begin(blob_in(store), TOTAL)
                await writer.write(byte * (2 * SEGMENT))
                await writer.pause()
                sealed = path_of(store).read_bytes()
                prefixes.add(sealed[HEADER : HEADER + PREFIX])
                prefixes.add(sealed[record_offset(1) : record_offset(1) + PREFIX])
                writer = await _go_on(store, ResumePoint(SEGMENT, b"", False), bytes(TOTAL))
                await writer.write(byte * SEGMENT)
                await writer.pause()
                sealed = path_of(store).read_bytes()
                prefixes.add(sealed[record_offset(1) : record_offset(1) + PREFIX])
            assert len(prefixes) == 4

    run(example())


def test_a_shorter_blob_than_the_offset_is_not_papered_over() -> None:
    async def example() -> None:
        with some_store() as store:
            writer = await SealedWriter.begin(blob_in(store), TOTAL)
            await writer.write(content(SEGMENT))
            await writer.pause()
            with pytest.raises(NotFound):
                await SealedWriter.resume(blob_in(store), 2 * SEGMENT, b"", TOTAL)
            with pytest.raises(ValueError, match="segment begins"):
                await SealedWriter.resume(blob_in(store), SEGMENT + 5, b"123", TOTAL)

    run(example())


@pytest.mark.parametrize("at", [0, 100, SEGMENT, 2 * SEGMENT + 9])
def test_taken_back_bytes_are_gone_for_good(at: int) -> None:
    data = content(TOTAL)

    async def example() -> None:
        with some_store() as store:
            writer = await SealedWriter.begin(blob_in(store), TOTAL)
            await writer.write(data[:at])
            kept = ResumePoint(at, await writer.pause(), False)
            writer = await _go_on(store, kept, data)
            await writer.write(b"\xff" * (TOTAL - at))
            await writer.take_back()
            assert await resume_point(blob_in(store), kept.offset, kept.tail) == kept
            writer = await _go_on(store, kept, data)
            await writer.write(data[at:])
            await writer.finish()
            assert await unseal(store) == data

    run(example())


_UPLOADER = """
import asyncio, sys
from pathlib import Path
from bedside.adapters.blobs_local import LocalBlobs
from bedside.files.sealing import SealedWriter
from tests.files.sealed_files import blob_in, content

async def main():
    data = content(4_000_000)
    writer = await SealedWriter.begin(blob_in(LocalBlobs(Path(sys.argv[1]))), len(data))
    for at in range(0, len(data), 50_000):
        await writer.write(data[at : at + 50_000])
        print(writer.offset, flush=True)
        await asyncio.sleep(0.001)
    await writer.finish()

asyncio.run(main())
"""


@pytest.mark.parametrize("taken", [50_000, 1_200_000, 2_300_000, 3_600_000, 4_000_000])
def test_killed_at_any_time_it_goes_on_with_the_sound_segments(tmp_path: Path, taken: int) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", _UPLOADER, str(tmp_path)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": "."},
    )
    assert process.stdout is not None
    while int(process.stdout.readline()) < taken:
        pass
    process.send_signal(signal.SIGKILL)
    process.wait()
    data = content(4_000_000)

    async def example() -> None:
        store = LocalBlobs(tmp_path)
        point = await resume_point(blob_in(store), 0, b"")
        # one buffer of 1 MiB is filling and one is in flight
        assert point.offset >= taken - 2 * (1 << 20) - SEGMENT or point.finished
        if not point.finished:
            writer = await _go_on(store, point, data)
            await writer.write(data[point.offset :])
            await writer.finish()
        reader = await SealedReader.open(blob_in(store), size=len(data))
        assert await reader.read(0, len(data)) == data
        store.close()

    run(example())
