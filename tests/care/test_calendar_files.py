"""Calendar files of appointments: one UID for life, a rising SEQUENCE, the zone with its rules, the
same time as on the page and in the message, and nothing about health."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from icalendar.cal import Component

from bedside.care.appointments import texts
from bedside.care.appointments.calendar_file import Method, Organizer, calendar_file, method_of
from bedside.care.appointments.details import AppointmentDetails, News, details_of
from bedside.care.appointments.records import Appointment, Content
from bedside.care.appointments.states import State
from bedside.care.appointments.types import AppointmentType
from bedside.care.local_times import local_time
from bedside.errors import WrongInput
from bedside.kernel import clock, language
from bedside.requests.records import Content as Asked
from tests.care.test_local_times import GAPS, TWICE, ZONES

pytestmark = pytest.mark.feature("T1", "T6")

CLINIC = Organizer("Riverside Clinic", "clinic@riverside.example", "+46 8 123 456")
_times = st.datetimes(datetime(2026, 1, 1), datetime(2040, 12, 31))


def appointment(text: str, zone: str, **other: object) -> Appointment:
    """Return an appointment."""
    made = Appointment(
        id="apt_01hx0000000000000000000000",
        clinic_id="cli_x",
        patient_id="pat_x",
        type=AppointmentType("Hemangioma", 30, "Quinsy", "Oncology, 2nd floor"),
        series_id="",
        state=State.BOOKED,
        staff_id="stf_x",
        room_id="",
        start=local_time(text, zone),
        minutes=30,
        sequence=0,
        content=Content(reason="Keratosis"),
        booked_by="stf_x",
        created_at=1_790_000_000_000,
        changed_at=1_790_000_000_000,
    )
    return replace(made, **other)


def read(content: bytes) -> tuple[Calendar, Component]:
    """Return a calendar file as a calendar reads it."""
    calendar = Calendar.from_ical(content)
    [event] = calendar.walk("VEVENT")
    return calendar, event


def event_of(one: Appointment, method: Method = Method.PUBLISH) -> Component:
    """Return the event of a file."""
    return read(calendar_file(one, method, CLINIC))[1]


def test_a_moved_appointment_replaces_itself() -> None:
    before = appointment("2027-03-28T09:30", "Europe/Berlin")
    after = replace(before, start=local_time("2027-04-01T14:00", "Europe/Berlin"), sequence=1)
    old, new = event_of(before), event_of(after)
    assert old["uid"] == new["uid"]
    assert (int(old["sequence"]), int(new["sequence"])) == (0, 1)


@pytest.mark.parametrize(
    ("state", "method", "status"),
    [
        (State.BOOKED, Method.REQUEST, "CONFIRMED"),
        (State.MOVED, Method.REQUEST, "CONFIRMED"),
        (State.CANCELLED, Method.CANCEL, "CANCELLED"),
        (State.CANT_COME, Method.CANCEL, "CANCELLED"),
    ],
)
def test_the_method_and_the_status_follow_the_state(
    state: State, method: Method, status: str
) -> None:
    one = appointment("2027-03-28T09:30", "Europe/Berlin", state=state)
    assert method_of(one) is method
    content = calendar_file(one, method, CLINIC, "maya@patients.example")
    calendar, event = read(content)
    assert (str(calendar["method"]), str(event["status"])) == (method.value, status)
    assert str(event["organizer"]) == "mailto:clinic@riverside.example"
    assert str(event["attendee"]) == "mailto:maya@patients.example"


def test_a_file_says_nothing_about_health() -> None:
    content = calendar_file(
        appointment("2027-03-28T09:30", "Europe/Berlin"), Method.PUBLISH, CLINIC
    ).decode()
    for word in ("emangioma", "uinsy", "eratosis", "ncology"):
        assert word not in content
    assert "Riverside Clinic" in content


@pytest.mark.parametrize("zone", [zone for zone in ZONES if zone != "UTC"])
def test_a_file_brings_its_zone(zone: str) -> None:
    calendar, event = read(
        calendar_file(appointment("2027-06-15T09:30", zone), Method.PUBLISH, CLINIC)
    )
    assert [str(one["tzid"]) for one in calendar.walk("VTIMEZONE")] == [zone]
    assert event["dtstart"].params["TZID"] == zone


@pytest.mark.parametrize(("zone", "typed", "first"), TWICE)
def test_a_time_that_comes_twice_is_the_first_one_everywhere(
    zone: str, typed: str, first: str
) -> None:
    one = appointment(typed, zone)
    moment = datetime.fromisoformat(first).replace(tzinfo=UTC)
    assert event_of(one)["dtstart"].dt.astimezone(UTC) == moment
    assert one.starts_at == int(moment.timestamp() * 1000)


@pytest.mark.parametrize(("zone", "typed"), GAPS)
def test_what_does_not_exist_never_gets_into_a_file(zone: str, typed: str) -> None:
    with pytest.raises(WrongInput):
        appointment(typed, zone)


@given(st.sampled_from(ZONES), _times, st.integers(1, 720))
def test_page_message_and_file_agree(zone: str, typed: datetime, minutes: int) -> None:
    try:
        one = appointment(typed.strftime("%Y-%m-%dT%H:%M"), zone, minutes=minutes)
    except WrongInput:
        return  # clocks go forward over it
    event = event_of(one)
    starts = event["dtstart"].dt
    assert int(starts.timestamp() * 1000) == one.starts_at
    assert event["duration"].dt == timedelta(minutes=minutes)
    assert clock.in_zone(zone, one.starts_at).strftime("%H:%M") == starts.strftime("%H:%M")
    kept = Asked("Sam", "en", {}, details_of(one, News.BOOKED))
    assert AppointmentDetails.of(kept).start == one.start
    with language.speaking("en"):
        said = texts.when(one.start)
    assert starts.strftime("%H:%M") in said
    assert starts.strftime("%A") in said


def test_a_leap_day_is_in_the_file() -> None:
    assert event_of(appointment("2028-02-29T09:30", "Europe/Berlin"))["dtstart"].dt.day == 29
