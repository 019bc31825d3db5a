"""Calls: starting, going on to the next one, leaving, ending.

Locks are taken in one order: the person or the call by name, the visits, the call, and then the
audit log; see `visits.transitions`.
"""

from typing import Final

from sqlalchemy import bindparam, select

from bedside.audit import Action, AuditLog
from bedside.audit.actors import SYSTEM
from bedside.calls import rows, unanswered
from bedside.calls.access import CallSeat, HostSeat
from bedside.calls.endings import Endings
from bedside.calls.group_calls import GroupCalls
from bedside.calls.models import participants
from bedside.calls.newcomers import Newcomers
from bedside.calls.rows import ParticipantRow
from bedside.calls.states import (
    PRESENT,
    CallState,
    InAnotherCall,
    Kind,
    Mode,
    Standing,
)
from bedside.database.statements import prepared
from bedside.kernel import faults
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.people.permissions import RoomAccess, StaffAccess
from bedside.visits import rows as visit_rows
from bedside.visits.queue_order import QueueOrder
from bedside.visits.rows import VisitRow
from bedside.visits.states import State, Step
from bedside.visits.steps import Admit, End, Return
from bedside.visits.transitions import Transitions

_COMPLETED = End(Step.COMPLETED)
_patients_in = prepared(
    select(participants.c.person_id).where(
        participants.c.call_id == bindparam("of_call"),
        participants.c.kind == Kind.PATIENT.value,
        participants.c.state.in_(sorted(PRESENT)),
    )
)


class _LookAgain(Exception):
    """Somebody else was faster; nothing was written."""


class _Absent:
    """A disconnected participant, in place of a seat; the product itself acts for them."""

    actor: Final = SYSTEM

    def __init__(self, row: ParticipantRow) -> None:
        self.call_id: str = row.call_id
        self.clinic_id: str = row.clinic_id
        self.participant_id: str = row.id
        self.kind = Kind(row.kind)


class Calls:
    """Calls, for staff, patients and guests."""

    def __init__(
        self,
        database: Transactions,
        audit: AuditLog,
        transitions: Transitions,
        endings: Endings,
        group_calls: GroupCalls,
        newcomers: Newcomers,
        order: QueueOrder,
    ) -> None:
        self._database = database
        self._audit = audit
        self._transitions = transitions
        self._endings = endings
        self._group_calls = group_calls
        self._newcomers = newcomers
        self._order = order

    # --- starting --------------------------------------------------------------------------------

    async def start(
        self, room: RoomAccess, visit_id: str, mode: Mode, *, leg: int | None = None
    ) -> str:
        """Admit a waiting patient to a new call. `leg` is the one the page has shown. Returns the
        id of the call.

        Raises InAnotherCall for somebody who is in a call, Conflict with a sentence if the patient
        is not waiting here (any more), NotFound.
        """
        async with self._database.unit_of_work() as work:
            await self._must_be_free(work, room.staff)
            visit = await self._transitions.lock_in_room(work, room, visit_id, leg)
            return await self._begin(work, room, visit, mode)

    async def next_patient(self, room: RoomAccess, mode: Mode) -> str | None:
        """Admit the patient who is next (`queue_order`) to a new call. Two callers at once never
        get the same patient.

        Returns the id of the call, or None if nobody is waiting. Raises InAnotherCall.
        """
        while True:
            try:
                async with self._database.unit_of_work() as work:
                    await self._must_be_free(work, room.staff)
                    await work.lock(f"next patient:{room.room_id}")
                    visit = await self._next(work, room)
                    call_id = visit and await self._begin(work, room, visit, mode)
            except _LookAgain:
                continue
            faults.point("visit.admitted")
            return call_id

    async def _must_be_free(self, work: UnitOfWork, staff: StaffAccess) -> None:
        await work.lock(f"calls of:{staff.staff_id}")
        place = await rows.current_of(work, Kind.STAFF, staff.staff_id)
        if place is not None:
            raise InAnotherCall(place.call_id)

    async def _next(self, work: UnitOfWork, room: RoomAccess) -> VisitRow | None:
        here = await work.all(visit_rows.in_room, room=room.room_id)
        first = await self._order.next_of(work, room.room_id, here)
        if first is None:
            return None
        visit = await self._transitions.lock(work, room.clinic_id, first.id)
        if visit.state != State.WAITING or visit.room_id != room.room_id:
            raise _LookAgain
        return visit

    async def _begin(self, work: UnitOfWork, room: RoomAccess, visit: VisitRow, mode: Mode) -> str:
        staff = room.staff
        call_id = await rows.add_call(work, room.clinic_id, room.room_id, mode, staff.staff_id)
        await self._newcomers.no_longer_waiting(work, visit)
        await self._transitions.take_step(work, visit, Admit(call_id), room.actor)
        for kind, person in ((Kind.STAFF, staff.staff_id), (Kind.PATIENT, visit.id)):
            call = (call_id, room.clinic_id)
            await rows.put_participant(work, call, kind, person, Standing.ASKED)
        unanswered.watch(work, visit.id, call_id)
        await self._audit.record(
            work,
            room.clinic_id,
            room.actor,
            Action.CALL_STARTED,
            patient_id=visit.patient_id,
            subject_id=call_id,
            mode=str(mode),
        )
        return call_id

    # --- during a call ---------------------------------------------------------------------------

    async def return_to_waiting_room(
        self, room: RoomAccess, visit_id: str, *, leg: int | None = None
    ) -> None:
        """Return a patient from the call to the old place in the queue."""
        await self._step(room, visit_id, leg, Return())

    async def end_visit(self, room: RoomAccess, visit_id: str, *, leg: int | None = None) -> None:
        """Complete the visit; a 1:1 call ends with it."""
        await self._step(room, visit_id, leg, _COMPLETED)

    async def _step(
        self, room: RoomAccess, visit_id: str, leg: int | None, step: Return | End
    ) -> None:
        async with self._database.unit_of_work() as work:
            visit = await self._transitions.lock_in_room(work, room, visit_id, leg)
            await self._transitions.take_step(work, visit, step, room.actor)

    async def turn_to_video(self, seat: CallSeat) -> None:
        """Turn a voice call into a video call, for everybody in it. Idempotent."""
        async with self._database.unit_of_work() as work:
            call = await rows.active_call(work, seat.call_id)
            if call.mode != Mode.VIDEO:
                await rows.change_call(work, call, mode=Mode.VIDEO)

    # --- leaving ---------------------------------------------------------------------------------

    async def leave(self, seat: CallSeat) -> None:
        """Leave the call. A patient returns to the waiting room, at the old place; once no member
        of staff is left, so does everybody else, and the call ends."""
        async with self._database.unit_of_work() as work:
            if seat.kind is Kind.PATIENT:
                visit = await self._transitions.lock(work, seat.clinic_id, seat.person_id)
                if visit.call_id == seat.call_id:
                    await self._transitions.take_step(work, visit, Return(), seat.actor)
                return
            await self._go_out(work, seat)

    async def give_up(self, participant_id: str, away_before: int) -> bool:
        """Take somebody out of the call whose page has been disconnected since before that moment,
        as if they had left. Returns False if the page is back."""
        async with self._database.unit_of_work() as work:
            row = await rows.participant_row(work, participant_id)
            if row is None:
                return False
            return await self._go_out(work, _Absent(row), away_before=away_before)

    async def _go_out(
        self, work: UnitOfWork, who: "CallSeat | _Absent", *, away_before: int | None = None
    ) -> bool:
        """Let a member of staff, or a guest, leave the call."""
        await work.lock(f"call:{who.call_id}")
        is_host = who.kind is Kind.STAFF
        patients = await self._lock_patients(work, who) if is_host else []
        call = await rows.locked_call(work, who.call_id)
        row = await rows.participant_row(work, who.participant_id)
        if call is None or row is None or row.state not in (*PRESENT, Standing.KNOCKING):
            return False
        if away_before is not None and not 0 < row.away_since < away_before:
            return False
        await rows.take_out(work, row)
        await self._audit.record(
            work, who.clinic_id, who.actor, Action.CALL_LEFT, subject_id=call.id
        )
        if is_host and not await _has_host(work, call.id):
            await self._end(work, who, patients, Return())
        else:
            await self._endings.end_when_alone(work, call, who.actor)
        return True

    async def end_for_all(self, host: HostSeat, then: Return | End = _COMPLETED) -> None:
        """End the call for everybody. `then` is the step of the visits in it: completed, or
        returned to the waiting room. Idempotent."""
        async with self._database.unit_of_work() as work:
            await work.lock(f"call:{host.call_id}")
            patients = await self._lock_patients(work, host)
            await rows.active_call(work, host.call_id)
            await self._end(work, host, patients, then)

    async def _lock_patients(self, work: UnitOfWork, seat: "CallSeat | _Absent") -> list[VisitRow]:
        """Lock the visits in a call. Nobody adds one in the meantime: that locks the call by name,
        too."""
        found = await work.all(_patients_in, of_call=seat.call_id)
        visits = {row.person_id for row in found}
        return await self._transitions.lock_all(work, seat.clinic_id, visits)

    async def _end(
        self,
        work: UnitOfWork,
        seat: "CallSeat | _Absent",
        patients: list[VisitRow],
        step: Return | End,
    ) -> None:
        for visit in patients:
            if visit.call_id == seat.call_id:
                await self._transitions.take_step(work, visit, step, seat.actor)
        call = await rows.call_row(work, seat.call_id)
        if call is not None and call.state == CallState.ACTIVE:
            await self._endings.end(work, call, seat.actor)


async def _has_host(work: UnitOfWork, call_id: str) -> bool:
    """Whether a member of staff is in the call, or expected."""
    everybody = await rows.participants_of(work, call_id)
    return any(row.kind == Kind.STAFF and row.state in PRESENT for row in everybody)
