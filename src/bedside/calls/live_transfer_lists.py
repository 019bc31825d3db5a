"""Live file transfers as lists: in the dialog of staff, on the patient's page, in the queue."""

from typing import Any

from bedside.calls import live_transfer_records as records
from bedside.calls.live_transfer_records import LiveTransfer
from bedside.calls.visitor_allowance import VisitorAllowance, visitor_allowance
from bedside.database.sealed import Vault
from bedside.kernel.unit_of_work import Row, Transactions
from bedside.people.clinics import Clinics
from bedside.people.permissions import RoomAccess, VisitorAccess
from bedside.visits.whereabouts import visit_of


class LiveTransferLists:
    """What is, or was, on its way in a visit."""

    def __init__(self, database: Transactions, vault: Vault, clinics: Clinics) -> None:
        self._database = database
        self._vault = vault
        self._clinics = clinics

    async def of_visit(
        self, access: RoomAccess | VisitorAccess, visit_id: str
    ) -> list[LiveTransfer]:
        """Transfers of the present leg, oldest first. Raises NotFound."""
        visit, rows = await self._of_leg(access, visit_id)
        keys = await self._vault.clinic(visit.clinic_id)
        return [records.opened(keys, row) for row in rows]

    async def snapshot(self, access: RoomAccess | VisitorAccess, visit_id: str) -> dict[str, Any]:
        """The topic `transfers:{visit}`: facts of the present leg's transfers, by id."""
        visit, rows = await self._of_leg(access, visit_id)
        return {"visit_id": visit.id, "transfers": {row.id: records.facts(row) for row in rows}}

    async def _of_leg(
        self, access: RoomAccess | VisitorAccess, visit_id: str
    ) -> tuple[Row, list[Row]]:
        async with self._database.read() as db:
            visit = await visit_of(db, access, visit_id)
            return visit, await db.all(records.OF_LEG, visit=visit.id, of_leg=visit.leg)

    async def allowance(self, visitor: VisitorAccess) -> VisitorAllowance:
        """What the patient may still send without being asked."""
        options = (await self._clinics.get(visitor.clinic_id)).options
        async with self._database.read() as db:
            return await visitor_allowance(db, visitor.visit_id, options)

    async def one(self, access: RoomAccess | VisitorAccess, transfer_id: str) -> LiveTransfer:
        """One transfer. Raises NotFound."""
        async with self._database.read() as db:
            row = records.checked(await db.one(records.BY_ID, of=transfer_id), access)
        return records.opened(await self._vault.clinic(row.clinic_id), row)

    async def running_in(self, room: RoomAccess) -> dict[str, dict[str, int]]:
        """How many transfers are under way, by visit and direction, for the queue."""
        async with self._database.read() as db:
            rows = await db.all(records.RUNNING_OF_ROOM, room=room.room_id)
        found: dict[str, dict[str, int]] = {}
        for row in rows:
            found.setdefault(row.visit_id, {})[row.direction] = row.running
        return found
