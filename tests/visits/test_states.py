"""The state table of visits, as a table."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.errors import Conflict
from bedside.visits.states import TABLE, State, Step, after
from bedside.visits.steps import EndReason

pytestmark = pytest.mark.feature("V18")

ENDS = get_args(EndReason)


@given(st.lists(st.sampled_from(list(Step)), max_size=40))
def test_only_the_four_endings_end_a_visit_and_nothing_comes_after(taken: list[Step]) -> None:
    state = State.WAITING
    for step in taken:
        if (state, step) not in TABLE:
            with pytest.raises(Conflict) as said:
                after(state, step)
            assert said.value.sentence.endswith(".")
            continue
        state = after(state, step)
        assert (state is State.ENDED) == (step in ENDS)
    if state is State.ENDED:
        assert all((state, step) not in TABLE for step in Step)


def test_whoever_waits_or_is_in_a_call_can_be_transferred_and_every_ending_is_possible() -> None:
    for state in (State.WAITING, State.IN_CALL):
        assert after(state, Step.TRANSFERRED) is State.WAITING
        for step in Step:
            if step in ENDS and (state, step) != (State.IN_CALL, Step.MERGED):
                assert after(state, step) is State.ENDED


def test_whoever_is_in_a_call_has_the_place_and_gives_it_to_no_other_visit() -> None:
    assert after(State.WAITING, Step.MERGED) is State.ENDED
    with pytest.raises(Conflict):
        after(State.IN_CALL, Step.MERGED)


def test_a_call_begins_and_ends_in_the_waiting_room() -> None:
    assert after(State.WAITING, Step.ADMITTED) is State.IN_CALL
    assert after(State.IN_CALL, Step.RETURNED) is State.WAITING
    with pytest.raises(Conflict, match="seeing this patient already"):
        after(State.IN_CALL, Step.ADMITTED)
    with pytest.raises(Conflict, match="in the waiting room already"):
        after(State.WAITING, Step.RETURNED)
