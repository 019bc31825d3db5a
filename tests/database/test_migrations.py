"""The migrations make the tables that the code describes, on both databases."""

import asyncio

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import create_async_engine

from bedside.database import schema
from bedside.database.tables import metadata
from scripts.new_migration import load_all_models

load_all_models()


def differences(connection) -> list[object]:
    """What the code describes and the database has not, and the other way round."""
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


def test_sqlite(tmp_path):
    url = f"sqlite:///{tmp_path}/bedside.db"
    assert not schema.is_current(url)
    schema.upgrade(url)
    assert schema.is_current(url)
    with create_engine(url).connect() as connection:
        assert differences(connection) == []
    schema.upgrade(url)  # again changes nothing


def test_postgresql(postgres):
    async def look(url: str) -> list[object]:
        engine = create_async_engine(schema.sqlalchemy_url(url))
        async with engine.connect() as connection:
            found = await connection.run_sync(differences)
        await engine.dispose()
        return found

    url = postgres.fresh()
    schema.upgrade(url)
    assert asyncio.run(look(url)) == []


@pytest.mark.parametrize("path", schema.migrations(), ids=lambda path: path.stem)
def test_every_migration_can_be_undone(path, tmp_path):
    from alembic import command

    url = f"sqlite:///{tmp_path}/bedside.db"
    schema.upgrade(url)
    command.downgrade(schema.configuration(url), "base")
    with create_engine(url).connect() as connection:
        left = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")
        assert [name for (name,) in left if name != "alembic_version"] == []
