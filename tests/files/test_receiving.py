"""Receiving: limits, detection by the first bytes, senders that vanish."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedside.adapters.blobs_local import LocalBlobs
from bedside.errors import TooLarge
from bedside.files.buffers import LARGE, SMALL, BufferPool
from bedside.files.receiving import HEAD, Received, SenderGone, receive
from bedside.files.sealing import SEGMENT, SealedWriter, resume_point
from tests.files.sealed_files import (
    blob_in,
    content,
    path_of,
    run,
    some_store,
    unseal,
)

pytestmark = pytest.mark.feature("F1")

LIMIT = 10_000_000


async def _pieces(
    data: bytes, step: int = 65_536, gone_after: int | None = None
) -> AsyncIterator[bytes]:
    for at in range(0, len(data), step):
        if gone_after is not None and at >= gone_after:
            raise SenderGone
        yield data[at : at + step]
    if gone_after is not None:
        raise SenderGone


async def _begin(store: LocalBlobs, total: int | None) -> SealedWriter:
    return await SealedWriter.begin(blob_in(store), total)


def _seen_in(heads: list[bytes]) -> Callable[[bytes], Awaitable[None]]:
    async def check(head: bytes) -> None:
        heads.append(head)

    return check


class _NotThisKind(Exception):
    pass


@settings(deadline=None, max_examples=40)
@given(
    size=st.integers(0, 3 * HEAD) | st.sampled_from((HEAD - 1, HEAD, HEAD + 1, 2_000_000)),
    step=st.integers(500, 300_000),
    announced=st.booleans(),
)
def test_the_first_bytes_are_shown_once_however_they_come(
    size: int, step: int, announced: bool
) -> None:
    data = content(size)
    heads: list[bytes] = []

    async def example() -> None:
        with some_store() as store:
            writer = await _begin(store, size if announced else None)
            done = await receive(
                _pieces(data, step), writer, limit=LIMIT, check_head=_seen_in(heads)
            )
            assert done == Received(size, b"", finished=True)
            assert heads == [data[:HEAD]]
            assert await unseal(store) == data

    run(example())


@pytest.mark.parametrize("size", [0, 10, HEAD, 3_000_000])
def test_a_refused_file_never_touches_the_disk(size: int) -> None:
    async def refuse(head: bytes) -> None:
        raise _NotThisKind

    async def example() -> None:
        with some_store() as store:
            writer = await _begin(store, size)
            with pytest.raises(_NotThisKind):
                await receive(_pieces(content(size)), writer, limit=LIMIT, check_head=refuse)
            assert not path_of(store).exists()

    run(example())


@settings(deadline=None, max_examples=30)
@given(stops=st.lists(st.integers(0, 2_000_000), min_size=1, max_size=5))
def test_a_sender_that_comes_and_goes_is_shown_once_and_loses_nothing(stops: list[int]) -> None:
    data = content(2_000_000)
    heads: list[bytes] = []

    async def example() -> None:
        with some_store() as store:
            offset, tail, finished = 0, b"", False
            for stop in [*sorted(stops), None]:
                writer = await SealedWriter.resume(blob_in(store), offset, tail, len(data))
                left = None if stop is None else stop - offset
                done = await receive(
                    _pieces(data[offset:], 10_000, left),
                    writer,
                    limit=LIMIT,
                    check_head=_seen_in(heads),
                    tail=tail,
                )
                offset, tail, finished = done.offset, done.tail, done.finished
                if finished:
                    break
            assert finished
            assert heads == [data[:HEAD]]
            assert await unseal(store) == data

    run(example())


@pytest.mark.parametrize("announced", [True, False])
def test_the_limit_is_checked_while_the_bytes_flow(announced: bool) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield bytes(100_000)

    async def example() -> None:
        with some_store() as store:
            writer = await _begin(store, 1 << 40 if announced else None)
            with pytest.raises(TooLarge):
                await receive(endless(), writer, limit=3_000_000)
            assert path_of(store).stat().st_size < 3_100_000

    run(example())


def test_without_an_announced_size_half_a_file_is_no_file() -> None:
    async def example() -> None:
        with some_store() as store:
            writer = await _begin(store, None)
            with pytest.raises(SenderGone):
                await receive(_pieces(content(500_000), gone_after=300_000), writer, limit=LIMIT)

    run(example())


@pytest.mark.parametrize("gone_after", [None, 2_000_000])
def test_bytes_with_a_wrong_checksum_do_not_count(gone_after: int | None) -> None:
    data = content(3_000_000)

    class Mismatch(Exception):
        pass

    def mismatch() -> None:
        raise Mismatch

    async def example() -> None:
        with some_store() as store:
            writer = await _begin(store, len(data))
            first = await receive(_pieces(data[:1_000_000]), writer, limit=LIMIT)
            writer = await SealedWriter.resume(blob_in(store), first.offset, first.tail, len(data))
            wrong = _pieces(b"\xff" * 2_000_000, gone_after=gone_after)
            with pytest.raises(Mismatch):
                await receive(wrong, writer, limit=LIMIT, check_end=mismatch)
            point = await resume_point(blob_in(store), first.offset, first.tail)
            assert (point.offset, point.tail) == (first.offset, first.tail)
            writer = await SealedWriter.resume(blob_in(store), point.offset, point.tail, len(data))
            assert (await receive(_pieces(data[1_000_000:]), writer, limit=LIMIT)).finished
            assert await unseal(store) == data

    run(example())


def test_the_pool_is_bounded_and_never_keeps_anybody_waiting() -> None:
    pool = BufferPool(large=2, small=1)
    loans = [pool.take() for _ in range(5)]
    assert [len(loan.room) for loan in loans] == [LARGE, LARGE, SMALL, SMALL, SMALL]
    assert pool.take_spare() is None
    rooms = [loan.room for loan in loans]
    for loan in loans:
        loan.give_back()
        loan.give_back()
    again = [pool.take() for _ in range(4)]
    assert [len(loan.room) for loan in again] == [LARGE, LARGE, SMALL, SMALL]
    kept = [any(loan.room is room for room in rooms) for loan in again]
    assert kept == [True, True, True, False], "two large and one small are kept, each lent once"
    assert SMALL == SEGMENT
