"""Damage of any kind gives SealBroken, and never a wrong byte."""

import os
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedside.files.sealed_format import HEADER, MAGIC, RECORD, SEGMENT, Seal, record_offset
from bedside.files.sealing import (
    SealBroken,
    SealedReader,
    SealedWriter,
    SealUnfinished,
    durable_size,
)
from tests.files.sealed_files import (
    FILE,
    KEY,
    NAME,
    blob_in,
    content,
    path_of,
    run,
    seal,
    some_store,
    unseal,
)

pytestmark = pytest.mark.feature("F6")

SIZE = 2 * SEGMENT + 1000


async def _sealed(size: int = SIZE, name: str = NAME, file_id: str = FILE) -> bytes:
    with some_store() as store:
        await seal(store, content(size), name=name, file_id=file_id)
        return path_of(store, name).read_bytes()


async def _opened(sealed: bytes) -> bytes:
    with some_store() as store:
        path = path_of(store)
        path.parent.mkdir()
        path.write_bytes(sealed)
        return await unseal(store)


def _refused(sealed: bytes) -> None:
    with pytest.raises(SealBroken):
        run(_opened(sealed))


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_any_flipped_bit_is_found(data: st.DataObject) -> None:
    sealed = bytearray(run(_sealed(data.draw(st.sampled_from((0, 1, SEGMENT, SIZE))))))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    _refused(bytes(sealed))


@settings(deadline=None, max_examples=100)
@given(st.integers(0, HEADER + SIZE + 3 * 23 - 1))
def test_a_cut_at_any_byte_is_found(cut: int) -> None:
    _refused(run(_sealed())[:cut])


def test_every_cut_of_a_short_file_is_found() -> None:
    sealed = run(_sealed(20))
    for cut in range(len(sealed)):
        _refused(sealed[:cut])


def test_a_cut_at_the_end_of_a_segment_is_found() -> None:
    sealed = run(_sealed())
    for segments in range(3):
        _refused(sealed[: record_offset(segments)])


@pytest.mark.parametrize("more", [1, 23, 24, 1000, RECORD])
def test_an_extension_is_found(more: int) -> None:
    _refused(run(_sealed()) + os.urandom(more))


def test_an_empty_segment_after_a_full_one_is_refused() -> None:
    """Each file has exactly one accepted form."""
    seal_ = Seal.fresh(KEY, FILE)
    out = memoryview(bytearray(HEADER + RECORD + 23))
    out[:HEADER] = seal_.header
    prefix = bytes(7)
    end = HEADER + seal_.seal_into(out[HEADER:], memoryview(content(SEGMENT)), prefix, 0, False)
    seal_.seal_into(out[end:], memoryview(b""), prefix, 1, True)
    _refused(bytes(out))


def _records(sealed: bytes) -> list[bytes]:
    return [sealed[at : at + RECORD] for at in range(HEADER, len(sealed), RECORD)]


@pytest.mark.parametrize("order", [(1, 0, 2), (0, 0, 2), (0, 2), (0, 1, 1, 2), (1, 2), (0, 1)])
def test_segments_in_another_order_are_found(order: tuple[int, ...]) -> None:
    sealed = run(_sealed())
    records = _records(sealed)
    _refused(sealed[:HEADER] + b"".join(records[index] for index in order))


@pytest.mark.parametrize("index", [0, 1, 2])
def test_a_segment_of_another_file_is_found_even_under_the_same_key(index: int) -> None:
    one, other = run(_sealed()), run(_sealed(file_id="fil_other"))
    records = _records(one)
    records[index] = _records(other)[index]
    _refused(one[:HEADER] + b"".join(records))


def test_a_whole_blob_of_another_file_is_found_even_under_the_same_key() -> None:
    _refused(run(_sealed(file_id="fil_other")))


def test_a_wrong_key_opens_nothing() -> None:
    async def example() -> None:
        with some_store() as store:
            await seal(store, content(SIZE))
            with pytest.raises(SealBroken):
                await unseal(store, key=bytes(32))

    run(example())


def test_an_empty_file_is_verified_too() -> None:
    async def example() -> None:
        with some_store() as store:
            await seal(store, b"")
            with pytest.raises(SealBroken):
                await unseal(store, key=bytes(32))

    run(example())


def test_another_size_than_expected_is_refused_before_anything_is_read() -> None:
    async def example() -> None:
        with some_store() as store:
            await seal(store, content(SIZE))
            with pytest.raises(SealBroken):
                await SealedReader.open(blob_in(store), size=SIZE - 1)

    run(example())


def test_a_bad_segment_spoils_only_ranges_that_touch_it() -> None:
    async def example() -> None:
        with some_store() as store:
            await seal(store, content(SIZE))
            sealed = bytearray(path_of(store).read_bytes())
            sealed[record_offset(1) + 100] ^= 1
            path_of(store).write_bytes(sealed)
            reader = await SealedReader.open(blob_in(store))
            assert await reader.read(0, SEGMENT) == content(SEGMENT)
            assert await reader.read(2 * SEGMENT, 1000) == content(SIZE)[2 * SEGMENT :]
            with pytest.raises(SealBroken):
                await reader.read(SEGMENT - 1, 2)

    run(example())


def test_an_unfinished_file_says_that_it_is() -> None:
    async def example() -> None:
        with some_store() as store:
            writer = await SealedWriter.begin(blob_in(store), SIZE)
            await writer.write(content(SIZE))
            assert len(await writer.pause()) == 1000
            reader = await SealedReader.open(blob_in(store))
            with pytest.raises(SealUnfinished):
                await reader.read(SEGMENT, SEGMENT)

    run(example())


@settings(deadline=None, max_examples=300)
@given(
    sealed=st.binary(max_size=200)
    | st.binary(max_size=200).map(lambda rest: MAGIC + b"\x01" + rest)
    | st.tuples(st.integers(0, 3 * RECORD), st.integers(0, 1 << 32)).map(
        lambda of: MAGIC + b"\x01" + random.Random(of[1]).randbytes(of[0])
    ),
)
def test_random_bytes_give_sealbroken_and_nothing_else(sealed: bytes) -> None:
    _refused(sealed)

    async def example() -> None:
        with some_store() as store:
            path = path_of(store)
            path.parent.mkdir()
            path.write_bytes(sealed)
            assert await durable_size(blob_in(store)) == (0, False)

    run(example())


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_a_file_put_together_from_sound_pieces_is_found(data: st.DataObject) -> None:
    """Cut, repeat and mix sound bytes arbitrarily: only the file itself is accepted."""
    sealed = run(_sealed())
    at = st.sampled_from((0, HEADER, record_offset(1), record_offset(2), len(sealed)))
    pieces = data.draw(st.lists(st.tuples(at, at), max_size=6))
    mixed = b"".join(sealed[start:end] for start, end in pieces)
    if mixed != sealed:
        _refused(mixed)


@pytest.mark.parametrize("version", [0, 2, 255])
def test_another_version_is_not_guessed_at(version: int) -> None:
    sealed = bytearray(run(_sealed(10)))
    sealed[7] = version
    _refused(bytes(sealed))
