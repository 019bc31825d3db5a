"""Correction: a visit that is in the wrong chart is given to the patient whose visit it was.

Somebody pressed the wrong “This is …”, or the wrong person answered an invitation. The visit with
its course, notes, chat and files goes to the other chart. The first chart keeps a line for each
file that was moved away, and both audit logs say who did it and why.
"""

from bedside.audit import Action, AuditLog
from bedside.errors import NotFound, WrongInput
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Transactions
from bedside.people.permissions import ChartAccess
from bedside.visits import rows
from bedside.visits.ports import EntriesOfVisits
from bedside.visits.rows import Identified
from bedside.visits.states import State
from bedside.visits.transitions import Transitions

REASON_MAX = 500


class Correction:
    """Gives visits to another patient."""

    def __init__(self, database: Transactions, audit: AuditLog, transitions: Transitions) -> None:
        self._database = database
        self._audit = audit
        self._transitions = transitions
        self._entries: list[EntriesOfVisits] = []

    def on_reassigned(self, entries: EntriesOfVisits) -> None:
        """Call `entries` when a visit is given to another patient, in the same unit of work."""
        self._entries.append(entries)

    async def reassign(
        self, chart: ChartAccess, visit_id: str, to: ChartAccess, reason: str
    ) -> None:
        """Give a visit of this chart to the patient of another one. The visit may be in progress.

        Raises NotFound for a visit that is not in this chart, WrongInput for the reason or the
        patient.
        """
        reason = reason.strip()
        if not reason or len(reason) > REASON_MAX:
            raise WrongInput(
                N_("Please say in a sentence why this is moved (at most 500 characters)."),
                field="reason",
            )
        if to.patient_id == chart.patient_id:
            raise WrongInput(N_("It is in this chart already."), field="patient")
        async with self._database.unit_of_work() as work:
            row = await self._transitions.lock(work, chart.clinic_id, visit_id)
            if row.patient_id != chart.patient_id:
                raise NotFound
            now = await rows.save(
                work, row, patient_id=to.patient_id, identified=str(Identified.CONFIRMED)
            )
            for entries in self._entries:
                await entries.visit_reassigned(work, now, chart, to, reason)
            await self._transitions.reassigned(work, row, now, chart.actor)
            for one, other in ((chart, to), (to, chart)):
                await self._audit.record(
                    work,
                    chart.clinic_id,
                    chart.actor,
                    Action.VISIT_REASSIGNED,
                    patient_id=one.patient_id,
                    subject_id=row.id,
                    other=other.patient_id,
                    reason=reason,
                )
            if now.state != State.ENDED:
                rows.publish_to_room(work, now)
                rows.publish_touched(work, now, "identity")
