"""Storage of rows: SQLite by default, PostgreSQL to scale; one interface for both."""

from bedside.database.connecting import connect
from bedside.database.engine import Database
from bedside.database.statements import prepared

__all__ = ["Database", "connect", "prepared"]
