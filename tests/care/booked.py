"""Helpers for appointments: a type, and one that is booked."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bedside.care.appointments.booking import Booking, Wanted
from bedside.care.appointments.records import Appointment
from bedside.care.appointments.types import AppointmentType
from bedside.care.local_times import LocalTime
from bedside.kernel import clock
from bedside.people.permissions import ChartAccess, LinkAccess
from tests.house import House
from tests.requests.sending import ADDRESS, BORN

CHECK_UP = AppointmentType("Check-up of the knee", 30, "Bring your knee.", "2nd floor", "", 24)


async def add_type(house: House, **other: Any) -> str:
    """Add a type and return its id."""
    return await house.care.types.add(house.administer(), replace(CHECK_UP, **other))


def in_days(days: int, at: str = "14:00", zone: str = "UTC") -> str:
    """Return a time in some days, as a form sends it."""
    day = clock.in_zone(zone).date() + timedelta(days=days)
    return f"{day.isoformat()}T{at}"


def ahead(house: House, start: str, hours: float) -> int:
    """Return by how much the clock has to be shifted to be so many hours before a time."""
    at = LocalTime(start, house.clinic.options.time_zone).instant
    return at - clock.now() - int(hours * clock.HOUR)


def wanted(type_id: str, **other: Any) -> Wanted:
    """Return an appointment to be booked, of which the patient is told by SMS."""
    given = Wanted(Booking.new_draft(), type_id, in_days(9), channels=("sms",))
    return replace(given, **other)


async def book(house: House, chart: ChartAccess, type_id: str = "", **other: Any) -> str:
    """Book an appointment and return its id."""
    type_id = type_id or await add_type(house)
    return await house.care.booking.book(chart, wanted(type_id, **other))


async def found(house: House, chart: ChartAccess, appointment_id: str) -> Appointment:
    """Return an appointment as it is now."""
    return await house.care.lists.one(chart, appointment_id)


async def texts(house: House, appointment_id: str) -> list[str]:
    """Return the text messages about an appointment, the oldest first."""
    shown = await house.notifications.messages.outbox(house.here.receptionist)
    return [
        one.text
        for one in reversed(shown)
        if one.channel == "sms" and one.cause_id.startswith(appointment_id)
    ]


async def secret_of(house: House, appointment_id: str) -> str:
    """Return the secret of the newest link."""
    return re.findall(r"/l/([\w-]+)", (await texts(house, appointment_id))[-1])[-1]


async def let_in(house: House, appointment_id: str) -> LinkAccess:
    """Open the newest link with the date of birth."""
    secret = await secret_of(house, appointment_id)
    answer = await house.links.answer(secret, BORN, ADDRESS)
    assert answer.token, answer
    return await house.links.resume(answer.token, appointment_id, ADDRESS)


def shown_at(start: str) -> str:
    """Return a time as messages in English write it."""
    return datetime.fromisoformat(start).strftime("%A, %-d %b %Y, %H:%M")
