"""SQLite through apsw: reads inline, writes by one group-committing writer.

Statements take microseconds and run on the event loop; only COMMIT, which waits for the disk, runs
in a thread. Units of work that arrive during a commit join the next one as savepoints, so that
many small writes share one fsync.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import apsw

from bedside.database import outbox
from bedside.database.engine import Database
from bedside.database.pending import Pending
from bedside.database.statements import compiled
from bedside.errors import StorageFull, Unavailable
from bedside.kernel.durable import only_one
from bedside.kernel.events import Published
from bedside.kernel.unit_of_work import Row

_BUSY_FOR = 10.0
_OTHER_PROCESS_EVERY = 0.1
_ASIDE_AT_ONCE = 2
_ROWS_AT_ONCE = 100
"""Rows of one unit of work that are written or read before others have their turn: some
milliseconds."""
_NEW_EVENTS = (
    "SELECT rowid, origin, topic, version, type, payload FROM events WHERE rowid > ? ORDER BY rowid"
)


class _Session:
    """Runs statements on one connection."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def _cursor(self, statement: Any, values: dict[str, Any]) -> tuple[Any, Any]:
        form = compiled(statement, "sqlite", tuple(values))
        cursor = self._connection.execute(form.sql, {**form.defaults, **values})
        return cursor, form.row

    async def one(self, statement: Any, /, **values: Any) -> Row | None:
        cursor, row_type = self._cursor(statement, values)
        first = None
        for row in cursor:
            # run to the end: a statement that writes is complete only then
            first = first or row_type._make(row)
        return first

    async def all(self, statement: Any, /, **values: Any) -> list[Row]:
        cursor, row_type = self._cursor(statement, values)
        return [row_type._make(row) for row in cursor]


class _Aside(_Session):
    """Runs statements in a thread; SQLite lets go of the interpreter while it works."""

    __slots__ = ("_threads",)

    def __init__(self, connection: Any, threads: ThreadPoolExecutor) -> None:
        super().__init__(connection)
        self._threads = threads

    async def one(self, statement: Any, /, **values: Any) -> Row | None:
        rows = await self.all(statement, **values)
        return rows[0] if rows else None

    async def all(self, statement: Any, /, **values: Any) -> list[Row]:
        form = compiled(statement, "sqlite", tuple(values))
        given = {**form.defaults, **values}

        def fetched() -> list[Any]:
            return self._connection.execute(form.sql, given).fetchall()

        running = asyncio.get_running_loop().run_in_executor(self._threads, fetched)
        try:
            rows = await asyncio.shield(running)
        except asyncio.CancelledError:
            # the connection goes back to the others only when the thread has let go of it
            self._connection.interrupt()
            await asyncio.wait([running])
            running.exception()
            raise
        row_type: Any = form.row
        return [row_type._make(row) for row in rows]


class _Work(_Session, Pending):
    """A unit of work on the writer."""

    def __init__(self, connection: Any) -> None:
        _Session.__init__(self, connection)
        Pending.__init__(self)

    async def execute(self, statement: Any, /, **values: Any) -> int:
        self._cursor(statement, values)
        return self._connection.changes()

    async def execute_many(self, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
        """See `UnitOfWork`. On the loop and not in a thread, which would have to wait for the
        interpreter after each row while the loop is busy."""
        if not rows:
            return
        form = compiled(statement, "sqlite", tuple(rows[0]))
        for first in range(0, len(rows), _ROWS_AT_ONCE):
            if first:
                await asyncio.sleep(0)
            given = [{**form.defaults, **row} for row in rows[first : first + _ROWS_AT_ONCE]]
            self._connection.executemany(form.sql, given)

    async def all(self, statement: Any, /, **values: Any) -> list[Row]:
        cursor, row_type = self._cursor(statement, values)
        rows: list[Row] = []
        for row in cursor:
            rows.append(row_type._make(row))
            if len(rows) % _ROWS_AT_ONCE == 0:
                await asyncio.sleep(0)  # nobody else has this connection meanwhile
        return rows

    async def lock(self, name: str) -> None:
        """Return at once: there is one writer, and this is it."""


class SqliteDatabase(Database):
    """One SQLite file in WAL mode."""

    dialect = "sqlite"
    no_such_table = apsw.SQLError

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self._idle: list[Any] = []
        self._turn = asyncio.Lock()
        self._group: list[tuple[_Work, asyncio.Future[None]]] = []
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite-commit")
        self._aside = ThreadPoolExecutor(_ASIDE_AT_ONCE, thread_name_prefix="sqlite-aside")
        self._commits: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        self._writer = self._connect()
        self._watcher = self._connect()
        self._idle.append(self._connect())

    def _connect(self) -> Any:
        connection: Any = apsw.Connection(self.path, statementcachesize=256)
        connection.set_busy_timeout(2_000)
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "secure_delete = ON",
            "cache_size = -8000",
        ):
            connection.execute("PRAGMA " + pragma)
        return connection

    async def close(self) -> None:
        while self._commits:
            await asyncio.gather(*self._commits, return_exceptions=True)
        self._thread.shutdown()
        self._aside.shutdown()
        for connection in [*self._idle, self._watcher, self._writer]:
            connection.close()
        self._idle.clear()

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[_Session]:
        with self._reading() as connection:
            yield _Session(connection)

    @asynccontextmanager
    async def aside(self) -> AsyncGenerator[_Session]:
        with self._reading() as connection:
            yield _Aside(connection, self._aside)

    @contextmanager
    def _reading(self) -> Generator[Any]:
        connection = self._idle.pop() if self._idle else self._connect()
        connection.execute("BEGIN")
        try:
            yield connection
        finally:
            connection.execute("COMMIT")
            self._idle.append(connection)

    def snapshot(self) -> AbstractAsyncContextManager[_Session]:
        """Open a read transaction, which in SQLite sees a single moment anyway."""
        return self.read()

    @asynccontextmanager
    async def unit_of_work(self) -> AsyncGenerator[_Work]:
        async with self._turn:
            await self._begin()
            self._writer.execute("SAVEPOINT work")
            work = _Work(self._writer)
            try:
                yield work
                await outbox.write(work, self.origin)
                self._writer.execute("RELEASE work")
            except BaseException as error:
                self._undo()
                if isinstance(error, apsw.FullError | apsw.IOError):
                    raise StorageFull from error
                raise
            durable = self._join_group(work)
        await asyncio.shield(durable)

    @asynccontextmanager
    async def only_one(self, name: str) -> AsyncGenerator[bool]:
        """Lock a file beside the database: all processes of one SQLite file run on one machine."""
        path = Path(self.path)
        with only_one(path.with_name(f"{path.name}-{name}.lock"), path) as first:
            yield first

    async def _begin(self) -> None:
        """Open the shared transaction; wait politely while another process is writing."""
        if self._writer.in_transaction:
            return
        deadline = asyncio.get_running_loop().time() + _BUSY_FOR
        self._writer.set_busy_timeout(0)
        while True:
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                return
            except apsw.BusyError as error:
                if asyncio.get_running_loop().time() > deadline:
                    raise Unavailable from error
                await asyncio.sleep(0.005)

    def _undo(self) -> None:
        if not self._writer.in_transaction:  # SQLite rolled everything back itself (disk full)
            self._fail_group(StorageFull())
            return
        self._writer.execute("ROLLBACK TO work")
        self._writer.execute("RELEASE work")
        if not self._group:
            self._writer.execute("ROLLBACK")

    def _join_group(self, work: _Work) -> asyncio.Future[None]:
        durable: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._group.append((work, durable))
        if len(self._group) == 1:
            task = asyncio.create_task(self._commit_group())
            self._commits.add(task)
            task.add_done_callback(self._commits.discard)
        return durable

    async def _commit_group(self) -> None:
        # The lock is first come, first served: those waiting for it already join this commit.
        async with self._turn:
            if not self._group:
                return
            loop = asyncio.get_running_loop()
            try:
                await loop.run_in_executor(self._thread, self._writer.execute, "COMMIT")
            except Exception as error:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                full = isinstance(error, apsw.FullError | apsw.IOError)
                self._fail_group(StorageFull() if full else Unavailable())
                return
            group, self._group = self._group, []
        for work, durable in group:
            if not durable.done():
                durable.set_result(None)
            self._committed(work)

    def _fail_group(self, error: Exception) -> None:
        group, self._group = self._group, []
        for _, durable in group:
            if not durable.done():
                durable.set_exception(error)

    async def watch(self) -> AsyncIterator[None]:
        """Poll for commits of other processes; data_version costs a microsecond."""
        seen = self._newest_event()
        version = self._data_version()
        while True:
            await asyncio.sleep(_OTHER_PROCESS_EVERY)
            current = self._data_version()
            if current != version:
                version = current
                seen = self._publish_foreign(seen)
            yield

    def _data_version(self) -> int:
        return self._watcher.execute("PRAGMA data_version").fetchall()[0][0]

    def _newest_event(self) -> int:
        return self._watcher.execute("SELECT coalesce(max(rowid), 0) FROM events").fetchall()[0][0]

    def _publish_foreign(self, seen: int) -> int:
        """Publish what other processes wrote after row `seen`. Returns the newest row seen."""
        rows = self._watcher.execute(_NEW_EVENTS, (seen,)).fetchall()
        foreign = [row for row in rows if row[1] != self.origin]
        self._publish([Published(r[2], r[3], r[4], json.loads(r[5])) for r in foreign])
        # Without new rows the newest may be older than before: forgotten events free their numbers.
        return rows[-1][0] if rows else self._newest_event()
