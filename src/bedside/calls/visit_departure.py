"""The consequences for a call when a visit leaves it, whatever the reason."""

from bedside.audit import Action, Actor, AuditLog
from bedside.calls import rows
from bedside.calls.endings import Endings
from bedside.calls.states import PRESENT, Kind
from bedside.kernel.unit_of_work import UnitOfWork
from bedside.visits.rows import VisitRow
from bedside.visits.states import Step

SETTLE = "call.newcomers_settle"
"""The job that lets in whom nobody's answer holds up any more."""


class VisitDeparture:
    """Implements `visits.ports.CallsOfVisits`."""

    def __init__(self, audit: AuditLog, endings: Endings) -> None:
        self._audit = audit
        self._endings = endings

    async def visit_left_call(self, work: UnitOfWork, row: VisitRow, why: Step, by: Actor) -> None:
        """Take the patient out. A 1:1 call ends with that; a group call goes on (feature V11)."""
        call = await rows.locked_call(work, row.call_id)
        place = await rows.of_person(work, row.call_id, Kind.PATIENT, row.id)
        if call is None or place is None or place.state not in PRESENT:
            return
        await rows.take_out(work, place, by=by.id if why is Step.RETURNED else "")
        if await rows.hold_up_no_longer(work, place):
            work.enqueue(SETTLE, {"call_id": call.id})
        await self._audit.record(
            work,
            call.clinic_id,
            by,
            Action.CALL_LEFT,
            patient_id=row.patient_id,
            subject_id=call.id,
            why=str(why),
        )
        await self._endings.end_when_alone(work, call, by)
