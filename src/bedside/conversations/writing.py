"""Adding messages to a conversation that is locked: the one way in for both sides, for automatic
answers, and for what was to be sent later."""

from dataclasses import dataclass, replace

from sqlalchemy.dialects.postgresql import insert as upsert

from bedside.charts import sent
from bedside.conversations import rows
from bedside.conversations.canned_fields import require_filled
from bedside.conversations.events import (
    ConversationChanged,
    DeskConversationsChanged,
    MessageAdded,
    PatientConversationsChanged,
)
from bedside.conversations.models import conversation_words
from bedside.conversations.rows import ConversationRow, MessageRow
from bedside.conversations.sides import Sender
from bedside.conversations.states import Kind, Reply, State
from bedside.database.sealed import ClinicKeys
from bedside.database.statements import prepared
from bedside.errors import WrongInput
from bedside.kernel import clock
from bedside.kernel.ids import is_id, new_id
from bedside.kernel.language import N_
from bedside.kernel.typed import says_nothing
from bedside.kernel.unit_of_work import UnitOfWork
from bedside.kernel.words import words_of

LONGEST = 4_000
"""Characters of one message."""
WORDS = "conversation.word"
"""The kind of the tokens of words."""

_add_word = prepared(
    upsert(conversation_words).on_conflict_do_nothing(index_elements=["token", "message_id"])
)


@dataclass(frozen=True, slots=True)
class Text:
    """The text of a message: checked words, entries of the chart that go with them, and what the
    patient may do after it. `files` are those of its draft, which become entries; `refused` those
    that did not, with the keys of the reasons. Its repr omits the words."""

    words: str
    entries: tuple[str, ...] = ()
    reply: Reply = Reply.OPEN
    reply_until: int = 0
    corrects: str = ""
    files: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()

    @property
    def has_files(self) -> bool:
        """Whether anything goes along with the words."""
        return bool(self.entries or self.files)

    def __repr__(self) -> str:
        return "Text()"


def checked(words: str, *, with_files: bool = False) -> str:
    """Return the words of a message as they are kept. Raises WrongInput."""
    words = words.replace("\r\n", "\n").strip()
    if says_nothing(words) and not with_files:
        raise WrongInput(N_("Please write something first."), field="body")
    if len(words) > LONGEST:
        raise WrongInput(N_("Please use at most 4,000 characters."), field="body")
    return words


def checked_of_staff(text: Text, at: int) -> Text:
    """Return a text of staff that leaves at a time, with its words checked. Raises WrongInput, also
    while fields of a canned reply are not filled in."""
    words = checked(text.words, with_files=text.has_files)
    require_filled(words)
    if text.reply is Reply.UNTIL and text.reply_until <= at:
        raise WrongInput(
            N_("Please choose a day that is not over for the last reply."), field="reply_until"
        )
    return replace(text, words=words)


def draft_of(typed: str) -> str:
    """Return the id of a draft, made by the page; a new one for whatever is no id."""
    return typed if is_id(typed, "drf") else new_id("drf")


async def add(
    work: UnitOfWork,
    keys: ClinicKeys,
    row: ConversationRow,
    sender: Sender,
    text: Text,
    *,
    draft_id: str,
    kind: Kind = Kind.MESSAGE,
) -> MessageRow:
    """Add a message as the next one, and make it found by its words. What it changes in the
    conversation is the caller's."""
    message_id, number = new_id("msg"), row.last_number + 1
    body: dict[str, object] = {"text": text.words}
    if text.entries:
        body["entries"] = list(text.entries)
    if text.refused:
        body["refused"] = [list(one) for one in text.refused]
    message = MessageRow(
        id=message_id,
        clinic_id=row.clinic_id,
        conversation_id=row.id,
        number=number,
        kind=kind,
        sender_kind=sender.kind,
        sender_id=sender.id,
        draft_id=draft_id,
        body=keys.seal(rows.BODY, message_id, body),
        at=clock.now(),
        retracted_at=0,
        retracted_by="",
        corrects=text.corrects,
    )
    await work.execute(rows.add_message, **message._asdict())
    given = kind is not Kind.NOTE and sender.side == "staff"
    await sent.add(work, message_id, row.id, text.entries, given)
    tokens = {keys.token(WORDS, word) for word in words_of(text.words)}
    if tokens:
        await work.execute_many(
            _add_word,
            [
                {"token": token, "message_id": message_id, "conversation_id": row.id}
                for token in sorted(tokens)
            ],
        )
    work.emit(
        MessageAdded(
            conversation_id=row.id,
            patient_id=row.patient_id,
            message_id=message_id,
            number=number,
            kind=kind,
            sender_kind=sender.kind,
            at=message.at,
        )
    )
    return message


def by_staff(message: MessageRow, text: Text) -> dict[str, object]:
    """Return what a message of staff changes in its conversation: nothing waits any more."""
    return {
        "state": str(State.OPEN),
        "last_number": message.number,
        "last_at": message.at,
        "last_by": "staff",
        "waiting_since": 0,
        "due_at": 0,
        "slipped_at": 0,
        "snoozed_until": 0,
        "reply": str(text.reply),
        "reply_until": text.reply_until if text.reply is Reply.UNTIL else 0,
    }


def by_patient(row: ConversationRow, message: MessageRow, due_at: int) -> dict[str, object]:
    """Return what a message of the patient's side changes: it waits, since the first that nobody
    has answered, and is not snoozed any more."""
    return {
        "last_number": message.number,
        "last_at": message.at,
        "last_by": "patient",
        "waiting_since": row.waiting_since or message.at,
        "due_at": row.due_at if row.waiting_since else due_at,
        "snoozed_until": 0,
    }


def publish(work: UnitOfWork, row: ConversationRow, *, before: ConversationRow | None) -> None:
    """Publish that a conversation changed: to its lists, and to its open pages when what one may
    do in it is different from `before`."""
    about = {"conversation_id": row.id, "patient_id": row.patient_id}
    work.emit(DeskConversationsChanged(clinic_id=row.clinic_id, **about))
    work.emit(PatientConversationsChanged(**about))
    rule = (row.state, row.reply, row.reply_until)
    if before is not None and rule != (before.state, before.reply, before.reply_until):
        work.emit(
            ConversationChanged(
                **about, state=row.state, reply=row.reply, reply_until=row.reply_until
            )
        )
