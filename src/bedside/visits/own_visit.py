"""A visit as its patient sees it: nothing the chart knows, nothing about anybody else."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select

from bedside.database.sealed import Vault
from bedside.database.statements import prepared
from bedside.errors import NotFound
from bedside.kernel.unit_of_work import Transactions
from bedside.people.names import first_of
from bedside.people.permissions import VisitorAccess
from bedside.visits import rows
from bedside.visits.models import visit_legs
from bedside.visits.rooms import Room, Rooms
from bedside.visits.rows import How, Identified
from bedside.visits.states import State
from bedside.visits.texts import Place
from bedside.visits.waiting_room import DeviceTest
from bedside.visits.ways_back import WaysBack
from bedside.visits.whereabouts import require_open, visit_of

_leg = prepared(
    select(visit_legs.c.how, visit_legs.c.admitted_at).where(
        visit_legs.c.visit_id == bindparam("of"), visit_legs.c.number == bindparam("leg")
    )
)


@dataclass(frozen=True, slots=True)
class OwnVisit:
    """The state of a visit, and its room. `how`: how the patient came to this room; `seen`:
    whether they were in a call there; `discarded`: it is over, and nothing of it is left;
    `first_name`: as it was typed at the check-in, not as the chart has it; `grace_minutes`: for how
    long the place was kept when the page was last disconnected, 0 for the clinic's own time."""

    id: str
    state: State
    ended_reason: str
    call_id: str
    leg: int
    how: How
    seen: bool
    discarded: bool
    checked_in_at: int
    first_name: str
    grace_minutes: int
    on_telephone: bool
    device_test: DeviceTest | None
    room: Room
    place: Place


class OwnVisits:
    """Shows patients their visit, and lets them back into it (`ways_back`)."""

    def __init__(
        self, database: Transactions, vault: Vault, rooms: Rooms, ways_back: WaysBack
    ) -> None:
        self.ways_back = ways_back
        self._database = database
        self._vault = vault
        self._rooms = rooms

    async def require_open(self, visitor: VisitorAccess) -> None:
        """Raise Conflict if the visit has ended."""
        async with self._database.read() as db:
            require_open(await visit_of(db, visitor, visitor.visit_id))

    async def get(self, visitor: VisitorAccess) -> OwnVisit:
        """Return the visit of this device. Raises NotFound."""
        async with self._database.read() as db:
            row = await db.one(rows.by_id, of=visitor.visit_id)
            leg = row and await db.one(_leg, of=row.id, leg=row.leg)
        if row is None or leg is None:
            raise NotFound
        room = await self._rooms.get(row.clinic_id, row.room_id)
        keys = await self._vault.clinic(row.clinic_id)
        test = DeviceTest.model_validate_json(row.device_test) if row.device_test else None
        return OwnVisit(
            id=row.id,
            state=State(row.state),
            ended_reason=row.ended_reason,
            call_id=row.call_id,
            leg=row.leg,
            how=How(leg.how),
            seen=leg.admitted_at > 0,
            discarded=row.identified == Identified.DISCARDED,
            checked_in_at=row.checked_in_at,
            first_name=first_of(rows.typed(keys, row)["name"]),
            grace_minutes=row.grace_minutes,
            on_telephone=bool(row.on_telephone),
            device_test=test,
            room=room,
            place=await self._rooms.place(room),
        )
