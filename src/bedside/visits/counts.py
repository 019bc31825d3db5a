"""How many wait in rooms, and how many are being seen, in a call or by telephone."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import and_, bindparam, false, func, select

from bedside.database.statements import prepared
from bedside.visits.models import NOT_ENDED, visits
from bedside.visits.states import GOING_ON, State

WAITS = and_(visits.c.state == State.WAITING.value, visits.c.on_telephone == false())
"""Whether nobody is with the patient yet. A visit that goes on by telephone has no call, so its
state is still waiting, but nobody is to admit the patient."""


class Counted(NamedTuple):
    """The visits of a room with one state and one member of staff, and when the first of them
    came."""

    room_id: str
    state: str
    on_telephone: bool
    admitted_by: str
    visits: int
    first: int


class RoomCount(NamedTuple):
    """How many wait in a room, how many are being seen, when the one came who has waited longest
    (0 if nobody waits), and the ids of those who see somebody."""

    waiting: int = 0
    seen: int = 0
    waiting_since: int = 0
    seen_by: tuple[str, ...] = ()


_of_rooms = (
    select(
        visits.c.room_id,
        visits.c.state,
        visits.c.on_telephone,
        visits.c.admitted_by,
        func.count().label("visits"),
        func.min(visits.c.queued_at).label("first"),
    )
    .where(visits.c.state.in_(GOING_ON))
    .group_by(visits.c.room_id, visits.c.state, visits.c.on_telephone, visits.c.admitted_by)
)
in_clinic = prepared(_of_rooms.where(visits.c.clinic_id == bindparam("clinic"), NOT_ENDED), Counted)
in_room = prepared(_of_rooms.where(visits.c.room_id == bindparam("room")), Counted)


def by_room(found: Iterable[Counted]) -> dict[str, RoomCount]:
    """Return the counts of rooms, without those in which nobody is."""
    counts: dict[str, RoomCount] = {}
    for row in found:
        so_far = counts.get(row.room_id, RoomCount())
        if row.state == State.WAITING and not row.on_telephone:
            counts[row.room_id] = so_far._replace(
                waiting=so_far.waiting + row.visits,
                waiting_since=min(so_far.waiting_since or row.first, row.first),
            )
        else:
            counts[row.room_id] = so_far._replace(
                seen=so_far.seen + row.visits, seen_by=(*so_far.seen_by, row.admitted_by)
            )
    return counts
