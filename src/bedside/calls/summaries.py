"""Summaries of calls, for staff who took part, once it is over for them."""

from dataclasses import dataclass

from bedside.calls import rows
from bedside.calls.access import Seats
from bedside.calls.patient_names import PatientNames
from bedside.calls.rows import ParticipantRow
from bedside.calls.states import CallState, Kind
from bedside.kernel.unit_of_work import Reader, Transactions
from bedside.people.permissions import StaffAccess
from bedside.visits import rows as visit_rows
from bedside.visits.rows import VisitRow


@dataclass(frozen=True, slots=True)
class PatientOfCall:
    """A patient who was in a call, and the visit's current state. `patient_id` is "" until staff
    identify the patient."""

    visit_id: str
    patient_id: str
    name: str
    room_id: str
    leg: int
    state: str
    ended_reason: str
    checked_in_at: int
    admitted_at: int
    admitted_by: str
    on_telephone: bool
    telephoned: bool
    """Whether somebody spoke with the patient by telephone, now or before."""
    came: bool
    """Whether the patient's page was ever in the call."""


@dataclass(frozen=True, slots=True)
class CallSummary:
    """A past call. `ended_at` is 0 while it goes on for others."""

    call_id: str
    room_id: str
    started_at: int
    ended_at: int
    patients: tuple[PatientOfCall, ...]

    @property
    def goes_on(self) -> bool:
        """Whether others are still in it."""
        return self.ended_at == 0


class CallSummaries:
    """Summarises calls."""

    def __init__(self, database: Transactions, seats: Seats, patients: PatientNames) -> None:
        self._database = database
        self._seats = seats
        self._patients = patients

    async def of(self, staff: StaffAccess, call_id: str) -> CallSummary:
        """Return the call, with the patients whom this person may see. Raises NotFound for those
        who did not take part."""
        call = await self._seats.listener(staff, call_id)
        async with self._database.read() as db:
            people = await rows.participants_of(db, call_id)
            visits = await _visits_of(db, people)
        came = {row.person_id for row in people if row.joined_at}
        names = await self._patients.seen_by(staff, visits)
        return CallSummary(
            call_id=call.id,
            room_id=call.room_id,
            started_at=call.started_at,
            ended_at=call.ended_at if call.state == CallState.ENDED else 0,
            patients=tuple(
                _patient(row, names[row.id], came=row.id in came)
                for row in visits
                if row.id in names
            ),
        )

    async def has_joined(self, call_id: str, visit_id: str) -> bool:
        """Whether a patient's page was ever in the call."""
        async with self._database.read() as db:
            row = await rows.of_person(db, call_id, Kind.PATIENT, visit_id)
        return row is not None and row.joined_at > 0


async def _visits_of(db: Reader, people: list[ParticipantRow]) -> list[VisitRow]:
    ids = [row.person_id for row in people if row.kind == Kind.PATIENT and row.was_let_in]
    found = [await db.one(visit_rows.by_id, of=one) for one in ids]
    return [row for row in found if row is not None]


def _patient(row: VisitRow, name: str, *, came: bool) -> PatientOfCall:
    return PatientOfCall(
        visit_id=row.id,
        patient_id=row.patient_id,
        name=name,
        room_id=row.room_id,
        leg=row.leg,
        state=row.state,
        ended_reason=row.ended_reason,
        checked_in_at=row.checked_in_at,
        admitted_at=row.admitted_at,
        admitted_by=row.admitted_by,
        on_telephone=bool(row.on_telephone),
        telephoned=row.telephone_at > 0,
        came=came,
    )
