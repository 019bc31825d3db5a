"""The page's `apply` (web/live/charts.ts) does the same as the server's (charts/live.py)."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bedside.charts.live import apply
from tests.web.scripts import run

_ids = st.sampled_from(["ent_a", "ent_b", "ent_c"])
_facts = st.fixed_dictionaries(
    {
        "patient_id": st.just("pat_a"),
        "entry_id": _ids,
        "state": st.sampled_from(["scanning", "filed", "infected"]),
        "reviewed": st.booleans(),
    }
)
_removed = st.fixed_dictionaries({"patient_id": st.just("pat_a"), "entry_id": _ids})
_events = st.one_of(
    st.tuples(st.sampled_from(["chart.entry_added", "chart.entry_changed"]), _facts),
    st.tuples(st.just("chart.entry_removed"), _removed),
    st.tuples(st.just("chart.request_changed"), _removed),
)

_STATES = """(charts, runs) => runs.map(({ start, events }) =>
  events.reduce((now, [type, data]) => charts.apply(now, type, data), start))"""


@pytest.mark.feature("F7")
def test_page_and_server_agree() -> None:
    runs: list[dict[str, object]] = []
    wanted: list[object] = []

    @settings(max_examples=200, database=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(_events, max_size=12))
    def collect(events: list[tuple[str, dict[str, object]]]) -> None:
        start: dict[str, object] = {"entries": {"ent_a": {"state": "scanning"}}}
        now = start
        for kind, data in events:
            now = apply(now, kind, data)
        runs.append({"start": start, "events": events})
        wanted.append(now)

    collect()
    assert run("live/charts.ts", _STATES, runs) == wanted
    assert len(runs) >= 100
