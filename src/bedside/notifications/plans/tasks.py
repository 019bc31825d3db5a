"""Message plans as staff see them: progress on each item, and patients whom nobody could reach."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select

from bedside.audit import Action, AuditLog
from bedside.database.statements import prepared
from bedside.errors import Conflict, NotFound
from bedside.kernel import clock
from bedside.kernel.unit_of_work import Reader, Transactions, UnitOfWork
from bedside.notifications.plans import records
from bedside.notifications.plans.models import UNREACHED, message_plans
from bedside.notifications.plans.rows import PlanRow, StepRow
from bedside.notifications.plans.service import MessagePlans
from bedside.notifications.plans.table import PlanKind, PlanState, StepState
from bedside.people.contact import ContactRules
from bedside.people.patients import Patients
from bedside.people.permissions import ChartAccess, StaffAccess
from bedside.people.visibility import is_visible

MOST = 20
"""Tasks that are shown at once; when some are settled, others follow."""

_tasks = prepared(
    select(message_plans)
    .where(
        message_plans.c.clinic_id == bindparam("clinic"),
        UNREACHED,
        is_visible(message_plans.c.patient_id),
    )
    .order_by(message_plans.c.ended_at)
    .limit(MOST),
    PlanRow,
)


@dataclass(frozen=True, slots=True)
class StepTaken:
    """The outcome of one step. `reason` is a sentence of the catalogue. Times in milliseconds,
    0 for what has not happened."""

    channel: str
    state: StepState
    reason: str
    began_at: int
    sent_at: int
    delivered_at: int
    round: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How a patient learns of an item. `ended_by` is the account, or the patient, by whom it was
    read, or the colleague who took care."""

    id: str
    patient_id: str
    item_id: str
    kind: PlanKind
    state: PlanState
    created_at: int
    ended_at: int
    ended_by: str
    steps: tuple[StepTaken, ...]

    @property
    def last_round(self) -> tuple[StepTaken, ...]:
        """The steps since staff last began again."""
        newest = max((step.round for step in self.steps), default=0)
        return tuple(step for step in self.steps if step.round == newest)


@dataclass(frozen=True, slots=True)
class Task:
    """A patient whom a plan could not reach. `phone` is the number to call, "" if there is none;
    `rules` are to be read before."""

    progress: Progress
    patient_name: str
    phone: str
    rules: ContactRules


class PlanTasks:
    """Shows plans to staff, and lets them settle what the plans could not."""

    def __init__(
        self, database: Transactions, audit: AuditLog, patients: Patients, plans: MessagePlans
    ) -> None:
        self._database = database
        self._audit = audit
        self._patients = patients
        self._plans = plans

    async def of_item(self, chart: ChartAccess, item_id: str) -> Progress | None:
        """Return what happened on an item of this patient; None if it has no plan."""
        async with self._database.read() as db:
            row = await db.one(records.of_item, item=item_id)
            if row is None or row.patient_id != chart.patient_id:
                return None
            return await _progress(db, row)

    async def waiting(self, staff: StaffAccess) -> list[Task]:
        """Return whom nobody could reach, among the patients this person may see: those who wait
        longest first."""
        async with self._database.read() as db:
            rows = await db.all(_tasks, staff=staff.staff_id, clinic=staff.clinic_id)
            found = [await _progress(db, row) for row in rows]
            return [await self._task(db, staff, one) for one in found]

    async def _task(self, db: Reader, staff: StaffAccess, progress: Progress) -> Task:
        patient = await self._patients.addressed_in(db, staff.clinic_id, progress.patient_id)
        if patient is None:
            return Task(progress, "", "", ContactRules())
        phone = "" if patient.phone in patient.doubted else patient.phone
        return Task(progress, patient.name, phone, patient.contact)

    async def settle(self, chart: ChartAccess, plan_id: str) -> None:
        """Record that somebody has taken care of it, by a call for example. Raises NotFound, and
        Conflict if it is no task any more."""
        async with self._database.unit_of_work() as work:
            row = await self._row(work, chart, plan_id)
            who = chart.staff.staff_id
            done = {"ended_at": clock.now(), "ended_by": who}
            if await records.move(work, row, PlanState.SETTLED, **done) is None:
                raise Conflict
            await self._note(work, chart, row, Action.PLAN_SETTLED)

    async def send_again(self, chart: ChartAccess, plan_id: str) -> None:
        """Begin the plan again from its first way. Raises as `settle`."""
        async with self._database.unit_of_work() as work:
            row = await self._row(work, chart, plan_id)
            if row.state not in (PlanState.UNREACHED, PlanState.SETTLED):
                raise Conflict
            await self._plans.again(work, row)
            await self._note(work, chart, row, Action.PLAN_AGAIN)

    async def _row(self, work: UnitOfWork, chart: ChartAccess, plan_id: str) -> PlanRow:
        row = await work.one(records.locked, of=plan_id)
        if row is None or (row.clinic_id, row.patient_id) != (chart.clinic_id, chart.patient_id):
            raise NotFound
        return row

    async def _note(
        self, work: UnitOfWork, chart: ChartAccess, row: PlanRow, action: Action
    ) -> None:
        await self._audit.record(
            work,
            chart.clinic_id,
            chart.actor,
            action,
            patient_id=chart.patient_id,
            subject_id=row.item_id,
        )


async def _progress(db: Reader, row: PlanRow) -> Progress:
    steps = await db.all(records.steps_of, of=row.id)
    return Progress(
        row.id,
        row.patient_id,
        row.item_id,
        PlanKind(row.kind),
        PlanState(row.state),
        row.created_at,
        row.ended_at,
        row.ended_by,
        tuple(_taken(step) for step in steps),
    )


def _taken(step: StepRow) -> StepTaken:
    return StepTaken(
        step.channel,
        StepState(step.state),
        step.reason,
        step.began_at,
        step.sent_at,
        step.delivered_at,
        step.round,
    )
