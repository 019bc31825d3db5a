"""Times that are taken: two people who book the same one do not both get it.

A clinician has one appointment at a time, and so does a patient. A room is a waiting room: it has
one at a time for each clinician, and one that names none keeps it for itself.
"""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Text, and_, bindparam, or_, select

from bedside.care.appointments.models import appointments
from bedside.care.appointments.rows import AppointmentRow
from bedside.care.appointments.states import HOLDS_TIME
from bedside.database.statements import prepared
from bedside.errors import Conflict
from bedside.kernel import clock
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import UnitOfWork

_LONGEST = 12 * clock.HOUR
"""No appointment is longer, so that one that began earlier is over."""
_a = appointments.c
_staff, _room = bindparam("staff", type_=Text), bindparam("room", type_=Text)
_holding = prepared(
    select(appointments)
    .where(
        _a.clinic_id == bindparam("clinic"),
        _a.starts_at > bindparam("earliest"),
        _a.starts_at < bindparam("until"),
        _a.ends_at > bindparam("begin"),
        _a.id != bindparam("own"),
        _a.state.in_([state.value for state in HOLDS_TIME]),
        or_(
            and_(_staff != "", _a.staff_id == _staff),
            and_(_room != "", _a.room_id == _room, or_(_a.staff_id == "", _staff == "")),
            _a.patient_id == bindparam("patient"),
        ),
    )
    .order_by(_a.starts_at, _a.id),
    AppointmentRow,
)


class Taken(StrEnum):
    """The reason for which a time is not free."""

    STAFF = "staff"
    ROOM = "room"
    PATIENT = "patient"


SENTENCES = {
    Taken.STAFF: N_(
        "The clinician has another appointment at this time. Nothing was booked. Choose another "
        "time, or book it anyway."
    ),
    Taken.ROOM: N_(
        "The room is taken at this time. Nothing was booked. Choose another time, or book it "
        "anyway."
    ),
    Taken.PATIENT: N_(
        "The patient has another appointment at this time. Nothing was booked. Choose another "
        "time, or book it anyway."
    ),
}


class TimeTaken(Conflict):
    """Somebody has the time already."""

    code = "time_taken"

    def __init__(self, why: Taken) -> None:
        super().__init__(SENTENCES[why])
        self.why = why


@dataclass(frozen=True, slots=True)
class Slot:
    """A time of somebody, in a room, with a patient."""

    clinic_id: str
    patient_id: str
    staff_id: str
    room_id: str
    begin: int
    until: int


async def take(work: UnitOfWork, slots: list[Slot], *, own: str = "", anyway: bool = False) -> None:
    """Make sure that nobody else takes these times until commit, and that they are free, except by
    the appointment `own`. Raises TimeTaken, unless somebody books it `anyway`."""
    names = {f"appointments of:{one}" for slot in slots for one in _of(slot)}
    for name in sorted(names):
        await work.lock(name)
    if anyway:
        return
    for slot in slots:
        taken = await _taken(work, slot, own)
        if taken is not None:
            raise TimeTaken(taken)


def _of(slot: Slot) -> set[str]:
    return {slot.staff_id, slot.room_id, slot.patient_id} - {""}


async def _taken(work: UnitOfWork, slot: Slot, own: str) -> Taken | None:
    found = await work.one(
        _holding,
        clinic=slot.clinic_id,
        earliest=slot.begin - _LONGEST,
        until=slot.until,
        begin=slot.begin,
        own=own,
        staff=slot.staff_id,
        room=slot.room_id,
        patient=slot.patient_id,
    )
    if found is None:
        return None
    if slot.staff_id and found.staff_id == slot.staff_id:
        return Taken.STAFF
    return Taken.PATIENT if found.patient_id == slot.patient_id else Taken.ROOM
