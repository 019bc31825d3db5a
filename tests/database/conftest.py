"""The fixture of these tests."""

from collections.abc import AsyncIterator

import pytest

from bedside.database import Database
from tests.database.databases import opened


@pytest.fixture
async def database(anyio_backend: object, database_url: str) -> AsyncIterator[Database]:
    """An empty database with all tables, on SQLite and then on PostgreSQL."""
    async with opened(database_url) as made:
        yield made
