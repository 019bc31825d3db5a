"""The calls of a visit, for its record: who was in them, and from when to when."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select

from bedside.calls import rows
from bedside.calls.models import calls, participants
from bedside.calls.rows import CallRow, ParticipantRow
from bedside.calls.states import Kind
from bedside.database.sealed import ClinicKeys, Vault
from bedside.database.statements import prepared
from bedside.kernel.language import gettext as _
from bedside.kernel.unit_of_work import Transactions
from bedside.people.permissions import ChartAccess
from bedside.people.staff import Staff

GUEST_NAME = "call_participants.guest_name"

_calls_of = prepared(
    select(calls)
    .select_from(calls.join(participants, participants.c.call_id == calls.c.id))
    .where(
        participants.c.person_id == bindparam("visit"),
        participants.c.kind == Kind.PATIENT.value,
        calls.c.clinic_id == bindparam("clinic"),
    )
    .order_by(calls.c.started_at, calls.c.id),
    CallRow,
)


@dataclass(frozen=True, slots=True)
class Stay:
    """Somebody's time in a call, in milliseconds; `left_at` is 0 while it goes on. `came_at` is 0
    for somebody whose page never came into the call."""

    kind: Kind
    name: str
    came_at: int
    left_at: int


@dataclass(frozen=True, slots=True)
class CallOfVisit:
    """A call that the patient of a visit was called to. `patient` is the patient's own stay,
    `others` those of staff and guests in the order in which they came; other patients of a group
    are counted only."""

    call_id: str
    room_id: str
    mode: str
    started_at: int
    ended_at: int
    patient: Stay
    others: tuple[Stay, ...]
    other_patients: int


class CallsOfVisit:
    """Lists the calls of a visit."""

    def __init__(self, database: Transactions, vault: Vault, staff: Staff) -> None:
        self._database = database
        self._vault = vault
        self._staff = staff

    async def of(self, chart: ChartAccess, visit_id: str) -> list[CallOfVisit]:
        """Return the calls of a visit that is in this chart, oldest first; the caller has looked
        it up by the chart."""
        keys = await self._vault.clinic(chart.clinic_id)
        async with self._database.read() as db:
            found = await db.all(_calls_of, visit=visit_id, clinic=chart.clinic_id)
            people = {call.id: await rows.participants_of(db, call.id) for call in found}
        staff = {
            row.person_id for those in people.values() for row in those if row.kind == Kind.STAFF
        }
        names = await self._staff.named(chart.clinic_id, staff)
        return [
            made
            for call in found
            if (made := _call(keys, call, people[call.id], visit_id, names)) is not None
        ]


def _call(
    keys: ClinicKeys,
    call: CallRow,
    people: list[ParticipantRow],
    visit_id: str,
    names: dict[str, str],
) -> CallOfVisit | None:
    """Return a call as the record shows it; None if the patient was asked only."""
    own = next((row for row in people if row.person_id == visit_id), None)
    if own is None or not own.was_let_in:
        return None
    others = [row for row in people if row.kind != Kind.PATIENT and row.joined_at]
    return CallOfVisit(
        call_id=call.id,
        room_id=call.room_id,
        mode=call.mode,
        started_at=call.started_at,
        ended_at=call.ended_at,
        patient=_stay(keys, own, names),
        others=tuple(
            _stay(keys, row, names) for row in sorted(others, key=lambda one: one.joined_at)
        ),
        other_patients=sum(
            row.kind == Kind.PATIENT and row.joined_at > 0 and row.id != own.id for row in people
        ),
    )


def _stay(keys: ClinicKeys, row: ParticipantRow, names: dict[str, str]) -> Stay:
    name = names.get(row.person_id, "")
    if row.kind == Kind.GUEST and row.guest_name:
        name = str(keys.unseal(GUEST_NAME, row.id, row.guest_name))
    unnamed = {Kind.STAFF: _("A colleague"), Kind.PATIENT: "", Kind.GUEST: _("A guest")}
    kind = Kind(row.kind)
    return Stay(kind, name or unnamed[kind], row.joined_at, row.left_at)
