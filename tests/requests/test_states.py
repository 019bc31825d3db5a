"""The state table of requests, as a table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.errors import Conflict
from bedside.requests.states import ENDED, NEEDS_STAFF, TABLE, State, Step, after, allowed, require

pytestmark = pytest.mark.feature("R7")

steps = st.lists(st.sampled_from(list(Step)), max_size=40)

RANK = {
    State.FAILED: 0,
    State.REQUESTED: 0,
    State.SENT: 1,
    State.DELIVERED: 2,
    State.OPENED: 3,
    State.IN_PROGRESS: 4,
}
"""How far an open request has come."""

BACK = {Step.REISSUED, Step.UNDELIVERED, Step.SENT_AGAIN, Step.LET_IN}


def walk(taken: list[Step]) -> list[State]:
    states = [State.REQUESTED]
    for step in taken:
        states.append(after(states[-1], step))
    return states


@given(steps)
def test_nothing_but_a_new_link_revives_what_was_closed(taken: list[Step]) -> None:
    states = walk(taken)
    for before, step, now in zip(states, taken, states[1:], strict=False):
        if before in (State.EXPIRED, State.REVOKED) and now is not before:
            assert (step, now) in {
                (Step.REISSUED, State.REQUESTED),
                (Step.TAKEN_BACK, State.REVOKED),
            }


@given(steps)
def test_what_is_done_stays_done_unless_more_photos_come(taken: list[Step]) -> None:
    states = walk(taken)
    for before, step, now in zip(states, taken, states[1:], strict=False):
        if before is State.DONE and now is not before:
            assert (step, now) == (Step.STARTED, State.IN_PROGRESS)


@given(steps)
def test_late_reports_of_messages_never_take_progress_back(taken: list[Step]) -> None:
    states = walk(taken)
    for before, step, now in zip(states, taken, states[1:], strict=False):
        if before in RANK and now in RANK and step not in BACK:
            assert RANK[now] >= RANK[before], (before, step)


@given(steps)
def test_taking_a_step_twice_is_taking_it_once(taken: list[Step]) -> None:
    for state in walk(taken):
        for step in Step:
            once = after(state, step)
            # a step that a person may repeat asks for it: the table has a row for that
            assert after(once, step) == once


@given(steps, st.sampled_from(list(Step)))
def test_a_step_is_refused_exactly_where_the_table_has_no_row(
    taken: list[Step], step: Step
) -> None:
    state = walk(taken)[-1]
    assert allowed(state, step) is ((state, step) in TABLE)
    if allowed(state, step):
        require(state, step)
    else:
        with pytest.raises(Conflict):
            require(state, step)


def test_every_state_can_be_reached_and_every_step_leads_somewhere() -> None:
    assert {State.REQUESTED, *TABLE.values()} == set(State)
    assert {step for _, step in TABLE} == set(Step)


def test_every_open_request_can_be_revoked_and_sent_anew() -> None:
    for state in set(State) - ENDED:
        assert after(state, Step.REVOKED) is State.REVOKED
        assert after(state, Step.REISSUED) is State.REQUESTED
    for state in NEEDS_STAFF:
        assert allowed(state, Step.REISSUED)
