"""Fixtures for the peers; loaded for all tests by tests/conftest.py."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.peers.chromium import Chromium
from tests.peers.coturn import Coturn
from tests.peers.firefox import Firefox
from tests.peers.janus import Janus
from tests.peers.postgres import Postgres
from tests.peers.push_service import PushService
from tests.peers.sms_sink import SmsSink
from tests.peers.smtp_sink import SmtpSink


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One server for each test process; get a database of your own from `postgres.fresh()`."""
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
def push_service() -> Iterator[PushService]:
    """A push service over HTTPS, with a certificate of the tests' authority."""
    service = PushService()
    service.start()
    yield service
    service.stop()


@pytest.fixture
def sms_sink() -> Iterator[SmsSink]:
    """An SMS gateway with one account."""
    sink = SmsSink()
    sink.start()
    yield sink
    sink.stop()


@pytest.fixture(scope="session")
async def open_chromium(anyio_backend: object) -> AsyncIterator[Chromium]:
    """One browser for each test process."""
    async with Chromium().running() as browser:
        yield browser


@pytest.fixture
async def chromium(open_chromium: Chromium) -> AsyncIterator[Chromium]:
    """A browser without windows; `await chromium.phone()` opens a window of one's own."""
    yield open_chromium
    await open_chromium.everybody_leaves()


@pytest.fixture(scope="session")
async def open_whole_chromium(anyio_backend: object) -> AsyncIterator[Chromium]:
    """One whole browser for each test process that needs one."""
    async with Chromium(whole=True).running() as browser:
        yield browser


@pytest.fixture
async def whole_chromium(open_whole_chromium: Chromium) -> AsyncIterator[Chromium]:
    """A whole browser without windows, for what `chromium` cannot do."""
    yield open_whole_chromium
    await open_whole_chromium.everybody_leaves()


@pytest.fixture(scope="session")
async def open_firefox(anyio_backend: object) -> AsyncIterator[Firefox]:
    """One Firefox for each test process."""
    browser = Firefox()
    await browser.start()
    yield browser
    await browser.stop()


@pytest.fixture
async def firefox(open_firefox: Firefox) -> AsyncIterator[Firefox]:
    """A Firefox without windows."""
    yield open_firefox
    await open_firefox.everybody_leaves()


@pytest.fixture(scope="session")
def janus() -> Iterator[Janus]:
    """One media server for each test process, on loopback; a test that crashes one starts
    its own."""
    server = Janus()
    server.start()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def coturn() -> Iterator[Coturn]:
    """One relay for each test process, on loopback."""
    server = Coturn()
    server.start()
    yield server
    server.remove()
