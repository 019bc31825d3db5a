"""Fixtures for the peers; loaded for all tests by tests/conftest.py."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.peers.chromium import Chromium
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


@pytest.fixture(scope="session")
async def chromium(anyio_backend: object) -> AsyncIterator[Chromium]:
    """One browser for each test process; `await chromium.phone()` gives a window of one's own."""
    browser = Chromium()
    await browser.start()
    yield browser
    await browser.stop()
