"""A unit of work: all or nothing, with events numbered without a gap."""

import asyncio
from contextlib import AbstractAsyncContextManager

import pytest
from sqlalchemy import select

from bedside.database import Database, outbox
from bedside.database.tables import topics
from bedside.kernel.events import Published
from bedside.kernel.unit_of_work import UnitOfWork
from tests.database.databases import (
    ALL_JOBS,
    ALL_ROWS,
    GET,
    PUT,
    Said,
    numbers,
    opened,
)

pytestmark = pytest.mark.anyio


class Wrong(Exception):
    """A failure in the middle of a unit of work."""


async def test_what_commits_is_there_and_told_afterwards(database: Database) -> None:
    told: list[Published] = []
    done: list[str] = []
    database.on_events(told.extend)
    database.on_jobs(lambda: done.append("job"))
    async with database.unit_of_work() as work:
        await work.execute(PUT, topic="a row", version=7)
        work.emit(Said(room="a", number=1))
        work.emit(Said(room="a", number=2))
        work.enqueue("test.job", {"n": 1})
        work.after_commit(lambda: done.append("action"))
        assert (told, done) == ([], [])
    assert [(e.topic, e.version, e.payload["number"]) for e in told] == [
        ("room:a", 1, 1),
        ("room:a", 2, 2),
    ]
    assert done == ["action", "job"]
    async with database.read() as db:
        row = await db.one(GET, of="a row")
        assert row is not None
        assert row.version == 7
        assert len(await db.all(ALL_JOBS)) == 1


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 350])
async def test_many_rows_in_one_go(database: Database, count: int) -> None:
    rows = [{"topic": f"row {n:03}", "version": n} for n in range(count)]
    async with database.unit_of_work() as work:
        await work.execute(PUT, topic="before", version=7)
        await work.execute_many(PUT, rows)
        assert len(await work.all(ALL_ROWS)) == count + 1

    async def fail() -> None:
        async with database.unit_of_work() as work:
            await work.execute_many(PUT, [{"topic": f"no {n}", "version": n} for n in range(count)])
            raise Wrong

    with pytest.raises(Wrong):
        await fail()
    async with database.read() as db:
        rows_there = await db.all(select(topics.c.topic, topics.c.version))
        found = {row.topic: row.version for row in rows_there}
    assert found == {"before": 7, **{row["topic"]: row["version"] for row in rows}}


async def test_others_have_their_turn_while_many_rows_are_written(database: Database) -> None:
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async with database.unit_of_work() as work:
        others = asyncio.create_task(other())
        await work.execute_many(PUT, [{"topic": f"row {n}", "version": n} for n in range(2_000)])
        async with database.read() as db:
            assert await db.all(ALL_ROWS) == [], "nothing is seen before the commit"
        others.cancel()
    assert turns >= 2


async def test_one_row_of_many_that_does_not_fit_undoes_all(database: Database) -> None:
    twice = [{"topic": f"row {n % 300}", "version": n} for n in range(301)]
    with pytest.raises(Exception, match=r"(?i)unique"):
        async with database.unit_of_work() as work:
            await work.execute_many(PUT, twice)
    async with database.read() as db:
        assert await db.all(ALL_ROWS) == []


async def test_many_events_of_one_topic_are_numbered_without_a_gap(database: Database) -> None:
    told: list[Published] = []
    database.on_events(told.extend)
    for first in (0, 250, 251):
        async with database.unit_of_work() as work:
            for number in range(first, {0: 250, 250: 251, 251: 300}[first]):
                work.emit(Said(room="a", number=number))
                if number % 50 == 0:
                    work.emit(Said(room="b", number=number))
    mine = [event for event in told if event.topic == "room:a"]
    assert [(one.version, one.payload["number"]) for one in mine] == [
        (number + 1, number) for number in range(300)
    ]
    assert [one.version for one in told if one.topic == "room:b"] == [1, 2, 3, 4, 5, 6]
    async with database.read() as db:
        kept = await outbox.events_since(db, "room:a", 0)
        assert kept is not None
        assert [one.version for one in kept] == [one.version for one in mine]


async def test_what_fails_leaves_nothing(database: Database) -> None:
    told: list[Published] = []
    done: list[str] = []
    database.on_events(told.extend)
    database.on_jobs(lambda: done.append("job"))

    async def fail() -> None:
        async with database.unit_of_work() as work:
            await work.execute(PUT, topic="a row", version=7)
            work.emit(Said(room="a", number=1))
            work.enqueue("test.job", {"n": 1})
            work.after_commit(lambda: done.append("action"))
            raise Wrong

    with pytest.raises(Wrong):
        await fail()
    assert (told, done) == ([], [])
    async with database.read() as db:
        assert await db.all(ALL_ROWS) == []
        assert await db.all(ALL_JOBS) == []
    assert await numbers(database) == {}


async def test_a_failing_unit_takes_only_itself_down(database: Database) -> None:
    """Even if it is in line with others whose commit it shares."""

    async def one(number: int) -> None:
        async with database.unit_of_work() as work:
            await work.execute(PUT, topic=f"row {number:02}", version=number)
            work.emit(Said(room="a", number=number))
            if number % 4 == 1:
                raise Wrong

    results = await asyncio.gather(*(one(n) for n in range(40)), return_exceptions=True)
    assert [isinstance(r, Wrong) for r in results] == [n % 4 == 1 for n in range(40)]
    kept = [f"row {n:02}" for n in range(40) if n % 4 != 1]
    async with database.read() as db:
        assert [row.topic for row in await db.all(ALL_ROWS)] == ["room:a", *kept]
    assert await numbers(database) == {"room:a": list(range(1, 31))}


async def test_events_are_numbered_without_gaps_from_several_processes(
    database: Database, database_url: str
) -> None:
    """Each unit emits in two rooms, half of them in the opposite order, which must not deadlock."""
    told: list[Published] = []
    async with opened(database_url) as other:
        for one in (database, other):
            one.on_events(told.extend)

        async def speak(speaker: Database, number: int) -> None:
            rooms = ("a", "b") if number % 2 else ("b", "a")
            async with speaker.unit_of_work() as work:
                for room in rooms:
                    work.emit(Said(room=room, number=number))

        await asyncio.gather(*(speak(d, n) for n in range(25) for d in (database, other)))
    assert await numbers(database) == {
        "room:a": list(range(1, 51)),
        "room:b": list(range(1, 51)),
    }
    assert sorted((e.topic, e.version) for e in told) == [
        (room, version) for room in ("room:a", "room:b") for version in range(1, 51)
    ]


async def test_a_gap_of_forgotten_events_is_known(database: Database) -> None:
    from bedside.kernel import clock

    with clock.shifted(-2 * Said.keep):
        async with database.unit_of_work() as work:
            work.emit(Said(room="a", number=1))
            work.emit(Said(room="a", number=2))
    async with database.unit_of_work() as work:
        work.emit(Said(room="a", number=3))
    assert await outbox.forget_old_events(database) == 2
    async with database.read() as db:
        assert await outbox.events_since(db, "room:a", 1) is None
        missed = await outbox.events_since(db, "room:a", 2)
        assert missed is not None
        assert [e.payload["number"] for e in missed] == [3]
        assert await outbox.events_since(db, "room:a", 3) == []


async def test_some_events_are_kept_for_a_shorter_time(database: Database) -> None:
    from bedside.calls.events import CallSignal
    from bedside.kernel import clock

    assert CallSignal.keep < Said.keep
    async with database.unit_of_work() as work:
        work.emit(Said(room="a", number=1))
        work.emit(CallSignal(call_id="", from_connection="", to_connection="con_a"))
    for shift, forgotten in ((CallSignal.keep - 5_000, 0), (CallSignal.keep + 5_000, 1)):
        with clock.shifted(shift):
            assert await outbox.forget_old_events(database) == forgotten
    assert await numbers(database) == {"room:a": [1]}


async def test_very_many_are_forgotten_in_pieces(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others write in between, and nothing newer goes with them."""
    from bedside.kernel import clock

    with clock.shifted(-2 * Said.keep):
        async with database.unit_of_work() as work:
            for number in range(1_201):
                work.emit(Said(room="a", number=number))
    async with database.unit_of_work() as work:
        work.emit(Said(room="a", number=2_000))
    written: list[int] = []
    whole = type(database).unit_of_work

    def counted(self: Database) -> AbstractAsyncContextManager[UnitOfWork]:
        written.append(1)
        return whole(self)

    monkeypatch.setattr(type(database), "unit_of_work", counted)
    assert await outbox.forget_old_events(database) == 1_201
    assert len(written) >= 3
    assert await numbers(database) == {"room:a": [1_202]}


async def test_a_snapshot_sees_one_moment(database: Database) -> None:
    async with database.unit_of_work() as work:
        await work.execute(PUT, topic="before", version=1)
    async with database.snapshot() as db:
        assert [row.topic for row in await db.all(ALL_ROWS)] == ["before"]
        async with database.unit_of_work() as work:
            await work.execute(PUT, topic="during", version=1)
        assert [row.topic for row in await db.all(ALL_ROWS)] == ["before"]
    async with database.read() as db:
        assert [row.topic for row in await db.all(ALL_ROWS)] == ["before", "during"]


async def test_a_cancelled_unit_leaves_nothing_and_blocks_nobody(database: Database) -> None:
    begun = asyncio.Event()

    async def abandoned() -> None:
        async with database.unit_of_work() as work:
            await work.execute(PUT, topic="abandoned", version=1)
            begun.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(abandoned())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with database.unit_of_work() as work:
        await work.execute(PUT, topic="next", version=1)
    async with database.read() as db:
        assert [row.topic for row in await db.all(ALL_ROWS)] == ["next"]


async def test_a_reader_inside_waits_for_no_other_unit_of_work(database: Database) -> None:
    """More of them than connections wait for one lock, and whoever has it reads aside: they stood
    still for ten seconds, until the first gave up."""

    async def changed(number: int) -> None:
        async with database.unit_of_work() as work:
            await work.lock("all of them")
            async with database.read() as db:
                await db.all(ALL_ROWS)
            await work.execute(PUT, topic=f"row {number}", version=1)

    async with asyncio.timeout(5):
        await asyncio.gather(*(changed(number) for number in range(40)))
    async with database.read() as db:
        assert len(await db.all(ALL_ROWS)) == 40
