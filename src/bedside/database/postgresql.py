"""PostgreSQL through asyncpg, for several web and worker processes."""

import asyncio
import json
import socket
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager, suppress
from typing import Any

import asyncpg  # pyright: ignore[reportMissingTypeStubs] - it ships none
from sqlalchemy import bindparam, select

from bedside.database import outbox
from bedside.database.engine import Database
from bedside.database.failures import NoDatabase
from bedside.database.pending import Pending
from bedside.database.statements import compiled, prepared
from bedside.database.tables import events
from bedside.errors import StorageFull, Unavailable
from bedside.kernel import clock
from bedside.kernel.events import Passing, Published
from bedside.kernel.unit_of_work import Row

_CHANNEL = "bedside_events"
_PASSING = "bedside_passing"
_LISTEN_AGAIN_AFTER = 0.5
_MAYBE_MISSED = 10 * clock.SECOND
"""A lost connection may be noticed this long after its last notification."""

_AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # it is shutting down, starting up, or ended this connection
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,  # a deadlock: the other transaction went on
    asyncpg.InterfaceError,
    OSError,
)
"""Transient errors; the caller may retry."""

_exact = prepared(
    select(events.c.topic, events.c.version, events.c.type, events.c.payload).where(
        events.c.topic == bindparam("topic"), events.c.version == bindparam("version")
    )
)
_newer = prepared(
    select(events.c.topic, events.c.version, events.c.type, events.c.payload)
    .where(events.c.at >= bindparam("since"), events.c.origin != bindparam("own"))
    .order_by(events.c.topic, events.c.version)
)


def driver_url(url: str) -> str:
    """Return a URL as asyncpg takes it, which knows no “postgresql+asyncpg:”. The parameters of
    libpq, such as sslmode and sslrootcert, mean the same to it."""
    return "postgresql://" + url.split("://", 1)[1]


async def connection_of(url: str) -> Any:
    """Return a connection of its own, for migrations. Raises NoDatabase."""
    driver: Any = asyncpg  # it ships no stubs
    try:
        return await driver.connect(driver_url(url))
    except (asyncpg.PostgresError, ValueError, *_AWAY) as error:
        raise NoDatabase(_why_not(error)) from error


_REASONS: tuple[tuple[Any, str], ...] = (
    (
        (asyncpg.ClientConfigurationError, ValueError),
        "database_url cannot be used: its port, its sslmode or another of its parts has a value "
        "that PostgreSQL does not know, or sslmode needs a file of authorities (sslrootcert).",
    ),
    (
        (FileNotFoundError, PermissionError),
        "A file that database_url names is missing or cannot be read by this user: the directory "
        "of the socket (host), or a certificate (sslrootcert, sslcert, sslkey).",
    ),
    (socket.gaierror, "The host name in database_url is not known to this machine."),
    (
        asyncpg.InsufficientResourcesError,
        "PostgreSQL takes no more connections. Each process of Bedside uses up to ten: raise "
        "max_connections.",
    ),
    (asyncpg.OperatorInterventionError, "PostgreSQL is starting or stopping. Run it again."),
)


def _why_not(error: BaseException) -> str:
    """Explain to the operator, without repeating the URL, which has a password."""
    if isinstance(error, asyncpg.InvalidAuthorizationSpecificationError):
        return "PostgreSQL does not accept the name or password in database_url."
    if isinstance(error, asyncpg.InvalidCatalogNameError):
        return "PostgreSQL has no database of the name in database_url. Run: createdb"
    if isinstance(error, ssl.SSLError) or "SSL" in str(error):
        return (
            "PostgreSQL does not offer TLS as database_url demands it, or its certificate is not "
            "trusted (sslmode, sslrootcert)."
        )
    for kinds, sentence in _REASONS:
        if isinstance(error, kinds):
            return sentence
    return (
        "PostgreSQL does not answer at the address in database_url. Start it, or look at the "
        f"address and the firewall. ({type(error).__name__})"
    )


class _Connection(asyncpg.Connection):  # pyright: ignore[reportUntypedBaseClass] - it ships no stubs
    """A connection that returns to the pool without a round trip to the server.

    No session state outlives its block here: locks go with the transaction, which is rolled back
    if still open, or are released, and listeners are removed. Asking the server to reset
    everything again would double the cost of a look-up.
    """

    def get_reset_query(self) -> str:
        return ""


class _Session:
    """Runs statements on one connection."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def _bound(self, statement: Any, values: dict[str, Any]) -> tuple[str, list[Any], Any]:
        form = compiled(statement, "postgresql", tuple(values))
        merged = {**form.defaults, **values}
        return form.sql, [merged[name] for name in form.order], form.row

    async def one(self, statement: Any, /, **values: Any) -> Row | None:
        sql, arguments, row_type = self._bound(statement, values)
        record = await self._connection.fetchrow(sql, *arguments)
        return None if record is None else row_type._make(record)

    async def all(self, statement: Any, /, **values: Any) -> list[Row]:
        sql, arguments, row_type = self._bound(statement, values)
        return [row_type._make(r) for r in await self._connection.fetch(sql, *arguments)]


class _Work(_Session, Pending):
    """A unit of work on one connection."""

    def __init__(self, connection: Any) -> None:
        _Session.__init__(self, connection)
        Pending.__init__(self)

    async def execute(self, statement: Any, /, **values: Any) -> int:
        sql, arguments, _ = self._bound(statement, values)
        status: str = await self._connection.execute(sql, *arguments)
        count = status.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def execute_many(self, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
        """See `UnitOfWork`: pipelined, in one round trip or a few."""
        if not rows:
            return
        form = compiled(statement, "postgresql", tuple(rows[0]))
        given = [[{**form.defaults, **row}[name] for name in form.order] for row in rows]
        await self._connection.executemany(form.sql, given)

    async def lock(self, name: str) -> None:
        """Take an advisory lock, released with the transaction."""
        statement = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"
        await self._connection.execute(statement, name)


_WRITERS, _READERS = 10, 8
"""Connections at most, of units of work and of readers."""


class PostgresDatabase(Database):
    """Connections to one PostgreSQL database: some for units of work, others for readers.

    A unit of work may need what only a reader of its own can give it, such as the options of a
    clinic. It never waits for a connection that another unit of work has, which in turn may wait
    for a row of the first: with one pool for both, ten of them stood still until they gave up.
    """

    dialect = "postgresql"
    no_such_table = asyncpg.UndefinedTableError

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url

    async def open(self) -> None:
        try:
            self._writers = await self._pool(_WRITERS)
            self._readers = await self._pool(_READERS)
        except (asyncpg.PostgresError, ValueError, *_AWAY) as error:
            raise NoDatabase(_why_not(error)) from error

    async def _pool(self, most: int) -> Any:
        driver: Any = asyncpg  # it ships no stubs
        return await driver.create_pool(
            driver_url(self.url), min_size=1, max_size=most, connection_class=_Connection
        )

    async def close(self) -> None:
        await self._readers.close()
        await self._writers.close()

    @asynccontextmanager
    async def _connection(self, pool: Any) -> AsyncGenerator[Any]:
        try:
            connection = await pool.acquire(timeout=10)
        except (*_AWAY, TimeoutError) as error:
            raise Unavailable from error
        try:
            yield connection
        except asyncpg.DiskFullError as error:
            raise StorageFull from error
        except _AWAY as error:
            raise Unavailable from error
        finally:
            await pool.release(connection)

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[_Session]:
        async with self._connection(self._readers) as connection:
            yield _Session(connection)

    def aside(self) -> AbstractAsyncContextManager[_Session]:
        """Open a reader: the server works beside this process anyway."""
        return self.read()

    @asynccontextmanager
    async def snapshot(self) -> AsyncGenerator[_Session]:
        async with (
            self._connection(self._readers) as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            yield _Session(connection)

    @asynccontextmanager
    async def unit_of_work(self) -> AsyncGenerator[_Work]:
        async with self._connection(self._writers) as connection:
            work = _Work(connection)
            async with connection.transaction():
                yield work
                await outbox.write(work, self.origin)
                for event in work.published:
                    note = json.dumps([self.origin, event.topic, event.version])
                    await connection.execute("SELECT pg_notify($1, $2)", _CHANNEL, note)
        self._committed(work)

    async def pass_on(self, passing: Passing) -> None:
        await super().pass_on(passing)
        note = json.dumps([self.origin, passing.topic, passing.type, passing.by, passing.payload])
        async with self._connection(self._writers) as connection:
            await connection.execute("SELECT pg_notify($1, $2)", _PASSING, note)

    @asynccontextmanager
    async def only_one(self, name: str) -> AsyncGenerator[bool]:
        """Hold an advisory lock of one connection, released with it."""
        async with self._connection(self._writers) as connection:
            first = await connection.fetchval(
                "SELECT pg_try_advisory_lock(hashtextextended($1, 0))", name
            )
            try:
                yield first
            finally:
                if first:
                    with suppress(*_AWAY):  # it was released with the connection
                        await connection.execute(
                            "SELECT pg_advisory_unlock(hashtextextended($1, 0))", name
                        )

    async def watch(self) -> AsyncIterator[None]:
        """LISTEN for events of other processes, reconnecting after the server was down."""
        since = 0
        while True:
            with suppress(Unavailable):
                async with aclosing(self._listen(since)) as heard:
                    async for _ in heard:
                        since = clock.now() - _MAYBE_MISSED
                        yield
            await asyncio.sleep(_LISTEN_AGAIN_AFTER)

    async def _listen(self, since: int) -> AsyncGenerator[None]:
        """Publish incoming events for as long as the connection lives, starting with those since a
        given moment; pages ignore what they already have. Notifications carry topic and version
        only."""
        notices: asyncio.Queue[str | None] = asyncio.Queue()

        def hear(_connection: Any, _pid: int, _channel: str, payload: str) -> None:
            notices.put_nowait(payload)

        def hear_passing(_connection: Any, _pid: int, _channel: str, payload: str) -> None:
            origin, *passing = json.loads(payload)
            if origin != self.origin:
                self._passed(Passing(*passing))

        def end(_connection: Any) -> None:
            notices.put_nowait(None)

        async with self._connection(self._writers) as connection:
            connection.add_termination_listener(end)
            await connection.add_listener(_CHANNEL, hear)
            await connection.add_listener(_PASSING, hear_passing)
            try:
                if since:
                    await self._publish_since(since)
                yield
                while (notice := await notices.get()) is not None:
                    origin, topic, version = json.loads(notice)
                    if origin != self.origin:
                        await self._publish_foreign(topic, version)
                    yield
            finally:
                with suppress(*_AWAY):
                    connection.remove_termination_listener(end)
                    await connection.remove_listener(_CHANNEL, hear)
                    await connection.remove_listener(_PASSING, hear_passing)

    async def _publish_since(self, since: int) -> None:
        async with self.read() as db:
            rows = await db.all(_newer, since=since, own=self.origin)
        self._publish([_published(row) for row in rows])

    async def _publish_foreign(self, topic: str, version: int) -> None:
        async with self.read() as db:
            row = await db.one(_exact, topic=topic, version=version)
        if row:
            self._publish([_published(row)])


def _published(row: Row) -> Published:
    return Published(row.topic, row.version, row.type, json.loads(row.payload))
