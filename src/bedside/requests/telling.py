"""Telling patients of requests: the words and links for message plans, and the reminders.

All messages with a link go by the plan of their request (`notifications.plans`). This is what the
plan does not know: whether there is still something to say, a new link for each step, because the
secrets of earlier ones are not stored, and when a patient is reminded.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bedside.audit import Action, Actor, AuditLog
from bedside.audit.actors import SYSTEM
from bedside.database.sealed import Vault
from bedside.errors import Conflict, NotAllowed, NotFound, WrongInput
from bedside.kernel import clock
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.links.records import Answer
from bedside.links.service import Links
from bedside.notifications.addresses import RuledOut, usable
from bedside.notifications.messenger import ChannelName, Outcome
from bedside.notifications.plans.options import PlanOptions
from bedside.notifications.plans.places import Place
from bedside.notifications.plans.rows import PlanRow
from bedside.notifications.plans.service import MessagePlans
from bedside.notifications.plans.subject import PlanSubject, Words
from bedside.notifications.plans.table import DEFAULT_WAYS, Occasion
from bedside.notifications.text_limits import TextLimits
from bedside.notifications.texts import in_language
from bedside.people.clinics import Clinics
from bedside.people.patients import Demographics, Patients
from bedside.people.permissions import ChartAccess
from bedside.people.roles import May, allows
from bedside.requests import records, texts
from bedside.requests.kinds import AnyRequestKind, RequestKinds, Wording
from bedside.requests.messages import address_of_link, page_in_app
from bedside.requests.records import Content, RequestRow
from bedside.requests.reminders import remind_at
from bedside.requests.states import ENDED, State, Step

REMIND = "request.remind"
NOT_BEFORE = 12 * clock.HOUR
"""Nobody is reminded of a message that came just now."""
_WAITING = (State.REQUESTED, State.SENT, State.DELIVERED, State.UNCERTAIN)
_CLOSED = N_("It was not sent: by then its link was closed or replaced, or the request answered.")


class Telling:
    """Begins and ends the plans of requests, and composes what their steps say: see `PlanItem`."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        clinics: Clinics,
        patients: Patients,
        links: Links,
        limits: TextLimits,
        kinds: RequestKinds,
        plans: MessagePlans,
        base_url: str,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._clinics = clinics
        self._patients = patients
        self._links = links
        self._limits = limits
        self._kinds = kinds
        self._plans = plans
        self._base_url = base_url

    # --- beginning and ending --------------------------------------------------------------------

    async def begin(
        self,
        work: UnitOfWork,
        row: RequestRow,
        content: Content,
        occasion: Occasion = Occasion.INVITE,
    ) -> None:
        """Tell the patient of a locked request by the plan of its kind: first by the channels that
        were chosen, which `content` names, then by the others. Schedules the reminder."""
        kind, now = self._kinds.by_key(row.kind), clock.now()
        at = _reminder_at(kind, content, row.expires_at, now)
        options = await self._clinics.options(row.clinic_id, PlanOptions)
        subject = PlanSubject(
            options.kind_of(kind.key),
            row.clinic_id,
            row.patient_id,
            row.id,
            ways=_ways(kind, tuple(content.to)),
            round=row.round,
            next_at=at,
        )
        await self._plans.start(work, subject, occasion)
        if at:
            payload = {"request_id": row.id, "round": row.round}
            work.enqueue(REMIND, payload, unique=f"{REMIND}:{row.id}:{row.round}", delay=at - now)

    async def answered(self, work: UnitOfWork, answer: Answer, actor: Actor) -> None:
        """See `Links.on_answered`: whoever got in has read it, and nothing more is sent."""
        if answer.let_in and self._kinds.has(answer.link.subject_id):
            await self._plans.seen(work, answer.link.subject_id, actor)

    async def stop(self, work: UnitOfWork, request_id: str) -> None:
        """Send nothing more about a locked request whose link was closed."""
        await self._plans.stop(work, request_id)

    async def lapse(self, work: UnitOfWork, request_id: str) -> None:
        """Send nothing more about a locked request whose link has ended. If nobody has opened it,
        that is a task for staff."""
        await self._plans.lapse(work, request_id)

    async def once_more(
        self, work: UnitOfWork, row: RequestRow, channel: ChannelName, cause: str
    ) -> None:
        """Send the link of a locked request by one channel, because somebody asked for it there;
        `cause` is unique in the request."""
        await self._plans.remind(work, row.id, Occasion.AGAIN, press=cause, only=channel)

    # --- for the plan: see PlanItem --------------------------------------------------------------

    async def lock(self, work: UnitOfWork, item_id: str) -> None:
        """See `PlanItem.lock`."""
        await records.locked(work, item_id)

    async def words(
        self,
        work: UnitOfWork,
        row: PlanRow,
        occasion: Occasion,
        to: Mapping[ChannelName, str],
        patient: Demographics,
    ) -> Words | None:
        """See `PlanItem.words`. Each step has a link of its own, with which wrong dates of birth of
        earlier ones still count."""
        request = await records.locked(work, row.item_id)
        if request is None or request.round != row.round:
            return None
        if not await self._has_something(request, occasion):
            return None
        keys = await self._vault.clinic(request.clinic_id)
        content = _addressed(records.opened(keys, request).content, to, patient)
        await records.save(work, request, content=records.seal(keys, request.id, content))
        wrong = await self._links.wrong_answers(work, request.id)
        secret = await self._links.issue(
            work,
            request.clinic_id,
            request.patient_id,
            request.id,
            request.expires_at,
            wrong_answers=max(wrong, content.wrong_answers),
        )
        clinic = await self._clinics.get(request.clinic_id)
        compose = self._wording(request, occasion)
        with in_language(content.language):
            link = address_of_link(self._base_url, secret)
            text = compose(clinic, content, link, request.expires_at)
        attached = self._attached(request, content, occasion)
        return Words(text, text.subject, page_in_app(request.id), attached)

    def _attached(self, row: RequestRow, content: Content, occasion: Occasion) -> str:
        """Return what goes along with the e-mail of a step.

        Only with what staff have sent, once, or sent by a new link, to the address that they saw
        on the card then or that was corrected since: a reminder comes by the clock, days later,
        and says only that something waits; and whoever types a number or an address on the page of
        lost links (`AGAIN`) decides when a message leaves, and should not decide that files lie in
        a mailbox once more. Both have the link, which asks for the date of birth.
        """
        if occasion is not Occasion.INVITE:
            return ""
        return self._kinds.by_key(row.kind).attached(content)

    async def progressed(
        self, work: UnitOfWork, row: PlanRow, outcomes: frozenset[Outcome]
    ) -> None:
        """See `PlanItem.progressed`: the state of a request follows the messages of its round."""
        request = await records.locked(work, row.item_id)
        if request is not None and request.round == row.round:
            await records.take_step(work, request, _step_of(outcomes))

    async def refusal(self, cause_id: str) -> str:
        """Return why a message must not leave any more, "" if it may: its link can have been closed
        or replaced, or the request answered, while it waited for the gateway."""
        place = Place.of(cause_id)
        if place is None or not self._kinds.has(place.item_id):
            return ""
        async with self._database.read() as db:
            row = await db.one(records.by_id, of=place.item_id)
        if row is None or row.round != place.round:
            return _CLOSED
        return "" if await self._has_something(row, place.occasion) else _CLOSED

    async def _has_something(self, row: RequestRow, occasion: Occasion) -> bool:
        """Whether there is still something to say about a request on this occasion."""
        if row.state in (*ENDED, State.LOCKED) or row.expires_at <= clock.now():
            return False
        if occasion not in (Occasion.REMINDER, Occasion.UNAGREED):
            return True
        request = records.opened(await self._vault.clinic(row.clinic_id), row)
        if occasion is Occasion.UNAGREED:
            return request.waits_for_agreement
        is_late = self._kinds.by_key(row.kind).too_late(request.content)
        return self._may_be_reminded(row) and not is_late

    def _wording(self, row: RequestRow, occasion: Occasion) -> Wording:
        if occasion is Occasion.UNAGREED:
            return texts.unagreed
        of_kind = self._kinds.by_key(row.kind).texts
        return of_kind.reminder if occasion is Occasion.REMINDER else of_kind.invitation

    # --- reminding -------------------------------------------------------------------------------

    def _may_be_reminded(self, row: RequestRow) -> bool:
        """Whether the patient has yet to act: to open the link or, if there is a day by which the
        answer is due, to send it."""
        begun = row.state in (State.OPENED, State.IN_PROGRESS) and row.expected <= row.filed
        has_day = begun and self._kinds.by_key(row.kind).has_due_day
        return (row.state in _WAITING or has_day) and row.expires_at > clock.now()

    async def remind(self, payload: dict[str, Any]) -> None:
        """Job: before the link ends, remind a patient who has not opened it."""
        await self._remind(payload, Occasion.REMINDER)

    async def remind_unagreed(self, payload: dict[str, Any]) -> None:
        """Job: remind a patient whose files are here, and who has not agreed to send them. Once for
        each link."""
        await self._remind(payload, Occasion.UNAGREED)

    async def _remind(self, payload: dict[str, Any], occasion: Occasion) -> None:
        async with self._database.unit_of_work() as work:
            row = await records.locked(work, payload["request_id"])
            if row is None or row.round != payload["round"]:
                return
            if await self._has_something(row, occasion):
                press = f"{occasion}/{row.round}"
                begun = await self._plans.remind(
                    work, row.id, occasion, press=press, although_settled=False
                )
                if begun:
                    await self._note(work, row, SYSTEM)

    async def remind_now(self, chart: ChartAccess, request_id: str, press: str) -> None:
        """Remind a patient at once; `press` is the id of the press, so that two of them send one
        message. Raises Conflict if there is nothing to be reminded of, WrongInput if no message
        can go to the patient, ManyTexts."""
        if not allows(chart.staff.role, May.SEND_REQUESTS):
            raise NotAllowed
        patient = await self._patients.addressed(chart.clinic_id, chart.patient_id)
        async with self._database.unit_of_work() as work:
            row = await records.locked(work, request_id)
            whose = (chart.clinic_id, chart.patient_id)
            if row is None or (row.clinic_id, row.patient_id) != whose:
                raise NotFound
            if not await self._has_something(row, Occasion.REMINDER):
                raise Conflict
            content = records.opened(await self._vault.clinic(row.clinic_id), row).content
            if not any(usable(patient, way) for way in content.to):
                ruled_out = any(patient.contact.refusal(way) for way in content.to)
                raise (RuledOut if ruled_out else WrongInput)(field="channels")
            if "sms" in content.to:
                sms = content.to["sms"]
                await self._limits.require(work, row.clinic_id, sms, field="channels")
            if await self._plans.remind(work, row.id, Occasion.REMINDER, press=press):
                await self._note(work, row, chart.actor)

    async def _note(self, work: UnitOfWork, row: RequestRow, actor: Actor) -> None:
        await self._audit.record(
            work,
            row.clinic_id,
            actor,
            Action.REQUEST_REMINDED,
            patient_id=row.patient_id,
            subject_id=row.id,
        )


def _ways(kind: AnyRequestKind, chosen: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Return the ways of a plan: what staff chose at once, then each other one. What has no page in
    the app is not pushed."""
    others = [way for way in DEFAULT_WAYS if way[0] not in chosen]
    following = tuple(way for way in others if way != ("push",) or kind.in_app)
    return (chosen, *following) if chosen else following


def _reminder_at(kind: AnyRequestKind, content: Content, ends: int, now: int) -> int:
    """Return when a reminder of a link that is sent now leaves, 0 for none."""
    if kind.reminds is not None:
        return kind.reminds(content, now)
    due = kind.due(content)
    return remind_at(due if due > now else ends, now + NOT_BEFORE)


def _addressed(content: Content, to: Mapping[ChannelName, str], patient: Demographics) -> Content:
    """Return the content with these addresses in place of those of before, and without any at which
    nobody can be reached any more."""
    before = {way: at for way, at in content.to.items() if usable(patient, way)}
    return replace(content, to={**before, **to}) if to else content


def _step_of(outcomes: frozenset[Outcome]) -> Step:
    """Return the step: one message that arrives is enough; a request has failed when none is left
    that could."""
    if "delivered" in outcomes:
        return Step.ARRIVED
    if "sent" in outcomes:
        return Step.HANDED_OVER
    if "queued" in outcomes:
        return Step.SENT_AGAIN
    return Step.DOUBTED if "uncertain" in outcomes else Step.UNDELIVERED
