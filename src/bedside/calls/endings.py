"""The end of calls: when nobody is left to talk with, or for everybody at once."""

from typing import Protocol

from bedside.audit import Action, Actor, AuditLog
from bedside.calls import rows
from bedside.calls.rows import CallRow
from bedside.calls.states import PRESENT, CallState, Kind, Standing, Topology
from bedside.kernel import clock
from bedside.kernel.unit_of_work import UnitOfWork

CLOSE_ROOM = "call.close_room"
"""The job that ends a call's room at the media server."""


class EndsWithCall(Protocol):
    """Something kept for as long as a call lasts, such as its whiteboard."""

    async def call_ended(self, work: UnitOfWork, call: CallRow, by: Actor) -> None:
        """Handle the end of a call, in this unit of work; its row is locked."""
        ...


class Endings:
    """Ends calls whose row is locked by the caller."""

    def __init__(self, audit: AuditLog) -> None:
        self._audit = audit
        self._told: list[EndsWithCall] = []

    def on_ended(self, app: EndsWithCall) -> None:
        """Call `app` when a call ends."""
        self._told.append(app)

    async def end(self, work: UnitOfWork, call: CallRow, by: Actor) -> None:
        """End a call for everybody left in it, and for its guests. The visits in it have taken
        their step before."""
        for row in await rows.participants_of(work, call.id):
            if row.state == Standing.AGREEING and row.kind == Kind.PATIENT:
                await rows.ask_no_longer(work, row)
            elif row.state in (*PRESENT, Standing.KNOCKING, Standing.AGREEING):
                await rows.take_out(work, row)
                if row.kind == Kind.GUEST:
                    rows.publish_to_guest(work, row, CallState.ENDED)
        await rows.shut_out_guests(work, call.id)
        await rows.change_call(
            work, call, state=CallState.ENDED, ended_at=clock.now(), ended_by=by.id
        )
        for app in self._told:
            await app.call_ended(work, call, by)
        if call.topology == Topology.MEDIA_SERVER:
            work.enqueue(CLOSE_ROOM, {"call_id": call.id}, unique=f"{CLOSE_ROOM}:{call.id}")
        await self._audit.record(work, call.clinic_id, by, Action.CALL_ENDED, subject_id=call.id)

    async def end_when_alone(self, work: UnitOfWork, call: CallRow, by: Actor) -> bool:
        """End the call if no patient and no guest is in it or invited in. Returns whether it
        ended."""
        if call.state != CallState.ACTIVE:
            return False
        for row in await rows.participants_of(work, call.id):
            if row.kind != Kind.STAFF and row.state in PRESENT:
                return False
        await self.end(work, call, by)
        return True
