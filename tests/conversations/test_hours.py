"""Office hours (C6): several periods a day, exceptions and holidays, in the clinic's time zone and
across nights in which the clocks change."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bedside.conversations.hours import OfficeHours, exceptions_in, periods_in
from bedside.errors import WrongInput
from bedside.kernel import clock

pytestmark = pytest.mark.feature("C6")

LONG = periods_in("8:00-12:00, 13:00-17:00")
WEEK = (LONG, LONG, LONG, LONG, periods_in("8:00-12:00"), (), ())


def hours(zone: str = "Europe/Berlin", **more: Any) -> OfficeHours:
    """Return the hours of a clinic with a break at noon."""
    return OfficeHours(zone, more.pop("weekly", WEEK), **more)


def at(typed: str, zone: str = "Europe/Berlin") -> int:
    """Return a local time as milliseconds."""
    when = datetime.fromisoformat(typed).replace(tzinfo=ZoneInfo(zone))
    return int(when.timestamp() * 1000)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("8:00-12:00", ((480, 720),)),
        ("13:00-17:00, 8:00-12:00", ((480, 720), (780, 1020))),
        ("08.30 – 12.15; 14:00-24:00", ((510, 735), (840, 1440))),
        ("0:00-24:00", ((0, 1440),)),
        ("8:00-12:00, 12:00-13:00", ((480, 720), (720, 780))),
        ("", ()),
        ("  ", ()),
        ("–", ()),
    ],
)
def test_periods_are_read_as_people_write_them(typed: str, expected: Any) -> None:
    assert periods_in(typed) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "8-12",
        "12:00-8:00",
        "8:00-8:00",
        "8:60-9:00",
        "8:00-24:01",
        "8:00-12:00, 11:00-13:00",
        "open",
        "8:00-12:00,",
        "٨:٠٠-١٢:٠٠x",
        ", ".join(f"{n}:00-{n}:30" for n in range(7)),
    ],
)
def test_anything_else_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(WrongInput):
        periods_in(typed)


def test_exceptions_replace_a_day() -> None:
    found = exceptions_in("2026-12-24 8:00-10:00\n\n 2026-12-31\n")
    assert found == {date(2026, 12, 24): ((480, 600),), date(2026, 12, 31): ()}
    clinic = hours(exceptions=found)
    assert clinic.is_open(at("2026-12-24T09:00"))
    assert not clinic.is_open(at("2026-12-24T11:00"))
    assert not clinic.is_open(at("2026-12-31T09:00"))
    for wrong in ("24.12.2026", "2026-02-30", "2026-12-24 closed", "soon"):
        with pytest.raises(WrongInput):
            exceptions_in(wrong)


def test_a_break_is_closed_and_its_end_is_the_next_opening() -> None:
    clinic = hours()
    monday = "2026-11-30T"
    assert clinic.is_open(at(monday + "11:59"))
    assert not clinic.is_open(at(monday + "12:00"))  # the end is not part of it
    assert clinic.opens(at(monday + "12:00")) == at(monday + "13:00")
    assert clinic.opens(at(monday + "14:00")) == at(monday + "14:00")
    assert clinic.opens(at("2026-12-04T12:30")) == at("2026-12-07T08:00")  # over a weekend


def test_a_promise_counts_only_while_it_is_open() -> None:
    clinic = hours()
    assert clinic.due(at("2026-11-30T11:00"), 120) == at("2026-11-30T14:00")
    assert clinic.due(at("2026-12-04T11:30"), 60) == at("2026-12-07T08:30")
    assert clinic.due(at("2026-12-06T03:00"), 8 * 60) == at("2026-12-07T17:00")
    assert clinic.due(at("2026-11-30T08:00"), 0) == at("2026-11-30T08:00")


def test_public_holidays_are_closed_unless_there_is_an_exception() -> None:
    day = date(2026, 11, 30)
    closed = hours(is_holiday=lambda one: one == day)
    assert closed.opens(at("2026-11-30T09:00")) == at("2026-12-01T08:00")
    duty = hours(is_holiday=lambda one: one == day, exceptions={day: periods_in("9:00-10:00")})
    assert duty.is_open(at("2026-11-30T09:30"))


def test_who_is_never_open_promises_nothing() -> None:
    never = hours(weekly=((),) * 7)
    assert not never.is_open(at("2026-11-30T09:00"))
    assert never.opens(at("2026-11-30T09:00")) == 0
    assert never.due(at("2026-11-30T09:00"), 60) == 0


@pytest.mark.parametrize(
    ("zone", "spring", "autumn"),
    [
        ("Europe/Berlin", "2026-03-29", "2026-10-25"),
        ("America/New_York", "2026-03-08", "2026-11-01"),
        ("Australia/Sydney", "2026-10-04", "2026-04-05"),
    ],
)
def test_it_opens_at_the_same_local_time_when_the_clocks_change(
    zone: str, spring: str, autumn: str
) -> None:
    clinic = hours(zone, weekly=(periods_in("8:00-12:00"),) * 7)
    for day in (spring, autumn):
        assert clinic.opens(at(f"{day}T05:00", zone)) == at(f"{day}T08:00", zone)
    day_long = hours(zone, weekly=(periods_in("0:00-24:00"),) * 7)
    for day, length in ((spring, 23), (autumn, 25)):
        start = at(f"{day}T00:00", zone)
        assert next(day_long.spans(start)) == (start, start + length * clock.HOUR)
    through_the_night = hours(zone, weekly=(periods_in("2:15-6:00"),) * 7)
    skipped = through_the_night.opens(at(f"{spring}T00:00", zone))
    assert skipped == at(f"{spring}T03:15", zone)
