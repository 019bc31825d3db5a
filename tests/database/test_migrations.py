"""The migrations make the tables that the code describes, on both databases."""

import asyncio

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine
from sqlalchemy.exc import IntegrityError
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


LINE = (
    "INSERT INTO audit_lines (clinic_id, seq, at, action, actor_kind, actor_id, patient_id, "
    "subject_id, details, hash) VALUES ('c', 1, 1, 'a', 'k', 'i', '', '', '', '')"
)


@pytest.mark.feature("S3")
@pytest.mark.parametrize("change", ["UPDATE audit_lines SET at = 2", "DELETE FROM audit_lines"])
def test_the_database_refuses_to_change_audit_lines(change, tmp_path, postgres):
    sqlite, postgresql = f"sqlite:///{tmp_path}/bedside.db", postgres.fresh()

    async def on_postgresql() -> None:
        connection = await asyncpg.connect(postgresql)
        await connection.execute(LINE)
        with pytest.raises(asyncpg.RaiseError, match="append-only"):
            await connection.execute(change)
        await connection.close()

    schema.upgrade(postgresql)
    asyncio.run(on_postgresql())
    schema.upgrade(sqlite)
    with create_engine(sqlite).connect() as connection:
        connection.exec_driver_sql(LINE)
        with pytest.raises(IntegrityError, match="append-only"):
            connection.exec_driver_sql(change)
