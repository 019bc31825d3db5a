"""Booking appointments, moving and cancelling them, and what becomes of them (features T1, T6)."""

from dataclasses import dataclass, replace
from typing import Any

from bedside.audit import Action, AuditLog
from bedside.care.appointments import records, rows
from bedside.care.appointments.details import News
from bedside.care.appointments.records import PREFIX, Appointment, Content, Locked
from bedside.care.appointments.rows import AppointmentRow
from bedside.care.appointments.slots import Slot, take
from bedside.care.appointments.states import State, Step, after, allowed
from bedside.care.appointments.telling import AppointmentTelling, of_series
from bedside.care.appointments.types import AppointmentType, AppointmentTypes
from bedside.care.local_times import LocalTime, local_time, repeated
from bedside.database.sealed import Vault
from bedside.errors import Conflict, NotAllowed, NotFound, WrongInput
from bedside.kernel import clock, faults
from bedside.kernel.ids import is_id, new_id
from bedside.kernel.language import N_
from bedside.kernel.typed import several_lines
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.people.assignments import Assignments
from bedside.people.clinics import Clinics
from bedside.people.permissions import ChartAccess
from bedside.people.roles import May, allows
from bedside.people.staff import Staff
from bedside.requests.records import Content as Asked
from bedside.visits.rooms import Rooms

LONGEST_WORDS = 1_000
MOST_IN_SERIES = 52
MOST_WEEKS = 12
USUAL_ROOM = "usual"
"""Instead of a room: that of the type."""
_PAST = N_("This time is over. Please choose one that is still to come.")


@dataclass(frozen=True, slots=True)
class Wanted:
    """An appointment as somebody books it. `id` is made with the form: sent twice, one is booked.
    `start` is the local time of the form; `weeks` and `count` make a series; `anyway` books a time
    that is taken. Its repr omits the words."""

    id: str
    type_id: str
    start: str
    staff_id: str = ""
    room_id: str = ""
    reason: str = ""
    channels: tuple[str, ...] = ()
    weeks: int = 1
    count: int = 1
    anyway: bool = False

    def __repr__(self) -> str:
        return f"Wanted({self.id})"


@dataclass(frozen=True, slots=True)
class Move:
    """Another time, clinician or room for an appointment, with words for the patient."""

    start: str
    staff_id: str = ""
    room_id: str = ""
    words: str = ""
    anyway: bool = False

    def __repr__(self) -> str:
        return f"Move({self.start})"


class Booking:
    """Actions of staff on appointments."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        clinics: Clinics,
        staff: Staff,
        assignments: Assignments,
        rooms: Rooms,
        types: AppointmentTypes,
        telling: AppointmentTelling,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._clinics = clinics
        self._staff = staff
        self._assignments = assignments
        self._rooms = rooms
        self._types = types
        self._telling = telling

    @staticmethod
    def new_draft() -> str:
        """Return the id of an appointment to be booked."""
        return new_id(PREFIX)

    # --- booking -------------------------------------------------------------------------------

    async def book(self, chart: ChartAccess, wanted: Wanted) -> str:
        """Book an appointment, or a series of them, and return the id of the first. Who is booked
        sees the patient from then on. Raises NotAllowed, WrongInput, TimeTaken, ManyTexts."""
        _require(chart)
        kind = await self._types.bookable(chart.clinic_id, wanted.type_id)
        if wanted.room_id == USUAL_ROOM:
            wanted = replace(wanted, room_id=kind.room_id)
        starts = await self._starts(chart, wanted)
        await self._check_who(chart.clinic_id, wanted.staff_id, wanted.room_id)
        reason = _words(wanted.reason, "reason")
        asked = await self._telling.prepared(chart, wanted.channels) if wanted.channels else None
        first_id = wanted.id if is_id(wanted.id, PREFIX) else self.new_draft()
        booked = self._new(chart, wanted, kind, starts, first_id, reason)
        async with self._database.unit_of_work() as work:
            at = await records.locked(work, first_id)
            if at is not None:
                _require_theirs(chart, at.row)
                return first_id
            await take(work, [slot_of(one) for one in booked], anyway=wanted.anyway)
            for one in booked:
                await self._write(work, chart, one)
            await self._assign(work, chart, booked[0])
            if asked is not None:
                await self._tell_all(work, chart, booked, asked)
            faults.point("appointment.booking")
        faults.point("appointment.booked")
        return first_id

    async def _starts(self, chart: ChartAccess, wanted: Wanted) -> list[LocalTime]:
        zone = (await self._clinics.get(chart.clinic_id)).options.time_zone
        if not 1 <= wanted.count <= MOST_IN_SERIES or not 1 <= wanted.weeks <= MOST_WEEKS:
            raise WrongInput(
                N_("A series has up to 52 appointments, up to 12 weeks apart."), field="count"
            )
        starts = repeated(local_time(wanted.start, zone), wanted.weeks, wanted.count)
        if starts[0].instant <= clock.now():
            raise WrongInput(_PAST, field="time")
        return starts

    async def _check_who(self, clinic_id: str, staff_id: str, room_id: str) -> None:
        """Raise WrongInput for a clinician or a room that is not of the clinic."""
        if staff_id and staff_id not in await self._staff.colleagues(clinic_id):
            raise WrongInput(N_("Please choose somebody from the list."), field="staff")
        if room_id:
            try:
                await self._rooms.get(clinic_id, room_id)
            except NotFound:
                raise WrongInput(N_("Please choose a room from the list."), field="room") from None

    def _new(
        self,
        chart: ChartAccess,
        wanted: Wanted,
        kind: AppointmentType,
        starts: list[LocalTime],
        first_id: str,
        reason: str,
    ) -> list[Appointment]:
        series_id, now = new_id("aps") if len(starts) > 1 else "", clock.now()
        return [
            Appointment(
                id=first_id if number == 0 else new_id(PREFIX),
                clinic_id=chart.clinic_id,
                patient_id=chart.patient_id,
                type=kind,
                series_id=series_id,
                state=State.BOOKED,
                staff_id=wanted.staff_id,
                room_id=wanted.room_id,
                start=start,
                minutes=kind.minutes,
                sequence=0,
                content=Content(reason=reason, channels=wanted.channels),
                booked_by=chart.staff.staff_id,
                created_at=now,
                changed_at=now,
            )
            for number, start in enumerate(starts)
        ]

    async def _write(self, work: UnitOfWork, chart: ChartAccess, one: Appointment) -> None:
        keys = await self._vault.clinic(chart.clinic_id)
        row = AppointmentRow(
            id=one.id,
            clinic_id=one.clinic_id,
            patient_id=one.patient_id,
            version_id=one.type.version_id,
            series_id=one.series_id,
            state=one.state.value,
            staff_id=one.staff_id,
            room_id=one.room_id,
            local_start=one.start.text,
            zone=one.start.zone,
            minutes=one.minutes,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            sequence=one.sequence,
            content=records.seal(keys, one.id, one.content),
            booked_by=one.booked_by,
            created_at=one.created_at,
            changed_at=one.changed_at,
        )
        await work.execute(rows.add, **row._asdict())
        records.publish(work, row)
        await self._note(work, chart, one.id, Action.APPOINTMENT_BOOKED, start=one.start.text)

    async def _tell_all(
        self, work: UnitOfWork, chart: ChartAccess, booked: list[Appointment], asked: Asked
    ) -> None:
        """Tell the patient of the first one, and of the others when it is time."""
        first, *others = booked
        count = len(booked)
        await self._telling.tell(work, first, asked, News.BOOKED, by=chart.actor, count=count)
        for one in others:
            self._telling.later(work, one)

    async def _assign(self, work: UnitOfWork, chart: ChartAccess, one: Appointment) -> None:
        """Let those who will see the patient see the chart."""
        clinic_id, patient_id = chart.clinic_id, chart.patient_id
        if one.staff_id:
            await self._staff.install_assignment(
                work, chart.actor, clinic_id, one.staff_id, patient_id
            )
        if one.room_id:
            await self._assignments.join(
                work, clinic_id, chart.actor, patient_id, one.room_id, visit_id=""
            )

    # --- later -----------------------------------------------------------------------------------

    async def move(self, chart: ChartAccess, appointment_id: str, wanted: Move) -> None:
        """Give an appointment another time: the new one is taken before the old one is free, in one
        unit of work. Raises Conflict for one that is over, WrongInput, TimeTaken, ManyTexts."""
        _require(chart)
        zone = (await self._clinics.get(chart.clinic_id)).options.time_zone
        start = local_time(wanted.start, zone)
        if start.instant <= clock.now():
            raise WrongInput(_PAST, field="time")
        await self._check_who(chart.clinic_id, wanted.staff_id, wanted.room_id)
        words = _words(wanted.words, "words")
        asked = await self._asked(chart, appointment_id)
        async with self._database.unit_of_work() as work:
            at = await self._locked(work, chart, appointment_id)
            before = await self._telling.opened(work, at)
            moved = replace(
                before,
                state=after(before.state, Step.MOVE),
                staff_id=wanted.staff_id,
                room_id=wanted.room_id,
                start=start,
                sequence=before.sequence + 1,
                content=_moved(before, start, words),
            )
            await take(work, [slot_of(moved)], own=moved.id, anyway=wanted.anyway)
            await self._keep(work, at, moved)
            await self._assign(work, chart, moved)
            was = before.start.text
            await self._note(
                work, chart, moved.id, Action.APPOINTMENT_MOVED, was=was, start=start.text
            )
            if asked is not None:
                await self._telling.tell(work, moved, asked, News.MOVED, by=chart.actor)
            faults.point("appointment.moving")
        faults.point("appointment.moved")

    async def cancel(
        self, chart: ChartAccess, appointment_id: str, words: str = "", *, rest: bool = False
    ) -> None:
        """Cancel an appointment, and with `rest` all that follow it in its series; the patient is
        told of the first. Raises Conflict for one that is over, WrongInput, ManyTexts."""
        _require(chart)
        said = _words(words, "words")
        asked = await self._asked(chart, appointment_id)
        async with self._database.unit_of_work() as work:
            at = await self._locked(work, chart, appointment_id)
            cancelled = await self._cancel_one(work, chart, at, said)
            if asked is not None and at.row.starts_at > clock.now():
                await self._telling.tell(work, cancelled, asked, News.CANCELLED, by=chart.actor)
            else:
                await self._telling.over(work, at)
            if rest and at.row.series_id:
                await self._cancel_rest(work, chart, at, said)
            faults.point("appointment.cancelling")
        faults.point("appointment.cancelled")

    async def _cancel_rest(
        self, work: UnitOfWork, chart: ChartAccess, at: Locked, said: str
    ) -> None:
        for one in await of_series(work, at.row.series_id, chart.patient_id):
            other = await records.locked(work, one)
            if other is None or other.row.starts_at <= at.row.starts_at:
                continue
            if allowed(State(other.row.state), Step.CANCEL):
                await self._cancel_one(work, chart, other, said)
                await self._telling.over(work, other)

    async def _cancel_one(
        self, work: UnitOfWork, chart: ChartAccess, at: Locked, said: str
    ) -> Appointment:
        before = await self._telling.opened(work, at)
        cancelled = replace(
            before,
            state=after(before.state, Step.CANCEL),
            sequence=before.sequence + 1,
            content=replace(before.content, words=said),
        )
        await self._keep(work, at, cancelled)
        await self._note(work, chart, cancelled.id, Action.APPOINTMENT_CANCELLED)
        return cancelled

    async def mark(self, chart: ChartAccess, appointment_id: str, step: Step) -> None:
        """Say what became of an appointment: done, also before its time, or that nobody came.
        Raises Conflict."""
        async with self._database.unit_of_work() as work:
            at = await self._locked(work, chart, appointment_id)
            if step is Step.NO_SHOW and at.row.starts_at > clock.now():
                raise Conflict(N_("The appointment has not begun yet. Nothing was changed."))
            state = after(State(at.row.state), step)
            await self._telling.over(work, at)
            await records.save(work, at, state=state.value)
            await self._note(work, chart, appointment_id, _MARKS[step])

    async def _asked(self, chart: ChartAccess, appointment_id: str) -> Asked | None:
        async with self._database.read() as db:
            row = await db.one(rows.by_id, of=appointment_id)
        if row is None:
            raise NotFound
        _require_theirs(chart, row)
        keys = await self._vault.clinic(chart.clinic_id)
        return await self._telling.still(chart, records.content_of(keys, row).channels)

    async def _locked(self, work: UnitOfWork, chart: ChartAccess, appointment_id: str) -> Locked:
        at = await records.locked(work, appointment_id)
        if at is None:
            raise NotFound
        _require_theirs(chart, at.row)
        return at

    async def _keep(self, work: UnitOfWork, at: Locked, one: Appointment) -> None:
        keys = await self._vault.clinic(one.clinic_id)
        await records.save(
            work,
            at,
            state=one.state.value,
            staff_id=one.staff_id,
            room_id=one.room_id,
            local_start=one.start.text,
            zone=one.start.zone,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            sequence=one.sequence,
            content=records.seal(keys, one.id, one.content),
        )

    async def _note(
        self, work: UnitOfWork, chart: ChartAccess, subject_id: str, action: Action, **details: Any
    ) -> None:
        await self._audit.record(
            work,
            chart.clinic_id,
            chart.actor,
            action,
            patient_id=chart.patient_id,
            subject_id=subject_id,
            **details,
        )


_MARKS = {Step.NO_SHOW: Action.APPOINTMENT_NO_SHOW, Step.DONE: Action.APPOINTMENT_DONE}
"""Names in the audit log for what became of an appointment."""


def slot_of(one: Appointment) -> Slot:
    """Return the time that an appointment takes."""
    return Slot(
        one.clinic_id, one.patient_id, one.staff_id, one.room_id, one.starts_at, one.ends_at
    )


def _moved(before: Appointment, start: LocalTime, words: str) -> Content:
    """Return the content of a moved appointment. Where only the room is another one, the time of
    before stays what it was."""
    was = before.content
    if start != before.start:
        was = replace(was, was=before.start.text, was_zone=before.start.zone)
    return replace(was, words=words, asked="")


def _require(chart: ChartAccess) -> None:
    if not allows(chart.staff.role, May.SEND_REQUESTS):
        raise NotAllowed


def _require_theirs(chart: ChartAccess, row: AppointmentRow) -> None:
    """Raise NotFound for an appointment of somebody else."""
    if (row.clinic_id, row.patient_id) != (chart.clinic_id, chart.patient_id):
        raise NotFound


def _words(typed: str, field: str) -> str:
    words = several_lines(typed)
    if len(words) > LONGEST_WORDS:
        raise WrongInput(N_("Please shorten this to 1,000 characters."), field=field)
    return words
