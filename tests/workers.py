"""Which worker runs what; and every run comes to its end: a test that does not is named, and the
others run elsewhere.

- pytest-timeout stops what keeps Python busy. A test that waits in uvloop it does not: there the
  exception of its signal goes to the loop's handler, and the test waits on. So a test on the loop
  is cancelled by the loop.
- Whatever stands still even so, a fixture's teardown for example, is ended together with its
  worker, from outside. faulthandler_timeout would not do: pytest takes it back when a test fails.
- Browsers that encode video need a core each, and all other tests wait half of their time: so two
  workers begin with what needs browsers, and a third one with the rest.
- pytest-xdist 3.8 gives the replacement of a dead worker one unit of work. A worker begins a test
  when it knows the next one, or that there is none; with one test it waits for good. Besides, it
  hands the test that killed one worker to the next.
"""

import asyncio
import contextlib
import functools
import inspect
import os
import signal
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from xdist.dsession import DSession
from xdist.scheduler import LoadGroupScheduling
from xdist.workermanage import WorkerController

from tests.second_try import may_try_again

_AT_ONCE = 2
"""Workers with browsers."""
_FIRST = "tests/tools/test_benchmarks.py"
"""The longest file of tests, begun first so that nobody waits for it at the end."""
_DEATHS = pytest.StashKey[list[str]]()
"""Tests that took a worker along and were begun once more."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Two limits, in seconds, for pyproject.toml."""
    parser.addini("standstill", "how long a worker may do nothing", default="700")
    parser.addini("longest_run", "when no more tests are begun", default="4200")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest."""
    items.sort(key=lambda item: not item.nodeid.startswith(_FIRST))


# --- a test on the event loop ---


def _limit(item: pytest.Item) -> float:
    marker = item.get_closest_marker("timeout")
    return float(marker.args[0] if marker else item.config.getini("timeout") or 300)


def _limited(
    test: Callable[..., Awaitable[None]], seconds: float
) -> Callable[..., Awaitable[None]]:
    @functools.wraps(test)
    async def within(*arguments: Any, **named: Any) -> None:
        async with asyncio.timeout(seconds):
            await test(*arguments, **named)

    return within


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Iterator[None]:
    """Cancel a test on the loop when most of its time is over, so that what it was in can be
    told before pytest-timeout ends it."""
    test = pyfuncitem.obj
    if inspect.iscoroutinefunction(test):
        pyfuncitem.obj = _limited(test, _limit(pyfuncitem) * 0.8)
    try:
        return (yield)
    finally:
        pyfuncitem.obj = test


# --- the workers ---


class Distribution(LoadGroupScheduling):
    """Groups of tests over workers, of which some may die."""

    def __init__(self, config: pytest.Config, log: Any) -> None:
        super().__init__(config, log)
        self._moved: dict[WorkerController, float] = {}

    def mark_test_complete(
        self, node: WorkerController, item_index: int, duration: float = 0
    ) -> None:
        """Remember when a worker ended a test."""
        self._moved[node] = time.monotonic()
        super().mark_test_complete(node, item_index, duration)

    def standing_still(self, seconds: float) -> list[tuple[WorkerController, str]]:
        """Returns the workers that have ended no test for so long, and what each is in."""
        now = time.monotonic()
        return [
            (node, next(_undone(units), "the end of its session"))
            for node, units in list(self.assigned_work.items())
            if self.collection and now - self._moved.setdefault(node, now) > seconds
        ]

    def remove_node(self, node: WorkerController) -> str | None:
        """Take a worker away. Returns the test in which it died, unless it gets a second try."""
        units = self.assigned_work.pop(node)
        died_in = next(_undone(units), None)
        if died_in is None:
            return None
        again = self._gets_second_try(died_in)
        next(unit for unit in units.values() if died_in in unit)[died_in] = not again
        self.workqueue.update(
            {name: unit for name, unit in units.items() if not all(unit.values())}
        )
        for other in list(self.assigned_work):
            self._reschedule(other)
        return None if again else died_in

    def _gets_second_try(self, test: str) -> bool:
        deaths = self.config.stash.setdefault(_DEATHS, [])
        if test in deaths or not may_try_again(test):
            return False
        deaths.append(test)
        return True

    def _assign_work_unit(self, node: WorkerController) -> None:
        """Give a worker the next unit of its kind, or of the other kind once there is none."""
        heavy = self._may_run_browsers(node)
        suits = (name for name, unit in self.workqueue.items() if _needs_browsers(unit) is heavy)
        name = next(suits, None)
        if name is not None:
            self.workqueue.move_to_end(name, last=False)
        super()._assign_work_unit(node)

    def _may_run_browsers(self, node: WorkerController) -> bool:
        others = [
            other
            for other, units in self.assigned_work.items()
            if other is not node and any(map(_needs_browsers, units.values()))
        ]
        return len(others) < _AT_ONCE

    def _reschedule(self, node: WorkerController) -> None:
        """Keep a worker in work: with two tests, or with what is left and no more to come."""
        while not node.shutting_down:
            waiting = len(self.workqueue)
            super()._reschedule(node)
            if len(self.workqueue) == waiting:
                return


def _needs_browsers(unit: dict[str, bool]) -> bool:
    """Whether something of a unit is still to be run that needs browsers, or several programs."""
    return any(not done and may_try_again(test) for test, done in unit.items())


def _undone(units: dict[str, dict[str, bool]]) -> Iterator[str]:
    return (test for unit in list(units.values()) for test, done in list(unit.items()) if not done)


@pytest.hookimpl
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Distribution | None:
    """Returns the distribution of this project for `--dist loadgroup`, and watches it."""
    if config.getoption("dist") != "loadgroup":
        return None
    distribution = Distribution(config, log)
    threading.Thread(target=_watch, args=(config, distribution), daemon=True).start()
    return distribution


def _watch(config: pytest.Config, distribution: Distribution) -> None:
    """End workers that stand still, and a run that takes too long."""
    begun = time.monotonic()
    standstill, longest = float(config.getini("standstill")), float(config.getini("longest_run"))
    session = config.pluginmanager.get_plugin("dsession")
    assert isinstance(session, DSession)
    while True:
        time.sleep(min(standstill / 4, 5))
        for node, test in distribution.standing_still(standstill):
            print(f"\n{node.gateway.id} stands still in {test}", flush=True)
            _end(node.gateway._io.popen.pid)
        if time.monotonic() - begun > longest:
            session.shouldstop = f"the run takes longer than {longest:.0f} s"
            return


def _end(pid: int) -> None:
    """End a process, which prints its stacks, and all it started: they may hold its output open."""
    family = [pid, *descendants(pid)]
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGABRT)
        time.sleep(2)
    for member in family:
        with contextlib.suppress(ProcessLookupError):
            os.kill(member, signal.SIGKILL)


def descendants(pid: int) -> list[int]:
    """Returns the processes that a process has started, and those have started."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    found = [pid]
    for ancestor in found:
        found.extend(child for child, parent in parents.items() if parent == ancestor)
    return found[1:]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the tests that were begun once more after their worker had died."""
    deaths = terminalreporter.config.stash.get(_DEATHS, [])
    if deaths:
        terminalreporter.section("took a worker along and were run once more")
        for nodeid in deaths:
            terminalreporter.write_line(nodeid)
