"""Alembic's connection to the database: SQLite directly, PostgreSQL through asyncpg."""

import asyncio
from typing import Any

from alembic import context
from sqlalchemy import NullPool, create_engine
from sqlalchemy.ext.asyncio import create_async_engine

from bedside.database.schema import sqlalchemy_url

_attributes = context.config.attributes


def _run(connection: Any) -> None:
    context.configure(
        connection=connection,
        target_metadata=_attributes.get("metadata"),
        render_as_batch=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def _run_async(url: str) -> None:
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        await connection.run_sync(_run)
        await connection.commit()
    await engine.dispose()


_url = sqlalchemy_url(_attributes["url"])
if _url.startswith("sqlite"):
    # No pool: closing a file later would release the locks of this process's own SQLite.
    with create_engine(_url, poolclass=NullPool).connect() as _connection:
        _run(_connection)
        _connection.commit()
else:
    asyncio.run(_run_async(_url))
