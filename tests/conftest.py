"""Fixtures for every test: asyncio for `@pytest.mark.anyio`, the peers, and the house."""

import pytest

pytest.register_assert_rewrite("tests.peers")  # so that a failed check shows what it found
pytest_plugins = [
    "tests.in_memory",
    "tests.quiet",
    "tests.second_try",
    "tests.workers",
    "tests.peers.plugin",
    "tests.house",
]


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, bool]]:
    """Run tests on the event loop that serves Bedside."""
    return "asyncio", {"use_uvloop": True}
