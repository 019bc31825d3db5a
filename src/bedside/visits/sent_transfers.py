"""The outcome of a transfer, for its sender."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select

from bedside.database.sealed import Vault
from bedside.database.statements import prepared
from bedside.errors import NotFound
from bedside.kernel.unit_of_work import Transactions
from bedside.people.patients import SEALED_PATIENTS
from bedside.people.permissions import StaffAccess
from bedside.people.staff import Staff
from bedside.people.teams import ROOM_NAMES
from bedside.visits import rows
from bedside.visits.models import patient_transfers, visits

_own = (
    select(
        patient_transfers.c.id,
        patient_transfers.c.ended_at,
        patient_transfers.c.visit_id,
        patient_transfers.c.state,
        *rows.NAMED_BY,
        visits.c.admitted_by,
        ROOM_NAMES.c.room_name,
    )
    .select_from(
        patient_transfers.join(visits, visits.c.id == patient_transfers.c.visit_id)
        .outerjoin(SEALED_PATIENTS, SEALED_PATIENTS.c.patient == visits.c.patient_id)
        .join(ROOM_NAMES, ROOM_NAMES.c.named == patient_transfers.c.to_room_id)
    )
    .where(
        patient_transfers.c.by_staff_id == bindparam("staff"),
        patient_transfers.c.clinic_id == bindparam("clinic"),
    )
)
_sent = prepared(_own.where(patient_transfers.c.id == bindparam("of")))
_from_call = prepared(
    _own.where(
        patient_transfers.c.from_call_id == bindparam("call"),
        patient_transfers.c.state != "taken_back",
    ).order_by(patient_transfers.c.at)
)


@dataclass(frozen=True, slots=True)
class SentTransfer:
    """A transfer with names. `state` as in the table `patient_transfers`; `admitted_by` is "" as
    long as nobody has admitted the patient, `ended_at` 0 as long as it is open."""

    id: str
    ended_at: int
    state: str
    patient_name: str
    room_name: str
    admitted_by: str


class SentTransfers:
    """Looks up transfers for their senders."""

    def __init__(self, database: Transactions, vault: Vault, staff: Staff) -> None:
        self._database = database
        self._vault = vault
        self._staff = staff

    async def get(self, staff: StaffAccess, transfer_id: str) -> SentTransfer:
        """Return one of one's own transfers. Raises NotFound for those of others."""
        async with self._database.read() as db:
            row = await db.one(_sent, of=transfer_id, staff=staff.staff_id, clinic=staff.clinic_id)
        if row is None:
            raise NotFound
        keys = await self._vault.clinic(staff.clinic_id)
        names = await self._staff.named(staff.clinic_id, {row.admitted_by} - {""})
        return SentTransfer(
            row.id,
            row.ended_at,
            row.state,
            rows.name_in(keys, row.visit_id, row),
            row.room_name,
            names.get(row.admitted_by, ""),
        )

    async def of_call(self, staff: StaffAccess, call_id: str) -> dict[str, SentTransfer]:
        """Return one's own transfers out of a call, by visit; not those taken back."""
        async with self._database.read() as db:
            found = await db.all(
                _from_call, call=call_id, staff=staff.staff_id, clinic=staff.clinic_id
            )
        keys = await self._vault.clinic(staff.clinic_id)
        names = await self._staff.named(staff.clinic_id, {row.admitted_by for row in found} - {""})
        return {
            row.visit_id: SentTransfer(
                row.id,
                row.ended_at,
                row.state,
                rows.name_in(keys, row.visit_id, row),
                row.room_name,
                names.get(row.admitted_by, ""),
            )
            for row in found
        }
