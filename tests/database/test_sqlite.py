"""SQLite specifics: many units share one commit, one process writes at a time, disks fill up."""

import asyncio
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw
import pytest
from sqlalchemy import delete

from bedside.database import sqlite
from bedside.database.tables import topics
from bedside.errors import StorageFull, Unavailable
from bedside.kernel.events import Published
from tests.database.databases import ALL_ROWS, PUT, Said, opened, say, until, watched

pytestmark = pytest.mark.anyio


@pytest.fixture
def path(empty_sqlite: Path, tmp_path: Path) -> str:
    """A file of one's own."""
    copy = tmp_path / "bedside.db"
    copy.write_bytes(empty_sqlite.read_bytes())
    return str(copy)


@contextmanager
def full_disk(beside: str) -> Iterator[None]:
    """Let no file grow beyond the current size of the write-ahead log: writing fails as on a full
    disk."""
    log = Path(beside + "-wal")
    size = log.stat().st_size if log.exists() else 0
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (max(size, 1), before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def put(database: Any, name: str) -> None:
    """Insert one row."""
    async with database.unit_of_work() as work:
        await work.execute(PUT, topic=name, version=1)


async def names(database: Any) -> list[str]:
    """Return the rows."""
    async with database.read() as db:
        return [row.topic for row in await db.all(ALL_ROWS)]


async def test_many_units_share_few_commits(path: str) -> None:
    async with opened(f"sqlite:///{path}") as database:
        commits = 0

        def committing() -> bool:
            nonlocal commits
            commits += 1
            return False

        writer: Any = database
        writer._writer.set_commit_hook(committing)
        await asyncio.gather(*(put(database, f"{n:03}") for n in range(100)))
        assert len(await names(database)) == 100
        assert 1 <= commits <= 10
        commits = 0
        for n in range(100, 103):
            await put(database, f"{n:03}")
        assert commits == 3  # each is durable when its block ends


async def test_nobody_is_told_of_a_commit_that_failed(path: str) -> None:
    async with opened(f"sqlite:///{path}") as database:
        told: list[Published] = []
        database.on_events(told.extend)
        await put(database, "before")

        async def one(number: int) -> None:
            async with database.unit_of_work() as work:
                await work.execute(PUT, topic=f"{number:03} " + "x" * 2_000, version=1)
                work.emit(Said(room="a", number=number))

        with full_disk(path):
            results = await asyncio.gather(*(one(n) for n in range(20)), return_exceptions=True)
        assert {type(result) for result in results} == {StorageFull}
        assert told == []
        assert await names(database) == ["before"]
        await one(7)
        assert [(e.version, e.payload["number"]) for e in told] == [(1, 7)]


async def test_another_process_that_writes_is_waited_for(path: str) -> None:
    async with opened(f"sqlite:///{path}") as database:
        other = apsw.Connection(path)
        other.execute("BEGIN IMMEDIATE")
        waiting = asyncio.gather(*(put(database, name) for name in ("a", "b", "c")))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        other.execute("COMMIT")
        await waiting
        assert await names(database) == ["a", "b", "c"]


async def test_another_process_that_never_ends_is_said_to_be_so(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "_BUSY_FOR", 0.1)
    async with opened(f"sqlite:///{path}") as database:
        other = apsw.Connection(path)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable):
            await put(database, "in vain")
        other.execute("COMMIT")
        await put(database, "at last")
        assert await names(database) == ["at last"]


async def test_no_foreign_event_is_passed_over(path: str) -> None:
    """One is committed at the very moment in which the previous one is being delivered."""
    async with opened(f"sqlite:///{path}") as here, opened(f"sqlite:///{path}") as there:
        third = apsw.Connection(path)

        def interrupting(events: list[Published]) -> None:
            if events[0].payload["number"] == 1:
                third.execute(
                    "INSERT INTO events (topic, version, type, payload, origin, at)"
                    """ VALUES ('room:a', 2, 'test.said', '{"number": 2}', 'third', 0)"""
                )

        async with watched(here) as heard:
            here.on_events(interrupting)
            await say(there, "a", 1)
            await until(lambda: len(heard) == 2)
        assert [e.payload["number"] for e in heard] == [1, 2]


async def test_deleted_content_does_not_stay_in_the_file(path: str) -> None:
    """Pages are overwritten when their rows are deleted: no words remain in unused space."""
    marker = "unmistakable-marker"
    async with opened(f"sqlite:///{path}") as database:
        await put(database, marker)
        async with database.unit_of_work() as work:
            await work.execute(delete(topics))
    assert marker.encode() not in Path(path).read_bytes()  # noqa: ASYNC240 - nothing else runs
