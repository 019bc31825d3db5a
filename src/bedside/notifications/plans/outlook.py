"""The next step of a plan, and the steps of any plan: by the tables and rules that run it."""

from dataclasses import dataclass

from bedside.kernel import clock
from bedside.kernel.unit_of_work import Reader
from bedside.notifications.plans import records
from bedside.notifications.plans.rows import PlanRow, StepRow
from bedside.notifications.plans.service import MessagePlans
from bedside.notifications.plans.table import (
    OVER,
    PASS,
    PUSH_HOURS,
    Occasion,
    PlanState,
    Step,
    StepState,
    Times,
    over_at,
    ways_of,
)
from bedside.people.contact import CHANNELS, ContactRules
from bedside.people.patients import Patients


@dataclass(frozen=True, slots=True)
class Upcoming:
    """The next thing to happen unless somebody reads the item before: a message by `way` (channels
    joined by “+”), a reminder, or, without a way, the end as a task. `at` in milliseconds."""

    way: str
    at: int
    occasion: Occasion = Occasion.INVITE


@dataclass(frozen=True, slots=True)
class Foreseen:
    """One line of a forecast: a message by `channel`, or with "" the task. `at` in milliseconds."""

    channel: str
    at: int


class Outlook:
    """Looks ahead for plans that run."""

    def __init__(self, patients: Patients, plans: MessagePlans) -> None:
        self._patients = patients
        self._plans = plans

    async def of(self, db: Reader, row: PlanRow) -> Upcoming | None:
        """Return what happens next; None for a plan that does not run."""
        if row.state != PlanState.RUNNING:
            return None
        step = await db.one(records.step_in_hand, of=row.id, in_round=row.round, at=row.number)
        reminder = Upcoming("", row.next_at, Occasion.REMINDER)
        if step is None or step.state in OVER:
            return reminder if row.next_at > clock.now() else None
        if step.state == StepState.HELD:
            return Upcoming(step.channel, step.began_at, Occasion(step.occasion))
        found = await self._following(db, row, step)
        if row.next_at > clock.now() and (not found.way or row.next_at < found.at):
            return reminder
        return found

    async def _following(self, db: Reader, row: PlanRow, step: StepRow) -> Upcoming:
        """Return the way that follows a step, from when on it may be used."""
        due = max(await self._plans.due(row, step), clock.now())
        patient = await self._patients.addressed_in(db, row.clinic_id, row.patient_id)
        if patient is None:
            return Upcoming("", due)
        for group in ways_of(row.ways)[row.number % PASS + 1 :]:
            ways = await self._plans.maker.ways(db, row, group, patient, due)
            usable = [way for way in ways if not way.refusal]
            if usable:
                name = "+".join(way.channel for way in usable)
                return Upcoming(name, min(way.opens_at for way in usable))
        return Upcoming("", due)


def forecast(times: Times, rules: ContactRules, zone: str, moment: int) -> list[Foreseen]:
    """Return what a plan does that begins at a moment if each message arrives at once and nobody
    reads any: each way with the time at which it leaves, and the task at the end."""
    found: list[Foreseen] = []
    at = moment
    for channel in CHANNELS:
        also = (PUSH_HOURS,) if channel == "push" else ()
        leaves = rules.opens_at(at, zone, also=also)
        if not leaves or rules.refusal(channel):
            continue
        found.append(Foreseen(channel, leaves))
        at = over_at(Step(channel, StepState.DELIVERED, leaves, leaves, leaves), times)
    return [*found, Foreseen("", at)]
