"""Telling patients of their appointments: by requests, whose link shows one and takes the answer.

A request has the id of its appointment and is renewed in the unit of work that changes it, which
closes the links of before and drops the messages that have not left. So a reminder never says a
time that is not true any more: the job that sends it finds another round of the request, or one
that is over.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bedside.audit import Actor
from bedside.audit.actors import SYSTEM, ActorKind
from bedside.care.appointments import records, rows
from bedside.care.appointments.details import KEY, News, details_of
from bedside.care.appointments.kind import NOT_BEFORE
from bedside.care.appointments.records import Appointment, Locked
from bedside.care.appointments.states import State
from bedside.care.appointments.types import AppointmentTypes
from bedside.database.sealed import Vault
from bedside.kernel import clock
from bedside.kernel.jobs import TryAgain
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.notifications.addresses import addresses_of, ways_to
from bedside.notifications.text_limits import ManyTexts
from bedside.people.patients import Patients
from bedside.people.permissions import ChartAccess
from bedside.people.staff import Staff
from bedside.requests import records as request_records
from bedside.requests.records import Content as Asked
from bedside.requests.service import Requests, Whose
from bedside.requests.states import Step as RequestStep
from bedside.requests.telling import Telling

TELL = "appointment.tell"


class AppointmentTelling:
    """Sends, renews and ends the requests of appointments."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        patients: Patients,
        staff: Staff,
        types: AppointmentTypes,
        requests: Requests,
        telling: Telling,
    ) -> None:
        self._database = database
        self._vault = vault
        self._patients = patients
        self._staff = staff
        self._types = types
        self._requests = requests
        self._telling = telling

    async def prepared(self, chart: ChartAccess, channels: Sequence[str]) -> Asked:
        """Return what a request will say of the sender and of where it goes, before the unit of
        work that sends it. Raises WrongInput for a patient without a date of birth, or without an
        address for a channel."""
        patient = await self._patients.get(chart)
        return await self._requests.content(chart, patient, tuple(channels))

    async def still(self, chart: ChartAccess, channels: Sequence[str]) -> Asked | None:
        """Return the same for an appointment that was booked before: by the channels by which the
        patient can still be reached. None if nobody is told."""
        patient = await self._patients.get(chart)
        if not channels or patient.demographics.birth_date is None:
            return None
        usable_now = tuple(one for one in ways_to(patient.demographics) if one in channels)
        return await self._requests.content(chart, patient, usable_now)

    async def tell(
        self,
        work: UnitOfWork,
        appointment: Appointment,
        asked: Asked,
        news: News,
        *,
        by: Actor,
        count: int = 1,
    ) -> None:
        """Tell the patient what has happened. Raises ManyTexts."""
        content = replace(asked, details=details_of(appointment, news, count))
        sender = by.id if by.kind is ActorKind.STAFF else appointment.booked_by
        whose = Whose(appointment.clinic_id, appointment.patient_id, sender)
        await self._requests.tell(work, whose, KEY, appointment.id, content, by)

    def later(self, work: UnitOfWork, appointment: Appointment) -> None:
        """Tell the patient of one appointment of a series when it is time to be reminded: a message
        for each of them at once would help nobody."""
        hours = appointment.type.remind_hours or 24
        due = max(appointment.starts_at - hours * clock.HOUR, clock.now() + NOT_BEFORE)
        payload = {"appointment_id": appointment.id, "sequence": appointment.sequence}
        unique = f"{TELL}:{appointment.id}:{appointment.sequence}"
        work.enqueue(TELL, payload, unique=unique, delay=due - clock.now())

    async def tell_later(self, payload: dict[str, Any]) -> None:
        """Job: see `later`. It looks at the appointment in the unit of work that writes the
        message: nothing is said of one that was moved, cancelled or answered meanwhile."""
        async with self._database.unit_of_work() as work:
            at = await records.locked(work, payload["appointment_id"])
            if at is None or at.request is not None or at.row.sequence != payload["sequence"]:
                return
            if at.row.state != State.BOOKED or at.row.starts_at <= clock.now():
                return
            appointment = await self.opened(work, at)
            asked = await self._asked_by_clinic(work, appointment)
            if asked is None:
                return
            try:
                await self.tell(work, appointment, asked, News.REMINDER, by=SYSTEM)
            except ManyTexts as error:
                raise TryAgain(clock.HOUR, "many texts went to this number") from error

    async def _asked_by_clinic(self, work: UnitOfWork, appointment: Appointment) -> Asked | None:
        """Return the sender and the addresses for what leaves by the clock; None if the patient
        could not open the link."""
        clinic_id, patient_id = appointment.clinic_id, appointment.patient_id
        patient = await self._patients.addressed_in(work, clinic_id, patient_id)
        if patient is None or patient.birth_date is None:
            return None
        member = await self._staff.get(clinic_id, appointment.booked_by)
        chosen = appointment.content.channels
        channels = tuple(one for one in ways_to(patient) if one in chosen)
        to = addresses_of(patient, channels)
        return Asked(member.name, patient.language, to, {}, asked_role=member.role)

    async def opened(self, work: UnitOfWork, at: Locked) -> Appointment:
        """Return a locked appointment with the version of its type."""
        row = at.row
        found = await self._types.versions(work, row.clinic_id, {row.version_id})
        return records.opened(await self._vault.clinic(row.clinic_id), row, found[row.version_id])

    async def over(self, work: UnitOfWork, at: Locked) -> None:
        """Remind of it no more: the patient was here or has answered, or nobody waits any longer.
        The link shows what became of it until it ends."""
        if at.request is None:
            return
        await self._telling.stop(work, at.request.id)
        for step in (RequestStep.STARTED, RequestStep.COMPLETED, RequestStep.LAPSED):
            row = await request_records.locked_again(work, at.request)
            done = {"done_at": clock.now()} if step is RequestStep.COMPLETED else {}
            await request_records.take_step(work, row, step, **done)


async def of_series(work: UnitOfWork, series_id: str, patient_id: str) -> list[str]:
    """Return the ids of the appointments of a series, in their order."""
    found = await work.all(rows.of_series, series=series_id, patient=patient_id)
    return [row.id for row in found]
