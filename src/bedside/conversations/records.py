"""Conversations and messages as they are shown."""

from dataclasses import dataclass, field

from bedside.conversations.rows import (
    BODY,
    ConversationRow,
    MessageRow,
    ReceiptRow,
)
from bedside.conversations.sides import Side, side_of_kind
from bedside.conversations.states import Kind, Receipt, State, may_reply
from bedside.database.sealed import ClinicKeys
from bedside.kernel import clock


@dataclass(frozen=True, slots=True)
class Seen:
    """A receipt of one message: who of the other side, what, and when."""

    person_id: str
    what: str
    at: int


@dataclass(frozen=True, slots=True)
class Message:
    """One message. Its repr omits the text. `seen` has what the other side did with it, the first
    first; `text` and files of a retracted message are there for staff only. `entries` are its
    files in the chart, `refused` names of files that were refused, with the keys of the
    reasons."""

    id: str
    number: int
    kind: str
    sender_kind: str
    sender_id: str
    text: str
    at: int
    retracted_at: int
    retracted_by: str
    corrects: str
    entries: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    seen: tuple[Seen, ...] = ()

    @property
    def side(self) -> Side:
        """The side of its author."""
        return side_of_kind(self.sender_kind)

    @property
    def state(self) -> str:
        """The furthest it has come: sent, delivered, read or confirmed."""
        done = {one.what for one in self.seen}
        for what in (Receipt.CONFIRMED, Receipt.READ, Receipt.DELIVERED):
            if what in done:
                return what
        return "sent"

    def __repr__(self) -> str:
        return f"Message({self.id})"


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation without its messages. Times are 0 for what has not happened."""

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
    created_at: int

    @property
    def is_open(self) -> bool:
        """Whether it goes on."""
        return self.state == State.OPEN

    @property
    def may_reply(self) -> bool:
        """Whether the patient may write in it now."""
        return may_reply(self, clock.now())


@dataclass(frozen=True, slots=True)
class Page:
    """Some messages of a conversation, oldest first. `earlier`: there are messages before them;
    `later`: after them."""

    conversation: Conversation
    messages: list[Message] = field(default_factory=list[Message])
    earlier: bool = False
    later: bool = False


def shown(row: ConversationRow) -> Conversation:
    """Return a stored conversation as it is shown."""
    return Conversation(**{name: getattr(row, name) for name in Conversation.__dataclass_fields__})


def opened(
    keys: ClinicKeys, row: MessageRow, receipts: list[ReceiptRow], *, for_staff: bool
) -> Message:
    """Unseal a message for one side."""
    body = keys.unseal(BODY, row.id, row.body)
    hidden = row.retracted_at and not for_staff
    return Message(
        id=row.id,
        number=row.number,
        kind=row.kind,
        sender_kind=row.sender_kind,
        sender_id=row.sender_id,
        text="" if hidden else body["text"],
        at=row.at,
        retracted_at=row.retracted_at,
        retracted_by=row.retracted_by,
        corrects=row.corrects,
        entries=() if hidden else tuple(body.get("entries", ())),
        refused=() if hidden else tuple((name, key) for name, key in body.get("refused", ())),
        seen=_seen(row, receipts),
    )


def _seen(row: MessageRow, receipts: list[ReceiptRow]) -> tuple[Seen, ...]:
    """Return what each person of the other side did first with a message: receipts are in the
    order of their numbers, and each is for everything up to its number."""
    if row.kind == Kind.NOTE:
        return ()
    side = side_of_kind(row.sender_kind)
    first: dict[tuple[str, str], Seen] = {}
    for one in receipts:
        if one.number >= row.number and one.side != side:
            first.setdefault((one.person_id, one.what), Seen(one.person_id, one.what, one.at))
    return tuple(sorted(first.values(), key=lambda seen: seen.at))
