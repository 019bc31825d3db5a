"""Schema migrations, by Alembic."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw
from sqlalchemy import Text, column, select, table

from bedside.database.engine import Database
from bedside.database.failures import of_database
from bedside.database.statements import prepared
from bedside.errors import Conflict
from bedside.kernel.durable import only_one

_revision = prepared(select(column("version_num", Text)).select_from(table("alembic_version")))
_MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(url: str, revision: str = "head") -> None:
    """Migrate a database to the newest revision, or to the given one. Raises NewerDatabase,
    StorageFull, and NoDatabase where it does not answer or cannot be opened.

    Blocks; call it where no event loop runs. Alembic is loaded only here: an up-to-date database
    does not need it, and starts faster without.
    """
    try:
        if is_current(url):
            return
        with _alone(url):
            if not is_current(url):
                _migrate(url, revision)
    except Exception as error:
        told = of_database(error)
        if told is None:
            raise
        raise told from error


def _migrate(url: str, revision: str) -> None:
    from alembic import command
    from alembic.util import CommandError

    try:
        command.upgrade(configuration(url), revision)
    except CommandError as error:
        raise NewerDatabase from error


class NewerDatabase(Conflict):
    """The database was migrated by a newer program."""

    code = "newer_database"
    sentence = (
        "The database is at a revision that this Bedside does not know: a newer one ran here last. "
        "Use that version, or restore the backup from before the update. Nothing was changed."
    )


@contextmanager
def _alone(url: str) -> Generator[None]:
    """Wait until no other process migrates a SQLite file; PostgreSQL has a lock of its own for
    that (migrations/env.py)."""
    if not url.startswith("sqlite:///"):
        yield
        return
    path = Path(url.removeprefix("sqlite:///"))
    while True:
        with only_one(path.with_name(f"{path.name}-migrate.lock"), path.parent) as first:
            if first:
                yield
                return
        time.sleep(0.1)


async def revision_of(database: Database) -> str:
    """Return the revision a database is at; "" if it is still empty."""
    try:
        async with database.read() as db:
            row = await db.one(_revision)
    except database.no_such_table:
        return ""
    return row.version_num if row else ""


def configuration(url: str, metadata: Any = None) -> Any:
    """Return Alembic's configuration. `metadata` is needed only to write a new revision."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["url"] = url
    config.attributes["metadata"] = metadata
    return config


def newest_revision(default: str = "") -> str:
    """Return the newest revision there is, by file names; `default` if there is none.

    Alembic would tell it from the chain, and is not loaded for it: every start, every command and
    each look of the doctor would wait for that. A test holds the names to the chain.
    """
    return max((path.name.split("_")[0] for path in migrations()), default=default)


def migrations() -> list[Path]:
    """Return the files of all migrations, oldest first."""
    return sorted((_MIGRATIONS / "versions").glob("[0-9]*.py"))


def is_current(url: str) -> bool:
    """Whether a SQLite database is at the newest revision already; False if unknown."""
    path = Path(url.removeprefix("sqlite:///"))
    if not url.startswith("sqlite:///") or not path.exists():
        return False
    connection: Any = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        rows = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    except (apsw.SQLError, apsw.BusyError):  # no such table yet, or another process migrates now
        return False
    finally:
        connection.close()
    return rows == [(newest_revision(),)]


def sqlalchemy_url(url: str) -> str:
    """Return the URL of the same database for SQLAlchemy's own engine, which only migrations
    use."""
    if url.startswith("sqlite:"):
        return url
    return "postgresql+asyncpg://" + url.split("://", 1)[1]
