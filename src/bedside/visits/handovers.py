"""Transfers as their receivers read them: by whom, and with which note.

The note is for the receiving room only, as long as anybody there needs it: in the row, on top of
the call, and beside the notes after it.
"""

from dataclasses import dataclass

from sqlalchemy import bindparam, select

from bedside.database.sealed import Vault
from bedside.database.statements import prepared
from bedside.kernel.unit_of_work import Transactions
from bedside.people.permissions import RoomAccess
from bedside.people.staff import Staff
from bedside.visits.models import patient_transfers
from bedside.visits.rows import PatientTransferRow

_NOTE = "patient_transfers.note"

_last_to = prepared(
    select(patient_transfers)
    .where(
        patient_transfers.c.visit_id == bindparam("visit"),
        patient_transfers.c.to_room_id == bindparam("room"),
        patient_transfers.c.clinic_id == bindparam("clinic"),
        patient_transfers.c.state != "taken_back",
    )
    .order_by(patient_transfers.c.at.desc(), patient_transfers.c.id.desc())
    .limit(1),
    PatientTransferRow,
)


@dataclass(frozen=True, slots=True)
class Handover:
    """A transfer as its receiver reads it. `note` is "" if the sender wrote none."""

    transfer_id: str
    visit_id: str
    by: str
    note: str


class Handovers:
    """Shows hand-overs to those in charge of the receiving room."""

    def __init__(self, database: Transactions, vault: Vault, staff: Staff) -> None:
        self._database = database
        self._vault = vault
        self._staff = staff

    async def to(self, room: RoomAccess, visit_id: str) -> Handover | None:
        """Return the last transfer of a visit into this room; None if nobody transferred it
        here."""
        keys = await self._vault.clinic(room.clinic_id)
        async with self._database.read() as db:
            row = await db.one(_last_to, visit=visit_id, room=room.room_id, clinic=room.clinic_id)
        if row is None:
            return None
        names = await self._staff.named(room.clinic_id, {row.by_staff_id})
        note = str(keys.unseal(_NOTE, row.id, row.note))
        return Handover(row.id, visit_id, names.get(row.by_staff_id, ""), note)
