"""The names of participants, by the permission of whoever asks."""

from dataclasses import dataclass, replace

from bedside.calls import rows
from bedside.calls.access import CallSeat
from bedside.calls.guests import Guests
from bedside.calls.patient_names import PatientNames
from bedside.calls.rows import ParticipantRow
from bedside.calls.states import PRESENT, Kind, Standing
from bedside.errors import NotFound
from bedside.kernel.language import gettext as _
from bedside.kernel.unit_of_work import Reader, Transactions
from bedside.people.permissions import StaffAccess
from bedside.people.staff import Staff
from bedside.visits import rows as visit_rows
from bedside.visits.rows import VisitRow


@dataclass(frozen=True, slots=True)
class Person:
    """A participant, or a guest who knocks. `visit_id`, `room_id`, `leg` and `guest_id` are for
    staff only, who act on them; "" (0) otherwise. So is `same_link`: a guest whose link more than
    one device has used."""

    participant_id: str
    kind: Kind
    name: str
    you: bool
    visit_id: str = ""
    room_id: str = ""
    leg: int = 0
    guest_id: str = ""
    same_link: bool = False


class CallPeople:
    """Lists participants. Staff see names of patients whom they may see, and of guests; patients
    see names of staff and guests, guests those of staff, and of patients both only the kind."""

    def __init__(
        self,
        database: Transactions,
        staff: Staff,
        patients: PatientNames,
        guests: Guests,
    ) -> None:
        self._database = database
        self._staff = staff
        self._patients = patients
        self._guests = guests

    async def of(self, seat: CallSeat) -> list[Person]:
        """Return everybody in the call, and for staff those who knock, in the order of arrival.

        Raises NotFound for a guest who was not admitted (yet).
        """
        is_staff = seat.kind is Kind.STAFF
        shown = {*PRESENT, Standing.AGREEING}
        if is_staff:
            shown.add(Standing.KNOCKING)
        async with self._database.read() as db:
            everybody = await rows.participants_of(db, seat.call_id)
            present = [row for row in everybody if row.state in shown and _concerns(seat, row)]
            visits = await _visits_of(db, present) if is_staff else {}
        shared: frozenset[str] = frozenset()
        if not is_staff and seat.participant_id not in {row.id for row in present}:
            raise NotFound
        names = await self._staff.named(seat.clinic_id, _ids(present, Kind.STAFF))
        if seat.kind is not Kind.GUEST:  # a patient has a right to know who listens
            names |= await self._guests.names(seat.clinic_id, _ids(present, Kind.GUEST))
        if is_staff:
            assert isinstance(seat.access, StaffAccess)  # noqa: S101 - of this kind they are
            names |= await self._patients.seen_by(seat.access, visits.values())
            shared = await self._guests.sharing_links(seat.call_id)
        found = [_person(seat, row, names, visits.get(row.person_id)) for row in present]
        return [
            replace(person, same_link=True) if person.guest_id in shared else person
            for person in found
        ]


def _concerns(seat: CallSeat, row: ParticipantRow) -> bool:
    """Whether a newcomer is this person's business: the clinic's, or of those who are asked."""
    if row.state != Standing.AGREEING or seat.kind is Kind.STAFF:
        return True
    return seat.participant_id in row.waits_for.split()


async def _visits_of(db: Reader, present: list[ParticipantRow]) -> dict[str, VisitRow]:
    found = [await db.one(visit_rows.by_id, of=one) for one in _ids(present, Kind.PATIENT)]
    return {row.id: row for row in found if row is not None}


def _ids(present: list[ParticipantRow], kind: Kind) -> set[str]:
    return {row.person_id for row in present if row.kind == kind}


def _person(
    seat: CallSeat, row: ParticipantRow, names: dict[str, str], visit: VisitRow | None
) -> Person:
    unnamed = {Kind.STAFF: _("Staff"), Kind.PATIENT: _("Patient"), Kind.GUEST: _("Guest")}
    kind = Kind(row.kind)
    is_guest = seat.kind is Kind.STAFF and kind is Kind.GUEST
    return Person(
        participant_id=row.id,
        kind=kind,
        name=names.get(row.person_id) or unnamed[kind],
        you=row.id == seat.participant_id,
        visit_id=visit.id if visit else "",
        room_id=visit.room_id if visit else "",
        leg=visit.leg if visit else 0,
        guest_id=row.person_id if is_guest else "",
    )
