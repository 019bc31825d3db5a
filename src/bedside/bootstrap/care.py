"""Wires care."""

from dataclasses import dataclass

from bedside.bootstrap.base import Base
from bedside.bootstrap.people import PeopleParts
from bedside.bootstrap.requests import RequestParts
from bedside.bootstrap.visits import VisitParts
from bedside.care.appointments.answers import AppointmentAnswers
from bedside.care.appointments.booking import Booking
from bedside.care.appointments.lists import AppointmentLists
from bedside.care.appointments.live import AppointmentsLive
from bedside.care.appointments.telling import TELL, AppointmentTelling
from bedside.care.appointments.types import AppointmentTypes
from bedside.realtime.topics import TopicKind
from bedside.services.care import CareServices
from bedside.services.registered import Registered


@dataclass(frozen=True, slots=True)
class CareParts(CareServices):
    """The services of care, with what tells patients, and what open pages follow."""

    telling: AppointmentTelling
    live: AppointmentsLive

    def registered(self) -> Registered:
        """Return the jobs."""
        return Registered(handlers={TELL: self.telling.tell_later})

    def topics(self) -> tuple[TopicKind, ...]:
        """Return the kinds of topics."""
        return self.live.topics()


def care_of(
    base: Base, people: PeopleParts, requests: RequestParts, visits: VisitParts
) -> CareParts:
    """Make appointments."""
    database, vault, audit = base.database, base.vault, base.audit.log
    types = AppointmentTypes(database, vault, audit)
    telling = AppointmentTelling(
        database, vault, people.patients, people.staff, types, requests.all, requests.telling
    )
    booking = Booking(
        database,
        vault,
        audit,
        people.clinics,
        people.staff,
        people.assignments,
        visits.rooms,
        types,
        telling,
    )
    return CareParts(
        types=types,
        booking=booking,
        lists=AppointmentLists(
            database, vault, base.audit.looks, people.clinics, people.patients, types
        ),
        answers=AppointmentAnswers(
            database, vault, audit, people.staff, visits.rooms, types, telling
        ),
        telling=telling,
        live=AppointmentsLive(),
    )
