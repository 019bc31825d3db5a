"""Transfer of a patient to another room, and what its sender learns afterwards."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from bedside.database.sealed import Vault
from bedside.database.statements import prepared
from bedside.errors import Conflict, NotAllowed, NotFound, WrongInput
from bedside.kernel import clock, faults
from bedside.kernel.ids import is_id, new_id
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.people.clinics import Clinics
from bedside.people.patients import SEALED_PATIENTS
from bedside.people.permissions import Permissions, RoomAccess, StaffAccess
from bedside.people.teams import ROOM_NAMES
from bedside.visits import room_rows, rows
from bedside.visits.models import patient_transfers, rooms, visits
from bedside.visits.options import VisitOptions
from bedside.visits.rows import PatientTransferRow, VisitRow
from bedside.visits.steps import TakeBack, TransferTo
from bedside.visits.transitions import Transitions

UNANSWERED = "transfer.unanswered"
NOTE_MAX = 1_000
_COLUMN = "patient_transfers.note"

_add = prepared(insert(patient_transfers))
_by_id = prepared(
    select(patient_transfers).where(patient_transfers.c.id == bindparam("of")), PatientTransferRow
)
_for_change = prepared(
    select(patient_transfers).where(patient_transfers.c.id == bindparam("of")).with_for_update(),
    PatientTransferRow,
)
_alert = prepared(
    update(patient_transfers)
    .where(patient_transfers.c.id == bindparam("of"))
    .values(alerted_at=bindparam("moment"))
)
_open_of = prepared(
    select(
        *patient_transfers.c,
        *rows.NAMED_BY,
        ROOM_NAMES.c.room_name,
        rooms.c.open,
    )
    .select_from(
        patient_transfers.join(visits, visits.c.id == patient_transfers.c.visit_id)
        .outerjoin(SEALED_PATIENTS, SEALED_PATIENTS.c.patient == visits.c.patient_id)
        .join(ROOM_NAMES, ROOM_NAMES.c.named == patient_transfers.c.to_room_id)
        .join(rooms, rooms.c.id == patient_transfers.c.to_room_id)
    )
    .where(
        patient_transfers.c.by_staff_id == bindparam("staff"),
        patient_transfers.c.clinic_id == bindparam("clinic"),
        patient_transfers.c.state == "open",
    )
    .order_by(patient_transfers.c.at)
)


@dataclass(frozen=True, slots=True)
class OpenTransfer:
    """A patient still waiting where this person transferred them. `alerted`: for so long that the
    sender was alerted; `to_room_open`: whether anybody is to be expected there."""

    id: str
    visit_id: str
    patient_id: str
    patient_name: str
    to_room_id: str
    to_room_name: str
    to_room_open: bool
    at: int
    alerted: bool


class PatientTransfers:
    """Transfers patients from room to room."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        clinics: Clinics,
        permissions: Permissions,
        transitions: Transitions,
    ) -> None:
        self._database = database
        self._vault = vault
        self._clinics = clinics
        self._permissions = permissions
        self._transitions = transitions

    async def transfer(
        self,
        room: RoomAccess,
        visit_id: str,
        to_room_id: str,
        note: str = "",
        *,
        expected_leg: int | None = None,
    ) -> str:
        """Transfer a patient to the waiting room of another room of the clinic and return the
        transfer's id.

        It makes no difference whether the patient is waiting, in a call, or connected at all.
        `note` is for the receiver only; `expected_leg` is what the page has shown. Raises
        NotFound, NotAllowed if the clinic has switched it off, WrongInput for the note, and
        Conflict for a closed room, the same room, or if somebody else was faster.
        """
        options = await self._clinics.options(room.clinic_id, VisitOptions)
        if not options.transfer_allowed:
            raise NotAllowed(N_("Transfer of patients is switched off for this clinic."))
        note = note.strip()
        if len(note) > NOTE_MAX:
            raise WrongInput(N_("Please use at most 1,000 characters here."), field="note")
        keys = await self._vault.clinic(room.clinic_id)
        transfer_id = new_id("pst")
        async with self._database.unit_of_work() as work:
            row = await self._transitions.lock_in_room(work, room, visit_id, expected_leg)
            await self._check(work, room, to_room_id, shared=options.shared_rooms_allowed)
            await work.execute(
                _add,
                id=transfer_id,
                clinic_id=room.clinic_id,
                visit_id=visit_id,
                from_room_id=room.room_id,
                to_room_id=to_room_id,
                by_staff_id=room.staff.staff_id,
                note=keys.seal(_COLUMN, transfer_id, note),
                state="open",
                from_call_id=row.call_id,
                at=clock.now(),
                alerted_at=0,
                ended_at=0,
            )
            await self._transitions.take_step(
                work, row, TransferTo(to_room_id, transfer_id), room.actor
            )
            added = await work.one(_by_id, of=transfer_id)
            assert added is not None  # noqa: S101 - it was written in this unit of work
            await self._transitions.publish_to_sender(work, added)
            work.enqueue(
                UNANSWERED,
                {"transfer_id": transfer_id},
                unique=f"{UNANSWERED}:{transfer_id}",
                delay=options.unanswered_minutes * clock.MINUTE,
            )
        faults.point("visit.transferred")
        return transfer_id

    async def _check(
        self, work: UnitOfWork, room: RoomAccess, to_room_id: str, *, shared: bool
    ) -> None:
        if to_room_id == room.room_id:
            raise Conflict(N_("The patient is in this room already. Choose another one."))
        row = await work.one(room_rows.while_open, of=to_room_id)
        if row is None or row.clinic_id != room.clinic_id:
            raise NotFound
        target = room_rows.opened(row, shared_allowed=shared)
        if not target.open:
            said = _("{room} is closed right now. Choose a room that is open.")
            raise Conflict(said.format(room=target.name), code="room_closed")

    async def take_back(self, staff: StaffAccess, transfer_id: str) -> RoomAccess:
        """Take back a patient who was not admitted yet, to the room they came from, even if that
        is closed. Returns the permission to that room.

        Raises NotFound for the transfers of others, and Conflict with a sentence if the patient
        was admitted, went on, or has left.
        """
        async with self._database.read() as db:
            transfer = await db.one(_by_id, of=transfer_id) if is_id(transfer_id, "pst") else None
        if transfer is None or transfer.by_staff_id != staff.staff_id:
            raise NotFound
        room = await self._permissions.room(staff, transfer.from_room_id)
        async with self._database.unit_of_work() as work:
            row = await self._transitions.lock(work, staff.clinic_id, transfer.visit_id)
            transfer = await work.one(_for_change, of=transfer_id)
            if transfer is None or transfer.state != "open":
                raise await self._too_late(row, transfer)
            await self._transitions.take_step(work, row, TakeBack(room.room_id), staff.actor)
        return room

    async def _too_late(self, row: VisitRow, transfer: PatientTransferRow | None) -> Conflict:
        state = transfer.state if transfer else ""
        if state == "admitted":
            who = await self._transitions.name(row.clinic_id, row.admitted_by)
            return Conflict(_("{who} has admitted this patient already.").format(who=who))
        if state == "taken_back":
            return Conflict(N_("You have taken this patient back already."))
        if state == "passed_on":
            return Conflict(N_("This patient was transferred to yet another room."))
        return Conflict(N_("This visit has ended. What belongs to it is kept."))

    async def open_of(self, staff: StaffAccess) -> list[OpenTransfer]:
        """Return the patients this person transferred who are still waiting there, oldest first."""
        keys = await self._vault.clinic(staff.clinic_id)
        async with self._database.read() as db:
            found = await db.all(_open_of, staff=staff.staff_id, clinic=staff.clinic_id)
        return [
            OpenTransfer(
                row.id,
                row.visit_id,
                row.patient_id,
                rows.name_in(keys, row.visit_id, row),
                row.to_room_id,
                row.room_name,
                bool(row.open),
                row.at,
                bool(row.alerted_at),
            )
            for row in found
        ]

    async def unanswered(self, payload: dict[str, Any]) -> None:
        """Job: alert the sender of a patient whom nobody has admitted for too long."""
        async with self._database.unit_of_work() as work:
            transfer = await work.one(_for_change, of=payload["transfer_id"])
            if transfer is None or transfer.state != "open" or transfer.alerted_at:
                return
            moment = clock.now()
            await work.execute(_alert, of=transfer.id, moment=moment)
            await self._transitions.publish_to_sender(work, transfer._replace(alerted_at=moment))
