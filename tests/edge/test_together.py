"""Shared answers: never older than the question, and one for all who wait."""

import asyncio

import pytest

from bedside.edge.together import Together

pytestmark = pytest.mark.anyio


class Slow:
    """Makes numbered answers, each when it is allowed to end."""

    def __init__(self) -> None:
        self.begun = 0
        self.may_end = asyncio.Event()

    async def make(self) -> int:
        self.begun += 1
        own = self.begun
        await self.may_end.wait()
        return own


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_who_comes_while_one_is_made_gets_the_next() -> None:
    together, slow = Together(), Slow()
    first = [asyncio.create_task(together.share("a", slow.make)) for _ in range(3)]
    await settle()
    later = [asyncio.create_task(together.share("a", slow.make)) for _ in range(40)]
    await settle()
    assert slow.begun == 1
    slow.may_end.set()
    assert await asyncio.gather(*first) == [1] * 3
    assert await asyncio.gather(*later) == [2] * 40
    assert await together.share("a", slow.make) == 3, "nothing is kept"
    assert not together._making
    assert not together._next


async def test_keys_do_not_wait_for_each_other() -> None:
    together, slow, quick = Together(), Slow(), Slow()
    quick.may_end.set()
    task = asyncio.create_task(together.share(("room", "a"), slow.make))
    await settle()
    assert await together.share(("room", "b"), quick.make) == 1
    slow.may_end.set()
    assert await task == 1


async def test_one_who_leaves_takes_it_from_nobody() -> None:
    together, slow = Together(), Slow()
    leaves = asyncio.create_task(together.share("a", slow.make))
    stays = asyncio.create_task(together.share("a", slow.make))
    await settle()
    leaves.cancel()
    await settle()
    slow.may_end.set()
    assert await stays == 1
    assert leaves.cancelled()


async def test_a_failure_is_everybodys_and_the_next_one_begins_anew() -> None:
    together, slow = Together(), Slow()

    async def fail() -> int:
        await slow.make()
        raise KeyError("gone")

    failing = [asyncio.create_task(together.share("a", fail)) for _ in range(2)]
    await settle()
    after = asyncio.create_task(together.share("a", slow.make))
    slow.may_end.set()
    for one in await asyncio.gather(*failing, return_exceptions=True):
        assert isinstance(one, KeyError)
    assert await after == 2
