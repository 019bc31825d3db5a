"""What every test may use: asyncio for `@pytest.mark.anyio`, and the peers."""

import pytest

pytest_plugins = ["tests.peers.plugin"]


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, bool]]:
    """Tests run on the loop that Bedside is served with."""
    return "asyncio", {"use_uvloop": True}
