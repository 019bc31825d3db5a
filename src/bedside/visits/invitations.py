"""Personal invitations to a waiting room: the patient gives the date of birth and types nothing
else, on any device, as often as necessary. They are sent as requests (`requests/invitations`)."""

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert as upsert

from bedside.database.statements import prepared
from bedside.errors import NotFound
from bedside.kernel import clock
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.links.records import Link
from bedside.people.permissions import ChartAccess
from bedside.visits.models import invitations
from bedside.visits.rooms import Room, Rooms

_add = prepared(upsert(invitations).on_conflict_do_nothing(index_elements=["id"]))
_by_id = prepared(select(invitations).where(invitations.c.id == bindparam("of")))


class Invitations:
    """Knows to which room an invitation leads."""

    def __init__(self, database: Transactions, rooms: Rooms) -> None:
        self._database = database
        self._rooms = rooms

    async def room_of(self, link: Link) -> Room:
        """Return the room that a link invites to. Raises NotFound for a link to something else."""
        async with self._database.read() as db:
            row = await db.one(_by_id, of=link.subject_id)
        if row is None or row.clinic_id != link.clinic_id:
            raise NotFound
        return await self._rooms.get(link.clinic_id, row.room_id)


async def begin(work: UnitOfWork, chart: ChartAccess, invitation_id: str, room_id: str) -> None:
    """Note the room to which an invitation leads, and that no visit has begun by it. Everything
    else about it is kept with the request."""
    await work.execute(
        _add,
        id=invitation_id,
        clinic_id=chart.clinic_id,
        room_id=room_id,
        patient_id=chart.patient_id,
        visit_id="",
        sent_by=chart.staff.staff_id,
        record=b"",
        created_at=clock.now(),
        expires_at=0,
    )
