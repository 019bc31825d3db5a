"""A call event applied by the page (web/calls/state.ts) and by the server (calls/live.py) gives the
same."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bedside.calls.live import apply
from tests.web.scripts import run

_participant = st.fixed_dictionaries(
    {
        "call_id": st.just("cal_a"),
        "participant_id": st.sampled_from(["prt_a", "prt_b", "prt_c"]),
        "kind": st.sampled_from(["staff", "patient", "guest"]),
        "state": st.sampled_from(["knocking", "asked", "joined", "left", "refused"]),
        "connection_id": st.sampled_from(["", "con_a", "con_b"]),
        "muted": st.booleans(),
        "camera": st.booleans(),
        "sharing": st.booleans(),
        "microphone": st.sampled_from(["ok", "interrupted", "blocked", "missing"]),
    }
)
_call = st.fixed_dictionaries(
    {
        "call_id": st.just("cal_a"),
        "state": st.sampled_from(["active", "ended"]),
        "mode": st.sampled_from(["video", "voice"]),
        "topology": st.sampled_from(["direct", "media_server"]),
    }
)
_interrupted = st.fixed_dictionaries(
    {"call_id": st.just("cal_a"), "connection_ids": st.just(["con_a"]), "over": st.booleans()}
)
_events = st.one_of(
    st.tuples(st.just("call.changed"), _call),
    st.tuples(st.just("call.participant_changed"), _participant),
    st.tuples(st.just("call.media_interrupted"), _interrupted),
)
_starts: list[dict[str, Any]] = [
    {"call_id": "cal_a", "state": "active", "participants": {}, "apps": {}},
    {
        **{"call_id": "cal_a", "state": "active", "mode": "video", "topology": "direct"},
        **{"participants": {}, "apps": {}},
    },
]

_STATES = """(state, runs) => runs.map(({ start, events }) =>
  events.reduce((now, [type, data]) => state.applyEvent(now, type, data), start))"""


@pytest.mark.feature("V6", "V7")
def test_page_and_server_agree() -> None:
    runs: list[dict[str, Any]] = []
    wanted: list[dict[str, Any]] = []

    @settings(max_examples=300, database=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(_starts), st.lists(_events, max_size=12))
    def collect(start: dict[str, Any], events: list[tuple[str, dict[str, Any]]]) -> None:
        now = start
        for kind, data in events:
            now = apply(now, kind, data)
        runs.append({"start": start, "events": events})
        wanted.append(now)

    collect()
    assert run("calls/state.ts", _STATES, runs) == wanted
    assert len(runs) >= 100
