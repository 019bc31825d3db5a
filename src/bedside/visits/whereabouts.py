"""Finds the room of a visit for pages that have only its id; counts waiting patients."""

from sqlalchemy import bindparam, func, select

from bedside.database.statements import prepared
from bedside.errors import Conflict, NotFound
from bedside.kernel.ids import is_id
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.kernel.unit_of_work import Reader, Transactions
from bedside.people.permissions import (
    ChartAccess,
    Permissions,
    RoomAccess,
    StaffAccess,
    VisitorAccess,
)
from bedside.people.visibility import is_in_charge
from bedside.visits import rows
from bedside.visits.counts import WAITS
from bedside.visits.models import NOT_ENDED, visit_legs, visits
from bedside.visits.rows import VisitRow
from bedside.visits.states import GOING_ON, State

_rooms = prepared(
    select(visit_legs.c.room_id)
    .select_from(visit_legs.join(visits, visits.c.id == visit_legs.c.visit_id))
    .where(
        visits.c.id == bindparam("of"),
        visits.c.clinic_id == bindparam("clinic"),
        is_in_charge(visit_legs.c.room_id),
    )
    .order_by(visit_legs.c.room_id != visits.c.room_id, visit_legs.c.number.desc())
    .limit(1)
)
_present = prepared(
    select(visits.c.id)
    .where(
        visits.c.patient_id == bindparam("patient"),
        visits.c.clinic_id == bindparam("clinic"),
        visits.c.state.in_(GOING_ON),
        is_in_charge(visits.c.room_id),
    )
    .order_by(visits.c.checked_in_at.desc())
    .limit(1)
)
_waiting = prepared(
    select(func.count().label("visits")).where(
        visits.c.clinic_id == bindparam("clinic"),
        WAITS,
        NOT_ENDED,
        is_in_charge(visits.c.room_id),
    )
)

_waiting_anywhere = prepared(select(func.count().label("visits")).where(WAITS, NOT_ENDED))


class NotIdentified(Conflict):
    """Nobody has identified the visit's patient yet, so there is no chart."""

    code = "visit_not_identified"
    sentence = N_("Say first who this patient is, on the card. Then it goes into the right chart.")


class Whereabouts:
    """Finds the room of a visit, and counts waiting patients."""

    def __init__(self, database: Transactions, permissions: Permissions) -> None:
        self._database = database
        self._permissions = permissions

    async def room_of(self, staff: StaffAccess, visit_id: str) -> RoomAccess:
        """Return the room of a visit, for those in charge of it; for those in charge of a room
        where it was before, the last of these, so that the request can say where the visit went.

        Raises NotFound if the visit was never in one of their rooms.
        """
        if not is_id(visit_id, "vis"):
            raise NotFound
        async with self._database.read() as db:
            row = await db.one(_rooms, of=visit_id, clinic=staff.clinic_id, staff=staff.staff_id)
        if row is None:
            raise NotFound
        return await self._permissions.room(staff, row.room_id)

    async def side_of(self, access: object, visit_id: str) -> RoomAccess | VisitorAccess:
        """Return the access of whoever follows a visit: its patient, or those in charge of its
        current room. `access` is what a socket proved. Raises NotFound for everybody else."""
        if isinstance(access, VisitorAccess):
            return access
        if not isinstance(access, StaffAccess):
            raise NotFound
        return await self.room_of(access, visit_id)

    async def patient_of(self, staff: StaffAccess, visit_id: str) -> str:
        """Return the patient of a visit that is in one of one's own rooms now. Raises NotFound,
        and NotIdentified before staff have identified the patient."""
        room = await self.room_of(staff, visit_id)
        async with self._database.read() as db:
            patient_id: str = (await visit_of(db, room, visit_id)).patient_id
        if not patient_id:
            raise NotIdentified
        return patient_id

    async def present(self, chart: ChartAccess) -> str:
        """Return the visit of a patient who is waiting or in a call in one of one's own rooms; or
        ""."""
        async with self._database.read() as db:
            row = await db.one(
                _present,
                patient=chart.patient_id,
                clinic=chart.clinic_id,
                staff=chart.staff.staff_id,
            )
        return row.id if row else ""

    async def waiting(self, staff: StaffAccess) -> int:
        """Count the patients waiting in all of one's own rooms: the number beside “Waiting
        room”."""
        async with self._database.read() as db:
            row = await db.one(_waiting, clinic=staff.clinic_id, staff=staff.staff_id)
        return row.visits if row else 0

    async def waiting_anywhere(self) -> int:
        """Count the patients waiting in all rooms of all clinics, for monitoring."""
        async with self._database.read() as db:
            row = await db.one(_waiting_anywhere)
        return row.visits if row else 0


async def visit_of(
    reader: Reader,
    access: RoomAccess | VisitorAccess,
    visit_id: str,
    *,
    for_change: bool = False,
) -> VisitRow:
    """Return the visit, for those in charge of its current room, and for its own patient.

    `for_change` locks it until the commit. Raises NotFound for everybody else.
    """
    wanted = rows.for_change if for_change else rows.by_id
    row = await reader.one(wanted, of=visit_id)
    if row is None or row.clinic_id != access.clinic_id:
        raise NotFound
    theirs = (
        row.room_id == access.room_id
        if isinstance(access, RoomAccess)
        else row.id == access.visit_id
    )
    if not theirs:
        raise NotFound
    return row


def require_open(visit: VisitRow) -> None:
    """Raise Conflict if the visit has ended."""
    if visit.state == State.ENDED:
        raise Conflict(_("This visit has ended. What belongs to it is kept."))
