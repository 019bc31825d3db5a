"""Cached health of the parts of an installation.

Health requests get the last known state: probing a part may take a while, a process, or one of its
connections, and anybody on the network may ask as often as they like.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Self

from bedside.kernel import clock
from bedside.kernel.language import gettext

Check = Callable[[], Awaitable[str]]
"""The state of a part in a word or two: “ok”, “down”, “not configured”; as a `State` where more is
known. Never raises."""

OK, DOWN, BUSY, UNKNOWN = "ok", "down", "busy", "not known yet"
SET_UP, NOT_SET_UP = "configured", "not configured"
INCOMPLETE = "incomplete"
"""It works, and somebody should look after it."""
AT_REST = frozenset({OK, BUSY, UNKNOWN, SET_UP, NOT_SET_UP})
"""States in which nothing is wrong: what was never set up cannot be down."""


class State(str):
    """The state of a part, with its reason and what to do about it.

    Both are sentences of the catalogue with `values` to fill in. Neither names a patient, an
    address or a secret: administrators read them, and so do those who may see the metrics.
    """

    why: str
    advice: str
    values: dict[str, object]

    def __new__(cls, word: str, why: str = "", advice: str = "", **values: object) -> Self:
        state = super().__new__(cls, word)
        state.why, state.advice, state.values = why, advice, values
        return state

    def reason(self) -> str:
        """Return why, in the language of whoever asks."""
        return gettext(self.why).format(**self._values()) if self.why else ""

    def what_to_do(self) -> str:
        """Return the advice, in the language of whoever asks."""
        return gettext(self.advice).format(**self._values()) if self.advice else ""

    def _values(self) -> dict[str, object]:
        """Return the values for a sentence; those that are marked texts themselves, translated."""
        return {
            name: gettext(value) if isinstance(value, str) and value else value
            for name, value in self.values.items()
        }


def state_of(answer: str) -> State:
    """Return what a check answered as a state, with no reason if it gave none."""
    return answer if isinstance(answer, State) else State(answer)


EVERY = 30.0
"""Seconds between two checks."""
PATIENCE = 5.0
"""Seconds after which a part that does not answer counts as down."""
DATABASE_EVERY = 1.0
"""Seconds for which the database's state is cached; without it nothing works."""


class Seldom:
    """A check that is repeated only after `every` seconds as long as all is well, because the
    other side counts sign-ins or asks for money."""

    def __init__(self, check: Check, every: float) -> None:
        self._check = check
        self._every = every
        self._last = ""
        self._looked_at = 0

    async def __call__(self) -> str:
        age = clock.now() - self._looked_at
        if self._last != OK or not 0 <= age < self._every * clock.SECOND:
            self._last = ""
            self._last = await self._check()
            self._looked_at = clock.now()
        return self._last


class KnownStates:
    """Probes every part in the background: all at once, so that a hanging one does not hold up the
    others. The database is probed on request, once for all callers."""

    def __init__(self, checks: Mapping[str, Check], database: Check) -> None:
        self._checks = checks
        self._database = database
        self._known: dict[str, State] = {}
        self._loop: asyncio.Task[None] | None = None
        self._looking: asyncio.Task[None] | None = None
        self._looked_at = 0
        self._asking: asyncio.Task[State] | None = None
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
    def known(self) -> dict[str, State]:
        """The states of the parts, “not known yet” for those never checked."""
        return {name: self._known.get(name, State(UNKNOWN)) for name in self._checks}

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
        states = await asyncio.gather(*(checked(check) for check in checks.values()))
        self._known.update(zip(checks, states, strict=True))
        self._looked_at = clock.now()

    async def database(self) -> State:
        """Whether the database answers; probed at most once a second, by one caller at a time."""
        is_old = clock.now() - self._asked_at >= DATABASE_EVERY * clock.SECOND
        if self._asking is None or (self._asking.done() and is_old):
            self._asking = asyncio.create_task(checked(self._database))
            self._asked_at = clock.now()
        return await asyncio.shield(self._asking)


async def checked(check: Check) -> State:
    """Return the state of a part; it is down if it does not answer in time, or fails."""
    try:
        return state_of(await asyncio.wait_for(check(), PATIENCE))
    except Exception:  # whatever went wrong is what the caller wants to know
        return State(DOWN)
