"""Long work on the event loop, in pieces: others have their turn in between."""

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

AT_ONCE = 0.004
"""Seconds for which others wait at most, plus one step."""

Of = TypeVar("Of")
To = TypeVar("To")


class Turns:
    """The turns of others, during a long piece of work."""

    def __init__(self) -> None:
        self._since = time.perf_counter()

    async def give(self) -> None:
        """Let others run, if they have waited long enough."""
        if time.perf_counter() - self._since > AT_ONCE:
            await asyncio.sleep(0)
            self._since = time.perf_counter()


async def others_first() -> None:
    """Let others have their turn before something that takes some milliseconds."""
    await asyncio.sleep(0)


async def in_pieces(work: Callable[[Of], To], many: Iterable[Of]) -> list[To]:
    """Do something with each of many, and return the results in their order."""
    turns, done = Turns(), list[To]()
    for one in many:
        done.append(work(one))
        await turns.give()
    return done
