"""Running message plans (features N1, N7): one way after the other, until the item is read.

Each step is written together with its messages and the job that looks at it when its time is over,
so that a kill at any moment loses nothing; the dispatcher sends one message for a step and channel,
so that a step taken twice sends nothing twice. Whatever goes to a patient to be read goes by a
plan: messages of the chat, requests and their reminders.
"""

from typing import Any

from bedside.audit import Action, AuditLog
from bedside.audit.actors import SYSTEM, Actor
from bedside.database.sealed import Vault
from bedside.kernel import clock, faults
from bedside.kernel.ids import new_id
from bedside.kernel.unit_of_work import Reader, Transactions, UnitOfWork
from bedside.notifications.dispatcher import Dispatcher
from bedside.notifications.messenger import Outcome
from bedside.notifications.plans import records
from bedside.notifications.plans.findings import (
    GONE,
    OTHER_WAY,
    READ_ALREADY,
    SETTLED,
    as_step,
    combined,
    why_over,
)
from bedside.notifications.plans.options import PlanOptions
from bedside.notifications.plans.places import Place
from bedside.notifications.plans.rows import PlanRow, StepRow
from bedside.notifications.plans.steps import Ready, StepMaker
from bedside.notifications.plans.subject import COLUMN, PatientDevices, PlanItem, PlanSubject
from bedside.notifications.plans.table import (
    LAST_OF_PASS,
    OVER,
    PASS,
    Occasion,
    PlanKind,
    PlanState,
    StepState,
    over_at,
    ways_of,
)
from bedside.notifications.states import NoticeState, outcome_of
from bedside.people.clinics import Clinics
from bedside.people.contact import Consent
from bedside.people.patients import Patients

GO_ON = "plan.go_on"
_MAY_HAVE_ARRIVED = (NoticeState.SENT, NoticeState.DELIVERED, NoticeState.UNCERTAIN)
PREFIX = "mpl"


class MessagePlans:
    """Starts plans, takes their steps, and ends them."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        clinics: Clinics,
        patients: Patients,
        dispatcher: Dispatcher,
        maker: StepMaker,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._clinics = clinics
        self._patients = patients
        self._dispatcher = dispatcher
        self.maker = maker

    def reach_devices(self, devices: PatientDevices) -> None:
        """Use what knows the devices of patients from now on."""
        self.maker.devices = devices

    def speak_for(self, prefix: str, item: PlanItem) -> None:
        """See `StepMaker.speak_for`."""
        self.maker.speak_for(prefix, item)

    async def start(
        self, work: UnitOfWork, subject: PlanSubject, occasion: Occasion = Occasion.INVITE
    ) -> str:
        """Begin a plan in the unit of work that makes the item. Returns its id; for an item that
        has one already, nothing else happens, unless this is a later round. `occasion` is
        `AGAIN` for a round that somebody on the patient's side has asked for."""
        plan_id = new_id(PREFIX)
        keys = await self._vault.clinic(subject.clinic_id)
        added = await work.execute(
            records.add,
            id=plan_id,
            clinic_id=subject.clinic_id,
            patient_id=subject.patient_id,
            item_id=subject.item_id,
            kind=subject.kind,
            state=PlanState.RUNNING,
            round=subject.round,
            number=0,
            content=keys.seal(COLUMN, plan_id, subject.words()),
            created_at=clock.now(),
            ended_at=0,
            ended_by="",
            ways=subject.stored_ways(),
            next_at=subject.next_at,
            presses="",
            read_at=0,
            read_by="",
        )
        row = await work.one(records.locked_of_item, item=subject.item_id)
        assert row is not None  # noqa: S101 - it was written just now, or before
        if added:
            await self._begin(work, row, 0, occasion)
        elif row.round < subject.round:
            row = await self._run(
                work,
                row,
                round=subject.round,
                ways=subject.stored_ways(),
                next_at=subject.next_at,
                presses="",
                read_at=0,
                read_by="",
            )
            await self._begin(work, row, 0, occasion)
        return row.id

    async def remind(
        self,
        work: UnitOfWork,
        item_id: str,
        occasion: Occasion,
        *,
        press: str,
        only: str = "",
        although_settled: bool = True,
    ) -> bool:
        """Begin another pass through the ways of a plan, or send by one channel `only`. The item is
        locked. Returns whether it began: the same `press` of a button, or of the clock, never sends
        twice in a round, and what goes by the clock stops where staff took care."""
        row = await work.one(records.locked_of_item, item=item_id)
        if row is None or press in row.presses.split():
            return False
        if row.state == PlanState.SETTLED and not although_settled:
            return False
        following = (row.number // PASS + 1) * PASS
        if row.state == PlanState.RUNNING:
            await self._drop_step(work, row, OTHER_WAY)
        row = await self._run(
            work,
            row,
            presses=f"{row.presses} {press}".strip(),
            next_at=row.next_at if row.next_at > clock.now() else 0,
        )
        if only:
            await self._take(work, row, following + LAST_OF_PASS, occasion, (only,))
        else:
            await self._begin(work, row, following, occasion)
        return True

    async def seen(self, work: UnitOfWork, item_id: str, by: Actor) -> None:
        """Record that somebody on the patient's side has seen the item, wherever: nothing more goes
        out. Does nothing for an item without a plan, and for one that was seen before."""
        await self._end(work, item_id, PlanState.READ, by.id)

    async def stop(self, work: UnitOfWork, item_id: str) -> None:
        """End a plan whose item is gone, such as a message that was taken back."""
        await self._end(work, item_id, PlanState.STOPPED, "")

    async def lapse(self, work: UnitOfWork, item_id: str) -> None:
        """End a plan whose item has had its time: as a task, unless somebody has seen it."""
        row = await work.one(records.locked_of_item, item=item_id)
        if row is not None and row.state == PlanState.RUNNING:
            await self._drop_step(work, row, GONE)
            await self._exhausted(work, row._replace(next_at=0))

    async def _end(self, work: UnitOfWork, item_id: str, state: PlanState, by: str) -> None:
        row = await work.one(records.locked_of_item, item=item_id)
        if row is None:
            return
        now = clock.now()
        read = {"read_at": now, "read_by": by} if state is PlanState.READ else {}
        if row.read_at:
            read = {}
        ended = await records.move(work, row, state, ended_at=now, ended_by=by, **read)
        if ended is not None:
            reason = READ_ALREADY if state is PlanState.READ else GONE
            await self._drop_step(work, row, reason)

    async def _drop_step(self, work: UnitOfWork, row: PlanRow, reason: str) -> None:
        """Cancel the step in hand, unless its messages have left."""
        step = await work.one(records.step_in_hand, of=row.id, in_round=row.round, at=row.number)
        if step is not None and step.state in (StepState.HELD, StepState.SENDING):
            await records.set_step(work, step, state=StepState.CANCELLED, reason=reason)

    async def again(self, work: UnitOfWork, row: PlanRow) -> None:
        """Begin from the first way again, for a locked plan that has ended without being read."""
        row = await self._run(work, row, round=row.round + 1)
        await self._begin(work, row, 0, Occasion.INVITE)

    async def settle(self, work: UnitOfWork, row: PlanRow, by: Actor) -> bool:
        """Send nothing more, because staff take care of it. Returns whether there was something to
        stop."""
        done = {"ended_at": clock.now(), "ended_by": by.id}
        if await records.move(work, row, PlanState.SETTLED, **done) is None:
            return False
        await self._drop_step(work, row, SETTLED)
        return True

    async def skip_ahead(self, work: UnitOfWork, row: PlanRow) -> bool:
        """Try the following way of a locked plan now. Returns whether it runs."""
        if row.state != PlanState.RUNNING:
            return False
        step = await work.one(records.step_in_hand, of=row.id, in_round=row.round, at=row.number)
        occasion = Occasion(step.occasion) if step is not None else Occasion.INVITE
        await self._drop_step(work, row, OTHER_WAY)
        await self._begin(work, row, row.number + 1, occasion)
        return True

    async def _run(self, work: UnitOfWork, row: PlanRow, **values: Any) -> PlanRow:
        """Set a locked plan running, whatever it was."""
        return await records.save(
            work, row, state=PlanState.RUNNING, ended_at=0, ended_by="", **values
        )

    # --- steps ---------------------------------------------------------------------------------

    async def _begin(self, work: UnitOfWork, row: PlanRow, number: int, occasion: Occasion) -> None:
        """Take the first step from `number` on that is possible in its pass, or end the plan."""
        ways = ways_of(row.ways)
        for at in range(number, number - number % PASS + len(ways)):
            row, state = await self._take(work, row, at, occasion, ways[at % PASS])
            if state is not StepState.SKIPPED:
                return
        await self._exhausted(work, row)

    async def _take(
        self,
        work: UnitOfWork,
        row: PlanRow,
        number: int,
        occasion: Occasion,
        group: tuple[str, ...],
    ) -> tuple[PlanRow, StepState]:
        """Take one step."""
        patient = await self._patients.addressed_in(work, row.clinic_id, row.patient_id)
        if patient is not None and patient.contact.consent is Consent.DECEASED:
            await records.move(work, row, PlanState.STOPPED, ended_at=clock.now())
            return row, StepState.CANCELLED
        row = await records.save(work, row, number=number)
        place = Place(row.item_id, occasion, row.round, number)
        ready = await self.maker.ready(work, row, place, group, patient)
        await self._write(work, row, occasion, ready)
        if ready.state is StepState.CANCELLED:
            await self._quiet(work, row)
        elif number % PASS == LAST_OF_PASS and ready.state is StepState.SKIPPED:
            await self._exhausted(work, row)
        return row, ready.state

    async def _exhausted(self, work: UnitOfWork, row: PlanRow) -> None:
        """Every way was tried: wait for the reminder if somebody can have got the first message, or
        end as a task. What was read before is no task when nobody follows a reminder."""
        if row.read_at:
            await self._quiet(work, row)
            return
        states = {one.state for one in await records.messages_of(work, row, row.round)}
        if row.next_at > clock.now() and states & {*_MAY_HAVE_ARRIVED}:
            return
        await self._unreached(work, row)

    async def _quiet(self, work: UnitOfWork, row: PlanRow) -> None:
        """End a plan about which there is nothing to say any more."""
        state = PlanState.READ if row.read_at else PlanState.STOPPED
        await records.move(
            work, row, state, ended_at=row.read_at or clock.now(), ended_by=row.read_by
        )

    async def _unreached(self, work: UnitOfWork, row: PlanRow) -> None:
        row = await records.save(
            work, row, state=PlanState.UNREACHED, next_at=0, ended_at=clock.now()
        )
        await self._tell_item(work, row)
        await self._audit.record(
            work,
            row.clinic_id,
            SYSTEM,
            Action.PLAN_UNREACHED,
            patient_id=row.patient_id,
            subject_id=row.item_id,
        )

    async def _write(
        self, work: UnitOfWork, row: PlanRow, occasion: Occasion, ready: Ready
    ) -> None:
        """Write a step with its messages, and look at it again when its time is over."""
        step = await work.one(records.step_in_hand, of=row.id, in_round=row.round, at=row.number)
        now = clock.now()
        values = {
            "channel": ready.channel,
            "state": ready.state,
            "reason": ready.reason,
            "began_at": ready.begins or now,
            "changed_at": now,
        }
        if step is not None:
            await records.set_step(work, step, **values)
        else:
            await work.execute(
                records.add_step,
                id=new_id("pls"),
                clinic_id=row.clinic_id,
                plan_id=row.id,
                round=row.round,
                number=row.number,
                occasion=occasion,
                sent_at=0,
                delivered_at=0,
                **values,
            )
        for notice in ready.notices:
            await self._dispatcher.send(work, notice)
        written = await work.one(records.step_in_hand, of=row.id, in_round=row.round, at=row.number)
        if written is not None and ready.state in (StepState.HELD, StepState.SENDING):
            await self._look_again(work, row, written)

    async def _look_again(self, work: UnitOfWork, row: PlanRow, step: StepRow) -> None:
        due = await self.due(row, step)
        payload = {"plan_id": row.id, "round": row.round, "number": row.number}
        name = f"{GO_ON}:{row.id}:{row.round}:{row.number}:{due}"
        work.enqueue(GO_ON, payload, unique=name, delay=max(due - clock.now(), 0))

    async def due(self, row: PlanRow, step: StepRow) -> int:
        """Return when a step is over, or may begin."""
        if step.state == StepState.HELD:
            return step.began_at
        options = await self._clinics.options(row.clinic_id, PlanOptions)
        return over_at(as_step(step), options.times(PlanKind(row.kind)))

    # --- effects of time and of messages ---------------------------------------------------------

    async def locked(self, work: UnitOfWork, row: PlanRow | None) -> PlanRow | None:
        """Lock the item of a plan, and then the plan."""
        if row is None:
            return None
        item = self.maker.item(row.item_id)
        if item is not None:
            await item.lock(work, row.item_id)
        return await work.one(records.locked, of=row.id)

    async def go_on(self, payload: dict[str, Any]) -> None:
        """Job: take the following step if the one in hand has had its time."""
        async with self._database.unit_of_work() as work:
            row = await self.locked(work, await work.one(records.by_id, of=payload["plan_id"]))
            here = (payload["round"], payload["number"])
            if row is None or row.state != PlanState.RUNNING or (row.round, row.number) != here:
                return
            step = await work.one(
                records.step_in_hand, of=row.id, in_round=row.round, at=row.number
            )
            if step is None:
                return
            if clock.now() < await self.due(row, step):
                await self._look_again(work, row, step)
            else:
                await self._follow(work, row, step)
            faults.point("plan.going_on")
        faults.point("plan.went_on")

    async def _follow(self, work: UnitOfWork, row: PlanRow, step: StepRow) -> None:
        """Begin what was held, or the following way. A message that still waits for its gateway is
        left to it if there is no other way: it may leave yet."""
        occasion = Occasion(step.occasion)
        if step.state == StepState.HELD:
            group = tuple(step.channel.split("+"))
            _row, state = await self._take(work, row, row.number, occasion, group)
            if state is StepState.SKIPPED and row.number % PASS != LAST_OF_PASS:
                await self._begin(work, row, row.number + 1, occasion)
            return
        if step.state == StepState.SENDING and not await self._another_way(work, row):
            again = await records.set_step(work, step, began_at=clock.now())
            await self._look_again(work, row, again)
            return
        await records.set_step(work, step, reason=why_over(step))
        await self._begin(work, row, row.number + 1, occasion)

    async def _another_way(self, reader: Reader, row: PlanRow) -> bool:
        """Whether a way that follows the one in hand may be used."""
        patient = await self._patients.addressed_in(reader, row.clinic_id, row.patient_id)
        if patient is None or row.number % PASS == LAST_OF_PASS:
            return False
        for group in ways_of(row.ways)[row.number % PASS + 1 :]:
            ways = await self.maker.ways(reader, row, group, patient, clock.now())
            if any(not way.refusal for way in ways):
                return True
        return False

    async def delivery_changed(
        self, work: UnitOfWork, cause_id: str, outcomes: frozenset[Outcome]
    ) -> None:
        """Follow the messages of a step: one that failed is followed by another way at once."""
        place = Place.of(cause_id)
        if place is None or not outcomes:
            return
        row = await self.locked(work, await work.one(records.of_item, item=place.item_id))
        if row is None:
            return
        step = await work.one(
            records.step_in_hand, of=row.id, in_round=place.round, at=place.number
        )
        if step is None or step.state == StepState.CANCELLED:
            return
        messages = await records.messages_of(work, row, place.round, place.number)
        state = combined({message.state for message in messages})
        failures = [message.failure for message in messages if message.failure]
        step = await records.set_step(
            work,
            step,
            state=state,
            reason=failures[-1] if state is StepState.FAILED and failures else step.reason,
            sent_at=max((message.sent_at for message in messages), default=0),
            delivered_at=max((message.delivered_at for message in messages), default=0),
        )
        row = await self._resent(work, await records.save(work, row), step)
        if row.state == PlanState.RUNNING and (row.round, row.number) == place[2:]:
            await self._react(work, row, step)
        await self._tell_item(work, row)

    async def _react(self, work: UnitOfWork, row: PlanRow, step: StepRow) -> None:
        """Go on at once after a step that failed; look at any other when its time is over."""
        if step.state not in OVER:
            await self._look_again(work, row, step)
        elif row.number % PASS == LAST_OF_PASS:
            await self._exhausted(work, row)
        else:
            await self._begin(work, row, row.number + 1, Occasion(step.occasion))

    async def _resent(self, work: UnitOfWork, row: PlanRow, step: StepRow) -> PlanRow:
        """Let a plan run from a step of which staff send a message again: no other is under way."""
        if step.state != StepState.SENDING or row.number == step.number:
            resumes = step.state == StepState.SENDING and row.state == PlanState.UNREACHED
            return await self._run(work, row) if resumes else row
        here = await work.one(records.step_in_hand, of=row.id, in_round=row.round, at=row.number)
        idle = here is None or here.state in OVER
        if step.round != row.round or not idle or row.state in (PlanState.READ, PlanState.STOPPED):
            return row
        return await self._run(work, row, number=step.number)

    async def _tell_item(self, work: UnitOfWork, row: PlanRow) -> None:
        """Let the item follow the messages of its round."""
        item = self.maker.item(row.item_id)
        if item is None:
            return
        found = await work.one(records.by_id, of=row.id)
        if found is None or found.round != row.round:
            return
        step = await work.one(
            records.step_in_hand, of=row.id, in_round=found.round, at=found.number
        )
        outcomes: set[Outcome] = {
            outcome_of(message.state)
            for message in await records.messages_of(work, found, found.round)
        }
        if step is not None and step.state in (StepState.HELD, StepState.SENDING):
            outcomes.add("queued")
        await item.progressed(work, found, frozenset(outcomes))

    async def refusal(self, cause_id: str) -> str:
        """Return why a message of a step must not leave any more, "" if it may."""
        place = Place.of(cause_id)
        if place is None:
            return ""
        async with self._database.read() as db:
            row = await db.one(records.of_item, item=place.item_id)
        if row is None or row.state == PlanState.STOPPED:
            return GONE
        if row.state == PlanState.READ:
            return READ_ALREADY
        if row.state == PlanState.SETTLED:
            return SETTLED
        return "" if (row.round, row.number) == place[2:] else OTHER_WAY
