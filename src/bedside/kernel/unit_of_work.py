"""The unit of work: what a service sees of the database.

One unit of work is one transaction. Rows, events and jobs of it commit together or not at all.
The database package implements these protocols for SQLite and PostgreSQL.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from bedside.kernel.events import Event

Row = Any
"""A named tuple with the columns of the statement."""


class Reader(Protocol):
    """A consistent view for reading."""

    async def one(self, statement: Any, /, **values: Any) -> Row | None:
        """The first row, or None."""
        ...

    async def all(self, statement: Any, /, **values: Any) -> list[Row]:
        """All rows."""
        ...


class UnitOfWork(Reader, Protocol):
    """One transaction that writes."""

    async def execute(self, statement: Any, /, **values: Any) -> int:
        """Run a statement; the number of rows it touched."""
        ...

    async def lock(self, name: str) -> None:
        """Let one unit of work at a time do what is done under this name, until it commits.

        For rules over rows that are not there yet, such as “at most ten”. SQLite has one writer
        anyway.
        """
        ...

    def emit(self, event: Event) -> None:
        """Add an event; it is numbered in its topic and published after commit."""
        ...

    def enqueue(
        self,
        kind: str,
        payload: dict[str, Any],
        *,
        unique: str | None = None,
        delay: int = 0,
    ) -> None:
        """Add a job for the worker, `delay` milliseconds from now.

        With `unique`, a second job of that name is not added while the first is unfinished.
        """
        ...

    def after_commit(self, action: Callable[[], None]) -> None:
        """Run a quick synchronous action once the transaction is durable."""
        ...


class Transactions(Protocol):
    """Where units of work come from."""

    def read(self) -> AbstractAsyncContextManager[Reader]:
        """A reader; keep it short and never hold it across other waits."""
        ...

    def unit_of_work(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """A transaction; durable when the block ends, rolled back when it raises."""
        ...
