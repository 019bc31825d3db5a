"""The order of a queue: who is next, and what staff change about it.

There is one order, `place_at`: the list, the patient's own place and the estimate follow it, and
so does “Next patient”, which passes over whoever was sent back a moment ago. Somebody who is moved
is given a new place between two others; the time they have waited (`queued_at`) stays.

Locks are taken in one order: the order of the room by name, the visits by id, the audit log.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, func, select

from bedside.audit import Action, AuditLog
from bedside.database.sealed import ClinicKeys, Vault
from bedside.database.statements import prepared
from bedside.errors import Conflict, WrongInput
from bedside.kernel import clock, faults
from bedside.kernel.language import N_
from bedside.kernel.typed import says_nothing
from bedside.kernel.unit_of_work import Reader, Row, Transactions, UnitOfWork
from bedside.people.permissions import RoomAccess
from bedside.visits import rows
from bedside.visits.counts import WAITS
from bedside.visits.models import visit_legs, visits
from bedside.visits.rows import VisitRow
from bedside.visits.states import State
from bedside.visits.transitions import Transitions

LONGEST = 200
PASSED_OVER = 5 * clock.MINUTE
"""How long “Next patient” passes over who was sent back, unless somebody else is seen before."""
_COLUMN = "visits.order_reason"

_waiting = prepared(
    select(visits)
    .where(visits.c.room_id == bindparam("room"), WAITS)
    .order_by(visits.c.id)
    .with_for_update(),
    VisitRow,
)
_last_seen = prepared(
    select(func.max(visit_legs.c.admitted_at).label("at")).where(
        visit_legs.c.room_id == bindparam("room")
    )
)


class OrderChanged(Conflict):
    """The queue is not as the page has shown it."""

    code = "queue_order_changed"
    sentence = N_("The queue has changed in the meantime, and nobody was moved. Look again.")


def reason_of(keys: ClinicKeys, row: VisitRow | Row) -> str:
    """Return why staff want a patient to be seen first; "" if they gave no reason."""
    return str(keys.unseal(_COLUMN, row.id, row.order_reason)) if row.order_reason else ""


def joined(keys: ClinicKeys, later: VisitRow, earlier: VisitRow) -> dict[str, Any]:
    """Return the columns of a visit that takes the place of an earlier one of the same person."""
    reason = reason_of(keys, later) or reason_of(keys, earlier)
    return {
        "place_at": min(later.place_at, earlier.place_at),
        "first_at": later.first_at or earlier.first_at,
        "urgent": bool(later.urgent or earlier.urgent),
        "order_reason": keys.seal(_COLUMN, later.id, reason) if reason else None,
        "returned_at": max(later.returned_at, earlier.returned_at),
    }


def is_passed_over(row: VisitRow, last_seen: int, moment: int) -> bool:
    """Whether “Next patient” passes over a patient: sent back less than five minutes ago, and
    nobody else was seen since (`last_seen`)."""
    return row.returned_at > max(last_seen, moment - PASSED_OVER)


class QueueOrder:
    """Says who is next in a room, and changes the order."""

    def __init__(
        self, database: Transactions, vault: Vault, audit: AuditLog, transitions: Transitions
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._transitions = transitions

    async def next_of(
        self, reader: Reader, room_id: str, here: Sequence[VisitRow]
    ) -> VisitRow | None:
        """Return who is next of everybody in a room (`rows.in_room`), or None if nobody waits:
        connected patients before disconnected ones, and who was sent back a moment ago last."""
        found = await reader.one(_last_seen, room=room_id)
        seen = max([row.admitted_at for row in here], default=0)
        last_seen, moment = max(seen, found.at or 0 if found else 0), clock.now()
        waiting = [row for row in here if row.state == State.WAITING and not row.on_telephone]
        return min(
            waiting,
            key=lambda row: (
                row.away_since > 0,
                is_passed_over(row, last_seen, moment),
                row.place_at,
                row.id,
            ),
            default=None,
        )

    async def next_in(self, room: RoomAccess) -> str:
        """Return the visit that “Next patient” would call in a room; "" if nobody waits."""
        async with self._database.read() as db:
            here = await db.all(rows.in_room, room=room.room_id)
            found = await self.next_of(db, room.room_id, here)
        return found.id if found else ""

    async def see_first(
        self, room: RoomAccess, visit_id: str, reason: str, *, urgent: bool = False
    ) -> None:
        """Put a waiting patient before everybody else, with a reason that those in charge read.
        Raises WrongInput, NotFound, and Conflict if the patient is not waiting here."""
        reason = reason.strip()
        if says_nothing(reason):
            raise WrongInput(
                N_("Write why. Everybody in charge of this room reads it."), field="reason"
            )
        if len(reason) > LONGEST:
            raise WrongInput(N_("Please use at most 200 characters here."), field="reason")
        keys = await self._vault.clinic(room.clinic_id)
        async with self._database.unit_of_work() as work:
            waiting = await self._locked(work, room, visit_id)
            [visit] = [row for row in waiting if row.id == visit_id]
            order = [visit, *(row for row in waiting if row.id != visit_id)]
            values = {
                "first_at": clock.now(),
                "urgent": urgent or bool(visit.urgent),
                "order_reason": keys.seal(_COLUMN, visit_id, reason),
            }
            await self._put(work, order, visit_id, values)
            await self._record(work, room, visit, Action.VISIT_PUT_FIRST)

    async def move(
        self, room: RoomAccess, visit_id: str, *, before: str = "", after: str = ""
    ) -> None:
        """Move a waiting patient before, or behind, another one who waits here. Two presses do not
        move twice. Raises NotFound, and Conflict if one of them is not waiting any more."""
        async with self._database.unit_of_work() as work:
            waiting = await self._locked(work, room, visit_id)
            [visit] = [row for row in waiting if row.id == visit_id]
            rest = [row for row in waiting if row.id != visit_id]
            beside = next((n for n, row in enumerate(rest) if row.id in (before, after)), None)
            if beside is None:
                raise OrderChanged
            at = beside if before else beside + 1
            if [*rest[:at], visit, *rest[at:]] == waiting:
                return
            await self._put(work, [*rest[:at], visit, *rest[at:]], visit_id, {})
            await self._record(work, room, visit, Action.VISIT_MOVED)

    async def put_back(self, room: RoomAccess, visit_id: str) -> None:
        """Give a patient the place back that the time of arrival gives. Raises NotFound,
        Conflict."""
        async with self._database.unit_of_work() as work:
            waiting = await self._locked(work, room, visit_id)
            [visit] = [row for row in waiting if row.id == visit_id]
            if visit.place_at == visit.queued_at and not visit.first_at:
                return
            kept = await rows.save(
                work, visit, place_at=visit.queued_at, first_at=0, order_reason=None
            )
            _publish(work, kept)
            await self._record(work, room, visit, Action.VISIT_PUT_BACK)

    async def mark_urgent(self, room: RoomAccess, visit_id: str, urgent: bool) -> None:
        """Mark a patient as urgent, or not any more; the mark goes with the patient to another
        room, and the place stays. Raises NotFound, Conflict."""
        async with self._database.unit_of_work() as work:
            visit = await self._transitions.lock_in_room(work, room, visit_id)
            if bool(visit.urgent) == urgent:
                return
            rows.publish_to_room(work, await rows.save(work, visit, urgent=urgent))
            action = Action.VISIT_MARKED_URGENT if urgent else Action.VISIT_NOT_URGENT
            await self._record(work, room, visit, action)

    async def _locked(self, work: UnitOfWork, room: RoomAccess, visit_id: str) -> list[VisitRow]:
        """Lock everybody who waits in a room and return them in order. Raises as `lock_in_room`
        does if this visit is not among them."""
        await work.lock(f"order of:{room.room_id}")
        found = await work.all(_waiting, room=room.room_id)
        if not any(row.id == visit_id for row in found):
            visit = await self._transitions.lock_in_room(work, room, visit_id)
            await self._transitions.require_waiting(visit, room.actor)
            raise OrderChanged
        return sorted(found, key=lambda row: (row.place_at, row.id))

    async def _put(
        self, work: UnitOfWork, order: list[VisitRow], visit_id: str, values: dict[str, Any]
    ) -> None:
        """Write this order. Only the visit that was moved gets another place, as long as there is
        one between its neighbours: so nobody else's place says anything but the arrival."""
        at = next(n for n, row in enumerate(order) if row.id == visit_id)
        places = _places([row.place_at for row in order], at)
        for row, place in zip(order, places, strict=True):
            changed = values if row.id == visit_id else {}
            if row.place_at != place or changed:
                _publish(work, await rows.save(work, row, place_at=place, **changed))
                faults.point("visit.placed")

    async def _record(
        self, work: UnitOfWork, room: RoomAccess, visit: VisitRow, action: Action
    ) -> None:
        await self._audit.record(
            work,
            room.clinic_id,
            room.actor,
            action,
            patient_id=visit.patient_id,
            subject_id=visit.id,
            target=room.room_id,
        )


def _places(places: list[int], at: int) -> list[int]:
    """Return the places of a queue in which the one at the index `at` was moved there: a place
    between its neighbours, and later ones for those behind as far as there is none."""
    behind = places[at + 1 :]
    if at == 0:
        moved = min(places[0], behind[0] - clock.SECOND) if behind else places[0]
    else:
        middle = (places[at - 1] + behind[0]) // 2 if behind else 0
        moved = max(middle, places[at - 1] + 1)
    ordered = [*places[:at], moved]
    for place in behind:
        ordered.append(max(place, ordered[-1] + 1))
    return ordered


def _publish(work: UnitOfWork, row: VisitRow) -> None:
    """Publish a new place to those in charge, and to the patient, whose page may show it."""
    rows.publish_to_room(work, row)
    rows.publish_to_patient(work, row)
