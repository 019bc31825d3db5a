"""The dispatcher of notifications (feature N3): durable, retried, never knowingly sent twice.

A notification is written in the transaction that causes it, together with a job. The job takes it
under a lease (queued → sending), hands it to the gateway, and records the outcome. Between the
gateway's yes and that record is a moment in which a kill leaves open whether it was sent. It is
then tried once more with `tried_since` set: the SMS adapter searches the gateway for the same
words to the same number before it sends, and e-mail has the same Message-ID, by which mailboxes
recognise a repetition. A mailbox that does not can show such a mail twice.

What is attached to an e-mail is made when it leaves, at each try (`attaching`). Such e-mails have a
lane of the worker for themselves, because a slow line can need minutes for one.
"""

import random
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from typing import Any, Protocol

import structlog
from sqlalchemy import and_, bindparam, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bedside.audit import Action, AuditLog
from bedside.audit.actors import SYSTEM
from bedside.database.sealed import Vault
from bedside.database.statements import prepared
from bedside.errors import Conflict, NotFound
from bedside.kernel import clock, faults
from bedside.kernel.ids import new_id
from bedside.kernel.jobs import TryAgain
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.notifications import contents
from bedside.notifications.attaching import Attaching, AttachmentSource, carries
from bedside.notifications.early_reports import EarlyReports, report_lock
from bedside.notifications.events import NotificationChanged
from bedside.notifications.leases import LEASE, Leases
from bedside.notifications.leaving import Leaving, LeavingCheck
from bedside.notifications.messenger import Notice, Outcome
from bedside.notifications.models import notifications
from bedside.notifications.ports import (
    Channel,
    Delivered,
    Gateway,
    Message,
    PermanentFailure,
    Recipients,
    TemporaryFailure,
)
from bedside.notifications.rows import NotificationRow
from bedside.notifications.states import (
    NoticeState,
    Report,
    after_report,
    may_become,
    outcome_of,
)
from bedside.people.permissions import ChartAccess

_log = structlog.get_logger("notifications")

DELIVER = "notification.deliver"
DELIVER_LARGE = "large.notification"
GIVE_UP_AFTER = clock.DAY
_FIRST_PAUSE = 15 * clock.SECOND
_LONGEST_PAUSE = 30 * clock.MINUTE
_NOT_REACHED = N_("The message did not reach the phone. Check the number, and send a new link.")

_add = prepared(
    upsert(notifications).on_conflict_do_nothing(index_elements=["cause_id", "channel"])
)
_by_id = prepared(
    select(notifications).where(notifications.c.id == bindparam("of")), NotificationRow
)
_for_change = prepared(
    select(notifications).where(notifications.c.id == bindparam("of")).with_for_update(),
    NotificationRow,
)
_by_reference = prepared(
    select(notifications)
    .where(notifications.c.reference == bindparam("of"), notifications.c.channel == bindparam("by"))
    .with_for_update(),
    NotificationRow,
)
_of_cause = prepared(
    select(notifications.c.state).where(notifications.c.cause_id == bindparam("of_cause"))
)
_push_of = prepared(
    select(notifications).where(
        notifications.c.cause_id == bindparam("of_cause"),
        notifications.c.channel == Channel.PUSH.value,
    ),
    NotificationRow,
)
_take = prepared(
    update(notifications)
    .where(
        notifications.c.id == bindparam("of"),
        or_(
            notifications.c.state == NoticeState.QUEUED.value,
            and_(
                notifications.c.state == NoticeState.SENDING.value,
                notifications.c.locked_until < bindparam("moment"),
            ),
        ),
    )
    .values(
        state=NoticeState.SENDING.value,
        locked_until=bindparam("lease"),
        attempts=notifications.c.attempts + 1,
    )
)
_set = prepared(update(notifications).where(notifications.c.id == bindparam("of")))


class DeliveryListener(Protocol):
    """The cause of messages, e.g. requests."""

    async def __call__(self, work: UnitOfWork, cause_id: str, outcomes: frozenset[Outcome]) -> None:
        """Handle progress of this cause; `outcomes` are those of all its channels."""
        ...


class Dispatcher:
    """Writes notifications, delivers them, and reports the outcome to their causes.

    `local` names the channels whose gateway is the local outbox: their messages stay readable.
    """

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        gateways: Mapping[Channel, Gateway],
        recipients: Recipients,
        local: frozenset[Channel],
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._gateways = gateways
        self._recipients = recipients
        self._leaving = Leaving(recipients)
        self._local = local
        self._leases = Leases(database)
        self._attaching = Attaching()
        self._early = EarlyReports()
        self._listeners: list[DeliveryListener] = []

    @property
    def local(self) -> frozenset[Channel]:
        """The channels whose messages stay in the local outbox."""
        return self._local

    def on_outcome(self, listener: DeliveryListener) -> None:
        """Call `listener`, in the same transaction, with the outcome of messages."""
        self._listeners.append(listener)

    def before_leaving(self, check: LeavingCheck) -> None:
        """Ask `check` about each message to a patient just before it leaves: it can have waited
        for hours."""
        self._leaving.ask(check)

    def attach_from(self, source: AttachmentSource) -> None:
        """Let a domain make what its references attach to e-mails."""
        self._attaching.add(source)

    async def send(self, work: UnitOfWork, notice: Notice) -> None:
        """Write a message; it is sent after the commit. See `Messenger.send`."""
        keys = await self._vault.clinic(notice.clinic_id)
        notification_id = new_id("ntf")
        if not carries(notice):
            notice = replace(notice, attached="")
        to_patient = notice.contact_of or (notice.patient_id and not notice.staff_id)
        if to_patient and notice.channel != Channel.PUSH:  # an app says itself whose it is
            notice = await self._recipients.dressed(work, notice)
        added = await work.execute(
            _add,
            id=notification_id,
            clinic_id=notice.clinic_id,
            patient_id=notice.patient_id,
            cause_id=notice.cause_id,
            channel=notice.channel,
            content=contents.sealed(keys, notification_id, notice),
            state=NoticeState.QUEUED,
            attempts=0,
            tried_since=0,
            locked_until=0,
            failure="",
            reference="",
            local=Channel(notice.channel) in self._local,
            created_at=clock.now(),
            sent_at=0,
            delivered_at=0,
            staff_id=notice.staff_id,
            useful_until=clock.now() + notice.useful_for if notice.useful_for else 0,
        )
        if added:
            _enqueue(work, notification_id, large=bool(notice.attached))

    # --- the job -------------------------------------------------------------------------------

    async def deliver(self, payload: dict[str, Any]) -> None:
        """Job: hand one message to its gateway. Raises TryAgain as long as that helps."""
        row = await self._taken(payload["notification_id"])
        if row is None:
            return
        if _is_too_late(row):
            await self._failed(row.id, row.failure or _TOO_LATE)
            return
        content = contents.opened(await self._vault.clinic(row.clinic_id), row)
        if not await self._may_leave(row, content):
            return
        faults.point("notification.taken")
        began = clock.now()
        try:
            async with self._leases.kept(row) if content.get("attached") else nullcontext():
                message = await self._complete(row, content)
                if message is None:
                    return
                delivered = await self._gateways[message.channel].deliver(message)
        except TemporaryFailure as failure:
            await self._later(row, failure, began)
        except PermanentFailure as failure:
            await self._failed(row.id, failure.sentence)
        else:
            faults.point("notification.delivered")
            await self._handed_over(row, delivered, content, message)
            faults.point("notification.noted")

    async def _taken(self, notification_id: str) -> NotificationRow | None:
        """Take the message under a lease; None if it is done or leased already."""
        moment = clock.now()
        async with self._database.unit_of_work() as work:
            row = await work.one(_for_change, of=notification_id)
            taken = await work.execute(
                _take, of=notification_id, moment=moment, lease=moment + LEASE
            )
            if not taken:
                waits = row is not None and row.state == NoticeState.SENDING
                if row is not None and waits:
                    raise TryAgain(row.locked_until - moment + clock.SECOND, "being sent")
                return None
            if row is not None and row.state == NoticeState.SENDING and not row.tried_since:
                # Killed while it was being sent for the first time: it may have been sent.
                await work.execute(_set, of=row.id, tried_since=row.locked_until - LEASE)
            return await work.one(_by_id, of=notification_id)

    async def _complete(self, row: NotificationRow, content: dict[str, Any]) -> Message | None:
        """Return a message with what is attached to it. Making that takes a while, so whether it
        may leave is asked once more then; None if it must not any more."""
        message = contents.message_of(row, content)
        reference = content.get("attached", "")
        if not reference:
            return message
        made = await self._attaching.made(row.clinic_id, row.patient_id, reference)
        faults.point("notification.attached")
        if not await self._may_leave(row, content):
            return None
        return replace(message, attachments=made)

    async def _may_leave(self, row: NotificationRow, content: dict[str, Any]) -> bool:
        """Whether a message may leave now. One that must not any more has failed; raises TryAgain
        for one that waits for the patient's hours."""
        ruling = await self._leaving.ruling(row, content)
        if ruling.refusal:
            keys = await self._vault.clinic(row.clinic_id)
            await self._failed(row.id, ruling.refusal, content=contents.wiped(keys, row))
            return False
        if ruling.opens_at > clock.now():
            await self._held(row, ruling.opens_at)
        return True

    async def _held(self, row: NotificationRow, until: int) -> None:
        """Keep a message until the patient's hours allow it."""
        async with self._database.unit_of_work() as work:
            await self._move(work, row.id, NoticeState.QUEUED, failure=_HELD)
        raise TryAgain(max(until - clock.now(), 1), _HELD)

    async def _handed_over(
        self,
        row: NotificationRow,
        delivered: Delivered,
        content: dict[str, Any],
        message: Message,
    ) -> None:
        keys = await self._vault.clinic(row.clinic_id)
        now = clock.now()
        arrived: dict[str, Any] = {"content": contents.wiped(keys, row)}
        if row.local:
            arrived = {"delivered_at": now}
            if message.attachments:
                arrived["content"] = contents.listing(keys, row, content, message.attachments)
        async with self._database.unit_of_work() as work:
            state = NoticeState.DELIVERED if row.local else NoticeState.SENT
            if delivered.reference:
                await work.lock(report_lock(Channel(row.channel), delivered.reference))
            current = await self._move(
                work,
                row.id,
                state,
                sent_at=now,
                reference=delivered.reference,
                failure="",
                **arrived,
            )
            if current is None:
                return
            with_it = len(message.attachments)
            await self._line(work, current, Action.NOTIFICATION_SENT, attached=with_it)
            for early in await self._early.take(work, row.channel, delivered.reference):
                await self._apply(work, row.id, early)

    async def _later(self, row: NotificationRow, failure: TemporaryFailure, began: int) -> None:
        if clock.now() - row.created_at > GIVE_UP_AFTER or _is_too_late(row):
            await self._failed(row.id, failure.sentence)
            return
        async with self._database.unit_of_work() as work:
            await self._move(
                work,
                row.id,
                NoticeState.QUEUED,
                failure=failure.sentence,
                tried_since=row.tried_since or began,
            )
        # The sentence contains neither content nor address, so it may be logged.
        _log.warning("message.kept", channel=row.channel, reason=failure.sentence)
        raise TryAgain(_pause(row.attempts), failure.sentence)

    async def _failed(self, notification_id: str, sentence: str, **values: Any) -> None:
        async with self._database.unit_of_work() as work:
            current = await self._move(
                work, notification_id, NoticeState.FAILED, failure=sentence, **values
            )
            if current is not None:
                await self._line(work, current, Action.NOTIFICATION_FAILED)
                log = _log.info if values else _log.error  # one that must not leave is wiped
                log("message.given_up", channel=current.channel, reason=sentence)

    async def _move(
        self, work: UnitOfWork, notification_id: str, state: NoticeState, **values: Any
    ) -> NotificationRow | None:
        """Change the state, and publish it to viewers and to the cause; None if the table does not
        allow it."""
        row = await work.one(_for_change, of=notification_id)
        if row is None or not may_become(row.state, state):
            return None
        await work.execute(_set, of=row.id, state=state, locked_until=0, **values)
        work.emit(
            NotificationChanged(
                clinic_id=row.clinic_id,
                patient_id=row.patient_id,
                notification_id=row.id,
                channel=row.channel,
                state=state,
            )
        )
        states = await work.all(_of_cause, of_cause=row.cause_id)
        outcomes: frozenset[Outcome] = frozenset(outcome_of(other.state) for other in states)
        for listener in self._listeners:
            await listener(work, row.cause_id, outcomes)
        return row

    # --- afterwards ----------------------------------------------------------------------------

    async def reported(self, channel: Channel, reference: str, report: Report) -> None:
        """Record the gateway's report on a message it had accepted. One that comes before the
        gateway's answer is kept until then."""
        if not reference:
            return
        async with self._database.unit_of_work() as work:
            await work.lock(report_lock(channel, reference))
            row = await work.one(_by_reference, of=reference, by=channel)
            if row is None:
                await self._early.keep(work, channel, reference, report)
            else:
                await self._apply(work, row.id, report)

    async def came_back(self, message_id: str, sentence: str) -> bool:
        """Record that a mail came back, and why. Returns whether it was one of ours."""
        async with self._database.unit_of_work() as work:
            row = await work.one(_for_change, of=message_id)
            if row is None or row.channel != Channel.EMAIL:
                return False
            await self._apply(work, row.id, Report.LOST, sentence)
        return True

    async def shown(self, work: UnitOfWork, cause_id: str) -> str:
        """Record that a device has shown the push of this cause. Returns its id, "" for none."""
        row = await work.one(_push_of, of_cause=cause_id)
        if row is not None:
            await self._apply(work, row.id, Report.ARRIVED)
        return cause_id.rpartition("/")[2] if row is not None else ""

    async def forget_early_reports(self) -> int:
        """Forget reports on messages that nobody here sent, for the worker's sweep."""
        async with self._database.unit_of_work() as work:
            return await self._early.forget(work)

    async def _apply(
        self, work: UnitOfWork, notification_id: str, report: Report, why: str = _NOT_REACHED
    ) -> None:
        row = await work.one(_for_change, of=notification_id)
        if row is None:
            return
        state = after_report(row.state, report)
        if state == row.state:
            return
        if state is NoticeState.DELIVERED:
            await self._move(work, row.id, state, delivered_at=clock.now(), failure="")
            return
        failure = why if state is NoticeState.FAILED else _PERHAPS
        await self._move(work, row.id, state, failure=failure)
        await self._line(work, row, Action.NOTIFICATION_FAILED)

    async def resend(self, chart: ChartAccess, notification_id: str) -> None:
        """Try a failed message again. Raises NotFound, and Conflict if it has not failed, or if its
        body is gone, because a gateway had accepted it or it must not leave: only a new link
        helps then."""
        keys = await self._vault.clinic(chart.clinic_id)
        async with self._database.unit_of_work() as work:
            row = await work.one(_for_change, of=notification_id)
            if row is None or row.patient_id != chart.patient_id:
                raise NotFound
            if row.state != NoticeState.FAILED or row.sent_at or not contents.has_body(keys, row):
                raise Conflict
            await self._move(work, row.id, NoticeState.QUEUED, failure="", created_at=clock.now())
            _enqueue(work, row.id, large=bool(contents.opened(keys, row).get("attached")))
            await self._line(work, row, Action.NOTIFICATION_RESENT, chart)

    async def _line(
        self,
        work: UnitOfWork,
        row: NotificationRow,
        action: Action,
        chart: ChartAccess | None = None,
        *,
        attached: int = 0,
    ) -> None:
        details = {"attached": attached} if attached else {}
        await self._audit.record(
            work,
            row.clinic_id,
            chart.actor if chart else SYSTEM,
            action,
            patient_id=row.patient_id,
            subject_id=row.cause_id.split("/")[0],
            channel=row.channel,
            **details,
        )


_TOO_LATE = N_("There was no way to send the message while it was of use.")
_HELD = N_("It waits for the hours at which the patient may get messages.")
_PERHAPS = N_(
    "The gateway says both, that the message arrived and that it did not: perhaps a part of it is "
    "missing. Ask the patient, or send a new link."
)


def _enqueue(work: UnitOfWork, notification_id: str, *, large: bool) -> None:
    kind, payload = DELIVER_LARGE if large else DELIVER, {"notification_id": notification_id}
    work.enqueue(kind, payload, unique=f"{DELIVER}:{notification_id}")


def _is_too_late(row: NotificationRow) -> bool:
    """Whether the message is no longer true, such as that somebody is waiting."""
    return bool(row.useful_until) and clock.now() > row.useful_until


def _pause(attempts: int) -> int:
    """Return the exponential backoff with full jitter: up to 15 s, 30 s, 60 s … 30 minutes."""
    longest = min(_FIRST_PAUSE << min(attempts - 1, 10), _LONGEST_PAUSE)
    return random.randint(longest // 2, longest)  # noqa: S311 - spreads load, guards nothing
