"""Message plans as staff see them: progress on each item, and patients whom nobody could reach."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import bindparam, select

from bedside.audit import Action, AuditLog
from bedside.database.statements import Among, prepared
from bedside.errors import Conflict, NotFound
from bedside.kernel.unit_of_work import Reader, Transactions, UnitOfWork
from bedside.notifications.plans import records
from bedside.notifications.plans.models import UNREACHED, message_plans
from bedside.notifications.plans.outlook import Outlook, Upcoming
from bedside.notifications.plans.rows import PlanRow, StepRow
from bedside.notifications.plans.service import MessagePlans
from bedside.notifications.plans.table import Occasion, PlanKind, PlanState, StepState
from bedside.people.contact import ContactRules
from bedside.people.patients import Patients
from bedside.people.permissions import ChartAccess, StaffAccess
from bedside.people.visibility import is_visible

_of_items = Among(
    lambda ids: select(message_plans).where(
        message_plans.c.item_id.in_(ids), message_plans.c.patient_id == bindparam("patient")
    ),
    PlanRow,
)
_read = Among(
    lambda ids: select(message_plans).where(
        message_plans.c.item_id.in_(ids), message_plans.c.read_at > 0
    ),
    PlanRow,
)
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
    occasion: Occasion

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels that it used at once."""
        return tuple(self.channel.split("+"))

    @property
    def confirmed_by(self) -> tuple[str, ...]:
        """The channels of which an arrival can be known: of mail only failures come back."""
        known = tuple(channel for channel in self.channels if channel != "email")
        return known or self.channels


@dataclass(frozen=True, slots=True)
class Progress:
    """How a patient learns of an item. `read_by` is the account, or the patient, by whom it was
    first read; `ended_by` that as well, or the colleague who took care. `next` is what happens next
    unless somebody reads it before."""

    id: str
    patient_id: str
    item_id: str
    kind: PlanKind
    state: PlanState
    created_at: int
    ended_at: int
    ended_by: str
    read_at: int
    read_by: str
    steps: tuple[StepTaken, ...]
    next: Upcoming | None = None

    @property
    def last_round(self) -> tuple[StepTaken, ...]:
        """The steps since staff last began again."""
        newest = max((step.round for step in self.steps), default=0)
        return tuple(step for step in self.steps if step.round == newest)

    @property
    def sent(self) -> StepTaken | None:
        """The step by which the first message of the newest round left that is not known to be
        lost; None if there is none."""
        left = (one for one in self.last_round if one.sent_at and one.state != StepState.FAILED)
        return next(left, None)

    @property
    def unreached(self) -> bool:
        """Whether every way was tried, and nobody has read it."""
        return self.state is PlanState.UNREACHED

    @property
    def reached(self) -> StepTaken | None:
        """The step whose message is first known to have reached the patient; None until then."""
        there = [step for step in self.last_round if step.delivered_at]
        return min(there, key=lambda step: step.delivered_at, default=None)

    @property
    def runs(self) -> bool:
        """Whether messages may still go out by themselves."""
        return self.state is PlanState.RUNNING


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
        self,
        database: Transactions,
        audit: AuditLog,
        patients: Patients,
        plans: MessagePlans,
        outlook: Outlook,
    ) -> None:
        self._database = database
        self._audit = audit
        self._patients = patients
        self._plans = plans
        self._outlook = outlook

    async def of_item(self, chart: ChartAccess, item_id: str) -> Progress | None:
        """Return what happened on an item of this patient; None if it has no plan."""
        async with self._database.read() as db:
            row = await db.one(records.of_item, item=item_id)
            if row is None or row.patient_id != chart.patient_id:
                return None
            return await self._looked_at(db, row)

    async def of_items(self, chart: ChartAccess, item_ids: Sequence[str]) -> dict[str, Progress]:
        """Return what happened on items of this patient that have a plan, by their ids."""
        if not item_ids:
            return {}
        statement, among = _of_items.of(sorted(item_ids))
        async with self._database.read() as db:
            rows = await db.all(statement, patient=chart.patient_id, **among)
            return {row.item_id: await self._looked_at(db, row) for row in rows}

    async def _looked_at(self, db: Reader, row: PlanRow) -> Progress:
        return replace(await _progress(db, row), next=await self._outlook.of(db, row))

    async def read_by(self, item_ids: Sequence[str]) -> dict[str, str]:
        """Return who has first read these items of one clinic, by their ids, for lists whose rows
        were already checked. Items that nobody has read are left out."""
        if not item_ids:
            return {}
        statement, among = _read.of(sorted(item_ids))
        async with self._database.read() as db:
            return {row.item_id: row.read_by for row in await db.all(statement, **among)}

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
        """Record that somebody takes care of it, by a call for example: nothing more goes out.
        Raises NotFound, and Conflict if there is nothing to take care of any more."""
        async with self._database.unit_of_work() as work:
            row = await self._row(work, chart, plan_id)
            if not await self._plans.settle(work, row, chart.actor):
                raise Conflict
            await self._note(work, chart, row, Action.PLAN_SETTLED)

    async def go_on(self, chart: ChartAccess, plan_id: str) -> None:
        """Try the following way now. Raises NotFound, and Conflict if the plan does not run."""
        async with self._database.unit_of_work() as work:
            row = await self._row(work, chart, plan_id)
            if not await self._plans.skip_ahead(work, row):
                raise Conflict
            await self._note(work, chart, row, Action.PLAN_AGAIN)

    async def item_of(self, chart: ChartAccess, plan_id: str) -> str:
        """Return the item of a plan of this patient. Raises NotFound."""
        async with self._database.read() as db:
            return _whose(await db.one(records.by_id, of=plan_id), chart).item_id

    async def send_again(self, chart: ChartAccess, plan_id: str) -> None:
        """Begin the plan again from its first way. Raises as `settle`."""
        async with self._database.unit_of_work() as work:
            row = await self._row(work, chart, plan_id)
            if row.state not in (PlanState.UNREACHED, PlanState.SETTLED):
                raise Conflict
            await self._plans.again(work, row)
            await self._note(work, chart, row, Action.PLAN_AGAIN)

    async def _row(self, work: UnitOfWork, chart: ChartAccess, plan_id: str) -> PlanRow:
        known = _whose(await work.one(records.by_id, of=plan_id), chart)
        return _whose(await self._plans.locked(work, known), chart)

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


def _whose(row: PlanRow | None, chart: ChartAccess) -> PlanRow:
    """Return a plan of this patient. Raises NotFound."""
    if row is None or (row.clinic_id, row.patient_id) != (chart.clinic_id, chart.patient_id):
        raise NotFound
    return row


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
        row.read_at,
        row.read_by,
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
        Occasion(step.occasion),
    )
