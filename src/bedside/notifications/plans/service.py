"""Running message plans (features N1, N7): one way after the other, until the item is read.

Each step is written together with its messages and the job that looks at it when its time is over,
so that a kill at any moment loses nothing; the dispatcher sends one message for a step and channel,
so that a step taken twice sends nothing twice. Whether and where a message may go is looked up at
each step, because days lie between them.
"""

from dataclasses import dataclass
from typing import Any

from bedside.audit import Action, AuditLog
from bedside.audit.actors import SYSTEM, Actor
from bedside.database.sealed import Vault
from bedside.kernel import clock, faults, phones
from bedside.kernel.ids import is_id, new_id
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.notifications.addresses import usable
from bedside.notifications.dispatcher import Dispatcher
from bedside.notifications.messenger import Notice, Outcome
from bedside.notifications.plans import records
from bedside.notifications.plans.devices import AppDevices
from bedside.notifications.plans.options import PlanOptions
from bedside.notifications.plans.rows import PlanRow, StepRow
from bedside.notifications.plans.subject import (
    COLUMN,
    NoDevices,
    PatientDevices,
    PlanSubject,
    notice_of,
    push_of,
)
from bedside.notifications.plans.table import (
    OVER,
    PUSH_HOURS,
    PlanKind,
    PlanState,
    Step,
    StepState,
    over_at,
)
from bedside.notifications.states import NoticeState
from bedside.notifications.text_limits import ManyTexts, TextLimits
from bedside.notifications.texts import in_language
from bedside.people.clinics import Clinics
from bedside.people.contact import CHANNELS, Consent
from bedside.people.patients import Demographics, Patients

GO_ON = "plan.go_on"
_MOST_DIGITS = 6
PREFIX = "mpl"

_NOT_READ = N_("Nobody has read it in time.")
_NOT_OUT = N_("It did not leave in time.")
_NOT_SHOWN = N_("No device has shown it in time.")
_NOT_DELIVERED = N_("Nobody has confirmed in time that it arrived.")
_NO_ADDRESS = {
    "push": N_("No device of the patient gets notifications."),
    "sms": N_("There is no mobile number to which messages can go."),
    "email": N_("There is no e-mail address to which messages can go."),
}
_NO_HOURS = N_("The hours at which the patient may get messages leave no time for it.")
_WAITS = N_("It waits for the hours at which the patient may get messages.")
_MANY_TEXTS = N_("Many text messages went to this number a short time before.")
_NO_PATIENT = N_("The chart is not there any more.")
READ_ALREADY = N_("It was not sent: the patient has seen it by now.")
_GONE = N_("It was not sent: what it was about is not there any more.")
_OTHER_WAY = N_("It was not sent: another way was tried meanwhile.")


@dataclass(frozen=True, slots=True)
class _Ready:
    """The finding about a step. Without messages it is skipped, or held until `begins`."""

    state: StepState
    reason: str = ""
    begins: int = 0
    notices: tuple[Notice, ...] = ()


class MessagePlans:
    """Starts plans, takes their steps, and ends them. `devices` knows where a push can go."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        clinics: Clinics,
        patients: Patients,
        dispatcher: Dispatcher,
        app_devices: AppDevices,
        limits: TextLimits,
        base_url: str,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._clinics = clinics
        self._patients = patients
        self._dispatcher = dispatcher
        self._app_devices = app_devices
        self._limits = limits
        self._base_url = base_url
        self._devices: PatientDevices = NoDevices()

    def reach_devices(self, devices: PatientDevices) -> None:
        """Use what knows the devices of patients from now on."""
        self._devices = devices

    async def start(self, work: UnitOfWork, subject: PlanSubject) -> str:
        """Begin a plan in the unit of work that makes the item. Returns its id; for an item that
        has one already, nothing else happens."""
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
            round=1,
            number=0,
            content=keys.seal(COLUMN, plan_id, subject.words()),
            created_at=clock.now(),
            ended_at=0,
            ended_by="",
        )
        row = await work.one(records.locked_of_item, item=subject.item_id)
        assert row is not None  # noqa: S101 - it was written just now, or before
        if added:
            await self._begin(work, row, 0)
        return row.id

    async def seen(self, work: UnitOfWork, item_id: str, by: Actor) -> None:
        """Record that somebody on the patient's side has seen the item, wherever: nothing more goes
        out. Does nothing for an item without a plan, and for one that was seen before."""
        await self._end(work, item_id, PlanState.READ, by.id)

    async def stop(self, work: UnitOfWork, item_id: str) -> None:
        """End a plan whose item is gone, such as a message that was taken back."""
        await self._end(work, item_id, PlanState.STOPPED, "")

    async def _end(self, work: UnitOfWork, item_id: str, state: PlanState, by: str) -> None:
        row = await work.one(records.locked_of_item, item=item_id)
        if row is None:
            return
        ended = await records.move(work, row, state, ended_at=clock.now(), ended_by=by)
        if ended is None:
            return
        step = await work.one(records.step_in_hand, of=row.id, in_round=row.round, at=row.number)
        if step is not None and step.state in (StepState.HELD, StepState.SENDING):
            reason = READ_ALREADY if state is PlanState.READ else _GONE
            await records.set_step(work, step, state=StepState.CANCELLED, reason=reason)

    async def again(self, work: UnitOfWork, row: PlanRow) -> None:
        """Begin from the first way again, for a locked plan that has ended without being read."""
        moved = await records.move(
            work, row, PlanState.RUNNING, round=row.round + 1, number=0, ended_at=0, ended_by=""
        )
        if moved is not None:
            await self._begin(work, moved, 0)

    # --- steps ---------------------------------------------------------------------------------

    async def _begin(self, work: UnitOfWork, row: PlanRow, number: int) -> None:
        """Take the first step from `number` on that is possible, or end the plan."""
        patient = await self._patients.addressed_in(work, row.clinic_id, row.patient_id)
        if patient is not None and patient.contact.consent is Consent.DECEASED:
            await records.move(work, row, PlanState.STOPPED, ended_at=clock.now())
            return
        for at in range(number, len(CHANNELS)):
            row = await records.save(work, row, number=at)
            ready = await self._ready(work, row, patient)
            await self._write(work, row, ready)
            if ready.state is not StepState.SKIPPED:
                return
        await self._unreached(work, row)

    async def _unreached(self, work: UnitOfWork, row: PlanRow) -> None:
        await records.move(
            work, row, PlanState.UNREACHED, number=len(CHANNELS), ended_at=clock.now()
        )
        await self._audit.record(
            work,
            row.clinic_id,
            SYSTEM,
            Action.PLAN_UNREACHED,
            patient_id=row.patient_id,
            subject_id=row.item_id,
        )

    async def _ready(self, work: UnitOfWork, row: PlanRow, patient: Demographics | None) -> _Ready:
        """Look up whether, when and where the message of the step in hand may go."""
        channel = CHANNELS[row.number]
        if patient is None:
            return _Ready(StepState.SKIPPED, _NO_PATIENT)
        words = (await self._vault.clinic(row.clinic_id)).unseal(COLUMN, row.id, row.content)
        items = [one for one in (row.item_id, words.get("within", "")) if one]
        devices = await self._devices.of_patient(work, row.clinic_id, row.patient_id, items)
        known = bool(devices) if channel == "push" else usable(patient, channel)
        refusal = patient.contact.refusal(channel) or ("" if known else _NO_ADDRESS[channel])
        if refusal:
            return _Ready(StepState.SKIPPED, refusal)
        zone = (await self._clinics.get(row.clinic_id)).options.time_zone
        also = (PUSH_HOURS,) if channel == "push" else ()
        begins = patient.contact.opens_at(clock.now(), zone, also=also)
        if not begins:
            return _Ready(StepState.SKIPPED, _NO_HOURS)
        if begins > clock.now():
            return _Ready(StepState.HELD, _WAITS, begins)
        return await self._composed(work, row, patient, devices, words)

    async def _composed(
        self,
        work: UnitOfWork,
        row: PlanRow,
        patient: Demographics,
        devices: list[str],
        words: dict[str, Any],
    ) -> _Ready:
        """Compose the messages of a step that may go now."""
        channel, base = CHANNELS[row.number], self._base_url
        clinic = await self._clinics.get(row.clinic_id)
        if channel == "push":
            made = tuple(push_of(row, words, clinic, patient, one, base) for one in devices)
            return _Ready(StepState.SENDING, notices=made)
        to = _address(patient, channel)
        if channel == "sms":
            try:
                await self._limits.take(work, row.clinic_id, to)
            except ManyTexts:
                return _Ready(StepState.SKIPPED, _MANY_TEXTS)
        with in_language(patient.language):
            notice = notice_of(row, words, clinic, channel, to, base)
        return _Ready(StepState.SENDING, notices=(notice,))

    async def _write(self, work: UnitOfWork, row: PlanRow, ready: _Ready) -> None:
        """Write a step with its messages, and look at it again when its time is over."""
        step = await work.one(records.step_in_hand, of=row.id, in_round=row.round, at=row.number)
        now = clock.now()
        values = {
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
                channel=CHANNELS[row.number],
                sent_at=0,
                delivered_at=0,
                **values,
            )
        for notice in ready.notices:
            await self._dispatcher.send(work, notice)
        written = await work.one(records.step_in_hand, of=row.id, in_round=row.round, at=row.number)
        if written is not None and ready.state is not StepState.SKIPPED:
            await self._look_again(work, row, written)

    async def _look_again(self, work: UnitOfWork, row: PlanRow, step: StepRow) -> None:
        due = await self._due(row, step)
        payload = {"plan_id": row.id, "round": row.round, "number": row.number}
        name = f"{GO_ON}:{row.id}:{row.round}:{row.number}:{due}"
        work.enqueue(GO_ON, payload, unique=name, delay=max(due - clock.now(), 0))

    async def _due(self, row: PlanRow, step: StepRow) -> int:
        """Return when a step is over, or may begin."""
        if step.state == StepState.HELD:
            return step.began_at
        options = await self._clinics.options(row.clinic_id, PlanOptions)
        return over_at(_as_step(step), options.times(PlanKind(row.kind)))

    # --- effects of time and of messages ---------------------------------------------------------

    async def go_on(self, payload: dict[str, Any]) -> None:
        """Job: take the following step if the one in hand has had its time."""
        async with self._database.unit_of_work() as work:
            row = await work.one(records.locked, of=payload["plan_id"])
            here = (payload["round"], payload["number"])
            if row is None or row.state != PlanState.RUNNING or (row.round, row.number) != here:
                return
            step = await work.one(
                records.step_in_hand, of=row.id, in_round=row.round, at=row.number
            )
            if step is None:
                return
            if clock.now() < await self._due(row, step):
                await self._look_again(work, row, step)
            elif step.state == StepState.HELD:
                await self._begin(work, row, row.number)
            else:
                await records.set_step(work, step, reason=_why_over(step))
                await self._begin(work, row, row.number + 1)
            faults.point("plan.going_on")
        faults.point("plan.went_on")

    async def delivery_changed(
        self, work: UnitOfWork, cause_id: str, outcomes: frozenset[Outcome]
    ) -> None:
        """Follow the messages of a step: one that failed is followed by another way at once."""
        place = _place(cause_id)
        if place is None or not outcomes:
            return
        plan_id, in_round, number = place
        row = await work.one(records.locked, of=plan_id)
        step = await work.one(records.step_in_hand, of=plan_id, in_round=in_round, at=number)
        if row is None or step is None or step.state == StepState.CANCELLED:
            return
        messages = await records.messages_of_step(work, row, in_round, number)
        state = _combined({message.state for message in messages})
        current = row.state == PlanState.RUNNING and (row.round, row.number) == (in_round, number)
        failures = [message.failure for message in messages if message.failure]
        step = await records.set_step(
            work,
            step,
            state=state,
            reason=failures[-1] if state is StepState.FAILED and failures else step.reason,
            sent_at=max((message.sent_at for message in messages), default=0),
            delivered_at=max((message.delivered_at for message in messages), default=0),
        )
        row = await records.save(work, row)
        if current and step.state in OVER:
            await self._begin(work, row, number + 1)
        elif current:
            await self._look_again(work, row, step)

    async def shown(self, cause_id: str) -> bool:
        """Record that a device has shown the push of this cause. Returns whether there is one; who
        knows a cause has got it in an encrypted message."""
        if _place(cause_id) is None:
            return False
        async with self._database.unit_of_work() as work:
            device_id = await self._dispatcher.shown(work, cause_id)
            if device_id:
                await self._app_devices.has_shown(work, device_id)
        return bool(device_id)

    async def refusal(self, cause_id: str) -> str:
        """Return why a message of a step must not leave any more, "" if it may."""
        place = _place(cause_id)
        if place is None:
            return ""
        plan_id, in_round, number = place
        async with self._database.read() as db:
            row = await db.one(records.by_id, of=plan_id)
        if row is None or row.state == PlanState.STOPPED:
            return _GONE
        if row.state == PlanState.READ:
            return READ_ALREADY
        return "" if (row.round, row.number) == (in_round, number) else _OTHER_WAY


def _place(cause_id: str) -> tuple[str, int, int] | None:
    """Return the plan, the round and the step of a message; None for one of another cause."""
    plan_id, _slash, rest = cause_id.partition("/")
    parts = rest.split("/")
    numbers = parts[:2]
    right = len(numbers) == 2 and all(one.isascii() and one.isdecimal() for one in numbers)
    if not is_id(plan_id, PREFIX) or not right or max(map(len, numbers)) > _MOST_DIGITS:
        return None
    return plan_id, int(parts[0]), int(parts[1])


def _address(patient: Demographics, channel: str) -> str:
    if channel == "email":
        return patient.email
    phone = phones.known(patient.phone)
    return phone.number if phone else patient.phone


def _combined(states: set[str]) -> StepState:
    """Return the state of a step by those of its messages: one that arrived is enough."""
    if NoticeState.DELIVERED in states:
        return StepState.DELIVERED
    if states & {NoticeState.SENT, NoticeState.UNCERTAIN}:
        return StepState.SENT
    if states & {NoticeState.QUEUED, NoticeState.SENDING}:
        return StepState.SENDING
    return StepState.FAILED


def _as_step(row: StepRow) -> Step:
    return Step(row.channel, StepState(row.state), row.began_at, row.sent_at, row.delivered_at)


def _why_over(step: StepRow) -> str:
    """Return why the following way is tried although nothing was refused."""
    if not step.sent_at:
        return _NOT_OUT
    if step.delivered_at or step.channel == "email":
        return _NOT_READ
    return _NOT_SHOWN if step.channel == "push" else _NOT_DELIVERED
