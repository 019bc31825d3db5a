"""Workers that die take nothing with them: the test is named, and the others run elsewhere.

pytest-xdist 3.8 gives a replacement one unit of work. A worker begins a test when it knows the
next one, or that there is none; with one test it waits for good, and the run never ends. Besides,
it hands the test that killed one worker to the next.
"""

import pytest
from xdist.scheduler import LoadGroupScheduling
from xdist.workermanage import WorkerController

from tests.second_try import may_try_again

_DEATHS = pytest.StashKey[list[str]]()
"""Tests that took a worker along and were begun once more."""


class Distribution(LoadGroupScheduling):
    """Groups of tests over workers, of which some may die."""

    def remove_node(self, node: WorkerController) -> str | None:
        """Take a worker away. Returns the test in which it died, unless it gets a second try."""
        units = self.assigned_work.pop(node)
        open_tests = [
            (unit, test) for unit in units.values() for test, done in unit.items() if not done
        ]
        if not open_tests:
            return None
        unit, died_in = open_tests[0]
        again = self._gets_second_try(died_in)
        unit[died_in] = not again
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

    def _reschedule(self, node: WorkerController) -> None:
        """Keep a worker in work: with two tests, or with what is left and no more to come."""
        while not node.shutting_down:
            waiting = len(self.workqueue)
            super()._reschedule(node)
            if len(self.workqueue) == waiting:
                return


@pytest.hookimpl
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Distribution | None:
    """Returns the distribution of this project for `--dist loadgroup`."""
    if config.getoption("dist") != "loadgroup":
        return None
    return Distribution(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the tests that were begun once more after their worker had died."""
    deaths = terminalreporter.config.stash.get(_DEATHS, [])
    if deaths:
        terminalreporter.section("took a worker along and were run once more")
        for nodeid in deaths:
            terminalreporter.write_line(nodeid)
