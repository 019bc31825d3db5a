"""The tables of live file transfer: every combination has one phase, and bytes only go forward."""

from itertools import product

import pytest

from bedside.errors import Conflict
from bedside.transfers.states import (
    Bytes,
    Direction,
    Ended,
    Phase,
    ends_with_the_leg,
    may_become,
    phase,
    require_running,
)


@pytest.mark.feature("X2")
@pytest.mark.parametrize(
    ("agreed", "bytes_", "seen"),
    [
        (False, Bytes.NONE, Phase.ASKED),
        (False, Bytes.ARRIVING, Phase.ASKED),
        (False, Bytes.SCANNING, Phase.ASKED),
        (False, Bytes.CLEAN, Phase.ASKED),
        (True, Bytes.NONE, Phase.MOVING),
        (True, Bytes.ARRIVING, Phase.MOVING),
        (True, Bytes.SCANNING, Phase.SCANNING),
        (True, Bytes.CLEAN, Phase.READY),
    ],
)
def test_what_both_sides_see(agreed: bool, bytes_: Bytes, seen: Phase) -> None:
    assert phase(agreed=agreed, bytes_=bytes_, ended=Ended.NO) is seen


@pytest.mark.feature("X3")
def test_an_end_is_seen_whatever_was_before() -> None:
    for agreed, bytes_, ended in product((False, True), Bytes, set(Ended) - {Ended.NO}):
        assert phase(agreed=agreed, bytes_=bytes_, ended=ended) == ended


def test_bytes_only_go_forward() -> None:
    order = list(Bytes)
    for before, after in product(order, order):
        assert may_become(before, after) is (order.index(after) > order.index(before))


@pytest.mark.feature("X5")
def test_leaving_keeps_what_arrived_and_was_wanted() -> None:
    """The rule, restated independently of the code."""
    for direction, agreed, bytes_, filed, keep in product(
        Direction, (False, True), Bytes, (False, True), (False, True)
    ):
        after = ends_with_the_leg(
            direction=direction, agreed=agreed, bytes_=bytes_, filed=filed, keep=keep
        )
        refused_to_take = direction is Direction.TO_PATIENT and not agreed
        incomplete = bytes_ in (Bytes.NONE, Bytes.ARRIVING)
        if filed:
            assert after is Ended.FILED
        elif refused_to_take or incomplete or not keep:
            assert after is Ended.LEFT
        else:
            assert after is Ended.FILED


@pytest.mark.parametrize("ended", sorted(set(Ended) - {Ended.NO}))
def test_what_is_over_says_so(ended: Ended) -> None:
    with pytest.raises(Conflict) as refused:
        require_running(ended)
    assert refused.value.sentence.endswith(".")
    assert refused.value.code == f"transfer_is_{ended}"


def test_what_goes_on_goes_on() -> None:
    require_running(Ended.NO)
