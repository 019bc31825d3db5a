"""Care: appointments."""

from dataclasses import dataclass

from bedside.care.appointments.answers import AppointmentAnswers
from bedside.care.appointments.booking import Booking
from bedside.care.appointments.lists import AppointmentLists
from bedside.care.appointments.types import AppointmentTypes


@dataclass(frozen=True, slots=True)
class CareServices:
    """`services.care`."""

    types: AppointmentTypes
    booking: Booking
    lists: AppointmentLists
    answers: AppointmentAnswers
