"""Formats of dates, sizes and names on pages."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

from babel.dates import format_timedelta
from babel.units import format_unit

from bedside.edge.bidi import isolated
from bedside.edge.dates import ORDERS
from bedside.kernel import clock, language, phones, written
from bedside.kernel.language import N_
from bedside.notifications.sms_parts import sms_parts
from bedside.people.likeness import REASONS, Likeness
from bedside.people.patients import Patient
from bedside.people.ranking import Ranking


def moment(at: int, zone: str = "UTC") -> str:
    """Format an exact time, e.g. “22 Nov 2026, 10:09”."""
    return written.moment(clock.in_zone(zone, at))


def weekday_moment(at: int, zone: str = "UTC") -> str:
    """Format an exact time with its day of the week, e.g. “Sunday, 22 Nov 2026, 10:09”."""
    return written.weekday_moment(clock.in_zone(zone, at))


def day_of(at: int, zone: str = "UTC") -> str:
    """Format the day of a time, e.g. “22 Nov 2026”."""
    return written.short_day(clock.in_zone(zone, at))


def clock_time(at: int, zone: str = "UTC") -> str:
    """Format a time of today, e.g. “10:09”."""
    return written.clock_time(clock.in_zone(zone, at))


def iso(at: int) -> str:
    """Format for the datetime attribute of <time>."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="seconds")


def ago(at: int) -> str:
    """Format a relative time, e.g. “3 minutes ago”."""
    seconds = round((at - clock.now()) / 1000)
    step = next((step for least, step in _STEPS if abs(seconds) >= least), 1)
    return _ago(seconds // step * step, language.locale())


_STEPS = ((86_400, 3_600), (3_600, 60))
"""From how many seconds on a relative time is exact to how many."""


@lru_cache(4_000)
def _ago(seconds: int, spoken: str) -> str:
    return format_timedelta(timedelta(seconds=seconds), add_direction=True, locale=spoken)


_MINUTE = 60
_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", _MINUTE))


def waited(at: int) -> str:
    """Format the time since, in short: “12 min”. web/components/times.ts keeps it current."""
    seconds = max(0, clock.now() - at) // 1000
    unit, size = next((known for known in _UNITS if seconds >= known[1]), ("minute", _MINUTE))
    return _lasting(seconds // size, unit, language.locale())


@lru_cache(1_000)
def _lasting(count: int, unit: str, spoken: str) -> str:
    return format_unit(count, f"duration-{unit}", "short", locale=spoken)


def born(value: date | None) -> str:
    """Format a date of birth after a name: “born 14 March 1991”, or that it is unknown."""
    if value is None:
        return language.gettext("Date of birth not known")
    return language.gettext("born %(day)s") % {"day": written.day(value)}


def quoted(text: Any) -> str:
    """Put words of somebody into quotation marks of the language of the page."""
    return written.quoted(isolated(text))


def order_in_words(order: str) -> str:
    """Return the order of the boxes of a date of birth, with an example."""
    return language.gettext(ORDERS[order])


def initials(name: str) -> str:
    """Return at most two letters for an avatar: “ML” for Maya Lindqvist."""
    words = [w for w in name.replace("Dr ", "").split() if w[0].isalpha()]
    return "".join(w[0] for w in (words[:1] + words[1:][-1:])).upper()


def why_likely(alike: Likeness) -> str:
    """Say why somebody may be a patient: “same date of birth, family name differs in one
    letter”."""
    if alike.equal:
        return language.gettext("same name and date of birth")
    same = N_("same name") if alike.same_name else N_("same date of birth")
    reasons = [same] if alike.same_name or alike.same_date else []
    reasons += [REASONS[reason] for reason in alike.reasons]
    said = [language.gettext(reason) for reason in reasons]
    return ", ".join([*said, alike.earlier] if alike.earlier else said)


def earlier_fit(patient: Patient, words: str) -> str:
    """Return the earlier name by which a search has found a patient, "" if it was the name of
    today."""
    return Ranking(words).earlier_fit(patient.name, patient.earlier_names)


FILTERS: dict[str, Callable[..., Any]] = {
    "moment": moment,
    "weekday_moment": weekday_moment,
    "day_of": day_of,
    "clock_time": clock_time,
    "iso": iso,
    "ago": ago,
    "waited": waited,
    "day": written.day,
    "born": born,
    "short_day": written.short_day,
    "size": written.size,
    "megabytes": written.megabytes,
    "percent": written.percent,
    "grouped": written.grouped,
    "quoted": quoted,
    "initials": initials,
    "why_likely": why_likely,
    "earlier_fit": earlier_fit,
    "phone": phones.shown,
    "sms_parts": sms_parts,
    "dialled": phones.dialled,
    "date_order": order_in_words,
}
