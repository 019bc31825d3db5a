"""Visit notes: a clinician's own, one for each leg of a visit, filed with it."""

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert as upsert

from bedside.audit import Action
from bedside.audit.looks import Looks
from bedside.database.sealed import ClinicKeys, Vault
from bedside.database.statements import prepared
from bedside.errors import NotFound, WrongInput
from bedside.kernel import clock
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Reader, Transactions
from bedside.people.permissions import RoomAccess
from bedside.visits.models import visit_legs, visit_notes, visits
from bedside.visits.rows import Discarded, Identified, for_change

NOTE_MAX = 20_000
COLUMN = "visit_notes.body"


class NoteRow(NamedTuple):
    """A stored note."""

    visit_id: str
    staff_id: str
    leg: int
    body: bytes
    changed_at: int


_keep = prepared(
    upsert(visit_notes).on_conflict_do_update(
        index_elements=["visit_id", "staff_id", "leg"],
        set_={"body": bindparam("new_body"), "changed_at": bindparam("moment")},
    )
)
_own = prepared(
    select(visit_notes).where(
        visit_notes.c.visit_id == bindparam("visit"),
        visit_notes.c.staff_id == bindparam("staff"),
        visit_notes.c.leg == bindparam("leg"),
    )
)
_of_visit = prepared(select(visit_notes).where(visit_notes.c.visit_id == bindparam("visit")))
_last_leg_here = prepared(
    select(visits.c.patient_id, visits.c.identified, visit_legs.c.number)
    .select_from(visits.join(visit_legs, visit_legs.c.visit_id == visits.c.id))
    .where(
        visits.c.id == bindparam("visit"),
        visits.c.clinic_id == bindparam("clinic"),
        visit_legs.c.room_id == bindparam("room"),
    )
    .order_by(visit_legs.c.number.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class VisitNote:
    """A note being written. `changed_at` is 0 before the first word."""

    text: str
    changed_at: int


def place(visit_id: str, staff_id: str, leg: int) -> str:
    """Return the place that a note is sealed for."""
    return f"{visit_id}/{staff_id}/{leg}"


async def says_something(reader: Reader, keys: ClinicKeys, visit_id: str) -> bool:
    """Whether anybody has written a note on a visit."""
    for row in await reader.all(_of_visit, visit=visit_id):
        if keys.unseal(COLUMN, place(visit_id, row.staff_id, row.leg), row.body).strip():
            return True
    return False


class VisitNotes:
    """Stores notes while they are written. They belong to the visit's last leg in the room, so
    that a note can be finished after the patient has left."""

    def __init__(self, database: Transactions, vault: Vault, looks: Looks) -> None:
        self._database = database
        self._vault = vault
        self._looks = looks

    async def keep(self, room: RoomAccess, visit_id: str, text: str) -> int:
        """Store one's own note as it is now. Returns the time, in milliseconds.

        Raises NotFound for a visit that was never in this room, Discarded for one of which nothing
        is left, WrongInput for too many words. One audit line per ten minutes of writing.
        """
        text = text.replace("\r\n", "\n")
        if len(text) > NOTE_MAX:
            raise WrongInput(N_("This note is too long: at most 20,000 characters."), field="text")
        keys = await self._vault.clinic(room.clinic_id)
        staff_id, moment = room.staff.staff_id, clock.now()
        async with self._database.unit_of_work() as work:
            await work.one(for_change, of=visit_id)  # nobody destroys the visit in the meantime
            leg = await work.one(
                _last_leg_here, visit=visit_id, clinic=room.clinic_id, room=room.room_id
            )
            if leg is None:
                raise NotFound
            if leg.identified == Identified.DISCARDED:  # nobody would ever find the note
                raise Discarded
            body = keys.seal(COLUMN, place(visit_id, staff_id, leg.number), text)
            await work.execute(
                _keep,
                visit_id=visit_id,
                staff_id=staff_id,
                leg=leg.number,
                body=body,
                changed_at=moment,
                new_body=body,
                moment=moment,
            )
        await self._looks.note(
            room.clinic_id,
            room.actor,
            room.staff.session_id,
            Action.VISIT_NOTED,
            patient_id=leg.patient_id,
            visit=visit_id,
        )
        return moment

    async def own(self, room: RoomAccess, visit_id: str) -> VisitNote:
        """Return one's own note on the visit's last leg in this room. Raises NotFound."""
        keys = await self._vault.clinic(room.clinic_id)
        staff_id = room.staff.staff_id
        async with self._database.read() as db:
            leg = await db.one(
                _last_leg_here, visit=visit_id, clinic=room.clinic_id, room=room.room_id
            )
            if leg is None:
                raise NotFound
            row = await db.one(_own, visit=visit_id, staff=staff_id, leg=leg.number)
        if row is None:
            return VisitNote("", 0)
        text = keys.unseal(COLUMN, place(visit_id, staff_id, leg.number), row.body)
        return VisitNote(text, row.changed_at)
