"""Alembic's connection to the database: SQLite directly, PostgreSQL through asyncpg."""

import asyncio
from typing import Any

from alembic import context
from sqlalchemy import NullPool, create_engine, event, text
from sqlalchemy.ext.asyncio import create_async_engine

from bedside.database.postgresql import connection_of

_LOCK = 0x6265647369646531
"""The name of the lock, among those of other programs that use the same server."""
_attributes = context.config.attributes


def _run(connection: Any) -> None:
    context.configure(
        connection=connection,
        target_metadata=_attributes.get("metadata"),
        render_as_batch=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def _run_sqlite(url: str) -> None:
    """Migrate in one transaction, tables included: what is killed half-way, or has no room, leaves
    the database as it was. The driver would begin one only with the first row that is written."""
    # No pool: closing a file later would release the locks of this process's own SQLite.
    engine = create_engine(url, poolclass=NullPool)

    event.listen(engine, "connect", _begin_nothing)
    event.listen(engine, "begin", _begin)
    with engine.connect() as connection:
        _run(connection)
        connection.commit()


def _begin_nothing(driver: Any, _record: Any) -> None:
    driver.isolation_level = None


def _begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


async def _run_async(url: str) -> None:
    async def connect() -> Any:
        return await connection_of(url)

    # The driver gets the URL itself, as everywhere else: SQLAlchemy would not understand sslmode.
    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    async with engine.connect() as connection:
        # Several processes may be started at once: the first migrates, the others wait for it.
        await connection.execute(text(f"SELECT pg_advisory_lock({_LOCK})"))
        await connection.commit()
        try:
            await connection.run_sync(_run)
            await connection.commit()
        finally:
            await connection.rollback()
            await connection.execute(text(f"SELECT pg_advisory_unlock({_LOCK})"))
            await connection.commit()
    await engine.dispose()


_url = _attributes["url"]
if _url.startswith("sqlite:"):
    _run_sqlite(_url)
else:
    asyncio.run(_run_async(_url))
