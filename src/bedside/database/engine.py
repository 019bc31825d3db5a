"""What SQLite and PostgreSQL have in common, and the choice between them by URL."""

import json
import secrets
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

from bedside.kernel import clock
from bedside.kernel.events import Event
from bedside.kernel.unit_of_work import Reader, UnitOfWork


@dataclass(frozen=True, slots=True)
class Published:
    """An event with its place in the topic, as it goes to the bus."""

    topic: str
    version: int
    type: str
    payload: dict[str, Any]


@dataclass
class Pending:
    """What a unit of work wants to happen with its commit and after it."""

    events: list[Event] = field(default_factory=list[Event])
    jobs: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    actions: list[Callable[[], None]] = field(default_factory=list[Callable[[], None]])
    published: list[Published] = field(default_factory=list[Published])

    def emit(self, event: Event) -> None:
        """See `UnitOfWork.emit`."""
        self.events.append(event)

    def enqueue(
        self, kind: str, payload: dict[str, Any], *, unique: str | None = None, delay: int = 0
    ) -> None:
        """See `UnitOfWork.enqueue`."""
        self.jobs.append(
            {
                "kind": kind,
                "payload": json.dumps(payload),
                "unique_name": unique,
                "run_at": clock.now() + delay,
            }
        )

    def after_commit(self, action: Callable[[], None]) -> None:
        """See `UnitOfWork.after_commit`."""
        self.actions.append(action)


class Database(ABC):
    """A database that hands out readers and units of work."""

    dialect: str
    no_such_table: type[Exception]
    """What is raised where nothing was migrated yet."""

    def __init__(self) -> None:
        self.origin = secrets.token_hex(8)
        self._on_events: list[Callable[[list[Published]], None]] = []
        self._on_jobs: list[Callable[[], None]] = []

    def on_events(self, listener: Callable[[list[Published]], None]) -> None:
        """Call `listener` with the events of every commit, also of other processes."""
        self._on_events.append(listener)

    def on_jobs(self, listener: Callable[[], None]) -> None:
        """Call `listener` when a commit of this process has added jobs."""
        self._on_jobs.append(listener)

    def _committed(self, pending: Pending) -> None:
        for action in pending.actions:
            action()
        self._tell(pending.published)
        if pending.jobs:
            for listener in self._on_jobs:
                listener()

    def _tell(self, published: list[Published]) -> None:
        if published:
            for listener in self._on_events:
                listener(published)

    @abstractmethod
    def read(self) -> AbstractAsyncContextManager[Reader]:
        """A consistent reader."""

    @abstractmethod
    def snapshot(self) -> AbstractAsyncContextManager[Reader]:
        """A reader that sees one moment only, however long it reads."""

    @abstractmethod
    def unit_of_work(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """One transaction, durable at the end of the block."""

    @abstractmethod
    def only_one(self, name: str) -> AbstractAsyncContextManager[bool]:
        """Let one process at a time, of all that use this database, be in such a block, which may
        hold several units of work; gives False when another is. The lock ends with its process."""

    @abstractmethod
    async def open(self) -> None:
        """Connect."""

    @abstractmethod
    async def close(self) -> None:
        """Finish what runs and disconnect."""

    @abstractmethod
    def watch(self) -> AsyncIterator[None]:
        """Publish what other processes commit, for as long as it is iterated."""


def connect(url: str) -> Database:
    """The database for `sqlite:///path` or `postgresql://…`. It is not opened yet."""
    if url.startswith("sqlite:///"):
        from bedside.database.sqlite import SqliteDatabase

        return SqliteDatabase(url.removeprefix("sqlite:///"))
    if url.startswith(("postgresql://", "postgres://")):
        from bedside.database.postgresql import PostgresDatabase

        return PostgresDatabase(url)
    raise ValueError("the database URL starts with sqlite:/// or postgresql://")
