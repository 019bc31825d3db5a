"""Messages that leave later (feature C8): written now, listed for the team, changed, moved, dropped
or sent at once, until a job sends them. The patient's side learns nothing of one that waits.

The row goes in the unit of work that adds the message, and the message has its draft's id: however
often the job runs, and wherever it is killed, the message is there once.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bedside.audit import Action, Actor, AuditLog
from bedside.audit.actors import ActorKind
from bedside.charts import sent
from bedside.conversations import later_rows, rows, writing
from bedside.conversations.events import DeskConversationsChanged
from bedside.conversations.hours import moment_of
from bedside.conversations.later_checks import WITHOUT_CONSENT, InApp, Obstacle, obstacle_to
from bedside.conversations.later_rows import Body, LaterRow
from bedside.conversations.rows import ConversationRow
from bedside.conversations.service import Conversations
from bedside.conversations.sides import require_own
from bedside.conversations.writing import Text
from bedside.database.sealed import ClinicKeys, Vault
from bedside.errors import Conflict, NotFound, WrongInput
from bedside.kernel import clock, faults
from bedside.kernel.ids import new_id
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.notifications.messenger import StaffAlert, StaffAlerter
from bedside.people.clinics import Clinics
from bedside.people.patients import Patients
from bedside.people.permissions import ChartAccess, Permissions, StaffAccess
from bedside.people.staff import Member, Staff

SEND = "conversation.send_later"
"""The kind of job that sends a message when its time has come."""
_LONGEST = 366 * clock.DAY
_NOT_A_TIME = N_("Please choose a day and a time, as in 08:30.")
_OVER = N_("This time is over. Please choose a later one, or send the message now.")
_TOO_FAR = N_("Please choose a time within the next year.")
_CHANGED_MEANWHILE = N_(
    "Somebody else changed this message meanwhile. Nothing was saved; what you wrote is still "
    "here. Open the conversation again to see how it is now."
)

Helpers = Callable[[str], Awaitable[frozenset[str]]]
"""Returns the accounts of the proxies who may read the chat of a patient now."""


@dataclass(frozen=True, slots=True)
class Later:
    """A message that waits. `conversation_id` is "" for one that begins a conversation; `obstacle`
    is why it did not leave by itself, "" while its time has not come. Its repr omits the words."""

    id: str
    patient_id: str
    conversation_id: str
    staff_id: str
    text: Text
    send_at: int
    round: int
    seen_number: int
    obstacle: str

    def __repr__(self) -> str:
        return f"Later({self.id})"


@dataclass(frozen=True, slots=True)
class Change:
    """How a message that waits is to be now. `round` is the one that the page showed, and `seen`
    the number of the newest message that it showed."""

    words: str
    send_at: int
    round: int
    seen: int | None = None

    def __repr__(self) -> str:
        return "Change()"


def moment_in(day: str, time: str, zone: str) -> int:
    """Return a typed day (2026-12-24) and time (8:30) of a clinic as a moment. A time that the
    clocks skip comes as much later; of one that comes twice, the first is meant. Raises
    WrongInput."""
    hours, _, minutes = time.strip().partition(":")
    if not (hours.isdecimal() and minutes[:2].isdecimal()) or len(hours) > 2:
        raise WrongInput(_NOT_A_TIME, field="later_time")
    since_midnight = int(hours) * 60 + int(minutes[:2])
    if int(hours) > 23 or int(minutes[:2]) > 59:
        raise WrongInput(_NOT_A_TIME, field="later_time")
    try:
        return moment_of(date.fromisoformat(day.strip()), since_midnight, zone)
    except (ValueError, OverflowError):
        raise WrongInput(_NOT_A_TIME, field="later_day") from None


class NoConsent(Conflict):
    """The patient has died, or does not consent to messages."""

    code = "no_consent"
    sentence = N_(
        "Not sent: the patient’s card allows no messages. Your words are still here. Call, or ask "
        "the patient and change the card; then send it."
    )


class LaterMessages:
    """Keeps messages until they leave."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        conversations: Conversations,
        permissions: Permissions,
        clinics: Clinics,
        patients: Patients,
        staff: Staff,
        alerter: StaffAlerter,
        in_app: InApp,
        helpers: Helpers,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._conversations = conversations
        self._permissions = permissions
        self._clinics = clinics
        self._patients = patients
        self._staff = staff
        self._alerter = alerter
        self._in_app = in_app
        self._helpers = helpers

    # --- writing, changing ----------------------------------------------------------------------

    async def write(
        self,
        chart: ChartAccess,
        conversation_id: str,
        text: Text,
        draft_id: str,
        send_at: int,
        *,
        seen: int | None = None,
    ) -> str:
        """Keep a message until its time; "" as a conversation begins one. Files of its draft are in
        the chart from now on, and the patient's when it leaves. Idempotent per draft. Returns its
        id. Raises WrongInput, NotFound; Conflict for files that have not arrived."""
        _require_future(send_at)
        text = writing.checked_of_staff(text, send_at)
        draft_id, later_id = writing.draft_of(draft_id), new_id("ltr")
        keys = await self._vault.clinic(chart.clinic_id)
        helpers = await self._helpers(chart.patient_id)
        async with self._database.unit_of_work() as work:
            await work.lock(draft_id)
            if conversation_id:
                require_own(chart, await rows.locked(work, conversation_id))
            if (known := await self._known(work, chart, draft_id)) is not None:
                return known
            text = await self._conversations.with_files(
                work, chart, conversation_id, text, draft_id
            )
            body = Body(text, helpers, chart.patient_id)
            newest = await later_rows.newest_of_patient(work, conversation_id)
            row = LaterRow(
                id=later_id,
                clinic_id=chart.clinic_id,
                patient_id=chart.patient_id,
                conversation_id=conversation_id,
                staff_id=chart.staff.staff_id,
                draft_id=draft_id,
                body=later_rows.sealed(keys, later_id, body),
                send_at=send_at,
                round=1,
                seen_number=newest if seen is None else seen,
                obstacle="",
                changed_at=clock.now(),
            )
            await work.execute(later_rows.add, **row._asdict())
            self._schedule(work, row)
            await self._changed(work, row, chart.actor, "written")
        return later_id

    async def _known(self, work: UnitOfWork, chart: ChartAccess, draft_id: str) -> str | None:
        """Return the id that a draft got before: it waits, or it has left. Raises NotFound for
        somebody else's."""
        row = await work.one(later_rows.by_draft, draft=draft_id)
        if row is not None:
            if (row.patient_id, row.staff_id) != (chart.patient_id, chart.staff.staff_id):
                raise NotFound
            return row.id
        sent = await work.one(rows.by_draft, draft=draft_id)
        if sent is not None and sent.sender_id != chart.staff.staff_id:
            raise NotFound
        return sent.id if sent is not None else None

    async def change(self, chart: ChartAccess, later_id: str, to: Change) -> None:
        """Give it other words or another time; whoever changes the words becomes its author.
        Raises WrongInput, NotFound, Conflict if a colleague was faster."""
        _require_future(to.send_at)
        helpers = await self._helpers(chart.patient_id)
        keys = await self._vault.clinic(chart.clinic_id)
        async with self._database.unit_of_work() as work:
            row, _conversation = await self._locked(work, chart, later_id)
            if row.round != to.round:
                raise Conflict(_CHANGED_MEANWHILE, code="later_changed")
            before = later_rows.opened(keys, row).text
            text = writing.checked_of_staff(_with_words(before, to.words), to.send_at)
            author = row.staff_id if text == before else chart.staff.staff_id
            newest = await later_rows.newest_of_patient(work, row.conversation_id)
            body = later_rows.sealed(keys, row.id, Body(text, helpers, row.patient_id))
            row = await self._set(
                work,
                row,
                body=body,
                staff_id=author,
                send_at=to.send_at,
                round=row.round + 1,
                seen_number=newest if to.seen is None else to.seen,
                obstacle="",
            )
            self._schedule(work, row)
            await self._changed(work, row, chart.actor, "changed")

    async def drop(self, chart: ChartAccess, later_id: str) -> None:
        """Never send it. Raises NotFound."""
        async with self._database.unit_of_work() as work:
            row, _conversation = await self._locked(work, chart, later_id)
            await work.execute(later_rows.drop, of=row.id)
            await self._changed(work, row, chart.actor, "dropped")

    async def send_now(self, chart: ChartAccess, later_id: str) -> str:
        """Send it at once, in its author's name, whatever kept it from leaving by itself, unless
        that is the patient's consent; without files that are not in the chart any more. Returns the
        conversation's id. Raises NotFound, WrongInput, NoConsent."""
        keys = await self._vault.clinic(chart.clinic_id)
        async with self._database.unit_of_work() as work:
            row, conversation = await self._locked(work, chart, later_id)
            patient = await self._patients.addressed_in(work, row.clinic_id, row.patient_id)
            if patient is None or patient.contact.consent in WITHOUT_CONSENT:
                raise NoConsent
            text = later_rows.opened(keys, row).text
            left = await sent.sendable(work, row.clinic_id, row.patient_id, text.entries)
            text = writing.checked_of_staff(replace(text, entries=left), clock.now())
            return await self._send(work, row, conversation, text, chart.actor)

    async def _locked(
        self, work: UnitOfWork, chart: ChartAccess, later_id: str
    ) -> tuple[LaterRow, ConversationRow | None]:
        """Lock a message after its conversation: in the order in which joins of charts do."""
        row = await work.one(later_rows.get, later=later_id)
        if row is None or row.patient_id != chart.patient_id or row.clinic_id != chart.clinic_id:
            raise NotFound
        conversation = None
        if row.conversation_id:
            conversation = await rows.locked(work, row.conversation_id)
        row = await work.one(later_rows.lock, later=later_id)
        if row is None or row.patient_id != chart.patient_id:
            raise NotFound
        return row, conversation

    async def _set(self, work: UnitOfWork, row: LaterRow, **values: object) -> LaterRow:
        values |= {"changed_at": clock.now()}
        await work.execute(later_rows.change, of=row.id, **values)
        return row._replace(**values)

    def _schedule(self, work: UnitOfWork, row: LaterRow) -> None:
        work.enqueue(
            SEND,
            {"later_id": row.id, "round": row.round},
            unique=f"{SEND}/{row.id}/{row.round}",
            delay=max(0, row.send_at - clock.now()),
        )

    async def _changed(self, work: UnitOfWork, row: LaterRow, actor: Actor, what: str) -> None:
        """Publish to the team, never to the patient's side, and record."""
        work.emit(
            DeskConversationsChanged(
                clinic_id=row.clinic_id,
                patient_id=row.patient_id,
                conversation_id=row.conversation_id,
            )
        )
        await self._audit.record(
            work,
            row.clinic_id,
            actor,
            Action.LATER_CHANGED,
            patient_id=row.patient_id,
            subject_id=row.conversation_id or row.id,
            what=what,
        )

    # --- sending --------------------------------------------------------------------------------

    async def due(self, payload: dict[str, Any]) -> None:
        """Job: send a message whose time has come, or make it a task for staff."""
        async with self._database.read() as db:
            row = await db.one(later_rows.get, later=payload["later_id"])
        if row is None or row.round != payload["round"] or row.obstacle:
            return
        helpers = await self._helpers(row.patient_id)
        told = await self._told(row)
        keys = await self._vault.clinic(row.clinic_id)
        faults.point("later.due")
        async with self._database.unit_of_work() as work:
            conversation = None
            if row.conversation_id:
                conversation = await rows.locked(work, row.conversation_id)
            row = await work.one(later_rows.lock, later=row.id)
            if row is None or row.round != payload["round"] or row.obstacle:
                return
            body = later_rows.opened(keys, row)
            obstacle = await obstacle_to(
                work, self._patients, self._in_app, row, body, conversation, helpers
            )
            if obstacle is None:
                author = Actor(ActorKind.STAFF, row.staff_id)
                await self._send(work, row, conversation, body.text, author)
            else:
                await self._hold(work, row, obstacle, told)
        faults.point("later.done")

    async def _send(
        self,
        work: UnitOfWork,
        row: LaterRow,
        conversation: ConversationRow | None,
        text: Text,
        actor: Actor,
    ) -> str:
        await work.execute(later_rows.drop, of=row.id)
        sent = await self._conversations.add_later(work, conversation, row, text, actor)
        await self._changed(work, row._replace(conversation_id=sent), actor, "sent")
        return sent

    async def _hold(
        self, work: UnitOfWork, row: LaterRow, obstacle: Obstacle, told: list[Member]
    ) -> None:
        row = await self._set(work, row, obstacle=str(obstacle))
        author = Actor(ActorKind.STAFF, row.staff_id)
        await self._changed(work, row, author, "held")
        clinic = await self._clinics.get(row.clinic_id)
        text = _(
            "A message that was to be sent to a patient of {clinic} did not go. Open the list to "
            "see why, and decide."
        )
        for member in told:
            alert = StaffAlert(
                clinic_id=row.clinic_id,
                patient_id=row.patient_id,
                cause_id=f"{row.id}/{row.round}",
                subject=_("A message was not sent"),
                text=text.format(clinic=clinic.name),
                path="/chat/later",
            )
            await self._alerter.alert(work, member, alert)

    async def _told(self, row: LaterRow) -> list[Member]:
        """Return who learns that a message did not leave: its author, or the administrators if the
        author cannot sign in any more."""
        author = await self._staff.get(row.clinic_id, row.staff_id)
        return await self._staff.administrators(row.clinic_id) if author.disabled else [author]

    # --- reading --------------------------------------------------------------------------------

    async def chart_of(self, staff: StaffAccess, later_id: str) -> ChartAccess:
        """Check that somebody may see the patient of a message that waits. Raises NotFound."""
        async with self._database.read() as db:
            row = await db.one(later_rows.get, later=later_id)
        if row is None or row.clinic_id != staff.clinic_id:
            raise NotFound
        return await self._permissions.chart(staff, row.patient_id)

    async def get(self, chart: ChartAccess, later_id: str) -> Later:
        """Return one that waits. Raises NotFound."""
        keys = await self._vault.clinic(chart.clinic_id)
        async with self._database.read() as db:
            row = await db.one(later_rows.get, later=later_id)
        if row is None or row.patient_id != chart.patient_id:
            raise NotFound
        return _shown(keys, row)

    async def of_conversation(self, chart: ChartAccess, conversation_id: str) -> list[Later]:
        """Return what waits in a conversation, the next first. Raises NotFound."""
        keys = await self._vault.clinic(chart.clinic_id)
        async with self._database.read() as db:
            require_own(chart, await rows.found(db, conversation_id))
            found = await db.all(later_rows.of_conversation, conversation=conversation_id)
        return [_shown(keys, row) for row in found]

    async def beginning(self, chart: ChartAccess) -> list[Later]:
        """Return what waits to begin a conversation with a patient, the next first."""
        keys = await self._vault.clinic(chart.clinic_id)
        async with self._database.read() as db:
            found = await db.all(later_rows.beginning, patient=chart.patient_id)
        return [_shown(keys, row) for row in found if row.clinic_id == chart.clinic_id]

    async def waiting(self, staff: StaffAccess, page: int = 0) -> list[Later]:
        """Return a page of what waits for all patients whom this person may see: first what staff
        have to decide about, then the next."""
        keys = await self._vault.clinic(staff.clinic_id)
        async with self._database.read() as db:
            found = await db.all(
                later_rows.visible,
                staff=staff.staff_id,
                clinic=staff.clinic_id,
                offset=page * later_rows.PAGE,
            )
        return [_shown(keys, row) for row in found]

    async def undecided(self, staff: StaffAccess) -> int:
        """Count what did not leave by itself, for patients whom this person may see."""
        async with self._database.read() as db:
            row = await db.one(later_rows.needed, staff=staff.staff_id, clinic=staff.clinic_id)
        return row.messages if row else 0


def _require_future(send_at: int) -> None:
    now = clock.now()
    if send_at <= now:
        raise WrongInput(_OVER, field="later_time")
    if send_at > now + _LONGEST:
        raise WrongInput(_TOO_FAR, field="later_day")


def _with_words(text: Text, words: str) -> Text:
    return replace(text, words=words.replace("\r\n", "\n"))


def _shown(keys: ClinicKeys, row: LaterRow) -> Later:
    return Later(
        id=row.id,
        patient_id=row.patient_id,
        conversation_id=row.conversation_id,
        staff_id=row.staff_id,
        text=later_rows.opened(keys, row).text,
        send_at=row.send_at,
        round=row.round,
        seen_number=row.seen_number,
        obstacle=row.obstacle,
    )
