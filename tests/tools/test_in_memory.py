"""Where the files of a run of the tests are, and when they are gone."""

import os
import subprocess
from pathlib import Path

from tests.in_memory import MEMORY, folder_of_this_run, has_room


def test_a_disk_and_a_small_memory_are_not_taken(tmp_path: Path) -> None:
    assert not has_room(tmp_path, room=0), "a folder and no file system of its own"
    assert not has_room(MEMORY, room=2**60)


def test_it_is_taken_where_there_is_one() -> None:
    assert has_room(MEMORY, room=0) is MEMORY.is_mount()


def test_a_run_removes_what_killed_ones_left_and_nothing_of_living_ones(tmp_path: Path) -> None:
    killed = subprocess.Popen(["true"])
    killed.wait()
    left, living = (tmp_path / f"bedside-tests-{pid}" for pid in (killed.pid, os.getppid()))
    for folder in (left, living, tmp_path / "of somebody else"):
        folder.mkdir()
        (folder / "bedside.db").touch()
    made = folder_of_this_run(tmp_path)
    assert made.stat().st_mode & 0o777 == 0o755
    assert set(tmp_path.iterdir()) == {made, living, tmp_path / "of somebody else"}
