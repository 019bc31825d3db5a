"""The part of a request's sealed content that belongs to appointments: the time that its messages
say. It changes in the unit of work that changes the appointment, so that both always agree."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bedside.care.appointments.records import Appointment
from bedside.care.local_times import LocalTime
from bedside.requests.records import Content

KEY = "appointment"
PREFIX = "apt"


class News(StrEnum):
    """The news in the messages of a link."""

    BOOKED = "booked"
    MOVED = "moved"
    CANCELLED = "cancelled"
    REMINDER = "reminder"


@dataclass(frozen=True, slots=True)
class AppointmentDetails:
    """The time, that of before if it was moved, what there is to say, how long before the reminder
    goes, and of how many appointments this is the first."""

    start: LocalTime
    was: LocalTime | None
    news: News
    remind_hours: int
    count: int = 1

    @classmethod
    def of(cls, content: Content) -> "AppointmentDetails":
        """Read them from what was sealed."""
        kept = content.details
        zone, was = kept["zone"], kept["was"]
        return cls(
            LocalTime(kept["start"], zone),
            LocalTime(was, kept["was_zone"]) if was else None,
            News(kept["news"]),
            kept["remind_hours"],
            kept["count"],
        )


def details_of(appointment: Appointment, news: News, count: int = 1) -> dict[str, Any]:
    """Return what a request keeps of an appointment."""
    was = appointment.was
    return {
        "start": appointment.start.text,
        "zone": appointment.start.zone,
        "was": was.text if was else "",
        "was_zone": was.zone if was else "",
        "news": news.value,
        "remind_hours": appointment.type.remind_hours,
        "count": count,
    }
