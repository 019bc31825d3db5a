"""Times of a clinic as people agree on them: what the clock on the wall shows, and in which zone.

An offset is never kept. It is the zone's business, which changes twice a year and by laws, so that
the instant is computed each time. Two rules for the nights in which clocks change:

- A time that does not exist, because clocks go forward over it, is refused. It would be another one
  in the calendar of the patient than on the page.
- A time that comes twice, because clocks go back over it, is the first of the two: the page, the
  messages and calendars (RFC 5545, 3.3.5) mean the same by it.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bedside.errors import WrongInput
from bedside.kernel import written
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _

NOT_A_TIME = N_("Please enter a day and a time, such as 09:30.")
_FORM = "%Y-%m-%dT%H:%M"
_FIRST_YEAR, _LAST_YEAR = 1970, 9990


@dataclass(frozen=True, slots=True)
class LocalTime:
    """A time on the clocks of a zone, e.g. “2027-03-28T09:30” in “Europe/Berlin”. Make one by
    `local_time`, which checks that it exists."""

    text: str
    zone: str

    @property
    def shown(self) -> datetime:
        """The time as these clocks show it; the first of two."""
        return datetime.strptime(self.text, _FORM).replace(tzinfo=ZoneInfo(self.zone))

    @property
    def day(self) -> date:
        """The day there."""
        return self.shown.date()

    @property
    def instant(self) -> int:
        """The moment in milliseconds since the epoch."""
        return int(self.shown.timestamp() * 1000)

    @property
    def comes_twice(self) -> bool:
        """Whether clocks go back over it."""
        first = self.shown
        return first.utcoffset() != first.replace(fold=1).utcoffset()


def local_time(text: str, zone: str) -> LocalTime:
    """Return a time that somebody chose, as a form sends it. Raises WrongInput for what is none,
    and for a time that does not exist there."""
    try:
        typed = datetime.strptime(text[:16], _FORM)
    except ValueError:
        raise WrongInput(NOT_A_TIME, field="time") from None
    if not _FIRST_YEAR <= typed.year <= _LAST_YEAR:
        raise WrongInput(NOT_A_TIME, field="time")
    chosen = LocalTime(typed.strftime(_FORM), zone)
    back = chosen.shown.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    if back != typed:
        said = _(
            "On %(day)s there is no %(time)s: the clocks go forward over it. Please choose "
            "another time."
        )
        words = {"day": written.day(typed.date()), "time": written.clock_time(typed)}
        raise WrongInput(said % words, field="time")
    return chosen


def at_clock(day: date, hour: int, minute: int, zone: str) -> LocalTime:
    """Return a time of a day. Raises WrongInput as `local_time`."""
    return local_time(datetime.combine(day, time(hour, minute)).strftime(_FORM), zone)


def repeated(first: LocalTime, weeks: int, count: int) -> list[LocalTime]:
    """Return a time and those every so many weeks after it: the same on the clock, whatever clocks
    do between. Raises WrongInput if one of them does not exist."""
    naive = first.shown.replace(tzinfo=None)
    every = [naive + timedelta(weeks=weeks * number) for number in range(count)]
    return [local_time(one.strftime(_FORM), first.zone) for one in every]
