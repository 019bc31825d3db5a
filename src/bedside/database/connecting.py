"""The choice of database by URL; the only module that knows both drivers."""

from bedside.database.engine import Database


def connect(url: str) -> Database:
    """Return the database for `sqlite:///path` or `postgresql://…`, not opened yet."""
    if url.startswith("sqlite:///"):
        from bedside.database.sqlite import SqliteDatabase

        return SqliteDatabase(url.removeprefix("sqlite:///"))
    if url.startswith(("postgresql://", "postgres://", "postgresql+asyncpg://")):
        from bedside.database.postgresql import PostgresDatabase

        return PostgresDatabase(url)
    raise ValueError("the database URL starts with sqlite:/// or postgresql://")
