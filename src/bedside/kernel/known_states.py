"""Cached health of the parts of an installation.

Health requests get the last known state: probing a part may take a while, a process, or one of its
connections, and anybody on the network may ask as often as they like.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from bedside.kernel import clock

Check = Callable[[], Awaitable[str]]
"""The state of a part in a word or two: “ok”, “down”, “not configured”. Never raises."""

OK, DOWN, BUSY, UNKNOWN = "ok", "down", "busy", "not known yet"
EVERY = 30.0
"""Seconds between two checks."""
PATIENCE = 5.0
"""Seconds after which a part that does not answer counts as down."""
DATABASE_EVERY = 1.0
"""Seconds for which the database's state is cached; without it nothing works."""


class KnownStates:
    """Probes every part in the background: all at once, so that a hanging one does not hold up the
    others. The database is probed on request, once for all callers."""

    def __init__(self, checks: Mapping[str, Check], database: Check) -> None:
        self._checks = checks
        self._database = database
        self._known: dict[str, str] = {}
        self._loop: asyncio.Task[None] | None = None
        self._looking: asyncio.Task[None] | None = None
        self._looked_at = 0
        self._asking: asyncio.Task[str] | None = None
        self._asked_at = 0

    async def start(self) -> None:
        """Check now, and keep checking."""
        self._loop = asyncio.create_task(self._look_on())

    async def stop(self) -> None:
        """Stop checking."""
        for task in (self._loop, self._looking, self._asking):
            if task is not None:
                task.cancel()
                await asyncio.wait([task])

    async def _look_on(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(EVERY)

    @property
    def known(self) -> dict[str, str]:
        """The states of the parts, “not known yet” for those never checked."""
        return {name: self._known.get(name, UNKNOWN) for name in self._checks}

    async def look(self, *, within: float = 0.0) -> None:
        """Check every part now, unless that was done within the last `within` seconds. Concurrent
        callers share one check."""
        if self._looking is None or self._looking.done():
            if clock.now() - self._looked_at < within * clock.SECOND:
                return
            self._looking = asyncio.create_task(self._look())
        await asyncio.shield(self._looking)

    async def _look(self) -> None:
        checks = dict(self._checks)
        states = await asyncio.gather(*(_state(check) for check in checks.values()))
        self._known.update(zip(checks, states, strict=True))
        self._looked_at = clock.now()

    async def database(self) -> str:
        """Whether the database answers; probed at most once a second, by one caller at a time."""
        is_old = clock.now() - self._asked_at >= DATABASE_EVERY * clock.SECOND
        if self._asking is None or (self._asking.done() and is_old):
            self._asking = asyncio.create_task(_state(self._database))
            self._asked_at = clock.now()
        return await asyncio.shield(self._asking)


async def _state(check: Check) -> str:
    try:
        return await asyncio.wait_for(check(), PATIENCE)
    except Exception:  # whatever went wrong is what the caller wants to know
        return DOWN
