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


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_stuck_teardown_is_named_and_the_others_run(tmp_path: Path, workers: str) -> None:
    (tmp_path / "test_it.py").write_text(STUCK)
    found = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", workers),
            *("-p", "tests.workers", "--dist", "loadgroup", "--rootdir", str(tmp_path), "-o", "faulthandler_timeout=3"),
            *("-o", "faulthandler_exit_on_timeout=true", "--timeout", "1", str(tmp_path)),
        ],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )
    assert "1 failed, 6 passed" in found.stdout
    assert "crashed while running 'test_it.py::test_stuck'" in found.stdout
    assert "stuck" in found.stderr  # the stack says where


@pytest.mark.parametrize("name", ["faulthandler_timeout", "timeout"])
def test_every_test_has_both_limits(name: str) -> None:
    assert isinstance(settings()[name], int)


def test_the_second_limit_comes_after_the_first_and_ends_the_worker() -> None:
    assert settings()["faulthandler_exit_on_timeout"] is True
    assert int(str(settings()["faulthandler_timeout"])) > int(str(settings()["timeout"]))
