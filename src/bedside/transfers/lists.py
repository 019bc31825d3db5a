"""Lists of live file transfers: in the dialog of staff, on the patient's page, in the queue."""

from dataclasses import dataclass, replace
from typing import Any

from bedside.database.sealed import Vault
from bedside.kernel.unit_of_work import Transactions
from bedside.people.clinics import Clinics
from bedside.people.permissions import RoomAccess, VisitorAccess
from bedside.transfers import events, rows
from bedside.transfers.options import TransferOptions
from bedside.transfers.rows import LiveTransfer, LiveTransferRow
from bedside.transfers.states import Bytes, Direction
from bedside.transfers.visitor_allowance import VisitorAllowance, visitor_allowance
from bedside.visits.rows import VisitRow
from bedside.visits.whereabouts import visit_of


@dataclass(frozen=True, slots=True)
class FilesNow:
    """The files of one visit that are not over: `moving` until the other side has them, `arrived`
    from the patient, checked, and not downloaded by anybody yet."""

    moving: bool = False
    arrived: bool = False


class LiveTransferLists:
    """Lists what is, or was, in transfer in a visit."""

    def __init__(self, database: Transactions, vault: Vault, clinics: Clinics) -> None:
        self._database = database
        self._vault = vault
        self._clinics = clinics

    async def of_visit(
        self, access: RoomAccess | VisitorAccess, visit_id: str
    ) -> list[LiveTransfer]:
        """Return transfers of the current leg, oldest first. Raises NotFound."""
        visit, found = await self._of_leg(access, visit_id)
        keys = await self._vault.clinic(visit.clinic_id)
        return [rows.opened(keys, row) for row in found]

    async def of_whole_visit(self, visitor: VisitorAccess) -> list[LiveTransfer]:
        """Return the transfers of all rooms in which the patient was, oldest first."""
        async with self._database.read() as db:
            found = await db.all(rows.OF_VISIT, visit=visitor.visit_id)
        keys = await self._vault.clinic(visitor.clinic_id)
        return sorted((rows.opened(keys, row) for row in found), key=lambda one: one.created_at)

    async def snapshot(self, access: RoomAccess | VisitorAccess, visit_id: str) -> dict[str, Any]:
        """Return the snapshot of `transfers:{visit}`: the current leg's transfers, by id."""
        visit, found = await self._of_leg(access, visit_id)
        return {"visit_id": visit.id, "transfers": {row.id: events.facts(row) for row in found}}

    async def _of_leg(
        self, access: RoomAccess | VisitorAccess, visit_id: str
    ) -> tuple[VisitRow, list[LiveTransferRow]]:
        async with self._database.read() as db:
            visit = await visit_of(db, access, visit_id)
            return visit, await db.all(rows.OF_LEG, visit=visit.id, of_leg=visit.leg)

    async def allowance(self, visitor: VisitorAccess) -> VisitorAllowance:
        """Return what the patient may still send unasked."""
        options = await self._clinics.options(visitor.clinic_id, TransferOptions)
        async with self._database.read() as db:
            return await visitor_allowance(db, visitor.visit_id, options)

    async def one(self, access: RoomAccess | VisitorAccess, transfer_id: str) -> LiveTransfer:
        """Return one transfer. Raises NotFound."""
        async with self._database.read() as db:
            row = rows.checked(await db.one(rows.BY_ID, of=transfer_id), access)
        return rows.opened(await self._vault.clinic(row.clinic_id), row)

    async def running_in(self, room: RoomAccess) -> dict[str, FilesNow]:
        """Return what is in transfer by visit, for the queue."""
        async with self._database.read() as db:
            running = await db.all(rows.RUNNING_OF_ROOM, room=room.room_id)
        found: dict[str, FilesNow] = {}
        for row in running:
            before = found.get(row.visit_id, FilesNow())
            if row.direction == Direction.FROM_PATIENT and row.bytes == Bytes.CLEAN:
                found[row.visit_id] = replace(before, arrived=True)
            else:
                found[row.visit_id] = replace(before, moving=True)
        return found
