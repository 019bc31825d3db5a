"""The unit of work: the database as a service sees it.

One unit of work is one transaction. Its rows, events and jobs commit together or not at all. The
database package implements these protocols for SQLite and PostgreSQL.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeVar, overload

from bedside.kernel.events import Event

Row = Any
"""A named tuple with the columns of a statement without a declared row."""

Declared = TypeVar("Declared")
Declared_co = TypeVar("Declared_co", covariant=True)


class RowsOf(Protocol[Declared_co]):
    """A statement with a declared row (`database.statements.prepared`)."""

    @property
    def row(self) -> type[Declared_co] | None: ...


class Reader(Protocol):
    """A consistent read-only view."""

    @overload
    async def one(self, statement: RowsOf[Declared], /, **values: Any) -> Declared | None: ...
    @overload
    async def one(self, statement: Any, /, **values: Any) -> Row | None: ...
    async def one(self, statement: Any, /, **values: Any) -> Row | None:
        """Return the first row, or None."""
        ...

    @overload
    async def all(self, statement: RowsOf[Declared], /, **values: Any) -> list[Declared]: ...
    @overload
    async def all(self, statement: Any, /, **values: Any) -> list[Row]: ...
    async def all(self, statement: Any, /, **values: Any) -> list[Row]:
        """Return all rows."""
        ...


class UnitOfWork(Reader, Protocol):
    """A transaction that writes."""

    async def execute(self, statement: Any, /, **values: Any) -> int:
        """Run a statement and return the number of affected rows."""
        ...

    async def execute_many(self, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run a statement once for each of `rows`: its values, which have the same names in all of
        them. For many rows it takes a fraction of the time of `execute`, and others have their
        turn in between, except for those who want to write."""
        ...

    async def lock(self, name: str) -> None:
        """Take a lock of this name until commit.

        For rules about rows that do not exist yet, such as “at most ten”. SQLite has one writer
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
        """Add a job for the worker, due in `delay` milliseconds.

        With `unique`, a second job of that name is not added while the first is unfinished.
        """
        ...

    def after_commit(self, action: Callable[[], None]) -> None:
        """Run a quick synchronous action once the transaction is durable."""
        ...


class Transactions(Protocol):
    """The source of units of work."""

    def read(self) -> AbstractAsyncContextManager[Reader]:
        """Open a reader; keep it short and never hold it across other waits."""
        ...

    def aside(self) -> AbstractAsyncContextManager[Reader]:
        """Open a reader for statements that may take long: nobody waits for them but the caller.
        Each costs a little more than with `read`."""
        ...

    def unit_of_work(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Open a transaction; durable when the block ends, rolled back if it raises."""
        ...
