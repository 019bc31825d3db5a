"""Where rows live: SQLite by default, PostgreSQL to scale; one interface for both."""

from bedside.database.engine import Database, connect
from bedside.database.statements import prepared

__all__ = ["Database", "connect", "prepared"]
