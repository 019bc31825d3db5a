"""Tests of browsers get one second try, others none, and nobody gets a third."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FLAKY = """
import pathlib
import pytest

@pytest.fixture
def count():
    found = pathlib.Path(__file__).with_suffix(".tries")
    tries = int(found.read_text()) if found.exists() else 0
    found.write_text(str(tries + 1))
    return tries + 1

def test_it(count):
    assert count >= NEEDED
"""


def run(place: Path, *arguments: str) -> str:
    """Run pytest there with the plugin. Returns its output."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q"),
            *("-p", "tests.second_try", "-p", "no:cacheprovider"),
            *("--rootdir", str(place), *arguments, str(place)),
        ],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""},
        cwd=place,
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )
    return done.stdout


def put(place: Path, folder: str, needed: int) -> None:
    """Write a test that passes at its try number `needed`."""
    path = place / "tests" / folder
    path.mkdir(parents=True)
    (path / "test_flaky.py").write_text(FLAKY.replace("NEEDED", str(needed)))


@pytest.mark.parametrize("how", [(), ("-n", "1")])
def test_a_journey_that_fails_once_passes_and_is_named(
    tmp_path: Path, how: tuple[str, ...]
) -> None:
    put(tmp_path, "journeys", 2)
    said = run(tmp_path, *how)
    assert "1 passed" in said
    assert "failed" not in said
    assert "needed a second try" in said
    assert "tests/journeys/test_flaky.py::test_it" in said


def test_a_journey_that_fails_twice_has_failed(tmp_path: Path) -> None:
    put(tmp_path, "journeys", 3)
    assert "1 failed" in run(tmp_path)


def test_each_try_has_the_whole_time_limit(tmp_path: Path) -> None:
    """Without one, a browser that stalls in the second try holds a worker for good."""
    path = tmp_path / "tests" / "journeys"
    path.mkdir(parents=True)
    (path / "test_stalled.py").write_text("import time\n\ndef test_it():\n    time.sleep(60)\n")
    said = run(tmp_path, "--timeout", "1")
    assert "1 failed" in said
    assert "Timeout" in said


def test_others_have_one_try(tmp_path: Path) -> None:
    put(tmp_path, "calls", 2)
    said = run(tmp_path)
    assert "1 failed" in said
    assert "needed a second try" not in said
