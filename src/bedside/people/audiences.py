"""Audiences: who may receive events about a patient or a room, looked up once per event, not once
per open page."""

from sqlalchemy import bindparam, select

from bedside.database.statements import prepared
from bedside.kernel.unit_of_work import Transactions
from bedside.people.models import patient_assignments, staff_assignments
from bedside.people.permissions import StaffAccess

_of_patient = prepared(
    select(staff_assignments.c.staff_id, staff_assignments.c.clinic_id)
    .distinct()
    .select_from(
        patient_assignments.join(
            staff_assignments,
            staff_assignments.c.target_id == patient_assignments.c.target_id,
        )
    )
    .where(
        patient_assignments.c.patient_id == bindparam("patient"),
        patient_assignments.c.clinic_id == staff_assignments.c.clinic_id,
    )
)
_of_room = prepared(
    select(staff_assignments.c.staff_id, staff_assignments.c.clinic_id).where(
        staff_assignments.c.target_id == bindparam("room")
    )
)


class Audiences:
    """Reads audiences for each event: nothing is cached that could be withdrawn."""

    def __init__(self, database: Transactions) -> None:
        self._database = database

    async def of(self, patient_id: str) -> frozenset[str]:
        """Return everybody for whom `Permissions.sees` is true at this moment, as `person_of`
        names them."""
        async with self._database.read() as db:
            rows = await db.all(_of_patient, patient=patient_id)
        return frozenset(_person(row.clinic_id, row.staff_id) for row in rows)

    async def in_charge(self, room_id: str) -> frozenset[str]:
        """Return everybody assigned to a room at this moment."""
        async with self._database.read() as db:
            rows = await db.all(_of_room, room=room_id)
        return frozenset(_person(row.clinic_id, row.staff_id) for row in rows)


def person_of(staff: StaffAccess) -> str:
    """Return a person's identity in an audience."""
    return _person(staff.clinic_id, staff.staff_id)


def _person(clinic_id: str, staff_id: str) -> str:
    return f"{clinic_id}/{staff_id}"
