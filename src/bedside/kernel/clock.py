"""Time as the product keeps it: integer milliseconds since the epoch, UTC."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from zoneinfo import ZoneInfo

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_shift = 0
_jump = 0


def now() -> int:
    """Milliseconds since the epoch."""
    return time.time_ns() // 1_000_000 + _shift + _jump


def in_zone(zone: str, at: int | None = None) -> datetime:
    """Return a time, or now, as clocks of a time zone show it."""
    moment = now() if at is None else at
    return datetime.fromtimestamp(moment / 1000, UTC).astimezone(ZoneInfo(zone))


def end_of(day: date, zone: str) -> int:
    """Return the last second of a day in a time zone: the later one, where clocks go back at
    midnight and the evening comes twice."""
    evening = datetime.combine(day, time_of_day(23, 59, 59), ZoneInfo(zone))
    return int(max(evening.replace(fold=fold).timestamp() for fold in (0, 1))) * SECOND


class Watch:
    """Tracks whether time was observed without interruption, for timeouts that end what somebody
    left. It was not if the process stalled or could not check because the database was down, if
    the machine slept, or if somebody set its clock. `longest` is the longest harmless pause
    between two checks, in milliseconds."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._last: tuple[int, int] | None = None

    def has_gap(self) -> bool:
        """Whether there is a gap between the last check and now; False before the first check."""
        if self._last is None:
            return False
        running, set_to = _clocks()
        paused = running - self._last[0] > self._longest
        return paused or abs(set_to - self._last[1]) > self._longest

    def looked(self) -> None:
        """Record that everything was checked just now."""
        self._last = _clocks()


def _clocks() -> tuple[int, int]:
    """Return a clock that nobody can set, and the wall clock's offset from it, in milliseconds."""
    running = time.monotonic_ns()
    return running // 1_000_000, (time.time_ns() - running) // 1_000_000 + _jump


@contextmanager
def shifted(milliseconds: int) -> Generator[None]:
    """Run the clock this far ahead (or behind), to see what expires."""
    global _shift  # noqa: PLW0603 - one clock for the process
    before = _shift
    _shift += milliseconds
    try:
        yield
    finally:
        _shift = before


@contextmanager
def jumped(milliseconds: int) -> Generator[None]:
    """Act as if somebody had set the clock; no time passes."""
    global _jump  # noqa: PLW0603 - one clock for the process
    before = _jump
    _jump += milliseconds
    try:
        yield
    finally:
        _jump = before
