"""Time as the product keeps it: integer milliseconds since the epoch, UTC."""

import time
from collections.abc import Generator
from contextlib import contextmanager

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_shift = 0
_jump = 0


def now() -> int:
    """Milliseconds since the epoch."""
    return time.time_ns() // 1_000_000 + _shift + _jump


class Watch:
    """For what ends when somebody is away for too long: whether time was watched all along.

    It was not when the process stood still or could not look, for the database was away; when the
    machine slept; and when somebody set its clock. `longest` is the longest pause between two looks
    that means nothing, in milliseconds.
    """

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._last: tuple[int, int] | None = None

    def has_gap(self) -> bool:
        """Whether there is a gap between the last look and now; not before the first one."""
        if self._last is None:
            return False
        running, set_to = _clocks()
        paused = running - self._last[0] > self._longest
        return paused or abs(set_to - self._last[1]) > self._longest

    def looked(self) -> None:
        """Everything was looked at just now."""
        self._last = _clocks()


def _clocks() -> tuple[int, int]:
    """A clock that nobody sets, and how far the other one is from it, in milliseconds."""
    running = time.monotonic_ns()
    return running // 1_000_000, (time.time_ns() - running) // 1_000_000 + _jump


@contextmanager
def shifted(milliseconds: int) -> Generator[None]:
    """Let the clock run this far ahead (or behind), to see what expires."""
    global _shift  # noqa: PLW0603 - one clock for the process
    before = _shift
    _shift += milliseconds
    try:
        yield
    finally:
        _shift = before


@contextmanager
def jumped(milliseconds: int) -> Generator[None]:
    """Let somebody set the clock; no time passes."""
    global _jump  # noqa: PLW0603 - one clock for the process
    before = _jump
    _jump += milliseconds
    try:
        yield
    finally:
        _jump = before
