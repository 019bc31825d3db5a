"""Office hours of a clinic: periods of each weekday, dated exceptions, public holidays, in its time
zone. Everything here is pure.

Periods are kept as local times of day: when the clocks change, the clinic still opens at eight.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bedside.errors import WrongInput
from bedside.kernel.language import N_

Period = tuple[int, int]
"""Minutes of a day, from and until; the end is not part of it."""
_DAY_MINUTES = 24 * 60
_MINUTE_MS = 60_000
_MOST_PERIODS = 6
_FARTHEST_DAYS = 400
"""How far ahead an opening is looked for: beyond it the clinic counts as closed for good."""
_PERIOD = re.compile(r"(\d{1,2})[:.](\d{2})\s*[-–]\s*(\d{1,2})[:.](\d{2})")
_CLOSED = ("", "-", "–")

_NOT_PERIODS = N_(
    "Please write the hours as in “8:00-12:00, 13:00-17:00”. An empty field means closed."
)
_NOT_EXCEPTIONS = N_(
    "Please write one day a line, as in “2026-12-24 8:00-12:00”, or only the date when the clinic "
    "is closed."
)


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """The hours in which a clinic answers. `weekly` has the periods of Monday (0) to Sunday (6);
    `exceptions` replace those of a date; on holidays (`is_holiday`) it is closed, unless there is
    an exception."""

    zone: str
    weekly: tuple[tuple[Period, ...], ...]
    exceptions: dict[date, tuple[Period, ...]] = field(
        default_factory=dict[date, tuple[Period, ...]]
    )
    is_holiday: Callable[[date], bool] = lambda _day: False

    def periods_on(self, day: date) -> tuple[Period, ...]:
        """Return the periods of a date."""
        if day in self.exceptions:
            return self.exceptions[day]
        return () if self.is_holiday(day) else self.weekly[day.weekday()]

    def spans(self, since: int) -> Iterator[tuple[int, int]]:
        """Yield the times in which it is open from a moment on, as milliseconds from and until. A
        period that is under way is yielded whole."""
        day = _local(since, self.zone).date() - timedelta(days=1)
        for _ in range(_FARTHEST_DAYS):
            for start, end in self.periods_on(day):
                span = moment_of(day, start, self.zone), moment_of(day, end, self.zone)
                if since < span[1] and span[0] < span[1]:
                    yield span
            day += timedelta(days=1)

    def is_open(self, at: int) -> bool:
        """Whether it is open at a moment."""
        return any(start <= at for start, _end in self._first(at))

    def opens(self, at: int) -> int:
        """Return when it opens next, `at` itself while it is open, and 0 if it never does."""
        return next((max(start, at) for start, _end in self.spans(at)), 0)

    def due(self, at: int, minutes: int) -> int:
        """Return the moment at which so many minutes of office hours have passed since `at`; 0 if
        there are not enough of them."""
        left = minutes * _MINUTE_MS
        for start, end in self.spans(at):
            begins = max(start, at)
            if end - begins >= left:
                return begins + left
            left -= end - begins
        return 0

    def _first(self, at: int) -> list[tuple[int, int]]:
        found = next(self.spans(at), None)
        return [found] if found else []


def periods_in(typed: str) -> tuple[Period, ...]:
    """Read the periods of one day, such as “8:00-12:00, 13:00-17:00”. Raises WrongInput for what
    is none, and for periods that overlap."""
    typed = typed.strip()
    if typed in _CLOSED:
        return ()
    parts = re.split(r"[,;]", typed)
    found = sorted(_period(part.strip()) for part in parts)
    ends = [end for _start, end in found]
    overlap = any(start < end for (start, _), end in zip(found[1:], ends, strict=False))
    if len(found) > _MOST_PERIODS or overlap:
        raise WrongInput(_NOT_PERIODS)
    return tuple(found)


def _period(typed: str) -> Period:
    match = _PERIOD.fullmatch(typed)
    if match is None:
        raise WrongInput(_NOT_PERIODS)
    from_hour, from_minute, to_hour, to_minute = map(int, match.groups())
    start, end = from_hour * 60 + from_minute, to_hour * 60 + to_minute
    if from_minute > 59 or to_minute > 59 or not 0 <= start < end <= _DAY_MINUTES:
        raise WrongInput(_NOT_PERIODS)
    return start, end


def exceptions_in(typed: str) -> dict[date, tuple[Period, ...]]:
    """Read dated exceptions, one a line: a date, and its periods or nothing. Raises WrongInput."""
    found: dict[date, tuple[Period, ...]] = {}
    for line in filter(None, map(str.strip, typed.splitlines())):
        day, _, rest = line.partition(" ")
        try:
            found[date.fromisoformat(day)] = periods_in(rest)
        except (ValueError, WrongInput):
            raise WrongInput(_NOT_EXCEPTIONS) from None
    return found


def _local(at: int, zone: str) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(zone))


def moment_of(day: date, minutes: int, zone: str) -> int:
    """Return a local time of day as a moment. A time that the clocks skip comes as much later; of
    one that comes twice, the first is meant."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    return round((midnight + timedelta(minutes=minutes)).timestamp() * 1000)
