"""Houses for journeys that need more than `served`."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.house import Served, served_with
from tests.peers.certificates import authority


@pytest.fixture
async def reaching(
    anyio_backend: object, tmp_path: Path, empty_sqlite: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Served]:
    """A house that may reach push services in this network, and trusts those of the tests."""
    bundle = tmp_path / "authority.pem"
    bundle.write_bytes(authority().cert_pem.bytes())
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    async with served_with(tmp_path / "data", empty_sqlite, internal_push_services=True) as house:
        yield house
