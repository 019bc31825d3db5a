"""A second try waits until nobody else runs, keeps the others out, and never waits for good."""

import fcntl
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic

from tests.quiet import Room


def test_many_are_inside_together_and_one_alone(tmp_path: Path) -> None:
    one, two, three = (Room(tmp_path) for _ in range(3))
    one.enter()
    two.enter()
    order: list[str] = []

    def again() -> None:
        with one.alone() as came:
            order.append("alone" if came else "not alone")

    def next_test() -> None:
        three.enter()
        order.append("the next")
        three.leave()

    with ThreadPoolExecutor(2) as others:
        second_try = others.submit(again)
        while not _is_held(tmp_path):
            pass
        waiting = others.submit(next_test)
        order.append("the other test ends")
        two.leave()
        second_try.result(20)
        waiting.result(20)
    assert order == ["the other test ends", "alone", "the next"]
    assert not one.is_alone
    one.leave()


def _is_held(folder: Path) -> bool:
    """Whether somebody stands in the gate."""
    gate = os.open(folder / "gate", os.O_RDWR)
    try:
        fcntl.flock(gate, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(gate)
    return False


def test_whoever_never_leaves_is_not_waited_for_long(tmp_path: Path) -> None:
    left_behind, one = Room(tmp_path), Room(tmp_path, patience=0.05)
    left_behind.enter()
    one.enter()
    began = monotonic()
    with one.alone() as came:
        assert not came
    assert monotonic() - began < 10
