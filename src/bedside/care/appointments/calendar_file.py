"""Calendar files of appointments (RFC 5545 and 5546), for downloads and mail.

The same UID for life and a SEQUENCE that only rises, so that calendars replace what they have and
do not show it twice; the zone with its rules, because some calendars guess wrong without them.
Others see a patient's calendar: nothing in a file says anything about health (feature N2).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from icalendar import Calendar, Event, vCalAddress, vText

from bedside.care.appointments.records import Appointment
from bedside.care.appointments.states import State
from bedside.kernel.language import gettext as _

_OFF = frozenset({State.CANCELLED, State.CANT_COME})
"""States in which it does not take place."""
PRODUCT = "-//Bedside//Appointments//EN"


class Method(StrEnum):
    """What a calendar does with a file."""

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
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method.value)
    calendar.add_component(_event(appointment, clinic, attendee))
    calendar.add_missing_timezones()
    return calendar.to_ical()


def _event(appointment: Appointment, clinic: Organizer, attendee: str) -> Event:
    event, start = Event(), appointment.start.shown
    event.add("uid", f"{appointment.id}@bedside")
    event.add("sequence", appointment.sequence)
    event.add("dtstamp", datetime.fromtimestamp(appointment.changed_at // 1000, UTC))
    event.add("dtstart", start)
    event.add("duration", timedelta(minutes=appointment.minutes))
    event.add("summary", _("Appointment: %(clinic)s") % {"clinic": clinic.name})
    event.add("location", clinic.name)
    event.add("class", "PRIVATE")
    event.add("status", "CANCELLED" if appointment.state in _OFF else "CONFIRMED")
    questions = _("Questions? Call {phone}.").format(phone=clinic.phone) if clinic.phone else ""
    if questions:
        event.add("description", questions)
    if clinic.link:
        event.add("url", clinic.link)
    if clinic.email:
        organizer = vCalAddress(f"mailto:{clinic.email}")
        organizer.params["CN"] = vText(clinic.name)
        event["organizer"] = organizer
    if attendee:
        event.add("attendee", vCalAddress(f"mailto:{attendee}"))
    return event
