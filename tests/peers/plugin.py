"""Fixtures for the peers; loaded for all tests by tests/conftest.py."""

from collections.abc import Iterator

import pytest

from tests.peers.postgres import Postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One server for each test process; take a database of your own by `postgres.fresh()`."""
    server = Postgres()
    server.start()
    yield server
    server.remove()
