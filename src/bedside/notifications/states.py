"""The life of a notification, as a pure table."""

from enum import StrEnum


class NoticeState(StrEnum):
    """The states of a notification."""

    QUEUED = "queued"
    SENDING = "sending"
    """A worker holds it under a lease. After a kill the lease expires and it is tried again."""
    SENT = "sent"
    """The gateway has accepted it."""
    DELIVERED = "delivered"
    """It has reached the phone, the mailbox or the local outbox."""
    FAILED = "failed"
    """It was refused for good, or could not be handed over for a day."""


MOVES: dict[NoticeState, frozenset[NoticeState]] = {
    NoticeState.QUEUED: frozenset({NoticeState.SENDING}),
    NoticeState.SENDING: frozenset(
        {NoticeState.QUEUED, NoticeState.SENT, NoticeState.DELIVERED, NoticeState.FAILED}
    ),
    NoticeState.SENT: frozenset({NoticeState.DELIVERED, NoticeState.FAILED}),
    NoticeState.DELIVERED: frozenset(),
    NoticeState.FAILED: frozenset({NoticeState.QUEUED}),
}


def may_become(state: str, following: NoticeState) -> bool:
    """Whether the table allows this step."""
    return following in MOVES[NoticeState(state)]
