"""A test that cannot be stopped ends its worker and not the whole run."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STUCK = """
import signal
import threading
import pytest

@pytest.fixture
def stuck():
    yield
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})  # nothing wakes it
    threading.Event().wait()

def test_before():
    pass

def test_stuck(stuck):
    pass

def test_next():
    pass

@pytest.mark.xdist_group("others")
@pytest.mark.parametrize("number", range(3))
def test_others(number):
    pass
"""


def settings() -> dict[str, object]:
    """Returns how this project runs pytest."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)["tool"]["pytest"]["ini_options"]


def run(place: Path, folder: str, workers: str) -> subprocess.CompletedProcess[str]:
    """Run the tests above in a folder of tests, with short limits. Returns what was printed."""
    path = place / "tests" / folder
    path.mkdir(parents=True)
    (path / "test_it.py").write_text(STUCK)
    return subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", workers),
            *("-p", "tests.second_try", "-p", "tests.workers", "--dist", "loadgroup"),
            *("--rootdir", str(place), "-o", "faulthandler_timeout=3", "--timeout", "1"),
            *("-o", "faulthandler_exit_on_timeout=true", str(place)),
        ],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""},
        cwd=place,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_stuck_teardown_is_named_and_the_others_run(tmp_path: Path, workers: str) -> None:
    found = run(tmp_path, "files", workers)
    assert "1 failed, 6 passed" in found.stdout
    assert "crashed while running 'tests/files/test_it.py::test_stuck'" in found.stdout
    assert "stuck" in found.stderr  # the stack says where


def test_a_stuck_journey_is_run_once_more(tmp_path: Path) -> None:
    found = run(tmp_path, "journeys", "1")
    assert "1 failed, 5 passed" in found.stdout
    assert found.stdout.count("node down") == 2
    assert "took a worker along" in found.stdout


@pytest.mark.parametrize("name", ["faulthandler_timeout", "timeout"])
def test_every_test_has_both_limits(name: str) -> None:
    assert isinstance(settings()[name], int)


def test_the_second_limit_comes_after_the_first_and_ends_the_worker() -> None:
    assert settings()["faulthandler_exit_on_timeout"] is True
    assert int(str(settings()["faulthandler_timeout"])) > int(str(settings()["timeout"]))
