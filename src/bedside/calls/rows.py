"""Rows of calls and participants, and the one way in which they change.

Changes require the lock on the call's row. If visits take steps too, their rows are locked first;
everybody takes locks in this order.
"""

from typing import Any, NamedTuple

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bedside.calls.events import (
    CallChanged,
    GuestChanged,
    NewcomerChanged,
    ParticipantChanged,
)
from bedside.calls.models import NOT_ENDED, calls, guests, participants
from bedside.calls.states import PRESENT, CallEnded, CallState, Kind, Standing, Topology
from bedside.database.statements import prepared
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.kernel.unit_of_work import Reader, UnitOfWork

_PRESENT = tuple(sorted(PRESENT))


class CallRow(NamedTuple):
    """A call."""

    id: str
    clinic_id: str
    room_id: str
    mode: str
    topology: str
    state: str
    started_by: str
    started_at: int
    ended_at: int
    ended_by: str


class ParticipantRow(NamedTuple):
    """Somebody in a call."""

    id: str
    call_id: str
    clinic_id: str
    kind: str
    person_id: str
    state: str
    connection_id: str
    muted: bool
    camera: bool
    sharing: bool
    away_since: int
    joined_at: int
    left_at: int
    waits_for: str
    in_group: bool
    refused_by: str
    asked_by: str
    microphone: str
    guest_name: bytes | None
    taken_out_by: str

    @property
    def was_let_in(self) -> bool:
        """Whether they are or were in the call, or expected in it; not whoever was asked only."""
        if self.state in PRESENT:
            return True
        return self.state == Standing.LEFT and self.left_at > 0


_call = prepared(select(calls).where(calls.c.id == bindparam("of")), CallRow)
_locked_call = prepared(
    select(calls).where(calls.c.id == bindparam("of")).with_for_update(), CallRow
)
_add_call = prepared(insert(calls))
_set_call = prepared(update(calls).where(calls.c.id == bindparam("of")))
_staff_in_calls = prepared(
    select(participants.c.person_id, calls.c.room_id)
    .select_from(participants.join(calls, calls.c.id == participants.c.call_id))
    .where(
        calls.c.state == str(CallState.ACTIVE),
        NOT_ENDED,
        participants.c.kind == str(Kind.STAFF),
        participants.c.state.in_(_PRESENT),
    )
)
_participant = prepared(
    select(participants).where(participants.c.id == bindparam("of")), ParticipantRow
)
_participants = prepared(
    select(participants)
    .where(participants.c.call_id == bindparam("of_call"))
    .order_by(participants.c.id),
    ParticipantRow,
)
_of_person = prepared(
    select(participants).where(
        participants.c.call_id == bindparam("of_call"),
        participants.c.kind == bindparam("as_kind"),
        participants.c.person_id == bindparam("person"),
    ),
    ParticipantRow,
)
_current = prepared(
    select(participants)
    .select_from(participants.join(calls, calls.c.id == participants.c.call_id))
    .where(
        participants.c.kind == bindparam("as_kind"),
        participants.c.person_id == bindparam("person"),
        participants.c.state.in_(_PRESENT),
        calls.c.state == CallState.ACTIVE.value,
    )
    .order_by(participants.c.id.desc())
    .limit(1),
    ParticipantRow,
)
_agreeing = prepared(
    select(participants).where(
        participants.c.person_id == bindparam("person"),
        participants.c.state == Standing.AGREEING.value,
    ),
    ParticipantRow,
)
_put = prepared(
    upsert(participants).on_conflict_do_update(
        index_elements=["call_id", "kind", "person_id"],
        set_={
            "state": bindparam("now_state"),
            "connection_id": "",
            "away_since": bindparam("now_away"),
        },
    )
)
_set_participant = prepared(update(participants).where(participants.c.id == bindparam("of")))
_end_guests = prepared(
    update(guests).where(guests.c.call_id == bindparam("of_call")).values(revoked=True)
)


# --- reading ----------------------------------------------------------------------------------


async def call_row(db: Reader, call_id: str) -> CallRow | None:
    """Return the call, not locked."""
    return await db.one(_call, of=call_id)


async def locked_call(work: UnitOfWork, call_id: str) -> CallRow | None:
    """Return the call, locked until the unit of work ends."""
    return await work.one(_locked_call, of=call_id)


async def active_call(work: UnitOfWork, call_id: str) -> CallRow:
    """Return a call that goes on, locked until the unit of work ends. Raises CallEnded."""
    call = await locked_call(work, call_id)
    if call is None or call.state != CallState.ACTIVE:
        raise CallEnded
    return call


async def participant_row(db: Reader, participant_id: str) -> ParticipantRow | None:
    """Return one participant."""
    return await db.one(_participant, of=participant_id)


async def participants_of(db: Reader, call_id: str) -> list[ParticipantRow]:
    """Return everybody who is or was in the call, or knocks."""
    return await db.all(_participants, of_call=call_id)


async def of_person(db: Reader, call_id: str, kind: Kind, person_id: str) -> ParticipantRow | None:
    """Return somebody's place in a call, whatever became of it."""
    return await db.one(_of_person, of_call=call_id, as_kind=kind, person=person_id)


async def current_of(db: Reader, kind: Kind, person_id: str) -> ParticipantRow | None:
    """Return the place in the active call that somebody is in or admitted to."""
    return await db.one(_current, as_kind=kind, person=person_id)


async def agreeing_of(db: Reader, person_id: str) -> list[ParticipantRow]:
    """Return the places of a visit or guest who is asked, or asked about, in whichever call."""
    return await db.all(_agreeing, person=person_id)


# --- changing ---------------------------------------------------------------------------------


async def add_call(
    work: UnitOfWork, clinic_id: str, room_id: str, mode: str, started_by: str
) -> str:
    """Add a call with nobody in it yet, and return its id."""
    call_id = new_id("cal")
    await work.execute(
        _add_call,
        id=call_id,
        clinic_id=clinic_id,
        room_id=room_id,
        mode=mode,
        topology=Topology.DIRECT,
        state=CallState.ACTIVE,
        started_by=started_by,
        started_at=clock.now(),
        ended_at=0,
        ended_by="",
    )
    return call_id


async def put_participant(
    work: UnitOfWork, call: tuple[str, str], kind: Kind, person_id: str, state: Standing
) -> ParticipantRow:
    """Give somebody a place in a call (its id and clinic), or the existing place a new state."""
    call_id, clinic_id = call
    now = clock.now()
    await work.execute(
        _put,
        id=new_id("prt"),
        call_id=call_id,
        clinic_id=clinic_id,
        kind=kind,
        person_id=person_id,
        state=state,
        connection_id="",
        muted=False,
        camera=False,
        sharing=False,
        away_since=now,
        joined_at=0,
        left_at=0,
        waits_for="",
        in_group=False,
        refused_by="",
        asked_by="",
        microphone="ok",
        guest_name=None,
        taken_out_by="",
        now_state=state,
        now_away=now,
    )
    row = await of_person(work, call_id, kind, person_id)
    assert row is not None  # noqa: S101 - written by the statement above
    _publish(work, row)
    return row


async def change_participant(
    work: UnitOfWork, participant_id: str, **values: Any
) -> ParticipantRow:
    """Change a participant and publish it to those in the call."""
    await work.execute(_set_participant, of=participant_id, **values)
    row = await participant_row(work, participant_id)
    assert row is not None  # noqa: S101 - participants are never deleted
    _publish(work, row)
    return row


async def note_away(work: UnitOfWork, participant_id: str, since: int) -> None:
    """Record since when a participant's page has been disconnected (0: it is connected). Nothing
    is published."""
    await work.execute(_set_participant, of=participant_id, away_since=since)


async def take_out(
    work: UnitOfWork, row: ParticipantRow, state: Standing = Standing.LEFT, *, by: str = ""
) -> None:
    """Take out somebody who leaves, or is removed; `by` is whoever returned a patient."""
    await change_participant(
        work,
        row.id,
        state=state,
        connection_id="",
        camera=False,
        sharing=False,
        microphone="ok",
        left_at=clock.now(),
        waits_for="",
        taken_out_by=by,
    )


async def change_call(work: UnitOfWork, call: CallRow, **values: Any) -> None:
    """Change a locked call and publish it to those in it."""
    await work.execute(_set_call, of=call.id, **values)
    now = await call_row(work, call.id)
    assert now is not None  # noqa: S101 - it is locked by the caller
    work.emit(CallChanged(call_id=now.id, state=now.state, mode=now.mode, topology=now.topology))


async def shut_out_guests(work: UnitOfWork, call_id: str) -> None:
    """End every invitation to the call with it."""
    await work.execute(_end_guests, of_call=call_id)


async def hold_up_no_longer(work: UnitOfWork, leaver: ParticipantRow) -> bool:
    """Wait no longer for the answer of a patient who has left. Returns whether somebody waits for
    nobody's any more."""
    settles = False
    for row in await participants_of(work, leaver.call_id):
        if row.state == Standing.AGREEING and leaver.id in row.waits_for.split():
            left = [one for one in row.waits_for.split() if one != leaver.id]
            await change_participant(work, row.id, waits_for=" ".join(left))
            settles = settles or not left
    return settles


async def ask_no_longer(work: UnitOfWork, row: ParticipantRow, refused_by: str = "") -> None:
    """Leave a newcomer where they are: a patient in the queue, a guest before the door."""
    state = Standing.KNOCKING if row.kind == Kind.GUEST else Standing.LEFT
    row = await change_participant(work, row.id, state=state, waits_for="", refused_by=refused_by)
    publish_to_newcomer(work, row)


def publish_to_newcomer(work: UnitOfWork, row: ParticipantRow) -> None:
    """Publish the state of a newcomer to the page on which they wait."""
    if row.kind == Kind.GUEST:
        publish_to_guest(work, row, row.state)
    else:
        work.emit(NewcomerChanged(visit_id=row.person_id, call_id=row.call_id, state=row.state))


def publish_to_guest(work: UnitOfWork, row: ParticipantRow, state: str) -> None:
    """Publish a guest's state to their page."""
    work.emit(GuestChanged(guest_id=row.person_id, call_id=row.call_id, state=state))


def facts_of(row: ParticipantRow) -> dict[str, Any]:
    """Return what everybody in the call may know of a participant."""
    return {
        "kind": row.kind,
        "state": row.state,
        "connection_id": row.connection_id,
        "muted": bool(row.muted),
        "camera": bool(row.camera),
        "sharing": bool(row.sharing),
        "microphone": row.microphone,
        "waits_for": row.waits_for,
        "refused_by": row.refused_by,
    }


def _publish(work: UnitOfWork, row: ParticipantRow) -> None:
    work.emit(ParticipantChanged(call_id=row.call_id, participant_id=row.id, **facts_of(row)))


async def staff_in_calls(reader: Reader) -> dict[str, str]:
    """Return the room of the call that each member of staff is in."""
    return {row.person_id: row.room_id for row in await reader.all(_staff_in_calls)}
