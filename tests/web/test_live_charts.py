"""The page's `apply` (ts/live/charts.ts) does what the server's does (charts/live.py)."""

import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bedside.charts.live import apply

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "src/bedside/web/assets/ts/live/charts.ts"

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

_RUNNER = """
import { apply } from "./charts.mjs";
import { readFileSync } from "node:fs";
const runs = JSON.parse(readFileSync(0, "utf8"));
const step = (now, [type, data]) => apply(now, type, data);
const state = ({ start, events }) => events.reduce(step, start);
process.stdout.write(JSON.stringify(runs.map(state)));
"""


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The module as the browser gets it, and a script that runs it."""
    folder = tmp_path_factory.mktemp("live")
    esbuild = ROOT / "node_modules/.bin/esbuild"
    subprocess.run(
        [esbuild, SCRIPT, "--bundle", "--format=esm", f"--outfile={folder / 'charts.mjs'}"],
        check=True,
        capture_output=True,
    )
    (folder / "run.mjs").write_text(_RUNNER)
    return folder / "run.mjs"


@pytest.mark.feature("F7")
def test_page_and_server_agree(node: Path) -> None:
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
    done = subprocess.run(
        ["node", node], input=json.dumps(runs), capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == wanted
    assert len(runs) >= 100
