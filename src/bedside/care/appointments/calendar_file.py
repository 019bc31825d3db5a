"""Calendar files of appointments (RFC 5545 and 5546), for downloads and mail.

The same UID for life and a SEQUENCE that only rises, so that calendars replace what they have and
do not show it twice; the zone with its rules, because some calendars guess wrong without them.
Others see a patient's calendar: nothing in a file says anything about health (feature N2).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from icalendar import Calendar, Component, Event, vCalAddress, vText

from bedside.care.appointments.records import Appointment
from bedside.care.appointments.states import State
from bedside.kernel.language import gettext as _

_OFF = frozenset({State.CANCELLED, State.CANT_COME})
"""States in which it does not take place."""
PRODUCT = "-//Bedside//Appointments//EN"


class Method(StrEnum):
    """The effect of a file on a calendar."""

    PUBLISH = "PUBLISH"
    """A download: the calendar keeps it."""
    REQUEST = "REQUEST"
    """In mail: a new appointment, or another time for one."""
    CANCEL = "CANCEL"
    """In mail: it does not take place."""


@dataclass(frozen=True, slots=True)
class Organizer:
    """The clinic as calendars name it: its name, the address of its mail ("" for none), its
    telephone number, and where the patient finds the appointment."""

    name: str
    email: str = ""
    phone: str = ""
    link: str = ""


def method_of(appointment: Appointment) -> Method:
    """Return the method of the mail about an appointment as it is now."""
    return Method.CANCEL if appointment.state in _OFF else Method.REQUEST


def calendar_file(
    appointment: Appointment, method: Method, clinic: Organizer, attendee: str = ""
) -> bytes:
    """Return an appointment as a calendar file in the language that is spoken now. `attendee` is
    the patient's address, which a REQUEST and a CANCEL need."""
    calendar = Calendar()
    _set(calendar, prodid=PRODUCT, version="2.0", method=method.value)
    calendar.add_component(_event(appointment, clinic, attendee))
    calendar.add_missing_timezones()
    return calendar.to_ical()


def _event(appointment: Appointment, clinic: Organizer, attendee: str) -> Event:
    event = Event()
    questions = _("Questions? Call {phone}.").format(phone=clinic.phone) if clinic.phone else ""
    _set(
        event,
        uid=f"{appointment.id}@bedside",
        sequence=appointment.sequence,
        dtstamp=datetime.fromtimestamp(appointment.changed_at // 1000, UTC),
        dtstart=appointment.start.shown,
        duration=timedelta(minutes=appointment.minutes),
        summary=_("Appointment: %(clinic)s") % {"clinic": clinic.name},
        location=clinic.name,
        **{"class": "PRIVATE"},
        status="CANCELLED" if appointment.state in _OFF else "CONFIRMED",
        description=questions,
        url=clinic.link,
    )
    if clinic.email:
        organizer = vCalAddress(f"mailto:{clinic.email}")
        organizer.params["CN"] = vText(clinic.name)
        event["organizer"] = organizer
    if attendee:
        event["attendee"] = vCalAddress(f"mailto:{attendee}")
    return event


def _set(component: Component, **values: Any) -> None:
    """Set properties of a component; those that are "" are left out."""
    for name, value in values.items():
        if value != "":
            component.add(name, value)  # pyright: ignore[reportUnknownMemberType] - icalendar has a bare dict
