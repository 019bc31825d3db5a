"""A second try for tests in which browsers and servers meet, and a list of the tests that used it.

Two or three browsers that encode video share two processor cores with everything else: now and
then one of them stalls for longer than any timeout. Such a test is run once more, from the
beginning and alone (`quiet`); two failures are a failure. Tests that needed the second try are
named before pytest's last line, so that one that needs it often is found, and fixed.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import PurePath

import pytest
from _pytest.runner import runtestprotocol

from tests.quiet import alone

_WHERE = (
    "tests/journeys/*.py",
    "tests/faults/*.py",
    "tests/peers/test_*.py",
    "tests/adapters/test_janus*.py",
    "tests/web/test_components.py",
)
"""Nothing else: a test without browser or second process has no excuse."""
_USED = "second_try"
_REPORTS = pytest.StashKey[list[pytest.TestReport]]()
"""Reports of the second try, while it runs."""


@cache
def may_try_again(nodeid: str) -> bool:
    """Whether a test is one of those that get a second try."""
    path = PurePath(nodeid.partition("::")[0])
    return any(path.match(pattern) for pattern in _WHERE)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Run a test, and once more if it fails."""
    if not may_try_again(item.nodeid):
        return None
    if _REPORTS in item.stash:
        item.stash[_REPORTS].extend(runtestprotocol(item, nextitem=nextitem, log=False))
        return True
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, nextitem=nextitem, log=False)
    failed = [report for report in reports if report.failed]
    if failed:
        with alone(item.config):
            reports = _again(item, nextitem)
        for report in reports:
            report.user_properties.append((_USED, _last_line(failed[0])))
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def _again(item: pytest.Item, nextitem: pytest.Item | None) -> list[pytest.TestReport]:
    """Run a test once more, with fixtures of its own. It goes through the hook again, so that
    pytest-timeout gives it a time limit: that of the first try is gone with its failure."""
    if isinstance(item, pytest.Function):
        item._initrequest()
    reports = item.stash[_REPORTS] = []
    item.ihook.pytest_runtest_protocol(item=item, nextitem=nextitem)
    del item.stash[_REPORTS]
    return reports


def _last_line(report: pytest.TestReport) -> str:
    lines = report.longreprtext.strip().splitlines()
    return lines[-1][:160] if lines else report.when


def _used(reporter: pytest.TerminalReporter) -> Iterator[tuple[str, str]]:
    for outcome in ("passed", "failed", "error"):
        for report in reporter.stats.get(outcome, []):
            if getattr(report, "when", "") == "call":
                for name, value in report.user_properties:
                    if name == _USED:
                        yield report.nodeid, str(value)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the tests that used it, and how their first try ended."""
    used = list(_used(terminalreporter))
    if used:
        terminalreporter.section("needed a second try")
        for nodeid, why in used:
            terminalreporter.write_line(f"{nodeid}: {why}")
