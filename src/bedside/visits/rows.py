"""A visit as it is stored, and what events tell of it."""

from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, select, update

from bedside.database.sealed import ClinicKeys
from bedside.database.statements import prepared
from bedside.errors import Conflict
from bedside.kernel import clock
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Row, UnitOfWork
from bedside.people.patients import SEALED_PATIENTS, name_of
from bedside.visits.events import RoomVisitChanged, RoomVisitTouched, VisitChanged
from bedside.visits.models import visits
from bedside.visits.state_machine import GOING_ON, Presence, State

COLUMN = "visits.record"
_PROBLEMS = ("failed", "blocked", "missing")
"""Results of a device test with which somebody is not seen, not heard, or does not hear."""

by_id = prepared(select(visits).where(visits.c.id == bindparam("of")))
for_change = prepared(select(visits).where(visits.c.id == bindparam("of")).with_for_update())
in_room = prepared(
    select(visits)
    .where(visits.c.room_id == bindparam("room"), visits.c.state.in_(GOING_ON))
    .order_by(visits.c.queued_at, visits.c.id)
)
NAMED_BY = (visits.c.patient_id, visits.c.record, SEALED_PATIENTS.c.person)
"""What `name_in` needs: `visits`, joined from outside with SEALED_PATIENTS."""
_change = prepared(update(visits).where(visits.c.id == bindparam("of")))


class How(StrEnum):
    """How a patient came to a room."""

    CHECKED_IN = "checked_in"
    TRANSFERRED = "transferred"
    TAKEN_BACK = "taken_back"


class Identified(StrEnum):
    """How it is known who the patient of a visit is."""

    TYPED = "typed"
    """Not yet: only what was typed at the door is known, and nothing of it is in a chart."""
    INVITED = "invited"
    """By a personal invitation and the date of birth."""
    CONFIRMED = "confirmed"
    """A member of staff has said which patient of the clinic it is."""
    NEW = "new"
    """New at the clinic: a patient was added from what was typed."""
    DISCARDED = "discarded"
    """Nobody ever said who it was, and what the visit held was destroyed."""
    MATCHED = "matched"
    """In visits of before 0.3: name and date of birth fitted one patient, and nobody was asked."""


class Discarded(Conflict):
    """Nothing of this visit is left to go on with."""

    code = "visit_discarded"
    sentence = N_("What belonged to this visit was destroyed.")


def room_facts(row: Row) -> dict[str, Any]:
    """What those in charge of the room are told of a visit, but for the room."""
    return {
        "visit_id": row.id,
        "patient_id": row.patient_id,
        "state": row.state,
        "leg": row.leg,
        "call_id": row.call_id,
        "transfer_id": row.transfer_id,
        "admitted_by": row.admitted_by,
        "checked_in_at": row.checked_in_at,
        "queued_at": row.queued_at,
        "away_since": row.away_since,
        "hidden": bool(row.hidden),
        "looked": bool(row.looked_at),
        "device_test": result_of(row.device_test),
    }


def visit_facts(row: Row) -> dict[str, Any]:
    """What the patient's page is told of its visit."""
    waits = row.state == State.WAITING
    return {
        "visit_id": row.id,
        "state": row.state,
        "room_id": row.room_id,
        "leg": row.leg,
        "call_id": row.call_id,
        "transferring": waits and row.leg > 1 and not row.admitted_at,
        "ended_reason": row.ended_reason,
    }


def result_of(device_test: str) -> str:
    """A device test in a word: "" before it was taken, “ok”, or “problems”."""
    if not device_test:
        return ""
    return "problems" if any(f'"{bad}"' in device_test for bad in _PROBLEMS) else "ok"


def presence_of(row: Row) -> Presence:
    """Whether the patient's page is connected."""
    if row.state == State.ENDED:
        return Presence.LEFT
    return Presence.RECONNECTING if row.away_since else Presence.HERE


async def save(work: UnitOfWork, row: Row, **values: Any) -> Row:
    """Change columns of a visit that was locked in this unit of work; the row as it is then."""
    await work.execute(_change, of=row.id, changed_at=clock.now(), **values)
    return row._replace(**values)


def tell_room(work: UnitOfWork, row: Row) -> None:
    """Tell those in charge of the room how a visit is now."""
    work.emit(RoomVisitChanged(room_id=row.room_id, **room_facts(row)))


def tell_touched(work: UnitOfWork, row: Row, what: str) -> None:
    """Tell those in charge of the room that something beside the visit changed."""
    work.emit(RoomVisitTouched(room_id=row.room_id, visit_id=row.id, what=what))


def tell_patient(work: UnitOfWork, row: Row) -> None:
    """Tell the patient's page how its visit is now."""
    work.emit(VisitChanged(**visit_facts(row)))


def typed(keys: ClinicKeys, row: Row) -> dict[str, Any]:
    """What was typed at the check-in."""
    return keys.unseal(COLUMN, row.id, row.record)


def name_in(keys: ClinicKeys, visit_id: str, row: Row) -> str:
    """The name of the patient of a row with the columns NAMED_BY: that of the chart, or the one
    that was typed as long as there is no chart."""
    if row.patient_id:
        return name_of(keys, row.patient_id, row.person)
    return str(keys.unseal(COLUMN, visit_id, row.record)["name"])
