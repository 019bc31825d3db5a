"""The patient's side of appointments: in the app, and by the link of a message (feature T6)."""

from dataclasses import dataclass, replace

from sqlalchemy import and_, bindparam, or_, select

from bedside.audit import Action, AuditLog
from bedside.care.appointments import records, rows
from bedside.care.appointments.models import appointments
from bedside.care.appointments.records import Appointment, Locked
from bedside.care.appointments.rows import AppointmentRow
from bedside.care.appointments.states import ANSWERS, HOLDS_TIME, State, Step, after
from bedside.care.appointments.telling import AppointmentTelling
from bedside.care.appointments.types import AppointmentTypes
from bedside.database.sealed import Vault
from bedside.database.statements import prepared
from bedside.errors import Conflict, NotFound, WrongInput
from bedside.kernel import clock
from bedside.kernel.language import N_
from bedside.kernel.typed import several_lines
from bedside.kernel.unit_of_work import Reader, Transactions, UnitOfWork
from bedside.people.hidden import as_seen_by, is_shown
from bedside.people.permissions import LinkAccess, PatientAccess
from bedside.people.record_parts import Part
from bedside.people.staff import Staff
from bedside.requests import records as request_records
from bedside.requests.states import Step as RequestStep
from bedside.visits.rooms import Room, Rooms

LONGEST_WORDS = 500
MOST = 60
SHOWN_FOR = 14 * clock.DAY
"""How long an appointment that is over or cancelled stays in the app."""
_OVER = N_("This appointment is over or cancelled, so nothing was changed. Please call the clinic.")
_a = appointments.c
_theirs = (
    _a.patient_id == bindparam("patient"),
    _a.clinic_id == bindparam("clinic"),
    is_shown(_a.id),
)
_next = prepared(
    select(appointments)
    .where(
        *_theirs,
        or_(
            and_(
                _a.state.in_([state.value for state in HOLDS_TIME]),
                _a.ends_at > bindparam("moment"),
            ),
            and_(_a.changed_at > bindparam("since"), _a.ends_at > bindparam("since")),
        ),
    )
    .order_by(_a.starts_at, _a.id)
    .limit(MOST),
    AppointmentRow,
)
_one = prepared(select(appointments).where(_a.id == bindparam("of"), *_theirs), AppointmentRow)

OfPatient = LinkAccess | PatientAccess
"""The patient or a proxy: by the link of a message, or signed in to the app."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An appointment as the patient sees it: with whom, and the room of Bedside, None for none."""

    appointment: Appointment
    who: str
    room: Room | None


class AppointmentAnswers:
    """Shows appointments to their patients, and takes their answers."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        staff: Staff,
        rooms: Rooms,
        types: AppointmentTypes,
        telling: AppointmentTelling,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._staff = staff
        self._rooms = rooms
        self._types = types
        self._telling = telling

    async def coming(self, side: PatientAccess) -> list[Shown]:
        """Return the appointments of a patient that are to come or were changed lately, the next
        one first."""
        side.require(Part.APPOINTMENTS)
        now = clock.now()
        async with self._database.read() as db:
            found = await db.all(
                _next,
                patient=side.patient_id,
                clinic=side.clinic_id,
                moment=now,
                since=now - SHOWN_FOR,
                **as_seen_by(side),
            )
            return await self._shown(db, side.clinic_id, found)

    async def one(self, access: OfPatient, appointment_id: str) -> Shown:
        """Return one appointment. Raises NotFound."""
        async with self._database.read() as db:
            row = await self._row(db, access, appointment_id)
            [shown] = await self._shown(db, access.clinic_id, [row])
        return shown

    async def answer(
        self, access: OfPatient, appointment_id: str, step: Step, words: str = ""
    ) -> None:
        """Take the patient's answer: they confirm, ask for another time, or cannot come; `words`
        say more. Raises Conflict for an appointment that is over, WrongInput."""
        asked = several_lines(words)
        if step not in ANSWERS:
            raise WrongInput
        if len(asked) > LONGEST_WORDS:
            raise WrongInput(N_("Please shorten this to 500 characters."), field="words")
        async with self._database.unit_of_work() as work:
            await self._row(work, access, appointment_id)
            at = await records.locked(work, appointment_id)
            if at is None:
                raise NotFound
            if at.row.state not in HOLDS_TIME or at.row.starts_at <= clock.now():
                raise Conflict(_OVER)
            await self._take(work, access, at, step, asked)

    async def _take(
        self, work: UnitOfWork, access: OfPatient, at: Locked, step: Step, asked: str
    ) -> None:
        state = after(State(at.row.state), step)
        keys = await self._vault.clinic(access.clinic_id)
        content = replace(records.content_of(keys, at.row), asked=asked)
        if step is Step.CONFIRM:
            await _begun(work, at)
        else:
            await self._telling.over(work, at)
        sealed = records.seal(keys, at.row.id, content)
        await records.save(work, at, state=state.value, content=sealed)
        await self._audit.record(
            work,
            access.clinic_id,
            access.actor,
            _ACTIONS[step],
            patient_id=access.patient_id,
            subject_id=at.row.id,
        )

    async def _row(self, db: Reader, access: OfPatient, appointment_id: str) -> AppointmentRow:
        """Return an appointment that this person may see. Raises NotFound."""
        if isinstance(access, PatientAccess):
            access.require(Part.APPOINTMENTS)
            seen = as_seen_by(access)
        else:  # who was let in by the link of one appointment, sees this one
            seen = as_seen_by(None)
            if access.subject_id != appointment_id:
                raise NotFound
        whose = {"patient": access.patient_id, "clinic": access.clinic_id}
        row = await db.one(_one, of=appointment_id, **whose, **seen)
        if row is None:
            raise NotFound
        return row

    async def _shown(self, db: Reader, clinic_id: str, found: list[AppointmentRow]) -> list[Shown]:
        keys = await self._vault.clinic(clinic_id)
        types = await self._types.versions(db, clinic_id, {row.version_id for row in found})
        names = await self._staff.named(clinic_id, {row.staff_id for row in found} - {""})
        rooms = {
            room_id: await self._room(clinic_id, room_id) for room_id in {r.room_id for r in found}
        }
        return [
            Shown(
                records.opened(keys, row, types[row.version_id]),
                names.get(row.staff_id, ""),
                rooms[row.room_id],
            )
            for row in found
        ]

    async def _room(self, clinic_id: str, room_id: str) -> Room | None:
        return await self._rooms.get(clinic_id, room_id) if room_id else None

    # --- items that can be hidden ----------------------------------------------------------------

    async def belongs(
        self, db: Reader, clinic_id: str, patient_id: str, appointment_id: str
    ) -> tuple[str, ...]:
        """Return an appointment if it is a patient's. Implements `people.hidden.Finder`."""
        row = await db.one(rows.by_id, of=appointment_id)
        is_theirs = row is not None and (row.clinic_id, row.patient_id) == (clinic_id, patient_id)
        return (appointment_id,) if is_theirs else ()


async def _begun(work: UnitOfWork, at: Locked) -> None:
    """Note with the request that the patient comes, so that the reminder goes, also to somebody
    who had said something else before."""
    if at.request is not None:
        row = await request_records.locked_again(work, at.request)
        await request_records.take_step(work, row, RequestStep.STARTED)


_ACTIONS = {
    Step.CONFIRM: Action.APPOINTMENT_CONFIRMED,
    Step.ASK_MOVE: Action.APPOINTMENT_MOVE_ASKED,
    Step.CANT_COME: Action.APPOINTMENT_DECLINED,
}
"""Names of the answers in the audit log."""
