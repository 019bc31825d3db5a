"""Taking part: joining with a page, its media, and disconnected pages."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from bedside.audit import Action, AuditLog
from bedside.calls import rows
from bedside.calls.access import CallAccess, CallSeat, kind_of, person_of
from bedside.calls.group_calls import GroupCalls
from bedside.calls.media_server import MOST_PUBLISHERS, CallIsFull
from bedside.calls.models import calls, participants
from bedside.calls.rows import CallRow, ParticipantRow
from bedside.calls.states import (
    DIRECT_LIMIT,
    PRESENT,
    CallEnded,
    CallState,
    Kind,
    NotInCall,
    Standing,
    Topology,
)
from bedside.database.statements import prepared
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.realtime.envelopes import Media

_of_connection = prepared(
    select(participants)
    .select_from(participants.join(calls, calls.c.id == participants.c.call_id))
    .where(
        participants.c.call_id == bindparam("of_call"),
        participants.c.connection_id == bindparam("connection"),
        participants.c.state == Standing.JOINED.value,
    )
    .with_for_update(of=participants)
)


@dataclass(frozen=True, slots=True)
class Joined:
    """The result of joining: the page's connection, for as long as it is loaded. A guest who
    knocks has none yet."""

    call_id: str
    participant_id: str
    connection_id: str
    state: Standing
    mode: str
    topology: str


class _OutgrowsDirect(Exception):
    """The media server has to be asked first, outside the unit of work."""


class Participants:
    """Lets pages join and change what they send."""

    def __init__(self, database: Transactions, audit: AuditLog, group_calls: GroupCalls) -> None:
        self._database = database
        self._audit = audit
        self._group_calls = group_calls

    async def join(
        self,
        seat: CallSeat,
        *,
        connection_id: str = "",
        muted: bool = False,
        camera: bool = False,
    ) -> Joined:
        """Join the call with this page, which replaces another page of the same person.

        `connection_id` is the one that the page has from joining before, if it is still in the
        call. A guest who has left knocks again. Raises CallEnded, NotInCall, CallIsFull,
        NoMediaServer or MediaServerDown (a fifth person).
        """
        sends = {"muted": muted, "camera": camera}
        try:
            async with self._database.unit_of_work() as work:
                return await self._join(work, seat, connection_id, sends, may_grow=False)
        except _OutgrowsDirect:
            await self._group_calls.prepare(seat.call_id)
        async with self._database.unit_of_work() as work:
            return await self._join(work, seat, connection_id, sends, may_grow=True)

    async def _join(
        self,
        work: UnitOfWork,
        seat: CallSeat,
        connection_id: str,
        sends: dict[str, bool],
        *,
        may_grow: bool,
    ) -> Joined:
        call = await rows.locked_call(work, seat.call_id)
        row = await rows.participant_row(work, seat.participant_id)
        if call is None or row is None or call.state != CallState.ACTIVE:
            raise CallEnded
        if row.kind == Kind.GUEST and row.state not in PRESENT:
            if row.state == Standing.LEFT:
                row = await rows.change_participant(work, row.id, state=Standing.KNOCKING)
            return _joined(call, row)
        if row.kind == Kind.PATIENT and row.state not in PRESENT:
            raise NotInCall
        if row.state != Standing.JOINED:
            call = await self._make_room(work, call, row, may_grow=may_grow)
        return _joined(call, await self._seated(work, seat, row, connection_id, sends))

    async def _seated(
        self,
        work: UnitOfWork,
        seat: CallSeat,
        row: ParticipantRow,
        connection_id: str,
        sends: dict[str, bool],
    ) -> ParticipantRow:
        here = row.state == Standing.JOINED
        same = here and bool(connection_id) and connection_id == row.connection_id
        if not here:
            await self._audit.record(
                work,
                seat.clinic_id,
                seat.actor,
                Action.CALL_JOINED,
                patient_id=seat.patient_id,
                subject_id=seat.call_id,
            )
        return await rows.change_participant(
            work,
            row.id,
            state=Standing.JOINED,
            connection_id=row.connection_id if same else new_id("con"),
            sharing=bool(row.sharing) and same,
            microphone=row.microphone if same else "ok",
            away_since=0,
            joined_at=row.joined_at or clock.now(),
            left_at=0,
            **sends,
        )

    async def _make_room(
        self, work: UnitOfWork, call: CallRow, row: ParticipantRow, *, may_grow: bool
    ) -> CallRow:
        """Make room for one more; from the fifth on through the media server."""
        everybody = await rows.participants_of(work, call.id)
        others = [o for o in everybody if o.state == Standing.JOINED and o.id != row.id]
        if len(others) >= MOST_PUBLISHERS:
            raise CallIsFull
        if len(others) < DIRECT_LIMIT or call.topology == Topology.MEDIA_SERVER:
            return call
        if not may_grow:
            raise _OutgrowsDirect
        await rows.change_call(work, call, topology=Topology.MEDIA_SERVER)
        grown = await rows.call_row(work, call.id)
        assert grown is not None  # noqa: S101 - it is locked
        return grown

    async def media(self, access: CallAccess, said: Media) -> bool:
        """Record what a page currently sends: microphone, camera, shared screen. Returns False if
        it is not (any more) this person's page in the call; nothing was changed then."""
        async with self._database.unit_of_work() as work:
            row = await work.one(_of_connection, of_call=said.call, connection=said.sender)
            own = row is not None and (row.kind, row.person_id, row.clinic_id) == (
                kind_of(access),
                person_of(access),
                access.clinic_id,
            )
            if row is None or not own:
                return False
            now = {
                "muted": said.muted,
                "camera": said.camera,
                "sharing": said.sharing,
                "microphone": said.microphone,
            }
            if any(getattr(row, name) != value for name, value in now.items()):
                await rows.change_participant(work, row.id, **now)
        return True


def _joined(call: CallRow, row: ParticipantRow) -> Joined:
    return Joined(call.id, row.id, row.connection_id, Standing(row.state), call.mode, call.topology)


def joined_facts(joined: Joined) -> dict[str, Any]:
    """Return the facts as a page gets them."""
    return {
        "call_id": joined.call_id,
        "participant_id": joined.participant_id,
        "connection_id": joined.connection_id,
        "state": str(joined.state),
        "mode": joined.mode,
        "topology": joined.topology,
    }
