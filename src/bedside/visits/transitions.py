"""The one place where a visit changes its state.

Everything that belongs to a step happens in the unit of work of its caller: the row, its leg, the
call it leaves, an open transfer, the audit line, who may see the chart, and the events.

Units of work take their locks in one global order, or they would deadlock: the visits (all of
them, by `lock_all`, if there are several), then the call, then the head of the clinic's audit
chain. From the audit line until the commit a unit of work is the only one of its clinic, and so
anything counted after it is right.
"""

from typing import Any

from sqlalchemy import bindparam, insert, select, update

from bedside.audit import Action, Actor, AuditLog
from bedside.database.statements import prepared
from bedside.errors import Conflict, NotFound
from bedside.kernel import clock, faults
from bedside.kernel.language import gettext as _
from bedside.kernel.unit_of_work import UnitOfWork
from bedside.people.assignments import Assignments
from bedside.people.clinics import Clinics
from bedside.people.permissions import RoomAccess
from bedside.people.staff import Staff
from bedside.visits import counts, rows
from bedside.visits.counts import RoomCount
from bedside.visits.events import PersonTransferChanged, RoomsChanged, RoomVisitGone
from bedside.visits.models import patient_transfers, rooms, visit_legs, visits
from bedside.visits.options import VisitOptions
from bedside.visits.ports import CallsOfVisits, LegsOfVisits
from bedside.visits.room_rows import room_name
from bedside.visits.rows import How, PatientTransferRow, VisitRow
from bedside.visits.states import GOING_ON, State, Step, after
from bedside.visits.steps import Admit, AnyStep, End, Return, TakeBack, Telephone, TransferTo

UNATTENDED = "room.unattended"
"""The job that checks whether anybody saw an arrival."""

_several = (
    select(visits)
    .where(visits.c.clinic_id == bindparam("clinic"))
    .order_by(visits.c.id)
    .with_for_update()
)
_add_leg = prepared(insert(visit_legs))
_leg = (visit_legs.c.visit_id == bindparam("of"), visit_legs.c.number == bindparam("leg"))
_close_leg = prepared(update(visit_legs).where(*_leg).values(left_at=bindparam("moment")))
_admit_leg = prepared(update(visit_legs).where(*_leg).values(admitted_by=bindparam("who")))
_first_admission = prepared(
    update(visit_legs)
    .where(*_leg, visit_legs.c.admitted_at == 0)
    .values(admitted_at=bindparam("moment"))
)
_transfer = prepared(
    select(patient_transfers)
    .where(patient_transfers.c.id == bindparam("of"), patient_transfers.c.state == "open")
    .with_for_update(),
    PatientTransferRow,
)
_end_transfer = prepared(
    update(patient_transfers)
    .where(patient_transfers.c.id == bindparam("of"))
    .values(state=bindparam("new_state"), ended_at=bindparam("moment"))
)
_last_from = prepared(
    select(patient_transfers)
    .where(
        patient_transfers.c.visit_id == bindparam("visit"),
        patient_transfers.c.from_room_id == bindparam("room"),
    )
    .order_by(patient_transfers.c.at.desc(), patient_transfers.c.id.desc())
    .limit(1)
)
_taken_from = prepared(
    select(patient_transfers)
    .where(
        patient_transfers.c.visit_id == bindparam("visit"),
        patient_transfers.c.to_room_id == bindparam("room"),
        patient_transfers.c.state == "taken_back",
    )
    .order_by(patient_transfers.c.at.desc(), patient_transfers.c.id.desc())
    .limit(1)
)
_way = prepared(
    select(visit_legs.c.room_id, visit_legs.c.how)
    .where(visit_legs.c.visit_id == bindparam("visit"))
    .order_by(visit_legs.c.number)
)
_treated = prepared(
    select(visit_legs.c.room_id)
    .where(visit_legs.c.visit_id == bindparam("visit"), visit_legs.c.admitted_at > 0)
    .distinct()
)
_other = prepared(
    select(visits.c.id)
    .where(
        visits.c.patient_id == bindparam("patient"),
        visits.c.room_id == bindparam("room"),
        visits.c.state.in_(GOING_ON),
    )
    .order_by(visits.c.id)
    .limit(1)
)
_open = prepared(select(rooms.c.open).where(rooms.c.id == bindparam("room")))


class Transitions:
    """Moves visits from one state to the next."""

    def __init__(
        self, audit: AuditLog, clinics: Clinics, assignments: Assignments, staff: Staff
    ) -> None:
        self._audit = audit
        self._clinics = clinics
        self._assignments = assignments
        self._staff = staff
        self._calls: list[CallsOfVisits] = []
        self._legs_of_visits: list[LegsOfVisits] = []

    def on_left_call(self, calls: CallsOfVisits) -> None:
        """Call `calls` when a visit leaves its call, in the same unit of work."""
        self._calls.append(calls)

    def on_leg_ended(self, legs: LegsOfVisits) -> None:
        """Call `legs` when a leg of a visit ends, in the same unit of work."""
        self._legs_of_visits.append(legs)

    # --- locking -------------------------------------------------------------------------------

    async def lock(self, work: UnitOfWork, clinic_id: str, visit_id: str) -> VisitRow:
        """Lock and return a visit until the commit. Raises NotFound."""
        row = await work.one(rows.for_change, of=visit_id)
        if row is None or row.clinic_id != clinic_id:
            raise NotFound
        return row

    async def lock_all(
        self, work: UnitOfWork, clinic_id: str, visit_ids: set[str]
    ) -> list[VisitRow]:
        """Lock several visits of a clinic at once, with what belongs to their legs; unknown ids
        are left out."""
        wanted = prepared(_several.where(visits.c.id.in_(sorted(visit_ids))), VisitRow)
        found = await work.all(wanted, clinic=clinic_id) if visit_ids else []
        for row in found:
            await self._lock_leg(work, row)
        return found

    async def _lock_leg(self, work: UnitOfWork, row: VisitRow) -> None:
        for legs in self._legs_of_visits:
            await legs.lock_leg(work, row)

    async def lock_in_room(
        self, work: UnitOfWork, room: RoomAccess, visit_id: str, leg: int | None = None
    ) -> VisitRow:
        """Lock and return a visit, for those in charge of its room. `leg` is the one the page has
        shown.

        Raises NotFound if it was never in this room, and Conflict with a sentence of what happened
        if it is no longer there, has ended, or has been elsewhere in between.
        """
        row = await self.lock(work, room.clinic_id, visit_id)
        if row.room_id != room.room_id:
            raise await self._moved(work, room, row)
        if row.state == State.ENDED:
            raise await self._ended(row)
        if leg is not None and row.leg != leg:
            raise Conflict(
                _("This patient has been in another room in the meantime. Look again."),
                code="visit_moved",
            )
        return row

    async def _moved(self, work: UnitOfWork, room: RoomAccess, row: VisitRow) -> Exception:
        """Return the reason why a visit is not in this room any more."""
        way = await work.all(_way, visit=row.id)
        here = [number for number, leg in enumerate(way) if leg.room_id == room.room_id]
        if not here:
            return NotFound()
        taken_back = way[here[-1] + 1].how == How.TAKEN_BACK
        found = _taken_from if taken_back else _last_from
        transfer = await work.one(found, visit=row.id, room=room.room_id)
        who = await self.name(row.clinic_id, transfer.by_staff_id if transfer else "")
        said = (
            _("{who} has taken this patient back to {room}.")
            if taken_back
            else _("{who} has transferred this patient to {room}.")
        ).format(who=who, room=await room_name(work, way[here[-1] + 1].room_id))
        return Conflict(said, code="visit_moved")

    async def _ended(self, row: VisitRow) -> Conflict:
        """Return the reason why a visit is over, for staff."""
        if row.ended_reason == Step.LEFT:
            said = _("The patient has left.")
        elif row.ended_reason == Step.EXPIRED:
            said = _("The patient was away for too long, and the visit has ended.")
        elif row.ended_reason == Step.MERGED:
            said = _("The patient has checked in again, and has one place now. Look at the queue.")
        else:
            who = await self.name(row.clinic_id, row.ended_by)
            removed = row.ended_reason == Step.REMOVED
            said = (
                _("{who} has removed this patient.")
                if removed
                else _("{who} has ended this visit.")
            ).format(who=who)
        return Conflict(said, code="visit_is_ended")

    async def name(self, clinic_id: str, staff_id: str) -> str:
        """Return a colleague's name for such a sentence."""
        names = await self._staff.named(clinic_id, {staff_id})
        return names.get(staff_id) or _("A colleague")

    # --- steps ---------------------------------------------------------------------------------

    async def take_step(
        self, work: UnitOfWork, row: VisitRow, step: AnyStep, by: Actor
    ) -> VisitRow:
        """Take a step with a visit that was locked in this unit of work and return the new row.
        Raises Conflict if the table does not allow it."""
        if isinstance(step, Admit):
            await self.require_waiting(row, by)
        state = after(State(row.state), step.kind)
        leaves = isinstance(step, TransferTo | TakeBack | End)
        if leaves:
            await self._lock_leg(work, row)
        moment = clock.now()
        now = await rows.save(work, row, state=str(state), **step.columns(row, by, moment))
        await self._legs(work, row, now, step, moment)
        if row.call_id and not isinstance(step, Admit):
            for calls in self._calls:
                await calls.visit_left_call(work, row, step.kind, by)
        closed = await self._close_transfer(work, row, step, moment)
        if leaves:
            for legs in self._legs_of_visits:
                await legs.leg_ended(work, row)
        await self._audit.record(
            work,
            now.clinic_id,
            by,
            step.action,
            patient_id=now.patient_id,
            subject_id=now.id,
            target=now.room_id,
        )
        if now.patient_id:
            await self._who_sees(work, now, step, by)
        if now.room_id != row.room_id:
            await self._watch_arrival(work, now)
        await self._publish(work, row, now, step)
        if closed is not None:
            await self.publish_to_sender(work, closed)
        faults.point("visit.stepping")
        return now

    async def begin(self, work: UnitOfWork, row: VisitRow, by: Actor) -> None:
        """Begin a visit that was checked in: its first leg, the audit line, and the events."""
        await work.execute(_add_leg, **_leg_row(row, How.CHECKED_IN, row.checked_in_at))
        await self._audit.record(
            work,
            row.clinic_id,
            by,
            Action.VISIT_CHECKED_IN,
            patient_id=row.patient_id,
            subject_id=row.id,
            target=row.room_id,
        )
        if row.patient_id:
            await self._assignments.join(
                work, row.clinic_id, by, row.patient_id, row.room_id, row.id
            )
        await self._watch_arrival(work, row)
        rows.publish_to_room(work, row)
        rows.publish_to_patient(work, row)
        await self.publish_counts(work, row.clinic_id, row.room_id)
        faults.point("visit.arriving")

    async def _who_sees(self, work: UnitOfWork, now: VisitRow, step: AnyStep, by: Actor) -> None:
        """Update who sees the chart: a room does as long as the visit lasts, and permanently once
        somebody of it has treated the patient."""
        if isinstance(step, TransferTo | TakeBack):
            await self._assignments.join(
                work, now.clinic_id, by, now.patient_id, now.room_id, now.id
            )
        elif isinstance(step, Admit | Telephone):
            await self._assignments.keep(work, now.patient_id, now.room_id)
        elif isinstance(step, End):
            await self._end_assignments(work, now, by)

    async def _end_assignments(self, work: UnitOfWork, row: VisitRow, by: Actor) -> None:
        """End the assignments of a visit's patient that end with the visit."""
        for one in await self._assignments.of_visit(work, row.id):
            other = await work.one(_other, patient=row.patient_id, room=one.target_id)
            if other is not None:  # the same patient is there on a second device
                await self._assignments.pass_on(work, one, other.id)
            else:
                await self._assignments.end(work, one, by)

    async def reassigned(self, work: UnitOfWork, row: VisitRow, now: VisitRow, by: Actor) -> None:
        """Update who sees the charts of a locked visit that was given to another patient: `row`
        is the visit as it was before."""
        await self._end_assignments(work, row, by)
        await self.identified(work, now, by)

    async def identified(self, work: UnitOfWork, row: VisitRow, by: Actor) -> None:
        """Update who sees the chart of a locked visit whose patient (`row.patient_id`) was
        identified: the rooms that have treated the patient from now on, and the current one while
        the visit lasts."""
        treated = {leg.room_id for leg in await work.all(_treated, visit=row.id)}
        present = {row.room_id} if row.state != State.ENDED else set[str]()
        for room_id in sorted(treated | present):
            await self._assignments.join(work, row.clinic_id, by, row.patient_id, room_id, row.id)
            if room_id in treated:
                await self._assignments.keep(work, row.patient_id, room_id)

    async def _watch_arrival(self, work: UnitOfWork, row: VisitRow) -> None:
        options = await self._clinics.options(row.clinic_id, VisitOptions)
        work.enqueue(
            UNATTENDED,
            {"visit_id": row.id, "leg": row.leg},
            unique=f"{UNATTENDED}:{row.id}:{row.leg}",
            delay=options.unattended_seconds * clock.SECOND,
        )

    async def require_waiting(self, row: VisitRow, by: Actor) -> None:
        """Raise Conflict, saying whose, if the patient is in a call already."""
        if row.state != State.IN_CALL:
            return
        if row.admitted_by == by.id:
            said = _("You have admitted this patient already.")
        else:
            who = await self.name(row.clinic_id, row.admitted_by)
            said = _("{who} is seeing this patient already.").format(who=who)
        raise Conflict(said, code="visit_is_in_call")

    async def _legs(
        self, work: UnitOfWork, row: VisitRow, now: VisitRow, step: AnyStep, moment: int
    ) -> None:
        if isinstance(step, Admit | Telephone):
            await work.execute(_first_admission, of=row.id, leg=row.leg, moment=moment)
            await work.execute(_admit_leg, of=row.id, leg=row.leg, who=now.admitted_by)
        elif not isinstance(step, Return):
            await work.execute(_close_leg, of=row.id, leg=row.leg, moment=moment)
        if isinstance(step, TransferTo | TakeBack):
            await work.execute(_add_leg, **_leg_row(now, step.how, moment))

    async def _close_transfer(
        self, work: UnitOfWork, row: VisitRow, step: AnyStep, moment: int
    ) -> PatientTransferRow | None:
        """Close the transfer that brought the patient: whatever happens next ends it."""
        if not row.transfer_id or not step.transfer_becomes:
            return None
        transfer = await work.one(_transfer, of=row.transfer_id)
        if transfer is None:
            return None
        state = step.transfer_becomes
        await work.execute(_end_transfer, of=transfer.id, new_state=state, moment=moment)
        return transfer._replace(state=state, ended_at=moment)

    # --- publishing ----------------------------------------------------------------------------

    async def _publish(self, work: UnitOfWork, row: VisitRow, now: VisitRow, step: AnyStep) -> None:
        if now.room_id != row.room_id or now.state == State.ENDED:
            work.emit(RoomVisitGone(room_id=row.room_id, visit_id=row.id, why=str(step.kind)))
        if now.state != State.ENDED:
            rows.publish_to_room(work, now)
        rows.publish_to_patient(work, now)
        for room_id in {row.room_id, now.room_id}:
            await self.publish_counts(work, row.clinic_id, room_id)

    async def publish_counts(self, work: UnitOfWork, clinic_id: str, room_id: str) -> None:
        """Publish how many are waiting in a room to the list of rooms; after the audit line of a
        change."""
        room = await work.one(_open, room=room_id)
        by_room = counts.by_room(await work.all(counts.in_room, room=room_id))
        here = by_room.get(room_id, RoomCount())
        work.emit(
            RoomsChanged(
                clinic_id=clinic_id,
                room_id=room_id,
                open=bool(room and room.open),
                waiting=here.waiting,
                in_call=here.seen,
            )
        )

    async def publish_to_sender(self, work: UnitOfWork, transfer: PatientTransferRow) -> None:
        """Publish the state of a transfer to its sender."""
        room = await work.one(_open, room=transfer.to_room_id)
        work.emit(
            PersonTransferChanged(
                staff_id=transfer.by_staff_id,
                transfer_id=transfer.id,
                visit_id=transfer.visit_id,
                to_room_id=transfer.to_room_id,
                to_room_open=bool(room and room.open),
                state=transfer.state,
                alerted=bool(transfer.alerted_at),
            )
        )


def _leg_row(row: VisitRow, how: How, moment: int) -> dict[str, Any]:
    return {
        "visit_id": row.id,
        "number": row.leg,
        "room_id": row.room_id,
        "how": str(how),
        "arrived_at": moment,
        "admitted_at": 0,
        "admitted_by": "",
        "left_at": 0,
    }
