"""A second try has the machine for itself.

A test that failed because two processor cores had no time for its browsers fails again if the same
load is there. So every test of a run with several workers holds a shared lock, and a second try
waits until it holds it alone: the others begin nothing until it is over. Nobody waits for longer
than a minute, because a process that a test left behind may hold a lock too.
"""

import fcntl
import os
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import pytest

PATIENCE = 60.0
"""Seconds."""
_LOOK_EVERY = 0.02


class Room:
    """A room in which many may be, or one alone. Whoever wants to be alone stands in the gate, so
    that nobody comes in while they wait for the others to leave."""

    def __init__(self, folder: Path, patience: float = PATIENCE) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._gate, self._inside = (
            os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600) for name in ("gate", "inside")
        )
        self._patience = patience
        self.is_alone = False

    def enter(self) -> None:
        """Come in with the others, after whoever is alone."""
        self._take(self._gate, fcntl.LOCK_EX)
        self._take(self._inside, fcntl.LOCK_SH)
        fcntl.flock(self._gate, fcntl.LOCK_UN)

    def leave(self) -> None:
        """Go out."""
        fcntl.flock(self._inside, fcntl.LOCK_UN)

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Be alone for a while, for somebody who is inside. Yields whether it came to that."""
        self.leave()
        self._take(self._gate, fcntl.LOCK_EX)
        came = self._take(self._inside, fcntl.LOCK_EX)
        self.is_alone = True
        try:
            yield came
        finally:
            self.is_alone = False
            fcntl.flock(self._inside, fcntl.LOCK_UN)
            fcntl.flock(self._gate, fcntl.LOCK_UN)
            self.enter()

    def _take(self, lock: int, how: int) -> bool:
        """Take a lock; give up after a while."""
        until = monotonic() + self._patience
        while True:
            try:
                fcntl.flock(lock, how | fcntl.LOCK_NB)
            except BlockingIOError:
                if monotonic() > until:
                    return False
                sleep(_LOOK_EVERY)
            else:
                return True


_ROOM = pytest.StashKey[Room]()


def pytest_configure(config: pytest.Config) -> None:
    """Open the room of this run's workers; a run without any has none."""
    run = getattr(config, "workerinput", {}).get("testrunuid", "")
    if run:
        config.stash[_ROOM] = Room(Path(tempfile.gettempdir()) / f"bedside-tests-{run}")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Run each test with the others, except a second try, which is alone."""
    room = item.config.stash.get(_ROOM, None)
    if room is None or room.is_alone:
        return (yield)
    room.enter()
    try:
        return (yield)
    finally:
        room.leave()


@contextmanager
def alone(config: pytest.Config) -> Iterator[None]:
    """Let a second try have the machine for itself."""
    room = config.stash.get(_ROOM, None)
    if room is None:
        yield
        return
    with room.alone():
        yield
