"""Stored conversations and messages, and the statements that find and change them."""

from typing import NamedTuple

from sqlalchemy import Text, and_, bindparam, func, insert, literal_column, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bedside.charts.sent import has_only_hidden
from bedside.conversations.models import (
    conversation_messages,
    conversation_receipts,
    conversation_words,
    conversations,
)
from bedside.database.statements import Prepared, prepared
from bedside.kernel.unit_of_work import Reader, UnitOfWork
from bedside.people.hidden import is_shown

BODY = "conversation_messages.body"
"""The column for which texts of messages are sealed."""


class WordRow(NamedTuple):
    """A stored word of a message."""

    token: int


class ConversationRow(NamedTuple):
    """A stored conversation."""

    id: str
    clinic_id: str
    patient_id: str
    topic_id: str
    state: str
    assignee_id: str
    quotes_id: str
    last_number: int
    last_at: int
    last_by: str
    waiting_since: int
    due_at: int
    slipped_at: int
    snoozed_until: int
    reply: str
    reply_until: int
    closed_answer: int
    created_at: int


class MessageRow(NamedTuple):
    """A stored message of a conversation."""

    id: str
    clinic_id: str
    conversation_id: str
    number: int
    kind: str
    sender_kind: str
    sender_id: str
    draft_id: str
    body: bytes
    at: int
    retracted_at: int
    retracted_by: str
    corrects: str


class DraftRow(NamedTuple):
    """A stored draft of a message with files."""

    id: str
    clinic_id: str
    patient_id: str
    owner_id: str
    touched_at: int


class ReceiptRow(NamedTuple):
    """A stored receipt: everything up to `number` was delivered, read or confirmed."""

    conversation_id: str
    number: int
    what: str
    person_id: str
    side: str
    at: int


_messages = conversation_messages.c
_receipts = conversation_receipts.c
_says_nothing = and_(
    ~select(conversation_words.c.token)
    .where(conversation_words.c.message_id == _messages.id)
    .exists(),
    has_only_hidden(_messages.id),
)
IS_SHOWN = and_(
    is_shown(_messages.id),
    or_(bindparam("viewer", type_=Text) == literal_column("''"), ~_says_nothing),
)
"""Whether a message is not hidden from the person who looks, nor would be empty for them. Bind what
`sides.seen_by` returns."""
_PUBLIC = and_(_messages.kind != "note", IS_SHOWN)

add_conversation = prepared(insert(conversations))
add_message = prepared(insert(conversation_messages))
change_message = prepared(update(conversation_messages).where(_messages.id == bindparam("of")))
_change = prepared(update(conversations).where(conversations.c.id == bindparam("of")))
_conversation = select(conversations).where(
    conversations.c.id == bindparam("conversation"), is_shown(conversations.c.id)
)
_get, _lock = (
    Prepared(_conversation, ConversationRow),
    Prepared(_conversation.with_for_update(), ConversationRow),
)
by_draft = prepared(
    select(conversation_messages).where(_messages.draft_id == bindparam("draft")), MessageRow
)
one_message = prepared(
    select(conversation_messages).where(
        _messages.conversation_id == bindparam("conversation"),
        _messages.id == bindparam("message"),
        IS_SHOWN,
    ),
    MessageRow,
)
message = prepared(
    select(conversation_messages).where(_messages.id == bindparam("message"), _PUBLIC),
    MessageRow,
)
_word = prepared(
    select(conversation_words.c.token)
    .where(conversation_words.c.message_id == bindparam("message"))
    .limit(1),
    WordRow,
)
_before = (
    select(conversation_messages)
    .where(
        _messages.conversation_id == bindparam("conversation"),
        _messages.number < bindparam("before"),
    )
    .order_by(_messages.number.desc())
    .limit(bindparam("limit"))
)
_after = (
    select(conversation_messages)
    .where(
        _messages.conversation_id == bindparam("conversation"),
        _messages.number > bindparam("after"),
    )
    .order_by(_messages.number)
    .limit(bindparam("limit"))
)
BEFORE = {
    True: prepared(_before, MessageRow),
    False: prepared(_before.where(_PUBLIC), MessageRow),
}
"""Messages before a number, newest first; with notes (True), or those that the patient sees."""
AFTER = {
    True: prepared(_after, MessageRow),
    False: prepared(_after.where(_PUBLIC), MessageRow),
}
"""Messages after a number, oldest first, in the same way."""
receipts_from = prepared(
    select(conversation_receipts)
    .where(
        _receipts.conversation_id == bindparam("conversation"),
        _receipts.number >= bindparam("first"),
    )
    .order_by(_receipts.number)
    .limit(bindparam("limit")),
    ReceiptRow,
)
furthest = prepared(
    select(_receipts.side, _receipts.what, func.max(_receipts.number).label("number"))
    .where(_receipts.conversation_id == bindparam("conversation"))
    .group_by(_receipts.side, _receipts.what)
)
_read_until = prepared(
    select(func.coalesce(func.max(_receipts.number), 0).label("number")).where(
        _receipts.conversation_id == bindparam("conversation"),
        _receipts.side == "patient",
        _receipts.what != "delivered",
    )
)
own_receipt = prepared(
    select(_receipts.number)
    .where(
        _receipts.conversation_id == bindparam("conversation"),
        _receipts.person_id == bindparam("person"),
        _receipts.what == bindparam("what"),
    )
    .order_by(_receipts.number.desc())
    .limit(1)
)
add_receipt = prepared(
    upsert(conversation_receipts).on_conflict_do_nothing(
        index_elements=["conversation_id", "number", "what", "person_id"]
    )
)
newest_of_others = prepared(
    select(_messages.number)
    .where(
        _messages.conversation_id == bindparam("conversation"),
        _messages.number <= bindparam("up_to"),
        _messages.sender_id != bindparam("person"),
        _PUBLIC,
    )
    .order_by(_messages.number.desc())
    .limit(1)
)


async def found(reader: Reader, conversation_id: str, viewer: str = "") -> ConversationRow | None:
    """Return a conversation, if there is one that is not hidden from `viewer`."""
    return await reader.one(_get, conversation=conversation_id, viewer=viewer)


async def has_words(reader: Reader, message_id: str) -> bool:
    """Whether a message says something beside its files."""
    return await reader.one(_word, message=message_id) is not None


async def read_until(reader: Reader, conversation_id: str) -> int:
    """Return up to which number the patient's side has read."""
    row = await reader.one(_read_until, conversation=conversation_id)
    return row.number if row else 0


async def locked(
    work: UnitOfWork, conversation_id: str, viewer: str = ""
) -> ConversationRow | None:
    """Return a conversation locked until commit: its messages are numbered one after the other."""
    return await work.one(_lock, conversation=conversation_id, viewer=viewer)


async def change(work: UnitOfWork, row: ConversationRow, **values: object) -> ConversationRow:
    """Change columns of a locked conversation. Returns it as it is now."""
    await work.execute(_change, of=row.id, **values)
    return row._replace(**values)
