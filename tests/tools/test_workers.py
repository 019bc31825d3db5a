"""A test that does not end is stopped, or ends its worker, and never the whole run; browsers meet
on two workers."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OTHERS = """
import asyncio
import os
import signal
import threading
import pytest

@pytest.fixture(scope="session")
def anyio_backend():
    return "asyncio", {"use_uvloop": True}

@pytest.fixture(scope="session")
async def loop_of_the_session(anyio_backend):
    yield

def test_before():
    pass

def test_next():
    pass

@pytest.mark.xdist_group("others")
@pytest.mark.parametrize("number", range(3))
def test_others(number):
    pass
"""
TEARDOWN = """
@pytest.fixture
def stuck():
    yield
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})  # nothing wakes it
    threading.Event().wait()

def test_stuck(stuck):
    pass
"""
FAILED_BEFORE = """
@pytest.fixture
async def stuck(loop_of_the_session):
    yield
    await asyncio.Event().wait()

@pytest.mark.anyio
async def test_stuck(stuck):
    assert False
"""
WITH_A_CHILD = """
def test_stuck():
    if not os.fork():  # it has all that its parent had open
        threading.Event().wait()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
    threading.Event().wait()
"""
ON_THE_LOOP = """
@pytest.mark.anyio
async def test_stuck(loop_of_the_session):
    await asyncio.Event().wait()
"""
WHO = """
import pathlib

@pytest.mark.parametrize("number", range(12))
def test_who(number, worker_id):
    threading.Event().wait(0.05)
    with (pathlib.Path(__file__).parents[2] / "who").open("a") as file:
        file.write(f"{pathlib.Path(__file__).parent.name} {worker_id}\\n")
"""
LONG = """
@pytest.mark.parametrize("number", range(200))
def test_long(number):
    threading.Event().wait(0.1)
"""


def settings() -> dict[str, object]:
    """Returns how this project runs pytest."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)["tool"]["pytest"]["ini_options"]


def write(place: Path, tests: str, folder: str) -> None:
    """Write tests, and five that pass, into a folder of tests."""
    path = place / "tests" / folder
    path.mkdir(parents=True)
    (path / f"test_in_{folder}.py").write_text(OTHERS + tests)


def run(
    place: Path, tests: str, *, folder: str = "files", workers: str = "1", longest_run: int = 60
) -> subprocess.CompletedProcess[str]:
    """Run the tests there, and these, with short limits. Returns what was printed."""
    write(place, tests, folder)
    return subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", workers),
            *("--disable-plugin-autoload", "-p", "xdist", "-p", "timeout", "-p", "anyio"),
            *("-p", "tests.second_try", "-p", "tests.workers", "--dist", "loadgroup"),
            *("--rootdir", str(place), "-o", "timeout=3"),
            *("-o", "standstill=5", "-o", f"longest_run={longest_run}", str(place)),
        ],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""},
        cwd=place,
        capture_output=True,
        text=True,
        check=False,
        timeout=45,
    )


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize(
    ("tests", "ended"),
    [(TEARDOWN, "1 failed, 6 passed"), (WITH_A_CHILD, "1 failed, 5 passed")],
    ids=["teardown", "child"],
)
def test_what_cannot_be_stopped_is_named_and_the_others_run(
    tmp_path: Path, tests: str, ended: str, workers: str
) -> None:
    found = run(tmp_path, tests, workers=workers)
    assert ended in found.stdout  # a teardown comes after its test has passed
    assert "stands still in tests/files/test_in_files.py::test_stuck" in found.stdout
    assert "crashed while running 'tests/files/test_in_files.py::test_stuck'" in found.stdout
    assert "stuck" in found.stderr  # the stack says where


def test_a_teardown_that_is_stuck_after_a_failure_does_not_hold_the_run(tmp_path: Path) -> None:
    found = run(tmp_path, FAILED_BEFORE, folder="journeys")
    assert "1 failed, 5 passed" in found.stdout
    assert found.stdout.count("node down") == 2
    assert "took a worker along" in found.stdout


def test_what_waits_on_the_loop_is_cancelled_there(tmp_path: Path) -> None:
    found = run(tmp_path, ON_THE_LOOP)
    assert "1 failed, 5 passed" in found.stdout
    assert "TimeoutError" in found.stdout
    assert "node down" not in found.stdout


def test_a_run_that_takes_too_long_says_so_and_ends(tmp_path: Path) -> None:
    found = run(tmp_path, LONG, longest_run=2)
    assert "the run takes longer than 2 s" in found.stdout
    assert found.returncode == pytest.ExitCode.INTERRUPTED


def test_each_limit_leaves_time_for_the_one_before() -> None:
    timeout, standstill, longest = (
        int(str(settings()[name])) for name in ("timeout", "standstill", "longest_run")
    )
    assert 2 * timeout < standstill < longest


def test_two_workers_run_browsers_and_a_third_one_the_rest(tmp_path: Path) -> None:
    write(tmp_path, WHO, "journeys")
    found = run(tmp_path, WHO, workers="3")
    assert "34 passed" in found.stdout
    lines = [line.split() for line in (tmp_path / "who").read_text().splitlines()]
    assert len({worker for folder, worker in lines if folder == "journeys"}) == 2
    quiet = {worker for folder, worker in lines[:6] if folder == "files"}
    assert len(quiet) == 1
    assert not quiet & {worker for folder, worker in lines if folder == "journeys"}
