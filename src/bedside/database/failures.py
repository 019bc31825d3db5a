"""Sentences for operators about a database that cannot be used, in place of a driver's error."""

import sqlite3
import sys
from typing import Any

import apsw

from bedside.errors import BedsideError, StorageFull, Unavailable


class NoDatabase(Unavailable):
    """The database does not answer, or cannot be opened; the sentence says why."""

    code = "no_database"


NO_ROOM = (
    "There is no room on the disk for the database. Nothing was changed: make room, and run it "
    "again."
)
_NOT_ONE = (
    "The database file is no SQLite database: something else is in its place. Look at the data "
    "directory, or restore a backup. Nothing was changed."
)
_DAMAGED = (
    "The database file is damaged. Keep a copy of it, look at the disk, and restore the newest "
    "backup into an empty directory. Nothing was changed."
)
_READ_ONLY = (
    "The database cannot be written: its file, directory or disk is read-only for this user. Run "
    "this as the user that Bedside runs as, and look at how the disk is mounted."
)
_CANNOT_OPEN = (
    "The database file cannot be opened by this user, or its directory is missing. Look at the "
    "path, and run this as the user that Bedside runs as."
)
_UNREADABLE = (
    "The disk does not read or write the database file. Look at the disk, and whether it is full. "
    "Nothing was changed."
)
_LOCKED = (
    "Another process has been using the database for too long. Nothing was changed: run it again."
)
_NO_TABLES = (
    "The database does not have the tables that this version needs. Run: bedside migrate. Nothing "
    "was changed."
)
_POSTGRESQL = "PostgreSQL refused a statement ({name}). Its log says why. Nothing was changed."

_BY_CLASS: tuple[tuple[type[Exception], str], ...] = (
    (apsw.NotADBError, _NOT_ONE),
    (apsw.CorruptError, _DAMAGED),
    (apsw.ReadOnlyError, _READ_ONLY),
    (apsw.PermissionsError, _READ_ONLY),
    (apsw.CantOpenError, _CANNOT_OPEN),
    (apsw.AuthError, _CANNOT_OPEN),
    (apsw.FullError, NO_ROOM),
    (apsw.IOError, _UNREADABLE),
    (apsw.BusyError, _LOCKED),
    (apsw.LockedError, _LOCKED),
)
_BY_CODE = {
    sqlite3.SQLITE_NOTADB: _NOT_ONE,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: _CANNOT_OPEN,
    sqlite3.SQLITE_FULL: NO_ROOM,
    sqlite3.SQLITE_IOERR: _UNREADABLE,
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
}
"""Migrations go through the driver of the standard library, which tells causes apart by code."""


def of_database(error: BaseException) -> NoDatabase | StorageFull | None:
    """Return an error of a database driver in words; None if it is none, or is in words already."""
    if isinstance(error, BedsideError):
        return None
    sentence = _sentence_of(getattr(error, "orig", None) or error)  # SQLAlchemy wraps them
    if sentence is None:
        return None
    return StorageFull(sentence) if sentence == NO_ROOM else NoDatabase(sentence)


def _sentence_of(error: BaseException) -> str | None:
    for kind, sentence in _BY_CLASS:
        if isinstance(error, kind):
            return sentence
    if isinstance(error, apsw.SQLError):
        return _NO_TABLES if str(error).startswith("no such ") else None
    if isinstance(error, sqlite3.Error):
        code: int | None = getattr(error, "sqlite_errorcode", None)
        return _BY_CODE.get(code & 0xFF) if code else None
    return _of_postgresql(error)


def _of_postgresql(error: BaseException) -> str | None:
    driver: Any = sys.modules.get("asyncpg")  # not loaded for SQLite
    cause = error.__cause__ if driver and error.__cause__ is not None else error
    if driver is None or not isinstance(cause, driver.PostgresError):
        return None
    if isinstance(cause, driver.DiskFullError):
        return NO_ROOM
    if isinstance(cause, driver.UndefinedTableError | driver.UndefinedColumnError):
        return _NO_TABLES
    return _POSTGRESQL.format(name=type(cause).__name__)
