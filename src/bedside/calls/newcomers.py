"""Newcomers: whoever is to come into a running call in which patients are, or a second patient.

Nobody hears a patient, and no patient is heard, before each of them has agreed. Until then the
newcomer has a place of their own kind (`Standing.AGREEING`): a patient waits on in the queue, a
guest before the door. `waits_for` names the participants who have not answered. Patients who have
met another patient in a call are in a group, and are not asked again for further patients; for
each guest everybody is asked.
"""

from dataclasses import dataclass

from bedside.audit import Action, Actor, AuditLog
from bedside.audit.actors import ActorKind
from bedside.calls import rows
from bedside.calls.access import HostSeat
from bedside.calls.group_calls import GroupCalls
from bedside.calls.media_server import CallIsFull
from bedside.calls.rows import CallRow, ParticipantRow
from bedside.calls.states import PRESENT, CallState, Kind, NoMediaServer, Standing
from bedside.errors import Conflict, NotFound
from bedside.kernel import faults
from bedside.kernel.language import gettext as _
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.people.permissions import RoomAccess, VisitorAccess
from bedside.visits.rows import VisitRow
from bedside.visits.states import State
from bedside.visits.steps import Admit
from bedside.visits.transitions import Transitions


@dataclass(frozen=True, slots=True)
class Asked:
    """A waiting patient who is asked into a call with this many other patients."""

    participant_id: str
    has_agreed: bool
    patients: int


class Newcomers:
    """Asks those who would hear each other, and lets a newcomer in when all have agreed."""

    def __init__(
        self,
        database: Transactions,
        audit: AuditLog,
        transitions: Transitions,
        group_calls: GroupCalls,
    ) -> None:
        self._database = database
        self._audit = audit
        self._transitions = transitions
        self._group_calls = group_calls

    # --- staff -----------------------------------------------------------------------------------

    async def ask(
        self, host: HostSeat, room: RoomAccess, visit_id: str, *, leg: int | None = None
    ) -> None:
        """Ask a waiting patient, and the patients in the call, whether they meet. A second request
        changes nothing.

        Raises CallEnded, CallIsFull, NoMediaServer, NotFound, and Conflict with a sentence if the
        patient is not waiting here (any more) or their page is not there.
        """
        async with self._database.unit_of_work() as work:
            await work.lock(f"call:{host.call_id}")
            visit = await self._transitions.lock_in_room(work, room, visit_id, leg)
            call = await rows.active_call(work, host.call_id)
            place = await rows.of_person(work, call.id, Kind.PATIENT, visit.id)
            if place is not None and place.state == Standing.AGREEING:
                return
            await self._transitions.require_waiting(visit, host.actor)
            if visit.away_since:
                raise Conflict(
                    _("This patient's page is not there just now. Nobody was asked."),
                    code="patient_is_away",
                )
            await self._group_calls.require_room(work, call.id)
            held_by = await _patients_in(work, call.id)
            row = await rows.put_participant(
                work, (call.id, call.clinic_id), Kind.PATIENT, visit.id, Standing.AGREEING
            )
            asked = [one.id for one in held_by if not one.in_group] + [row.id]
            await rows.change_participant(
                work,
                row.id,
                waits_for=" ".join(asked),
                refused_by="",
                asked_by=host.staff.staff_id,
            )
            rows.publish_to_newcomer(work, row)
            await self._note(work, call, host.actor, Action.CALL_NEWCOMER_ASKED, visit)
            faults.point("call.newcomer_asked")

    async def bring_guest(
        self, work: UnitOfWork, call: CallRow, row: ParticipantRow
    ) -> ParticipantRow:
        """Let in a guest whom staff admit, or ask the patients first. The call is locked. Returns
        the guest's place as it is now."""
        asked = [one.id for one in await _patients_in(work, call.id)]
        state = Standing.AGREEING if asked else Standing.ASKED
        await rows.put_participant(
            work, (call.id, call.clinic_id), Kind.GUEST, row.person_id, state
        )
        row = await rows.change_participant(work, row.id, waits_for=" ".join(asked), refused_by="")
        rows.publish_to_newcomer(work, row)
        return row

    async def take_back(self, host: HostSeat, participant_id: str) -> None:
        """Ask no longer; nobody has heard anybody. Idempotent. Raises NotFound, and Conflict if
        the newcomer is in the call already."""
        async with self._database.unit_of_work() as work:
            await work.lock(f"call:{host.call_id}")
            call = await rows.active_call(work, host.call_id)
            row = await rows.participant_row(work, participant_id)
            if row is None or row.call_id != call.id:
                raise NotFound
            if row.state in PRESENT:
                raise Conflict(
                    _("All have agreed: they are in the call already."), code="newcomer_is_in"
                )
            if row.state == Standing.AGREEING:
                await rows.ask_no_longer(work, row)

    # --- patients --------------------------------------------------------------------------------

    async def agree(self, visitor: VisitorAccess, participant_id: str) -> None:
        """Agree to a newcomer, or to come into the call oneself; the last answer lets them in.

        Raises NotFound, and Conflict if they are not asked for any more, or this patient has
        answered already (a double press changes nothing).
        """
        async with self._database.unit_of_work() as work:
            call, row, own, visit = await self._asked(work, visitor, participant_id)
            left = [one for one in row.waits_for.split() if one != own.id]
            row = await rows.change_participant(work, row.id, waits_for=" ".join(left))
            await self._note(work, call, visitor.actor, Action.CALL_NEWCOMER_AGREED, visit)
            await self._settle(work, call, row, visit)

    async def refuse(self, visitor: VisitorAccess, participant_id: str) -> None:
        """Refuse; everything stays as it is, and staff learn who would rather not. Raises as
        `agree`."""
        async with self._database.unit_of_work() as work:
            call, row, own, visit = await self._asked(work, visitor, participant_id)
            await rows.ask_no_longer(work, row, refused_by=own.id)
            await self._note(work, call, visitor.actor, Action.CALL_NEWCOMER_REFUSED, visit)

    async def asked(self, visitor: VisitorAccess) -> Asked | None:
        """Return what a waiting patient is asked; None if nothing is."""
        async with self._database.read() as db:
            found = await rows.agreeing_of(db, visitor.visit_id)
            row = found[0] if found else None
            inside = await rows.participants_of(db, row.call_id) if row else []
        if row is None:
            return None
        return Asked(
            participant_id=row.id,
            has_agreed=row.id not in row.waits_for.split(),
            patients=sum(one.kind == Kind.PATIENT and one.state in PRESENT for one in inside),
        )

    async def _asked(
        self, work: UnitOfWork, visitor: VisitorAccess, participant_id: str
    ) -> tuple[CallRow, ParticipantRow, ParticipantRow, VisitRow | None]:
        """Lock and return the call, the newcomer's and the own place, and the newcomer's visit."""
        found = await rows.participant_row(work, participant_id)
        if found is None or found.clinic_id != visitor.clinic_id:
            raise NotFound
        await work.lock(f"call:{found.call_id}")
        visit = await self._visit_of(work, found)
        own = await rows.of_person(work, found.call_id, Kind.PATIENT, visitor.visit_id)
        if own is None or (own.state not in PRESENT and own.id != found.id):
            raise NotFound
        call = await rows.locked_call(work, found.call_id)
        row = await rows.participant_row(work, participant_id)
        over = call is None or call.state != CallState.ACTIVE
        if over or call is None or row is None or row.state != Standing.AGREEING:
            raise Conflict(_("This is not asked any more."), code="newcomer_is_over")
        if own.id not in row.waits_for.split():
            raise Conflict(_("You have answered already."), code="newcomer_is_answered")
        return call, row, own, visit

    async def _visit_of(self, work: UnitOfWork, row: ParticipantRow) -> VisitRow | None:
        if row.kind != Kind.PATIENT:
            return None
        return await self._transitions.lock(work, row.clinic_id, row.person_id)

    # --- letting in ------------------------------------------------------------------------------

    async def _settle(
        self,
        work: UnitOfWork,
        call: CallRow,
        row: ParticipantRow,
        visit: VisitRow | None,
    ) -> None:
        """Let a newcomer in whom nobody's answer holds up any more: admitted by whoever asked."""
        if row.waits_for:
            rows.publish_to_newcomer(work, row)
            return
        if visit is not None and visit.state != State.WAITING:
            await rows.ask_no_longer(work, row)
            return
        try:
            await self._group_calls.require_room(work, call.id)
        except (CallIsFull, NoMediaServer):  # others came in first; the patients are not to blame
            await rows.ask_no_longer(work, row)
            return
        if visit is not None:
            asker = Actor(ActorKind.STAFF, row.asked_by)
            await self._transitions.take_step(work, visit, Admit(call.id), asker)
        row = await rows.put_participant(
            work, (call.id, call.clinic_id), Kind(row.kind), row.person_id, Standing.ASKED
        )
        rows.publish_to_newcomer(work, row)
        if row.kind == Kind.PATIENT:
            await self._are_a_group(work, call.id)
            await self._others_meet(work, row)
        faults.point("call.newcomer_in")

    async def _are_a_group(self, work: UnitOfWork, call_id: str) -> None:
        """Patients who meet now, and not those who agreed to somebody who never came."""
        for one in await _patients_in(work, call_id):
            if not one.in_group:
                await rows.change_participant(work, one.id, in_group=True)

    async def _others_meet(self, work: UnitOfWork, patient: ParticipantRow) -> None:
        """Whoever else is still asked for would meet this patient too."""
        for other in await rows.participants_of(work, patient.call_id):
            if other.state != Standing.AGREEING or other.id == patient.id:
                continue
            if other.kind == Kind.GUEST:
                waits_for = f"{other.waits_for} {patient.id}"
                await rows.change_participant(work, other.id, waits_for=waits_for)

    async def settle(self, payload: dict[str, str]) -> None:
        """Job: a patient has left the call, whose answer some newcomers may have waited for."""
        async with self._database.read() as db:
            everybody = await rows.participants_of(db, payload["call_id"])
        for found in everybody:
            if found.state == Standing.AGREEING and not found.waits_for:
                await self._settle_one(found)

    async def _settle_one(self, found: ParticipantRow) -> None:
        async with self._database.unit_of_work() as work:
            await work.lock(f"call:{found.call_id}")
            visit = await self._visit_of(work, found)
            call = await rows.locked_call(work, found.call_id)
            row = await rows.participant_row(work, found.id)
            if call is None or row is None or call.state != CallState.ACTIVE:
                return
            if row.state == Standing.AGREEING and not row.waits_for:
                await self._settle(work, call, row, visit)

    # --- whoever goes ----------------------------------------------------------------------------

    async def lock_leg(self, work: UnitOfWork, row: VisitRow) -> None:
        """Lock nothing more: the visit is locked (`visits.ports.LegsOfVisits`)."""

    async def leg_ended(self, work: UnitOfWork, row: VisitRow) -> None:
        """Ask no longer for a patient who has left the waiting room."""
        await self.no_longer_waiting(work, row)

    async def no_longer_waiting(self, work: UnitOfWork, visit: VisitRow) -> None:
        """Ask no longer for this patient, in whichever call; the visit is locked."""
        for row in await rows.agreeing_of(work, visit.id):
            await rows.locked_call(work, row.call_id)
            await rows.ask_no_longer(work, row)

    async def _note(
        self, work: UnitOfWork, call: CallRow, by: Actor, action: Action, visit: VisitRow | None
    ) -> None:
        await self._audit.record(
            work,
            call.clinic_id,
            by,
            action,
            patient_id=visit.patient_id if visit else "",
            subject_id=call.id,
        )


async def _patients_in(work: UnitOfWork, call_id: str) -> list[ParticipantRow]:
    everybody = await rows.participants_of(work, call_id)
    return [row for row in everybody if row.kind == Kind.PATIENT and row.state in PRESENT]
