"""The life of a request, as a pure table (feature R7)."""

from collections.abc import Iterable
from enum import StrEnum

from bedside.errors import Conflict


class State(StrEnum):
    """The states of a request."""

    REQUESTED = "requested"
    """Written; its messages are being sent."""
    SENT = "sent"
    """A gateway has accepted at least one message."""
    DELIVERED = "delivered"
    """At least one message has reached the patient's phone or mailbox."""
    UNCERTAIN = "uncertain"
    """Perhaps not delivered: the gateway's reports disagree."""
    OPENED = "opened"
    """The patient gave the date of birth. Opening the link alone does not show that a person did
    it."""
    IN_PROGRESS = "in_progress"
    """The patient has begun to answer: a first photo is being uploaded."""
    DONE = "done"
    """Everything that the patient agreed to send is in the chart."""
    EXPIRED = "expired"
    REVOKED = "revoked"
    FAILED = "failed"
    """No message could be delivered."""
    LOCKED = "locked"
    """Too many wrong dates of birth."""


class Step(StrEnum):
    """The steps of a request."""

    HANDED_OVER = "handed_over"
    ARRIVED = "arrived"
    UNDELIVERED = "undelivered"
    DOUBTED = "doubted"
    LET_IN = "let_in"
    STARTED = "started"
    COMPLETED = "completed"
    LAPSED = "lapsed"
    REVOKED = "revoked"
    TAKEN_BACK = "taken_back"
    """Something that stays in the app is closed after its link has ended."""
    LOCKED = "locked"
    SENT_AGAIN = "sent_again"
    """The same message is sent again."""
    REISSUED = "reissued"
    """A new link is issued; older ones stop working."""
    SENT_BACK = "sent_back"
    """Something is wrong with the answer: the patient is asked once more, by a new link."""


_UNSEEN = (State.REQUESTED, State.SENT, State.DELIVERED, State.UNCERTAIN, State.FAILED)
_OPEN = (*_UNSEEN, State.OPENED, State.IN_PROGRESS, State.LOCKED)


def _rows(before: Iterable[State], step: Step, after: State) -> dict[tuple[State, Step], State]:
    return {(state, step): after for state in before}


TABLE: dict[tuple[State, Step], State] = {
    **_rows((State.REQUESTED, State.SENT, State.FAILED), Step.HANDED_OVER, State.SENT),
    **_rows(_UNSEEN, Step.ARRIVED, State.DELIVERED),
    **_rows((State.REQUESTED, State.SENT, State.FAILED), Step.UNDELIVERED, State.FAILED),
    **_rows(_UNSEEN, Step.DOUBTED, State.UNCERTAIN),
    **_rows((*_UNSEEN, State.OPENED, State.LOCKED), Step.LET_IN, State.OPENED),
    **_rows((State.OPENED, State.IN_PROGRESS, State.DONE), Step.STARTED, State.IN_PROGRESS),
    **_rows((State.IN_PROGRESS,), Step.COMPLETED, State.DONE),
    **_rows(_OPEN, Step.LAPSED, State.EXPIRED),
    **_rows(_OPEN, Step.REVOKED, State.REVOKED),
    **_rows((State.EXPIRED,), Step.TAKEN_BACK, State.REVOKED),
    **_rows((*_UNSEEN, State.LOCKED), Step.LOCKED, State.LOCKED),
    **_rows((State.FAILED,), Step.SENT_AGAIN, State.REQUESTED),
    **_rows((*_OPEN, State.EXPIRED, State.REVOKED), Step.REISSUED, State.REQUESTED),
    **_rows((State.DONE,), Step.SENT_BACK, State.REQUESTED),
}
"""(state, step) → state. What is not here does not change the state."""

ENDED = frozenset({State.DONE, State.EXPIRED, State.REVOKED})
NEEDS_STAFF = frozenset({State.FAILED, State.UNCERTAIN, State.LOCKED})
"""States in which the clinic has to act next."""


def closing(state: State, *, stays: bool) -> Step:
    """Return the step by which staff close a link. What `stays` in the app has something to close
    also once its link has ended."""
    return Step.TAKEN_BACK if stays and state is State.EXPIRED else Step.REVOKED


def after(state: State, step: Step) -> State:
    """Return the state after `step`; the same one if the step changes nothing."""
    return TABLE.get((state, step), state)


def allowed(state: State, step: Step) -> bool:
    """Whether a person may take this step now."""
    return (state, step) in TABLE


def require(state: State, step: Step) -> None:
    """Raise Conflict if a person may not take this step now."""
    if not allowed(state, step):
        raise Conflict
