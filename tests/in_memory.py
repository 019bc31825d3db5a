"""A place in memory for what tests write, where there is room for it.

Every test has databases and sealed files of its own, and the product waits for the disk after each
commit: on a busy disk that was most of the time of a run. What survives a killed process is the
same in memory; what survives a power cut no test can tell anyway.

Each run has a folder of its own, which is removed at its end, or by a later run if it was killed.
Set TMPDIR to have the files elsewhere, and to keep them.
"""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

MEMORY = Path("/dev/shm")
ROOM = 4 * 1024**3
"""Bytes that have to be free, of which a run takes a third."""
_PREFIX = "bedside-tests-"
_FOLDER = pytest.StashKey[Path]()


def has_room(memory: Path, room: int = ROOM) -> bool:
    """Whether there is a file system in memory, with so many bytes to spare."""
    return memory.is_mount() and min(shutil.disk_usage(memory).free, _available()) > room


def _available() -> int:
    """Returns the bytes of memory that nobody needs."""
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return 0


def folder_of_this_run(memory: Path) -> Path:
    """Make the folder of this run, and remove those of runs that were killed."""
    for old in memory.glob(f"{_PREFIX}*"):
        if not Path("/proc", old.name.removeprefix(_PREFIX)).exists():
            shutil.rmtree(old, ignore_errors=True)
    folder = memory / f"{_PREFIX}{os.getpid()}"
    folder.mkdir(mode=0o755)  # servers that refuse to be root look into it
    return folder


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Choose the folder, before the workers begin, which take it over."""
    is_worker = hasattr(config, "workerinput")
    if not is_worker and "TMPDIR" not in os.environ and has_room(MEMORY):
        folder = config.stash[_FOLDER] = folder_of_this_run(MEMORY)
        os.environ["TMPDIR"] = tempfile.tempdir = str(folder)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the folder."""
    if _FOLDER in config.stash:
        shutil.rmtree(config.stash[_FOLDER], ignore_errors=True)
        del os.environ["TMPDIR"]
        tempfile.tempdir = None
