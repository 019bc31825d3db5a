"""What the page makes of an event of a call (ts/calls/state.ts) is what the server makes of it
(calls/live.py)."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bedside.calls.live import apply

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "src/bedside/web/assets/ts/calls/state.ts"

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

_RUNNER = """
import { applyEvent } from "./state.mjs";
import { readFileSync } from "node:fs";
const runs = JSON.parse(readFileSync(0, "utf8"));
const step = (now, [type, data]) => applyEvent(now, type, data);
process.stdout.write(JSON.stringify(runs.map(({ start, events }) => events.reduce(step, start))));
"""


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The module as the browser gets it, and a script that runs it."""
    folder = tmp_path_factory.mktemp("calls")
    esbuild = ROOT / "node_modules/.bin/esbuild"
    subprocess.run(
        [esbuild, SCRIPT, "--bundle", "--format=esm", f"--outfile={folder / 'state.mjs'}"],
        check=True,
        capture_output=True,
    )
    (folder / "run.mjs").write_text(_RUNNER)
    return folder / "run.mjs"


@pytest.mark.feature("V7")
def test_page_and_server_agree(runner: Path) -> None:
    runs: list[dict[str, Any]] = []
    wanted: list[dict[str, Any]] = []

    @settings(max_examples=200, database=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(_events, max_size=12))
    def collect(events: list[tuple[str, dict[str, Any]]]) -> None:
        start = {"call_id": "cal_a", "state": "active", "participants": {}, "apps": {}}
        now: dict[str, Any] = start
        for kind, data in events:
            now = apply(now, kind, data)
        runs.append({"start": start, "events": events})
        wanted.append(now)

    collect()
    done = subprocess.run(
        ["node", runner], input=json.dumps(runs), capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == wanted
    assert len(runs) >= 100
