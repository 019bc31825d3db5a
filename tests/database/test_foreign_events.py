"""Events of other processes reach the pages of this one."""

import asyncio
import subprocess
import sys

import pytest

from bedside.database import Database
from bedside.errors import BedsideError, Unavailable
from tests.database.databases import numbers, opened, say, until, watched
from tests.house import create_tables
from tests.peers.postgres import Postgres

pytestmark = pytest.mark.anyio

SPEAKER = """
import asyncio, sys
from tests.database.databases import opened, say

async def main():
    async with opened(sys.argv[1]) as database:
        for number in range(3):
            await say(database, "a", number)

asyncio.run(main())
"""


async def test_events_of_another_process_are_told_once(
    database: Database, database_url: str
) -> None:
    async with watched(database) as heard:
        await say(database, "b", 100)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", SPEAKER, database_url, stderr=subprocess.PIPE
        )
        _, complaint = await process.communicate()
        assert process.returncode == 0, complaint
        await until(lambda: len(heard) >= 4)
        await say(database, "b", 101)
        await asyncio.sleep(0.25)
    found = [(e.topic, e.version, e.type, e.payload["number"]) for e in heard]
    assert found == [
        ("room:b", 1, "test.said", 100),
        ("room:a", 1, "test.said", 0),
        ("room:a", 2, "test.said", 1),
        ("room:a", 3, "test.said", 2),
        ("room:b", 2, "test.said", 101),
    ]


async def test_postgresql_restarts() -> None:
    """While it is down callers get an error; afterwards everything works again, listening too."""
    server = Postgres()
    server.start()
    try:
        url = await asyncio.to_thread(server.fresh, create_tables)
        async with opened(url) as here, opened(url) as there, watched(here) as heard:
            await say(there, "a", 1)
            await until(lambda: len(heard) == 1)
            await asyncio.to_thread(server.crash)
            with pytest.raises(Unavailable):
                await say(there, "a", 2)
            await asyncio.to_thread(server.start)
            await _said_in_the_end(there, "a", 3)
            await until(lambda: heard[-1].payload["number"] == 3)
            assert await numbers(here) == {"room:a": [1, 2]}
    finally:
        await asyncio.to_thread(server.remove)


async def _said_in_the_end(database: Database, room: str, number: int) -> None:
    for _ in range(200):
        try:
            await say(database, room, number)
            return
        except BedsideError:
            await asyncio.sleep(0.2)
    raise AssertionError("PostgreSQL does not answer")
