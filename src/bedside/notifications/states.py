"""The life of a notification, as a pure table."""

from enum import StrEnum

from bedside.notifications.messenger import Outcome


class NoticeState(StrEnum):
    """The states of a notification."""

    QUEUED = "queued"
    SENDING = "sending"
    """A worker holds it under a lease. After a kill the lease expires and it is tried again."""
    SENT = "sent"
    """The gateway has accepted it."""
    DELIVERED = "delivered"
    """It has reached the phone, the mailbox or the local outbox."""
    UNCERTAIN = "uncertain"
    """The gateway's reports disagree, or some of its parts are lost."""
    FAILED = "failed"
    """It was refused for good, or could not be handed over for a day."""


MOVES: dict[NoticeState, frozenset[NoticeState]] = {
    NoticeState.QUEUED: frozenset({NoticeState.SENDING}),
    NoticeState.SENDING: frozenset(
        {NoticeState.QUEUED, NoticeState.SENT, NoticeState.DELIVERED, NoticeState.FAILED}
    ),
    NoticeState.SENT: frozenset({NoticeState.DELIVERED, NoticeState.UNCERTAIN, NoticeState.FAILED}),
    NoticeState.DELIVERED: frozenset({NoticeState.UNCERTAIN}),
    NoticeState.UNCERTAIN: frozenset(),
    NoticeState.FAILED: frozenset({NoticeState.QUEUED, NoticeState.UNCERTAIN}),
}


class Report(StrEnum):
    """The gateway's report on a message that it had accepted."""

    ARRIVED = "arrived"
    LOST = "lost"
    IN_PART = "in_part"
    """Some parts of a long message arrived, others did not."""


def after_report(state: str, report: Report) -> NoticeState:
    """Return the state after a report; the same one if it tells nothing new. Each part of a long
    message may report by itself, in any order: one that is lost beside one that arrived makes it
    uncertain whether anybody can read it."""
    told = {Report.ARRIVED: NoticeState.DELIVERED, Report.LOST: NoticeState.FAILED}
    now = NoticeState(state)
    wanted = told.get(report, NoticeState.UNCERTAIN)
    if now in (NoticeState.DELIVERED, NoticeState.FAILED) and wanted is not now:
        wanted = NoticeState.UNCERTAIN
    return wanted if may_become(state, wanted) else now


def may_become(state: str, following: NoticeState) -> bool:
    """Whether the table allows this step."""
    return following in MOVES[NoticeState(state)]


def outcome_of(state: str) -> Outcome:
    """Return a state as the cause of a message sees it."""
    if state in (NoticeState.QUEUED, NoticeState.SENDING):
        return "queued"
    if state == NoticeState.SENT:
        return "sent"
    if state == NoticeState.UNCERTAIN:
        return "uncertain"
    return "delivered" if state == NoticeState.DELIVERED else "failed"
