"""Conversations between a patient and the clinic (features C1 to C4, C6 to C8).

Messages are numbered in each conversation, so that a page that was away catches up by number. The
page makes the id of a draft: a message that is sent again, or from two tabs, is there once.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bedside.audit import Action, Actor, AuditLog
from bedside.audit.looks import Looks
from bedside.charts import sent
from bedside.charts.patient_side import PatientSide
from bedside.conversations import records, rows, writing
from bedside.conversations.drafts import MessageDrafts
from bedside.conversations.events import MessageRetracted, ReceiptAdded
from bedside.conversations.later_rows import LaterRow
from bedside.conversations.records import Conversation, Message, Page
from bedside.conversations.rows import ConversationRow, MessageRow
from bedside.conversations.sides import (
    Access,
    Sender,
    is_staff,
    require_chat,
    require_own,
    seen_by,
    sender_of,
    side_of_kind,
    viewer_of,
)
from bedside.conversations.states import Kind, Receipt, Reply, State, may_reply
from bedside.conversations.writing import Text
from bedside.database.sealed import ClinicKeys, Vault
from bedside.errors import Conflict, NotFound, WrongInput
from bedside.files.refusals import REFUSALS
from bedside.kernel import clock, faults
from bedside.kernel.ids import new_id
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Reader, Transactions, UnitOfWork
from bedside.people.hidden import as_seen_by
from bedside.people.permissions import ChartAccess, PatientAccess, Permissions, StaffAccess

PAGE = 50
"""Messages on one page."""
_MOST_RECEIPTS = 400
_OVER = N_(
    "You can no longer reply to this message. What you wrote is kept: start a new conversation "
    "with it."
)
_SENT_BEFORE = N_(
    "This draft was sent meanwhile, from another tab or device, with other words. What you wrote "
    "here is kept: look at what was sent, then send this as another message."
)
_NO_ROOM = N_("This was already retracted.")

Listener = Callable[[UnitOfWork, ConversationRow, MessageRow], Awaitable[None]]
"""Called in the unit of work that adds a message of a person."""

ReadListener = Callable[[UnitOfWork, ConversationRow, int, int, Actor], Awaitable[None]]
"""Called when the patient's side has read from one number up to another."""
RetractListener = Callable[[UnitOfWork, ConversationRow, str], Awaitable[None]]
"""Called when a message was taken back."""


class Conversations:
    """Starts conversations, adds messages to them, and shows them to both sides."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        looks: Looks,
        permissions: Permissions,
        drafts: MessageDrafts,
        patient_side: PatientSide,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._looks = looks
        self._permissions = permissions
        self._drafts = drafts
        self._patient_side = patient_side
        self._on_said: list[Listener] = []
        self._on_read: list[ReadListener] = []
        self._on_retracted: list[RetractListener] = []

    def on_said(self, listener: Listener) -> None:
        """Call `listener` for each message of a person, with the conversation as it is then."""
        self._on_said.append(listener)

    def on_read(self, listener: ReadListener) -> None:
        """Call `listener` for what the patient's side reads."""
        self._on_read.append(listener)

    def on_retracted(self, listener: RetractListener) -> None:
        """Call `listener` for each message that is taken back."""
        self._on_retracted.append(listener)

    async def chart_of(self, staff: StaffAccess, conversation_id: str) -> ChartAccess:
        """Check that somebody may see the patient of a conversation. Raises NotFound."""
        async with self._database.read() as db:
            row = await rows.found(db, conversation_id)
        if row is None or row.clinic_id != staff.clinic_id:
            raise NotFound
        return await self._permissions.chart(staff, row.patient_id)

    # --- writing --------------------------------------------------------------------------------

    async def start(
        self, access: Access, text: Text, draft_id: str, *, topic_id: str = "", quotes_id: str = ""
    ) -> str:
        """Start a conversation with its first message. Idempotent per draft. `quotes_id` is an
        earlier one of the same patient. Returns its id. Raises WrongInput, NotFound, NotShared."""
        require_chat(access)
        text, draft_id = _text(access, text), writing.draft_of(draft_id)
        keys = await self._vault.clinic(access.clinic_id)
        async with self._database.unit_of_work() as work:
            await work.lock(draft_id)
            if (known := await work.one(rows.by_draft, draft=draft_id)) is not None:
                require_own(
                    access, await rows.found(work, known.conversation_id, viewer_of(access))
                )
                _require_same(keys, known, access, text)
                return known.conversation_id
            if quotes_id:
                require_own(access, await rows.found(work, quotes_id, viewer_of(access)))
            row = _new(access.clinic_id, access.patient_id, sender_of(access), topic_id, quotes_id)
            await work.execute(rows.add_conversation, **row._asdict())
            text = await self.with_files(work, access, row.id, text, draft_id)
            await self._line(work, access.actor, Action.CONVERSATION_STARTED, row)
            message = await writing.add(work, keys, row, sender_of(access), text, draft_id=draft_id)
            await self._added(work, access.actor, row, message, text)
        faults.point("conversation.said")
        return row.id

    async def say(self, access: Access, conversation_id: str, text: Text, draft_id: str) -> str:
        """Write a message. Idempotent per draft. Returns its id. Raises WrongInput, NotFound,
        NotShared; Conflict if the patient may not reply any more."""
        text, draft_id = _text(access, text), writing.draft_of(draft_id)
        return await self._write(access, conversation_id, text, draft_id, Kind.MESSAGE)

    async def note(
        self,
        chart: ChartAccess,
        conversation_id: str,
        words: str,
        draft_id: str,
        *,
        entries: tuple[str, ...] = (),
        files: tuple[str, ...] = (),
    ) -> str:
        """Write a note that only staff see; it answers nothing. Idempotent per draft. Returns its
        id."""
        words = writing.checked(words, with_files=bool(entries or files))
        text = Text(words, entries, files=files)
        draft_id = writing.draft_of(draft_id)
        return await self._write(chart, conversation_id, text, draft_id, Kind.NOTE)

    async def _write(
        self, access: Access, conversation_id: str, text: Text, draft_id: str, kind: Kind
    ) -> str:
        keys = await self._vault.clinic(access.clinic_id)
        async with self._database.unit_of_work() as work:
            row = require_own(access, await rows.locked(work, conversation_id, viewer_of(access)))
            if (known := await work.one(rows.by_draft, draft=draft_id)) is not None:
                if known.conversation_id != row.id:
                    raise NotFound
                _require_same(keys, known, access, text)
                return known.id
            if isinstance(access, PatientAccess) and not may_reply(row, clock.now()):
                raise Conflict(_OVER, code="reply_over")
            if text.corrects:
                await self._retract(work, access, row, text.corrects)
            text = await self.with_files(work, access, row.id, text, draft_id)
            message = await writing.add(
                work, keys, row, sender_of(access), text, draft_id=draft_id, kind=kind
            )
            await self._added(work, access.actor, row, message, text)
        faults.point("conversation.said")
        return message.id

    async def add_later(
        self,
        work: UnitOfWork,
        row: ConversationRow | None,
        later: LaterRow,
        text: Text,
        actor: Actor,
    ) -> str:
        """Add what somebody of the clinic wrote to leave later, in its author's name: to a locked
        conversation, or to a new one. Returns the conversation's id."""
        author = Sender("staff", later.staff_id)
        keys = await self._vault.clinic(later.clinic_id)
        if row is None:
            row = _new(later.clinic_id, later.patient_id, author, "", "")
            await work.execute(rows.add_conversation, **row._asdict())
            await self._line(work, actor, Action.CONVERSATION_STARTED, row)
        message = await writing.add(work, keys, row, author, text, draft_id=later.draft_id)
        await self._added(work, actor, row, message, text)
        return row.id

    async def with_files(
        self, work: UnitOfWork, access: Access, conversation_id: str, text: Text, draft_id: str
    ) -> Text:
        """Return the text with the files of its draft as entries of the chart, after those that
        were chosen there. Raises WrongInput if all of it was refused; NotFound, Conflict."""
        if isinstance(access, ChartAccess):
            await sent.require_sendable(work, access, text.entries)
        elif text.entries:
            found = [await self._patient_side.entry(access, one, work) for one in text.entries]
            text = replace(text, entries=tuple(one.id for one in found))
        came = await self._drafts.collect(work, access, draft_id, text.files, conversation_id)
        entries = (*text.entries, *came.entries)
        if not text.words and not entries and came.refused:
            raise WrongInput(REFUSALS[came.refused[0][1]], field="body")
        return replace(text, entries=entries, refused=came.refused)

    async def _added(
        self,
        work: UnitOfWork,
        actor: Actor,
        row: ConversationRow,
        message: MessageRow,
        text: Text,
    ) -> None:
        """Change the conversation, publish, record, and call the listeners."""
        if message.kind == Kind.NOTE:
            values: dict[str, object] = {"last_number": message.number}
        elif side_of_kind(message.sender_kind) == "patient":
            values = writing.by_patient(row, message, 0)
        else:
            values = writing.by_staff(message, text)
        now = await rows.change(work, row, **values)
        writing.publish(work, now, before=row)
        noted = message.kind == Kind.NOTE
        action = Action.CONVERSATION_NOTED if noted else Action.CONVERSATION_SAID
        await self._line(work, actor, action, row, message=message.id, number=message.number)
        if not noted:
            for listener in self._on_said:
                await listener(work, now, message)

    async def retract(self, access: Access, conversation_id: str, message_id: str) -> None:
        """Take back a message of one's own side. It stays in the record, where staff read it; the
        patient's side sees that it was taken back, and when. Raises NotFound."""
        async with self._database.unit_of_work() as work:
            row = require_own(access, await rows.locked(work, conversation_id, viewer_of(access)))
            await self._retract(work, access, row, message_id)
            writing.publish(work, row, before=None)

    async def _retract(
        self, work: UnitOfWork, access: Access, row: ConversationRow, message_id: str
    ) -> None:
        one = await work.one(
            rows.one_message,
            conversation=row.id,
            message=message_id,
            **seen_by(access),
        )
        hidden = one is not None and one.kind == Kind.NOTE and not is_staff(access)
        if one is None or hidden or side_of_kind(one.sender_kind) != sender_of(access).side:
            raise NotFound
        if isinstance(access, PatientAccess):
            _require_author(one, access)
        if one.retracted_at:
            raise Conflict(_NO_ROOM)
        await work.execute(
            rows.change_message,
            of=one.id,
            retracted_at=clock.now(),
            retracted_by=sender_of(access).id,
        )
        work.emit(
            MessageRetracted(
                conversation_id=row.id,
                patient_id=row.patient_id,
                message_id=one.id,
                number=one.number,
                kind=one.kind,
            )
        )
        await self._line(
            work,
            access.actor,
            Action.CONVERSATION_RETRACTED,
            row,
            message=one.id,
            number=one.number,
        )
        await sent.withdraw(work, one.id)
        for listener in self._on_retracted:
            await listener(work, row, one.id)

    # --- reading --------------------------------------------------------------------------------

    async def page(self, access: Access, conversation_id: str, before: int = 0) -> Page:
        """Return the newest messages, or those before a number. Raises NotFound, NotShared. Writes
        one audit line per ten minutes in which somebody looks."""
        staff = is_staff(access)
        limit = {"conversation": conversation_id, "before": before or 2**31 - 1}
        async with self._database.read() as db:
            row = require_own(access, await rows.found(db, conversation_id, viewer_of(access)))
            newest = await db.all(rows.BEFORE[staff], **limit, **seen_by(access), limit=PAGE + 1)
            shown = newest[:PAGE][::-1]
            receipts = await db.all(
                rows.receipts_from,
                conversation=row.id,
                first=shown[0].number if shown else 0,
                limit=_MOST_RECEIPTS,
            )
        keys = await self._vault.clinic(row.clinic_id)
        await self._look(access, row)
        return Page(
            conversation=records.shown(row),
            messages=[records.opened(keys, one, receipts, for_staff=staff) for one in shown],
            earlier=len(newest) > PAGE,
            later=bool(before) and bool(shown) and shown[-1].number < row.last_number,
        )

    async def after(self, access: Access, conversation_id: str, number: int) -> list[Message]:
        """Return what came after a number, oldest first, at most a page of it: a page that was
        away asks until nothing is left."""
        staff = is_staff(access)
        async with self._database.read() as db:
            row = require_own(access, await rows.found(db, conversation_id, viewer_of(access)))
            found = await db.all(
                rows.AFTER[staff],
                conversation=row.id,
                after=number,
                limit=PAGE,
                **seen_by(access),
            )
            receipts = await db.all(
                rows.receipts_from, conversation=row.id, first=number + 1, limit=_MOST_RECEIPTS
            )
        keys = await self._vault.clinic(row.clinic_id)
        await self._look(access, row)
        return [records.opened(keys, one, receipts, for_staff=staff) for one in found]

    async def message(self, access: Access, message_id: str) -> Message:
        """Return one message. Raises NotFound, NotShared."""
        staff, viewer = is_staff(access), viewer_of(access)
        async with self._database.read() as db:
            row = await db.one(rows.message, message=message_id, **seen_by(access))
            if row is None:
                raise NotFound
            conversation = await rows.found(db, row.conversation_id, viewer)
            require_own(access, conversation)
        keys = await self._vault.clinic(row.clinic_id)
        return records.opened(keys, row, [], for_staff=staff)

    async def get(self, access: Access, conversation_id: str) -> Conversation:
        """Return a conversation without its messages. Raises NotFound, NotShared."""
        async with self._database.read() as db:
            return records.shown(
                require_own(access, await rows.found(db, conversation_id, viewer_of(access)))
            )

    async def belongs(
        self, db: Reader, clinic_id: str, patient_id: str, item_id: str
    ) -> tuple[str, ...]:
        """Return a conversation, or a message of one, if it is a patient's. Implements
        `people.hidden.Finder`."""
        message = await db.one(rows.message, message=item_id, **as_seen_by(None))
        row = await rows.found(db, message.conversation_id if message else item_id)
        is_theirs = row is not None and (row.clinic_id, row.patient_id) == (clinic_id, patient_id)
        return (item_id,) if is_theirs else ()

    async def categories(self, db: Reader, message_id: str) -> frozenset[str]:
        """Return the category of the files of a message that says nothing else, if they have one in
        common. Implements `people.hidden.Categories`."""
        if await rows.has_words(db, message_id):
            return frozenset()
        found = await sent.categories(db, message_id)
        return found if len(found) == 1 else frozenset()

    async def receipt(
        self, access: Access, conversation_id: str, up_to: int, what: Receipt
    ) -> None:
        """Record that this person has everything up to a number, has read or confirmed it; the
        other side is notified if that is news."""
        person, side = sender_of(access).id, sender_of(access).side
        async with self._database.unit_of_work() as work:
            row = require_own(access, await rows.locked(work, conversation_id, viewer_of(access)))
            newest = await work.one(
                rows.newest_of_others,
                conversation=row.id,
                up_to=up_to,
                person=person,
                **seen_by(access),
            )
            known = await work.one(
                rows.own_receipt, conversation=row.id, person=person, what=str(what)
            )
            if newest is None or (known is not None and newest.number <= known.number):
                return
            before = await rows.read_until(work, row.id)
            await work.execute(
                rows.add_receipt,
                conversation_id=row.id,
                number=newest.number,
                what=str(what),
                person_id=person,
                side=side,
                at=clock.now(),
            )
            about = {"conversation_id": row.id, "patient_id": row.patient_id}
            work.emit(ReceiptAdded(**about, side=side, what=what, number=newest.number))
            writing.publish(work, row, before=None)
            if side == "patient" and what is not Receipt.DELIVERED:
                for listener in self._on_read:
                    await listener(work, row, before, newest.number, access.actor)
            if what is Receipt.CONFIRMED:
                await self._line(work, access.actor, Action.CONVERSATION_CONFIRMED, row)

    async def _look(self, access: Access, row: ConversationRow) -> None:
        session = (
            access.staff.session_id
            if isinstance(access, ChartAccess)
            else access.account.session_id
        )
        await self._looks.note(
            row.clinic_id,
            access.actor,
            session,
            Action.CONVERSATION_OPENED,
            patient_id=row.patient_id,
            conversation=row.id,
        )

    async def _line(
        self, work: UnitOfWork, actor: Actor, action: Action, row: ConversationRow, **more: object
    ) -> None:
        await self._audit.record(
            work,
            row.clinic_id,
            actor,
            action,
            patient_id=row.patient_id,
            subject_id=row.id,
            **more,
        )


def _text(access: Access, text: Text) -> Text:
    """Return the text with its words checked; only staff decide about replies."""
    if isinstance(access, PatientAccess):
        words = writing.checked(text.words, with_files=text.has_files)
        return Text(words, text.entries, corrects=text.corrects, files=text.files)
    return writing.checked_of_staff(text, clock.now())


def _new(
    clinic_id: str, patient_id: str, sender: Sender, topic_id: str, quotes_id: str
) -> ConversationRow:
    now = clock.now()
    return ConversationRow(
        id=new_id("cnv"),
        clinic_id=clinic_id,
        patient_id=patient_id,
        topic_id=topic_id,
        state=State.OPEN,
        assignee_id="",
        quotes_id=quotes_id,
        last_number=0,
        last_at=now,
        last_by=sender.side,
        waiting_since=0,
        due_at=0,
        slipped_at=0,
        snoozed_until=0,
        reply=Reply.OPEN,
        reply_until=0,
        closed_answer=0,
        created_at=now,
    )


def _require_same(keys: ClinicKeys, message: MessageRow, access: Access, text: Text) -> None:
    """Check that a draft that is sent again is the one that was sent. Raises NotFound for somebody
    else's message, Conflict for another text, which must not be lost without a word."""
    _require_author(message, access)
    if keys.unseal(rows.BODY, message.id, message.body)["text"] != text.words:
        raise Conflict(_SENT_BEFORE, code="draft_sent")


def _require_author(message: MessageRow, access: Access) -> None:
    """Raise NotFound for somebody else's message."""
    if message.sender_id != sender_of(access).id:
        raise NotFound
