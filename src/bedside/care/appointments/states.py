"""The life of an appointment, as a pure table (feature T6)."""

from collections.abc import Iterable
from enum import StrEnum

from bedside.errors import Conflict


class State(StrEnum):
    """The states of an appointment."""

    BOOKED = "booked"
    CONFIRMED = "confirmed"
    """The patient has said that they come."""
    MOVE_ASKED = "move_asked"
    """The patient has asked for another time. This one is theirs until they have it."""
    MOVED = "moved"
    """It has another time than before, which the patient has not confirmed yet."""
    CANT_COME = "cant_come"
    """The patient has said that they do not come: the time is free again."""
    CANCELLED = "cancelled"
    """The clinic has cancelled it."""
    NO_SHOW = "no_show"
    DONE = "done"


class Step(StrEnum):
    """The steps of an appointment."""

    CONFIRM = "confirm"
    ASK_MOVE = "ask_move"
    CANT_COME = "cant_come"
    MOVE = "move"
    CANCEL = "cancel"
    NO_SHOW = "no_show"
    DONE = "done"


HOLDS_TIME = frozenset({State.BOOKED, State.CONFIRMED, State.MOVE_ASKED, State.MOVED})
"""States in which nobody else can have the time."""
NEEDS_STAFF = frozenset({State.MOVE_ASKED, State.CANT_COME})
"""States in which the clinic has to act next."""
ANSWERS = frozenset({Step.CONFIRM, Step.ASK_MOVE, Step.CANT_COME})
"""Steps of the patient."""


def _rows(before: Iterable[State], step: Step, after: State) -> dict[tuple[State, Step], State]:
    return {(state, step): after for state in before}


TABLE: dict[tuple[State, Step], State] = {
    **_rows(HOLDS_TIME, Step.CONFIRM, State.CONFIRMED),
    **_rows(HOLDS_TIME, Step.ASK_MOVE, State.MOVE_ASKED),
    **_rows(HOLDS_TIME, Step.CANT_COME, State.CANT_COME),
    **_rows((*HOLDS_TIME, State.CANT_COME, State.NO_SHOW), Step.MOVE, State.MOVED),
    **_rows((*HOLDS_TIME, State.CANT_COME), Step.CANCEL, State.CANCELLED),
    **_rows((*HOLDS_TIME, State.DONE), Step.NO_SHOW, State.NO_SHOW),
    **_rows((*HOLDS_TIME, State.NO_SHOW), Step.DONE, State.DONE),
}
"""(state, step) → state. Nothing else can happen."""


def allowed(state: State, step: Step) -> bool:
    """Whether somebody may take this step now."""
    return (state, step) in TABLE


def after(state: State, step: Step) -> State:
    """Return the state after a step. Raises Conflict for one that cannot be taken now."""
    if not allowed(state, step):
        raise Conflict
    return TABLE[state, step]
