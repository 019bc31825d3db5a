"""Patients who left a waiting room in the last hour, so that somebody can call them back."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, select

from bedside.audit import Action
from bedside.audit.looks import Looks
from bedside.database.sealed import ClinicKeys, Vault
from bedside.database.statements import prepared
from bedside.kernel import clock
from bedside.kernel.unit_of_work import Row, Transactions
from bedside.people.patient_statements import PatientRow
from bedside.people.patients import SEALED_PATIENTS, opened
from bedside.people.permissions import RoomAccess
from bedside.people.staff import Staff
from bedside.visits import rows
from bedside.visits.models import visits
from bedside.visits.repeats import who_is
from bedside.visits.rows import Identified
from bedside.visits.states import State, Step

WITHIN = clock.HOUR
_MOST = 50

_left = prepared(
    select(visits, SEALED_PATIENTS.c.person)
    .select_from(
        visits.outerjoin(SEALED_PATIENTS, SEALED_PATIENTS.c.patient == visits.c.patient_id)
    )
    .where(
        visits.c.room_id == bindparam("room"),
        visits.c.ended_at > bindparam("since"),
        visits.c.state == State.ENDED.value,
        visits.c.ended_reason.in_((Step.LEFT.value, Step.EXPIRED.value)),
        visits.c.identified != Identified.DISCARDED.value,
    )
    .order_by(visits.c.ended_at.desc(), visits.c.id)
    .limit(_MOST)
)
_since_then = prepared(
    select(visits).where(
        visits.c.room_id == bindparam("room"),
        visits.c.checked_in_at > bindparam("since"),
    ),
    rows.VisitRow,
)


@dataclass(frozen=True, slots=True)
class LeftPatient:
    """A patient who left, or was away for too long. Times in milliseconds; `patient_id` is "" if
    nobody identified the patient, and the rest is what was typed; `seen_by` is the name of whoever
    saw the patient before, "" if nobody did."""

    visit_id: str
    patient_id: str
    name: str
    birth_date: date | None
    phone: str
    email: str
    reason: str
    queued_at: int
    ended_at: int
    expired: bool
    """Whether the page was away for too long; otherwise the patient pressed “Leave”."""
    seen_by: str


class LeftPatients:
    """Lists who left."""

    def __init__(self, database: Transactions, vault: Vault, looks: Looks, staff: Staff) -> None:
        self._database = database
        self._vault = vault
        self._looks = looks
        self._staff = staff

    async def of_room(self, room: RoomAccess) -> list[LeftPatient]:
        """Return who left a room in the last hour and did not come back, the last first."""
        keys = await self._vault.clinic(room.clinic_id)
        since = clock.now() - WITHIN
        async with self._database.read() as db:
            found = await db.all(_left, room=room.room_id, since=since)
            later = await db.all(_since_then, room=room.room_id, since=since) if found else []
        if not found:
            return []
        came_back = _last_check_ins(keys, later)
        names = await self._staff.named(room.clinic_id, {row.admitted_by for row in found} - {""})
        await self._looks.note(
            room.clinic_id,
            room.actor,
            room.staff.session_id,
            Action.QUEUE_OPENED,
            target=room.room_id,
        )
        return [
            _opened(keys, row, names.get(row.admitted_by, ""))
            for row in found
            if not any(came_back.get(who, 0) > row.ended_at for who in who_is(keys, row))
        ]


def _last_check_ins(keys: ClinicKeys, found: list[rows.VisitRow]) -> dict[tuple[str, ...], int]:
    """Return when people last checked in, by the ways in which two visits are known to be one
    person's."""
    last: dict[tuple[str, ...], int] = {}
    for row in found:
        for who in who_is(keys, row):
            last[who] = max(last.get(who, 0), row.checked_in_at)
    return last


def _opened(keys: ClinicKeys, row: Row, seen_by: str) -> LeftPatient:
    typed = rows.typed(keys, row)
    name, birth_date = rows.name_in(keys, row.id, row), rows.birth_date_in(keys, row)
    phone, email = typed["phone"], ""
    if row.patient_id:
        who = opened(keys, PatientRow(row.patient_id, row.clinic_id, row.person)).demographics
        phone, email = who.phone or phone, who.email
    return LeftPatient(
        visit_id=row.id,
        patient_id=row.patient_id,
        name=name,
        birth_date=birth_date,
        phone=phone,
        email=email,
        reason=typed["reason"],
        queued_at=row.queued_at,
        ended_at=row.ended_at,
        expired=row.ended_reason == Step.EXPIRED,
        seen_by=seen_by,
    )
