"""A database without a clinic, and small things to write into it."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from typing import ClassVar

from sqlalchemy import bindparam, insert, select

from bedside.database import Database, connect
from bedside.database.statements import prepared
from bedside.database.tables import events, jobs, topics
from bedside.kernel.events import Event, Published
from tests.peers.ports import PATIENCE

PUT = prepared(insert(topics))
GET = prepared(select(topics.c.version).where(topics.c.topic == bindparam("of")))
ALL_ROWS = prepared(select(topics.c.topic).order_by(topics.c.topic))
ALL_EVENTS = prepared(
    select(events.c.topic, events.c.version).order_by(events.c.topic, events.c.version)
)
ALL_JOBS = prepared(select(jobs).order_by(jobs.c.id))


class Said(Event):
    """An event with a number. It is not declared, because the product does not know it."""

    type: ClassVar[str] = "test.said"
    room: str
    number: int

    def topic(self) -> str:
        """The room it belongs to."""
        return f"room:{self.room}"


@asynccontextmanager
async def opened(url: str) -> AsyncGenerator[Database]:
    """Open the database at `url`, as a process of its own would."""
    database = connect(url)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def watched(database: Database) -> AsyncGenerator[list[Published]]:
    """Collect the events that listeners of `database` get while other processes are watched."""
    heard: list[Published] = []
    database.on_events(heard.extend)

    async def watch() -> None:
        async for _ in database.watch():
            listens.set()

    listens = asyncio.Event()
    task = asyncio.create_task(watch())
    await asyncio.wait_for(listens.wait(), PATIENCE)
    try:
        yield heard
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until(condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Wait for a condition that will soon hold."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what it waits for is another process
            await asyncio.sleep(0.01)


async def say(database: Database, room: str, number: int = 0) -> None:
    """Emit one event in a unit of work of its own."""
    async with database.unit_of_work() as work:
        work.emit(Said(room=room, number=number))


async def numbers(database: Database) -> dict[str, list[int]]:
    """Return the versions of the kept events, by topic."""
    found: dict[str, list[int]] = {}
    async with database.read() as db:
        for row in await db.all(ALL_EVENTS):
            found.setdefault(row.topic, []).append(row.version)
    return found
