"""Audiences: who may receive events about a patient or a room, looked up once per event, not once
per open page."""

from sqlalchemy import bindparam, select

from bedside.database.statements import prepared
from bedside.kernel.unit_of_work import Transactions
from bedside.people.models import patient_assignments, staff_assignments
from bedside.people.permissions import GuestAccess, PatientAccess, StaffAccess, VisitorAccess

_see_patient = (
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
_in_charge = select(staff_assignments.c.staff_id, staff_assignments.c.clinic_id).where(
    staff_assignments.c.target_id == bindparam("room")
)
_is_staff = staff_assignments.c.staff_id == bindparam("staff")

_of_patient, _one_of_patient = prepared(_see_patient), prepared(_see_patient.where(_is_staff))
_of_room, _one_of_room = prepared(_in_charge), prepared(_in_charge.where(_is_staff))


class Audiences:
    """Reads audiences for each event: nothing is cached that could be withdrawn.

    With a `person` it reads whether that one is in the audience, by the same statement.
    """

    def __init__(self, database: Transactions) -> None:
        self._database = database

    async def of(self, patient_id: str, person: str = "") -> frozenset[str]:
        """Return everybody for whom `Permissions.sees` is true now, as `person_of` names them."""
        async with self._database.read() as db:
            rows = (
                await db.all(_one_of_patient, patient=patient_id, staff=_id_of(person))
                if person
                else await db.all(_of_patient, patient=patient_id)
            )
        return frozenset(named(row.clinic_id, row.staff_id) for row in rows)

    async def in_charge(self, room_id: str, person: str = "") -> frozenset[str]:
        """Return everybody now assigned to a room."""
        async with self._database.read() as db:
            rows = (
                await db.all(_one_of_room, room=room_id, staff=_id_of(person))
                if person
                else await db.all(_of_room, room=room_id)
            )
        return frozenset(named(row.clinic_id, row.staff_id) for row in rows)


def person_of(access: object) -> str:
    """Return the name of whoever has `access` (what a socket proved) in an audience; "" for those
    whom none names."""
    if isinstance(access, StaffAccess):
        return named(access.clinic_id, access.staff_id)
    if isinstance(access, VisitorAccess):
        return named(access.clinic_id, access.visit_id)
    if isinstance(access, GuestAccess):
        return named(access.clinic_id, access.guest_id)
    if isinstance(access, PatientAccess):
        return named(access.clinic_id, access.account.account_id)
    return ""


def named(clinic_id: str, person_id: str) -> str:
    """Return the name, in an audience, of a member of staff, a visit, a guest or an account."""
    return f"{clinic_id}/{person_id}"


def _id_of(person: str) -> str:
    return person.rpartition("/")[2]
