"""Assigning, closing and postponing conversations (feature C4)."""

from bedside.audit import Action, AuditLog
from bedside.conversations import rows, writing
from bedside.conversations.rows import ConversationRow
from bedside.conversations.sides import require_own
from bedside.conversations.states import State
from bedside.errors import WrongInput
from bedside.kernel import clock
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Transactions
from bedside.people.audiences import Audiences, named
from bedside.people.permissions import ChartAccess

_LONGEST_SNOOZE = 366 * clock.DAY


class ConversationDesk:
    """Assigns, closes, reopens and snoozes conversations."""

    def __init__(self, database: Transactions, audit: AuditLog, audiences: Audiences) -> None:
        self._database = database
        self._audit = audit
        self._audiences = audiences

    async def assign(self, chart: ChartAccess, conversation_id: str, staff_id: str) -> None:
        """Make somebody who sees the patient answer, or nobody in particular (""). Raises
        WrongInput."""
        if staff_id:
            person = named(chart.clinic_id, staff_id)
            if person not in await self._audiences.of(chart.patient_id, person):
                raise WrongInput(
                    N_("This person does not see the patient. Please choose somebody else."),
                    field="assignee",
                )
        await self._change(chart, conversation_id, "assigned", assignee_id=staff_id)

    async def close(self, chart: ChartAccess, conversation_id: str) -> None:
        """Close it: nothing waits, and the patient starts a new one to write again."""
        await self._change(
            chart,
            conversation_id,
            "closed",
            state=str(State.CLOSED),
            waiting_since=0,
            due_at=0,
            slipped_at=0,
            snoozed_until=0,
        )

    async def reopen(self, chart: ChartAccess, conversation_id: str) -> None:
        """Open a closed one again."""
        await self._change(chart, conversation_id, "reopened", state=str(State.OPEN))

    async def answered(self, chart: ChartAccess, conversation_id: str) -> None:
        """Take it from the list of what waits without an answer: it needs none."""
        await self._change(
            chart, conversation_id, "answered", waiting_since=0, due_at=0, slipped_at=0
        )

    async def snooze(self, chart: ChartAccess, conversation_id: str, until: int) -> None:
        """Take it from the list of what waits until a time, or put it back (0). Raises
        WrongInput for a time that is over, or more than a year away."""
        now = clock.now()
        if until and not now < until <= now + _LONGEST_SNOOZE:
            raise WrongInput(N_("Please choose a time within the next year."), field="until")
        await self._change(chart, conversation_id, "snoozed", snoozed_until=until)

    async def _change(
        self, chart: ChartAccess, conversation_id: str, what: str, **values: object
    ) -> ConversationRow:
        async with self._database.unit_of_work() as work:
            row = require_own(chart, await rows.locked(work, conversation_id))
            now = await rows.change(work, row, **values)
            if now == row:
                return row
            writing.publish(work, now, before=row)
            await self._audit.record(
                work,
                row.clinic_id,
                chart.actor,
                Action.CONVERSATION_CHANGED,
                patient_id=row.patient_id,
                subject_id=row.id,
                what=what,
            )
        return now
