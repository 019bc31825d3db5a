"""`bedside demo`: from an empty directory, without a network, and again on the same data."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bedside.demo import cast

pytestmark = pytest.mark.xdist_group("demo")  # one demonstration for both tests
COMMAND = Path(sys.executable).parent / "bedside"


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """Return the report of a demonstration that cannot reach anything outside."""
    data = tmp_path_factory.mktemp("demo") / "data"
    apart = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]
    inside = Path(__file__).parent / "inside.py"
    done = subprocess.run(
        [*apart, sys.executable, str(inside), str(COMMAND), str(data)],
        check=False,
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.mark.feature("A1")
@pytest.mark.feature("S6")
def test_it_starts_without_a_network_and_looks_lived_in(report):
    assert report["cut_off"], "the test itself had a network"
    first = report["first"]
    assert first["patients"] == len(cast.PATIENTS[cast.RIVERSIDE.name])
    assert "Scanned" in first["inbox"]
    for clinic in (cast.RIVERSIDE, cast.HILLTOP):
        for person in clinic.colleagues:
            assert person.email in first["said"]
            assert person.name in first["page"]


def test_it_starts_again_on_the_same_data_without_loss(report):
    second = report["second"]
    assert second["patients"] == report["first"]["patients"]
    assert "Going on" in second["said"]
    # nothing is created again, so it is quick; on a busy machine, quicker than the first time
    assert second["took"] < max(20, report["first"]["took"])
