"""The whiteboard of a call: everybody in the call draws on it and sees it.

Marks are sealed, numbered per call, and fetched by pages with their own access; events carry
numbers only. The board is destroyed when staff close it, when the call ends, and when a patient of
the call is transferred: nothing of it goes to the next clinician (feature V11).
"""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import bindparam, case, delete, func, insert, select, update

from bedside.audit import Action, Actor, AuditLog
from bedside.calls import rows
from bedside.calls.access import CallSeat, HostSeat, Seats, in_calls
from bedside.calls.apps.marks import Clear, Erase, Mark, Restore
from bedside.calls.models import whiteboard_strokes as strokes
from bedside.calls.rows import CallRow, ParticipantRow
from bedside.calls.states import PRESENT, CallEnded, CallState, Kind
from bedside.database.sealed import Vault
from bedside.database.statements import prepared
from bedside.errors import Conflict, NotFound
from bedside.kernel import clock
from bedside.kernel.events import Event, declared
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.realtime.topics import AudienceOf, TopicKind
from bedside.visits.rows import VisitRow
from bedside.visits.states import Step

LARGEST = 4_000
"""Marks on one board."""
_STROKE = "whiteboard_strokes.stroke"
_OPENED = {"kind": "opened"}

_add = prepared(insert(strokes))
_since = prepared(
    select(strokes)
    .where(
        strokes.c.call_id == bindparam("of_call"),
        strokes.c.number > bindparam("since"),
        strokes.c.cleared_by == 0,
    )
    .order_by(strokes.c.number)
)
_last = prepared(
    select(
        func.coalesce(func.max(strokes.c.number), 0).label("number"),
        func.coalesce(func.sum(case((strokes.c.cleared_by == 0, 1), else_=0)), 0).label("marks"),
        func.count().label("kept"),
    ).where(strokes.c.call_id == bindparam("of_call"))
)
_GROUND = ""
"""In the place of the participant: the picture on which everybody draws."""
_ERASED = (strokes.c.call_id == bindparam("of_call"), strokes.c.number == bindparam("of_number"))
_OF_ONE = strokes.c.participant_id == bindparam("of_participant")
_erase = prepared(delete(strokes).where(*_ERASED))
_erase_own = prepared(delete(strokes).where(*_ERASED, _OF_ONE))
_clear_all = (
    update(strokes)
    .where(
        strokes.c.call_id == bindparam("of_call"),
        strokes.c.cleared_by == 0,
        strokes.c.participant_id != _GROUND,
    )
    .values(cleared_by=bindparam("by_number"))
)
_clear, _clear_own = prepared(_clear_all), prepared(_clear_all.where(_OF_ONE))
_restore = prepared(
    update(strokes)
    .where(strokes.c.call_id == bindparam("of_call"), strokes.c.cleared_by == bindparam("number"))
    .values(cleared_by=0)
)
_cleared_by_whom = prepared(select(strokes.c.participant_id).where(*_ERASED))
_destroy_cleared = prepared(
    delete(strokes).where(strokes.c.call_id == bindparam("of_call"), strokes.c.cleared_by > 0)
)
_ground = prepared(
    select(strokes).where(*_ERASED, strokes.c.participant_id == _GROUND, strokes.c.cleared_by == 0)
)
_take_ground = prepared(
    delete(strokes).where(
        strokes.c.call_id == bindparam("of_call"), strokes.c.participant_id == _GROUND
    )
)
_wipe = prepared(delete(strokes).where(strokes.c.call_id == bindparam("of_call")))


@declared
class WhiteboardChanged(Event):
    """The whiteboard of a call was opened, drawn on (up to number `last`), or closed (`last` 0)."""

    type: ClassVar[str] = "whiteboard.changed"
    call_id: str
    last: int

    def topic(self) -> str:
        """The topic of those in the call."""
        return f"whiteboard:{self.call_id}"


@declared
class WhiteboardSaved(Event):
    """The clinic saved a picture of the whiteboard in the chart of a patient in the call."""

    type: ClassVar[str] = "whiteboard.saved"
    call_id: str
    visit_id: str

    def topic(self) -> str:
        """The topic of those in the call."""
        return f"whiteboard:{self.call_id}"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A mark on the board. Its repr omits the content."""

    number: int
    mine: bool
    mark: dict[str, Any]

    def __repr__(self) -> str:
        return f"Drawn({self.number})"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture from a chart, as it is laid under the board. Its repr omits the content."""

    media_type: str
    content: bytes

    def __repr__(self) -> str:
        return f"Picture({self.media_type})"


@dataclass(frozen=True, slots=True)
class Board:
    """The marks after some number; `last` is the newest, 0 while the board is closed."""

    last: int
    drawn: list[Drawn]


class Whiteboard:
    """Opens, shows, changes and destroys whiteboards of calls."""

    def __init__(self, database: Transactions, vault: Vault, audit: AuditLog, seats: Seats) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._seats = seats

    async def open(self, host: HostSeat) -> int:
        """Show the board to everybody in the call. Idempotent. Returns its newest number.

        Raises CallEnded.
        """
        keys = await self._vault.clinic(host.clinic_id)
        async with self._database.unit_of_work() as work:
            last, _ = await self._locked(work, host)
            if last == 0:
                last = 1
                sealed = keys.seal(_STROKE, _place(host.call_id, last), _OPENED)
                await _put(work, host, last, sealed)
                work.emit(WhiteboardChanged(call_id=host.call_id, last=last))
                await self._audit.record(
                    work,
                    host.clinic_id,
                    host.actor,
                    Action.WHITEBOARD_OPENED,
                    subject_id=host.call_id,
                )
        return last

    async def draw(self, seat: CallSeat, marks: Sequence[Mark]) -> int:
        """Add marks to an open board, or remove some: staff anybody's, others their own. Returns
        the newest number.

        Raises Conflict if the board is closed or full, NotFound for anybody not in the call (yet),
        CallEnded.
        """
        keys = await self._vault.clinic(seat.clinic_id)
        async with self._database.unit_of_work() as work:
            last, there = await self._locked(work, seat)
            if last == 0:
                raise Conflict(N_("The whiteboard is closed."), code="whiteboard_closed")
            for mark in marks:
                last += 1
                if isinstance(mark, Clear | Restore):
                    await _clear_or_restore(work, seat, mark, last)
                    there = 0  # counted again with the next marks
                elif isinstance(mark, Erase):
                    await _take(work, seat, mark)
                elif there >= LARGEST:
                    raise Conflict(
                        N_("The whiteboard is full. Clear it to go on."), code="whiteboard_full"
                    )
                there += 1
                sealed = keys.seal(_STROKE, _place(seat.call_id, last), mark.model_dump())
                await _put(work, seat, last, sealed)
            work.emit(WhiteboardChanged(call_id=seat.call_id, last=last))
        return last

    async def marks(self, seat: CallSeat, since: int) -> Board:
        """Return the marks after number `since`. Raises NotFound for anybody not in the call
        (yet)."""
        async with self._database.read() as db:
            place = await rows.participant_row(db, seat.participant_id)
            _require_present(seat, place)
            newest = await db.one(_last, of_call=seat.call_id)
            found = await db.all(_since, of_call=seat.call_id, since=since)
        keys = await self._vault.clinic(seat.clinic_id)
        drawn: list[Drawn] = []
        for row in found:
            mark = keys.unseal(_STROKE, _place(row.call_id, row.number), row.stroke)
            if row.participant_id == _GROUND:
                if not _may_see(seat, mark):
                    continue
                mark = {"kind": "ground"}
            drawn.append(Drawn(row.number, row.participant_id == seat.participant_id, mark))
        return Board(newest.number if newest else 0, drawn)

    async def lay_ground(self, host: HostSeat, patient_id: str, picture: Picture) -> int:
        """Lay a picture from the chart of a patient in the call under the board, in place of one
        that is there. Other patients in the call do not see it. Returns the newest number.

        It is a copy, destroyed with the board. Raises Conflict if the board is closed, CallEnded.
        """
        keys = await self._vault.clinic(host.clinic_id)
        mark = {
            "kind": "ground",
            "patient": patient_id,
            "type": picture.media_type,
            "data": b64encode(picture.content).decode(),
        }
        async with self._database.unit_of_work() as work:
            last, _ = await self._locked(work, host)
            if last == 0:
                raise Conflict(N_("The whiteboard is closed."), code="whiteboard_closed")
            await work.execute(_take_ground, of_call=host.call_id)
            last += 1
            sealed = keys.seal(_STROKE, _place(host.call_id, last), mark)
            await _put(work, host, last, sealed, by=_GROUND)
            work.emit(WhiteboardChanged(call_id=host.call_id, last=last))
        return last

    async def ground(self, seat: CallSeat, number: int) -> Picture:
        """Return the picture under the board. Raises NotFound, also for other patients."""
        async with self._database.read() as db:
            _require_present(seat, await rows.participant_row(db, seat.participant_id))
            row = await db.one(_ground, of_call=seat.call_id, of_number=number)
        if row is None:
            raise NotFound
        keys = await self._vault.clinic(seat.clinic_id)
        mark = keys.unseal(_STROKE, _place(row.call_id, row.number), row.stroke)
        if not _may_see(seat, mark):
            raise NotFound
        return Picture(mark["type"], b64decode(mark["data"]))

    async def close(self, host: HostSeat) -> None:
        """Close the board for everybody; its content is destroyed. Idempotent."""
        async with self._database.unit_of_work() as work:
            await self._locked(work, host)
            await self._destroy(work, host.call_id, host.clinic_id, host.actor)

    async def saved(self, host: HostSeat, visit_id: str, patient_id: str, entry_id: str) -> None:
        """Publish to everybody in the call that a picture of the board is in a patient's chart
        now."""
        async with self._database.unit_of_work() as work:
            work.emit(WhiteboardSaved(call_id=host.call_id, visit_id=visit_id))
            await self._audit.record(
                work,
                host.clinic_id,
                host.actor,
                Action.WHITEBOARD_SAVED,
                patient_id=patient_id,
                subject_id=host.call_id,
                visit=visit_id,
                file=entry_id,
            )

    def topics(self, audience: AudienceOf) -> tuple[TopicKind, ...]:
        """Return the kind `whiteboard:{call}`; `audience`: who may follow a call."""
        return (TopicKind("whiteboard", self.snapshot, audience),)

    async def snapshot(self, access: object, call_id: str) -> dict[str, Any]:
        """Return the newest number of the board, 0 while it is closed. Raises NotFound for those
        not in the call."""
        await self._seats.listener(in_calls(access), call_id)
        async with self._database.read() as db:
            newest = await db.one(_last, of_call=call_id)
        return {"call_id": call_id, "last": newest.number if newest else 0}

    # --- the end -------------------------------------------------------------------------------

    async def call_ended(self, work: UnitOfWork, call: CallRow, by: Actor) -> None:
        """Destroy the board with its call; see `endings.EndsWithCall`."""
        await self._destroy(work, call.id, call.clinic_id, by)

    async def visit_left_call(self, work: UnitOfWork, row: VisitRow, why: Step, by: Actor) -> None:
        """Destroy the board if a patient left the call by a transfer; see
        `visits.ports.CallsOfVisits`."""
        if why is Step.TRANSFERRED:
            await rows.locked_call(work, row.call_id)
            await self._destroy(work, row.call_id, row.clinic_id, by)

    async def _destroy(self, work: UnitOfWork, call_id: str, clinic_id: str, by: Actor) -> None:
        if not await work.execute(_wipe, of_call=call_id):
            return
        work.emit(WhiteboardChanged(call_id=call_id, last=0))
        await self._audit.record(work, clinic_id, by, Action.WHITEBOARD_CLOSED, subject_id=call_id)

    async def _locked(self, work: UnitOfWork, seat: CallSeat) -> tuple[int, int]:
        """Lock an active call. Returns the newest number and the count of marks."""
        call = await rows.locked_call(work, seat.call_id)
        if call is None or call.state != CallState.ACTIVE:
            raise CallEnded
        _require_present(seat, await rows.participant_row(work, seat.participant_id))
        newest = await work.one(_last, of_call=seat.call_id)
        return (newest.number, newest.marks) if newest else (0, 0)


async def _take(work: UnitOfWork, seat: CallSeat, mark: Erase) -> None:
    for number in mark.numbers:
        if seat.kind is Kind.STAFF:
            await work.execute(_erase, of_call=seat.call_id, of_number=number)
        else:
            await work.execute(
                _erase_own,
                of_call=seat.call_id,
                of_number=number,
                of_participant=seat.participant_id,
            )


async def _clear_or_restore(
    work: UnitOfWork, seat: CallSeat, mark: Clear | Restore, number: int
) -> None:
    """Hide marks, or show them again; only whoever cleared may undo it, and staff.

    What was cleared is destroyed once a board keeps too much of it.
    """
    is_staff = seat.kind is Kind.STAFF
    if isinstance(mark, Restore):
        cleared = await work.one(_cleared_by_whom, of_call=seat.call_id, of_number=mark.number)
        if cleared and (is_staff or cleared.participant_id == seat.participant_id):
            await work.execute(_restore, of_call=seat.call_id, number=mark.number)
        return
    newest = await work.one(_last, of_call=seat.call_id)
    if newest and newest.kept > 3 * LARGEST:
        await work.execute(_destroy_cleared, of_call=seat.call_id)
    if mark.all and is_staff:
        await work.execute(_clear, of_call=seat.call_id, by_number=number)
    else:
        await work.execute(
            _clear_own,
            of_call=seat.call_id,
            by_number=number,
            of_participant=seat.participant_id,
        )


def _may_see(seat: CallSeat, ground: dict[str, Any]) -> bool:
    """Whether a picture may be shown: a patient sees pictures of their own chart only."""
    return seat.kind is not Kind.PATIENT or seat.patient_id == ground["patient"]


async def _put(
    work: UnitOfWork, seat: CallSeat, number: int, sealed: bytes, *, by: str | None = None
) -> None:
    await work.execute(
        _add,
        call_id=seat.call_id,
        number=number,
        participant_id=seat.participant_id if by is None else by,
        stroke=sealed,
        at=clock.now(),
    )


def _require_present(seat: CallSeat, row: ParticipantRow | None) -> None:
    """Hide the board from guests who knock, and from everybody who has left."""
    if row is None or (seat.kind is not Kind.STAFF and row.state not in PRESENT):
        raise NotFound


def _place(call_id: str, number: int) -> str:
    return f"{call_id}/{number}"


def apply(snapshot: dict[str, Any], event_type: str, data: dict[str, Any]) -> dict[str, Any]:
    """Apply an event to a snapshot of the topic."""
    if event_type == WhiteboardChanged.type:
        return {**snapshot, "last": data["last"]}
    return snapshot
