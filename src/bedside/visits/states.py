"""The life of a visit, as a pure table. Presence is not in it: losing a network ends nothing."""

from enum import StrEnum

from bedside.errors import Conflict
from bedside.kernel.language import N_


class State(StrEnum):
    """The states of a visit."""

    WAITING = "waiting"
    IN_CALL = "in_call"
    ENDED = "ended"


GOING_ON = (State.WAITING.value, State.IN_CALL.value)
"""States of a visit in progress. An index finds them among all old ones, which it could not do for
“not ended”."""


class Step(StrEnum):
    """The steps of a visit."""

    ADMITTED = "admitted"
    RETURNED = "returned"
    """Back to the waiting room, at the old place."""
    TELEPHONED = "telephoned"
    """The conversation goes on by telephone: no call, and nobody else is to admit the patient."""
    TRANSFERRED = "transferred"
    """To the waiting room of another room."""
    LEFT = "left"
    REMOVED = "removed"
    COMPLETED = "completed"
    EXPIRED = "expired"
    MERGED = "merged"
    """The same person checked in again, and has one place: that of the later visit."""


class Presence(StrEnum):
    """Whether the patient's page is connected."""

    HERE = "here"
    RECONNECTING = "reconnecting"
    LEFT = "left"


TABLE: dict[tuple[State, Step], State] = {
    (State.WAITING, Step.ADMITTED): State.IN_CALL,
    (State.WAITING, Step.TRANSFERRED): State.WAITING,
    (State.WAITING, Step.TELEPHONED): State.WAITING,
    (State.WAITING, Step.LEFT): State.ENDED,
    (State.WAITING, Step.REMOVED): State.ENDED,
    (State.WAITING, Step.COMPLETED): State.ENDED,
    (State.WAITING, Step.EXPIRED): State.ENDED,
    (State.WAITING, Step.MERGED): State.ENDED,
    (State.IN_CALL, Step.RETURNED): State.WAITING,
    (State.IN_CALL, Step.TELEPHONED): State.WAITING,
    (State.IN_CALL, Step.TRANSFERRED): State.WAITING,
    (State.IN_CALL, Step.LEFT): State.ENDED,
    (State.IN_CALL, Step.REMOVED): State.ENDED,
    (State.IN_CALL, Step.COMPLETED): State.ENDED,
    (State.IN_CALL, Step.EXPIRED): State.ENDED,
}
"""(state, step) → state. What is not here cannot happen."""

_REFUSALS = {
    (State.IN_CALL, Step.ADMITTED): N_("Somebody else is seeing this patient already."),
    (State.WAITING, Step.RETURNED): N_("This patient is in the waiting room already."),
}
_ENDED = N_("This visit has ended. What belongs to it is kept.")


def after(state: State, step: Step) -> State:
    """Return the state after `step`. Raises Conflict, with a sentence, if it cannot happen."""
    following = TABLE.get((state, step))
    if following is None:
        raise Conflict(_REFUSALS.get((state, step), _ENDED), code=f"visit_is_{state}")
    return following
