"""Words for the states of conversations and messages, and the rules that follow from them."""

from enum import StrEnum
from typing import Protocol


class State(StrEnum):
    """Whether a conversation goes on."""

    OPEN = "open"
    CLOSED = "closed"


class Kind(StrEnum):
    """The kinds of messages."""

    MESSAGE = "message"
    NOTE = "note"
    """Among staff: the patient never sees it."""
    AUTOMATIC = "automatic"
    """Written by Bedside for the clinic: outside office hours, or when an answer is late."""


class Reply(StrEnum):
    """The answer that the clinic's last message leaves to the patient."""

    OPEN = "open"
    UNTIL = "until"
    """Reply until a time."""
    CONFIRM = "confirm"
    """Only confirm that it was read."""


class Receipt(StrEnum):
    """The ways in which a message arrives at the other side."""

    DELIVERED = "delivered"
    READ = "read"
    CONFIRMED = "confirmed"


class Replies(Protocol):
    """The facts of a conversation that decide whether the patient may write."""

    @property
    def state(self) -> str: ...
    @property
    def reply(self) -> str: ...
    @property
    def reply_until(self) -> int: ...


def may_reply(row: Replies, now: int) -> bool:
    """Whether the patient's side may write in a conversation."""
    if row.state != State.OPEN or row.reply == Reply.CONFIRM:
        return False
    return row.reply != Reply.UNTIL or now <= row.reply_until
