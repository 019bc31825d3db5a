"""Seats: holding one proves a place in a call.

Only this module makes a seat, after reading the participants; services of calls take seats, so
that nobody acts in a call in which they have no place.
"""

from dataclasses import dataclass, field
from typing import Final

from bedside.audit import Actor
from bedside.calls.rows import CallRow, ParticipantRow, call_row, current_of, of_person
from bedside.calls.states import PRESENT, CallEnded, CallState, Kind, NotInCall, Standing
from bedside.errors import NotFound
from bedside.kernel.ids import is_id
from bedside.kernel.unit_of_work import Reader, Transactions
from bedside.people.permissions import GuestAccess, StaffAccess, VisitorAccess

CallAccess = StaffAccess | VisitorAccess | GuestAccess
"""Anybody who can be in a call."""


class _Proof:
    """Held by this module only."""


_PROOF: Final = _Proof()


@dataclass(frozen=True, slots=True)
class CallSeat:
    """Somebody's place in an active call."""

    call_id: str
    clinic_id: str
    participant_id: str
    access: CallAccess
    proof: _Proof = field(repr=False)

    def __post_init__(self) -> None:
        if self.proof is not _PROOF:
            raise RuntimeError("seats are made by bedside.calls.access only")

    @property
    def kind(self) -> Kind:
        """The kind of participant."""
        return kind_of(self.access)

    @property
    def person_id(self) -> str:
        """The member of staff, the visit or the guest."""
        return person_of(self.access)

    @property
    def patient_id(self) -> str:
        """The patient in this seat; "" for others."""
        return self.access.patient_id if isinstance(self.access, VisitorAccess) else ""

    @property
    def actor(self) -> Actor:
        """The actor for the audit log."""
        return self.access.actor


@dataclass(frozen=True, slots=True)
class HostSeat(CallSeat):
    """The place of a member of staff, who decides about the call."""

    @property
    def staff(self) -> StaffAccess:
        """The member of staff."""
        assert isinstance(self.access, StaffAccess)  # noqa: S101 - the only way it is made
        return self.access


def in_calls(access: object) -> CallAccess:
    """Return the access if it can be in a call. Raises NotFound otherwise."""
    if not isinstance(access, CallAccess):
        raise NotFound
    return access


def kind_of(access: CallAccess) -> Kind:
    """Return the kind of participant somebody would be."""
    if isinstance(access, StaffAccess):
        return Kind.STAFF
    return Kind.PATIENT if isinstance(access, VisitorAccess) else Kind.GUEST


def person_of(access: CallAccess) -> str:
    """Return the id by which participants know a person."""
    if isinstance(access, StaffAccess):
        return access.staff_id
    return access.visit_id if isinstance(access, VisitorAccess) else access.guest_id


class Seats:
    """Looks up seats."""

    def __init__(self, database: Transactions) -> None:
        self._database = database

    async def host(self, staff: StaffAccess, call_id: str) -> HostSeat:
        """Return the place of a participating member of staff, even one who stepped out for a
        moment.

        Raises NotFound for everybody else, CallEnded if it is over.
        """
        async with self._database.read() as db:
            call, row = await _look(db, staff, call_id)
        if call.state != CallState.ACTIVE:
            raise CallEnded
        return HostSeat(call.id, call.clinic_id, row.id, staff, _PROOF)

    async def visitor(self, visitor: VisitorAccess) -> CallSeat:
        """Return the place of a patient in the call of their visit. Raises NotInCall."""
        async with self._database.read() as db:
            row = await current_of(db, Kind.PATIENT, visitor.visit_id)
        if row is None or row.clinic_id != visitor.clinic_id:
            raise NotInCall
        return CallSeat(row.call_id, row.clinic_id, row.id, visitor, _PROOF)

    async def guest(self, guest: GuestAccess) -> CallSeat:
        """Return the place of a guest, even one who knocks. Raises NotFound, CallEnded."""
        async with self._database.read() as db:
            call, row = await _look(db, guest, guest.call_id)
        if call.state != CallState.ACTIVE:
            raise CallEnded
        return CallSeat(call.id, call.clinic_id, row.id, guest, _PROOF)

    async def let_in(self, guest: GuestAccess) -> CallSeat:
        """Return the place of an admitted guest. Raises NotInCall for one who knocks or has left,
        NotFound, CallEnded."""
        seat = await self.guest(guest)
        async with self._database.read() as db:
            row = await current_of(db, Kind.GUEST, guest.guest_id)
        if row is None or row.id != seat.participant_id:
            raise NotInCall
        return seat

    async def listener(self, access: CallAccess, call_id: str) -> CallRow:
        """Return the call, for anybody who may follow it: participating staff, even when it is
        over, and everybody else in it now.

        Raises NotFound.
        """
        async with self._database.read() as db:
            call, row = await _look(db, access, call_id)
        if row.kind != Kind.STAFF and row.state not in PRESENT:
            raise NotFound
        return call


async def _look(db: Reader, access: CallAccess, call_id: str) -> tuple[CallRow, ParticipantRow]:
    if not is_id(call_id, "cal"):
        raise NotFound
    call = await call_row(db, call_id)
    row = await of_person(db, call_id, kind_of(access), person_of(access))
    if call is None or row is None or call.clinic_id != access.clinic_id:
        raise NotFound
    if row.state == Standing.REFUSED:
        raise NotFound
    return call, row
