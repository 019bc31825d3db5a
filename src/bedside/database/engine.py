"""The common part of SQLite and PostgreSQL."""

import secrets
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

from bedside.database.pending import Pending
from bedside.kernel.events import Passing, Published
from bedside.kernel.unit_of_work import Reader, UnitOfWork


class Database(ABC):
    """A database that hands out readers and units of work."""

    dialect: str
    no_such_table: type[Exception]
    """The exception raised where nothing was migrated yet."""

    def __init__(self) -> None:
        self.origin = secrets.token_hex(8)
        self._on_events: list[Callable[[list[Published]], None]] = []
        self._on_jobs: list[Callable[[], None]] = []
        self._on_passing: list[Callable[[Passing], None]] = []

    def on_events(self, listener: Callable[[list[Published]], None]) -> None:
        """Call `listener` with the events of every commit, including those of other processes."""
        self._on_events.append(listener)

    def on_jobs(self, listener: Callable[[], None]) -> None:
        """Call `listener` when a commit of this process has added jobs."""
        self._on_jobs.append(listener)

    def on_passing(self, listener: Callable[[Passing], None]) -> None:
        """Call `listener` with what passes, including that of other processes."""
        self._on_passing.append(listener)

    async def pass_on(self, passing: Passing) -> None:
        """Hand something to every process that serves pages, without storing it. With SQLite that
        is this process. May raise Unavailable."""
        self._passed(passing)

    def _passed(self, passing: Passing) -> None:
        for listener in self._on_passing:
            listener(passing)

    def _committed(self, pending: Pending) -> None:
        for action in pending.actions:
            action()
        self._publish(pending.published)
        if pending.jobs:
            for listener in self._on_jobs:
                listener()

    def _publish(self, published: list[Published]) -> None:
        if published:
            for listener in self._on_events:
                listener(published)

    @abstractmethod
    def read(self) -> AbstractAsyncContextManager[Reader]:
        """Open a consistent reader."""

    @abstractmethod
    def aside(self) -> AbstractAsyncContextManager[Reader]:
        """Open a consistent reader whose statements hold up nobody else, however long they
        take."""

    @abstractmethod
    def snapshot(self) -> AbstractAsyncContextManager[Reader]:
        """Open a reader that sees a single moment, however long it reads."""

    @abstractmethod
    def unit_of_work(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Open a transaction; durable at the end of the block."""

    @abstractmethod
    def only_one(self, name: str) -> AbstractAsyncContextManager[bool]:
        """Let only one process of all that use this database be in the block at a time, which may
        hold several units of work; yields False if another is. The lock ends with its process."""

    @abstractmethod
    async def open(self) -> None:
        """Connect."""

    @abstractmethod
    async def close(self) -> None:
        """Finish what is running and disconnect."""

    @abstractmethod
    def watch(self) -> AsyncIterator[None]:
        """Publish what other processes commit, for as long as this is iterated."""
