"""Fixtures for the peers; loaded for all tests by tests/conftest.py."""

from collections.abc import Iterator

import pytest

from tests.peers.postgres import Postgres
from tests.peers.sms_sink import SmsSink
from tests.peers.smtp_sink import SmtpSink


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One server for each test process; take a database of your own by `postgres.fresh()`."""
    server = Postgres()
    server.start()
    yield server
    server.remove()


@pytest.fixture
def smtp_sink() -> Iterator[SmtpSink]:
    """A mail server that offers STARTTLS and asks for no password."""
    sink = SmtpSink()
    sink.start()
    yield sink
    sink.stop()


@pytest.fixture
def sms_sink() -> Iterator[SmsSink]:
    """An SMS gateway with one account."""
    sink = SmsSink()
    sink.start()
    yield sink
    sink.stop()
