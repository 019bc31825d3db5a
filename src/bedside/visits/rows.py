"""A visit and a patient's transfer as they are stored, and the content of a visit in events."""

from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import bindparam, or_, select, update

from bedside.database.sealed import ClinicKeys
from bedside.database.statements import prepared
from bedside.errors import Conflict
from bedside.kernel import clock
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Reader, Row, UnitOfWork
from bedside.people.patient_statements import PatientRow
from bedside.people.patients import SEALED_PATIENTS, name_of, opened
from bedside.visits.events import RoomVisitChanged, RoomVisitTouched, VisitChanged
from bedside.visits.models import visit_legs, visits
from bedside.visits.states import GOING_ON, Presence, State

COLUMN = "visits.record"
_PROBLEMS = ("failed", "blocked", "missing")
"""Results of a device test with which somebody is not seen, not heard, or does not hear."""


class VisitRow(NamedTuple):
    """A stored visit, locked for changes."""

    id: str
    clinic_id: str
    room_id: str
    patient_id: str
    state: str
    ended_reason: str
    call_id: str
    identified: str
    record: bytes
    device_test: str
    leg: int
    transfer_id: str
    checked_in_at: int
    queued_at: int
    admitted_at: int
    admitted_by: str
    ended_at: int
    ended_by: str
    away_since: int
    hidden: bool
    looked_at: int
    changed_at: int
    place_at: int
    first_at: int
    urgent: bool
    order_reason: bytes | None
    returned_at: int
    grace_minutes: int
    texted_at: int
    on_telephone: bool
    telephone_at: int
    telephone_by: str
    revision: int


class PatientTransferRow(NamedTuple):
    """A stored transfer of a patient."""

    id: str
    clinic_id: str
    visit_id: str
    from_room_id: str
    to_room_id: str
    by_staff_id: str
    note: bytes
    state: str
    from_call_id: str
    at: int
    alerted_at: int
    ended_at: int


IN_ORDER = (visits.c.place_at, visits.c.id)
"""The order of a queue, for statements; `queue_order` says who is next."""
by_id = prepared(select(visits).where(visits.c.id == bindparam("of")), VisitRow)
for_change = prepared(
    select(visits).where(visits.c.id == bindparam("of")).with_for_update(), VisitRow
)
in_room = prepared(
    select(visits)
    .where(visits.c.room_id == bindparam("room"), visits.c.state.in_(GOING_ON))
    .order_by(*IN_ORDER),
    VisitRow,
)
NAMED_BY = (visits.c.patient_id, visits.c.record, SEALED_PATIENTS.c.person)
"""The columns that `name_in` needs: `visits`, outer-joined with SEALED_PATIENTS."""
_treated = prepared(
    select(visits.c.id)
    .select_from(visits.join(visit_legs, visit_legs.c.visit_id == visits.c.id))
    .where(
        visits.c.id == bindparam("of"),
        or_(visit_legs.c.admitted_at > 0, visits.c.telephone_at > 0),
    )
    .limit(1)
)
_change = prepared(update(visits).where(visits.c.id == bindparam("of")))


class How(StrEnum):
    """How a patient came to a room."""

    CHECKED_IN = "checked_in"
    TRANSFERRED = "transferred"
    TAKEN_BACK = "taken_back"


class Identified(StrEnum):
    """How the patient of a visit was identified."""

    TYPED = "typed"
    """Not yet: only what was typed at the door is known, and nothing of it is in a chart."""
    INVITED = "invited"
    """By a personal invitation and the date of birth."""
    ACCOUNT = "account"
    """By an account of the app: the patient's own, or that of a proxy."""
    CONFIRMED = "confirmed"
    """Staff have said which patient of the clinic it is."""
    NEW = "new"
    """New at the clinic: a patient was added from what was typed."""
    DISCARDED = "discarded"
    """Never identified, and what the visit held was destroyed."""
    MATCHED = "matched"
    """In visits from before 0.3: name and date of birth matched one patient, and nobody was
    asked."""


class Discarded(Conflict):
    """Nothing of this visit is left to continue with."""

    code = "visit_discarded"
    sentence = N_("What belonged to this visit was destroyed.")


def room_facts(row: VisitRow) -> dict[str, Any]:
    """Return a visit's data in events for those in charge of the room, without the room."""
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
        "place_at": row.place_at,
        "first": bool(row.first_at),
        "urgent": bool(row.urgent),
        "returned_at": row.returned_at,
        "away_since": row.away_since,
        "hidden": bool(row.hidden),
        "looked": bool(row.looked_at),
        "device_test": result_of(row.device_test),
        "on_telephone": bool(row.on_telephone),
    }


def visit_facts(row: VisitRow) -> dict[str, Any]:
    """Return a visit's data in events for its patient's page."""
    waits = row.state == State.WAITING
    return {
        "visit_id": row.id,
        "state": row.state,
        "room_id": row.room_id,
        "leg": row.leg,
        "call_id": row.call_id,
        "transferring": waits and row.leg > 1 and not row.admitted_at,
        "ended_reason": row.ended_reason,
        "on_telephone": bool(row.on_telephone),
    }


def result_of(device_test: str) -> str:
    """Summarise a device test: "" before it was taken, “ok”, or “problems”."""
    if not device_test:
        return ""
    return "problems" if any(f'"{bad}"' in device_test for bad in _PROBLEMS) else "ok"


def presence_of(row: VisitRow) -> Presence:
    """Whether the patient's page is connected."""
    if row.state == State.ENDED:
        return Presence.LEFT
    return Presence.RECONNECTING if row.away_since else Presence.HERE


async def was_treated(db: Reader, visit_id: str) -> bool:
    """Whether somebody saw the patient in this visit, or telephoned with them."""
    return await db.one(_treated, of=visit_id) is not None


async def save(work: UnitOfWork, row: VisitRow, **values: Any) -> VisitRow:
    """Change columns of a visit that was locked in this unit of work and return the new row."""
    values["revision"] = row.revision + 1
    await work.execute(_change, of=row.id, changed_at=clock.now(), **values)
    return row._replace(**values)


def publish_to_room(work: UnitOfWork, row: VisitRow) -> None:
    """Publish a visit's new state to those in charge of the room."""
    work.emit(RoomVisitChanged(room_id=row.room_id, **room_facts(row)))


def publish_touched(work: UnitOfWork, row: VisitRow, what: str) -> None:
    """Publish to those in charge of the room that something beside the visit changed."""
    work.emit(RoomVisitTouched(room_id=row.room_id, visit_id=row.id, what=what))


def publish_to_patient(work: UnitOfWork, row: VisitRow) -> None:
    """Publish a visit's new state to its patient's page."""
    work.emit(VisitChanged(**visit_facts(row)))


def typed(keys: ClinicKeys, row: VisitRow) -> dict[str, Any]:
    """Return what was typed at the check-in."""
    return keys.unseal(COLUMN, row.id, row.record)


def birth_date_in(keys: ClinicKeys, row: Row) -> date | None:
    """Return the patient's date of birth for a visit with the column `person` of SEALED_PATIENTS:
    the chart's, or the typed one as long as there is no chart."""
    if row.patient_id:
        who = opened(keys, PatientRow(row.patient_id, row.clinic_id, row.person))
        return who.demographics.birth_date
    born = typed(keys, row)["birth_date"]
    return date.fromisoformat(born) if born else None


def name_in(keys: ClinicKeys, visit_id: str, row: Row) -> str:
    """Return the patient's name for a row with the columns NAMED_BY: the chart's, or the typed one
    as long as there is no chart."""
    if row.patient_id:
        return name_of(keys, row.patient_id, row.person)
    return str(keys.unseal(COLUMN, visit_id, row.record)["name"])
