"""Appointments of the demonstration: a day that is busy, a patient who asks for another time, one
who was moved, and a series."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bedside.care.appointments.booking import Booking, Move, Wanted
from bedside.care.appointments.states import Step
from bedside.care.appointments.types import AppointmentType
from bedside.kernel import clock
from bedside.people.permissions import ChartAccess, StaffAccess, link_access
from bedside.people.roles import Role
from bedside.services import Services

VIDEO, FIRST, BLOOD = "Follow-up by video", "First visit", "Blood test"
_BLOOD_TEXT = (
    "Please do not eat for eight hours before. Drink water as you like, and take your medicines as "
    "always."
)
_VIDEO_TEXT = (
    "Sit somewhere quiet, with light on your face. Have your medicines at hand, and a list of what "
    "you want to ask."
)
_TODAY = (("08:30", 1), ("09:10", 3), ("10:00", 11), ("13:30", 0), ("15:00", 9))
"""Times, and patients by their number."""


async def tell(
    services: Services,
    people: dict[str, StaffAccess],
    rooms: dict[str, str],
    charts: list[ChartAccess],
) -> None:
    """Add types, and book."""
    administrator = next(one for one in people.values() if one.role is Role.ADMINISTRATOR)
    clinic = await services.people.clinics.get(administrator.clinic_id)
    doctor = people["amara.okafor@riverside.example"].staff_id
    room = rooms["Dr Okafor’s room"]
    types = await _types(services, administrator, room)
    today = clinic.options.today()
    booking = services.care.booking

    def wanted(kind: str, days: int, at: str, **other: Any) -> Wanted:
        start = f"{(today + timedelta(days=days)).isoformat()}T{at}"
        return replace(Wanted(Booking.new_draft(), types[kind], start, doctor, room), **other)

    with clock.shifted(-2 * clock.DAY):
        for at, number in _TODAY:
            await booking.book(charts[number], wanted(VIDEO, 0, at))
        moved = await booking.book(charts[3], wanted(VIDEO, 2, "14:00", channels=("sms",)))
        asks = await booking.book(charts[4], wanted(FIRST, 3, "11:00", channels=("sms",)))
        await booking.book(charts[8], wanted(BLOOD, 1, "07:45", staff_id="", room_id="", count=6))
    with clock.shifted(-1 * clock.DAY):
        day = (today + timedelta(days=4)).isoformat()
        await booking.move(charts[3], moved, Move(f"{day}T09:30", doctor, room))
        await _asks(services, charts[4], asks)
    await booking.book(charts[0], wanted(VIDEO, 1, "10:30", channels=("sms",)))


async def _types(services: Services, administrator: StaffAccess, room: str) -> dict[str, str]:
    access = services.people.permissions.administer(administrator)
    types = (
        AppointmentType(VIDEO, 20, _VIDEO_TEXT, room_id=room),
        AppointmentType(FIRST, 40, "Bring your insurance card and a list of your medicines."),
        AppointmentType(BLOOD, 10, _BLOOD_TEXT, "Laboratory, ground floor"),
    )
    return {one.name: await services.care.types.add(access, one) for one in types}


async def _asks(services: Services, chart: ChartAccess, appointment_id: str) -> None:
    """Let the patient ask for another time, by the link."""
    link = link_access("", chart.clinic_id, chart.patient_id, appointment_id, "192.0.2.44")
    words = "I work until noon. Would an afternoon be possible?"
    await services.care.answers.answer(link, appointment_id, Step.ASK_MOVE, words)
