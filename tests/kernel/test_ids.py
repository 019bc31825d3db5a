"""Ids: their shape, and an order in which what was made first comes first."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from bedside.kernel import clock, ids


def test_ids_of_one_millisecond_sort_as_they_were_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: 1_800_000_000_000)
    made = [ids.new_id("ntf") for _ in range(2_000)]
    assert made == sorted(set(made))
    assert len({one[:14] for one in made}) == 1, "all of the same millisecond"


def test_ids_sort_by_time_whatever_was_made_before(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    for now in (1_800_000_000_001, 1_700_000_000_000, 1_800_000_000_000):
        monkeypatch.setattr(clock, "now", lambda now=now: now)
        made += [(now, 1, ids.new_id("ntf")), (now, 2, ids.new_id("ntf"))]
    assert [one for *_, one in sorted(made)] == sorted(one for *_, one in made)


def test_threads_never_make_the_same_id() -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: ids.new_id("ntf"), range(4_000)))
    assert len(set(made)) == len(made)
    assert all(ids.is_id(one, "ntf") for one in made)
