"""Times on the clocks of a zone, through the nights in which clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.care.local_times import LocalTime, local_time, repeated
from bedside.errors import WrongInput
from bedside.kernel import clock

pytestmark = pytest.mark.feature("T6")

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Sydney", "Australia/Lord_Howe", "UTC")
GAPS = (
    ("Europe/Berlin", "2027-03-28T02:30"),
    ("America/New_York", "2027-03-14T02:30"),
    ("Australia/Sydney", "2027-10-03T02:30"),
    ("Australia/Lord_Howe", "2027-10-03T02:15"),  # half an hour only
)
TWICE = (
    ("Europe/Berlin", "2027-10-31T02:30", "2027-10-31T00:30"),
    ("America/New_York", "2027-11-07T01:30", "2027-11-07T05:30"),
    ("Australia/Sydney", "2027-04-04T02:30", "2027-04-03T15:30"),
    ("Australia/Lord_Howe", "2027-04-04T01:45", "2027-04-03T14:45"),
)
_zones = st.sampled_from(ZONES)
_times = st.datetimes(datetime(2024, 1, 1), datetime(2040, 12, 31)).map(
    lambda one: one.replace(second=0, microsecond=0)
)


@pytest.mark.parametrize(("zone", "typed"), GAPS)
def test_a_time_that_clocks_jump_over_is_refused_with_its_reason(zone: str, typed: str) -> None:
    with pytest.raises(WrongInput, match="the clocks go forward over it") as refused:
        local_time(typed, zone)
    assert refused.value.field == "time"


@pytest.mark.parametrize(("zone", "typed", "first"), TWICE)
def test_a_time_that_comes_twice_is_the_first_one(zone: str, typed: str, first: str) -> None:
    found = local_time(typed, zone)
    assert found.comes_twice
    assert found.instant == int(datetime.fromisoformat(first + "+00:00").timestamp() * 1000)


@pytest.mark.parametrize(
    "typed", ["", "T", "2027-02-29T10:00", "2027-03-28", "2027-03-28T25:00", "0001-01-01T00:00"]
)
def test_what_is_no_time_is_refused(typed: str) -> None:
    with pytest.raises(WrongInput, match="Please enter a day and a time"):
        local_time(typed, "Europe/Berlin")


def test_a_leap_day_is_a_day() -> None:
    assert local_time("2028-02-29T09:30", "Europe/Berlin").day == date(2028, 2, 29)


@given(_zones, _times)
def test_a_time_reads_the_same_on_the_clocks_of_its_zone_or_is_refused(
    zone: str, typed: datetime
) -> None:
    text = typed.strftime("%Y-%m-%dT%H:%M")
    try:
        found = local_time(text, zone)
    except WrongInput:
        # No moment of that day, nor of those around it, is shown as this time.
        around = datetime(typed.year, typed.month, typed.day, tzinfo=UTC) - timedelta(days=1)
        moments = (around + timedelta(minutes=15 * step) for step in range(4 * 72))
        shown = {one.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M") for one in moments}
        quarter = typed.replace(minute=typed.minute - typed.minute % 15)
        assert quarter.strftime("%Y-%m-%dT%H:%M") not in shown
    else:
        assert clock.in_zone(zone, found.instant).strftime("%Y-%m-%dT%H:%M") == text
        assert LocalTime(found.text, found.zone) == found


@given(_zones, _times, st.integers(1, 12), st.integers(1, 52))
def test_a_series_keeps_its_time_on_the_clock(
    zone: str, typed: datetime, weeks: int, count: int
) -> None:
    text = typed.strftime("%Y-%m-%dT%H:%M")
    try:
        every = repeated(local_time(text, zone), weeks, count)
    except WrongInput:
        return  # one of them does not exist
    assert len(every) == count
    assert {one.text[11:] for one in every} == {text[11:]}
    assert {one.shown.weekday() for one in every} == {typed.weekday()}
    moments = [one.instant for one in every]
    assert moments == sorted(moments)


def test_a_series_across_both_changes_is_not_an_hour_off() -> None:
    every = repeated(local_time("2027-03-21T09:30", "Europe/Berlin"), 1, 52)
    offsets = {one.shown.utcoffset() for one in every}
    assert {one.text[11:] for one in every} == {"09:30"}
    assert offsets == {timedelta(hours=1), timedelta(hours=2)}


def test_a_series_of_which_one_does_not_exist_says_which() -> None:
    with pytest.raises(WrongInput, match="28 March 2027"):
        repeated(local_time("2027-03-14T02:30", "Europe/Berlin"), 1, 4)
