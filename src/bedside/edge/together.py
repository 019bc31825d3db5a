"""Answers that several requests share.

An event makes everybody who has a room open ask for its queue, and the queue is the same for all of
them. Whoever asks while an answer is being made waits for the next one, which begins after they
came: what is shared is never older than the question, and nothing has to be invalidated.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

Answer = TypeVar("Answer")


class Together:
    """Makes one answer at a time for each key."""

    def __init__(self) -> None:
        self._making: dict[Hashable, asyncio.Task[Any]] = {}
        self._next: dict[Hashable, asyncio.Task[Any]] = {}

    async def share(self, key: Hashable, make: Callable[[], Awaitable[Answer]]) -> Answer:
        """Return an answer that `make` began after this was called; the `make` of one of those who
        wait is called for all. The key names everything on which the answer depends. Raises what
        `make` raises."""
        coming = self._next.get(key)
        if coming is None:
            coming = asyncio.create_task(self._make(key, self._making.get(key), make))
            coming.add_done_callback(_seen)
            self._next[key] = coming
        return await asyncio.shield(coming)  # one who leaves takes it from nobody

    async def _make(
        self,
        key: Hashable,
        before: asyncio.Task[Any] | None,
        make: Callable[[], Awaitable[Answer]],
    ) -> Answer:
        if before is not None:
            await asyncio.wait([before])
        own = self._making[key] = self._next.pop(key)
        try:
            return await make()
        finally:
            if self._making.get(key) is own:
                del self._making[key]


def _seen(task: asyncio.Task[Any]) -> None:
    """Look at a failure that nobody may be there any more to get."""
    if not task.cancelled():
        task.exception()
