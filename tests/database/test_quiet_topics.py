"""Topics whose events are all forgotten go, and no page takes old versions for new ones."""

import asyncio

import pytest
from sqlalchemy import bindparam, update

from bedside.database import Database, outbox
from bedside.database.quiet_topics import QuietTopics
from bedside.database.statements import prepared
from bedside.database.tables import topics
from bedside.kernel import clock
from tests.database.databases import ALL_ROWS, PUT, Said, numbers, opened, say

pytestmark = pytest.mark.anyio

_TOUCH = prepared(
    update(topics).where(topics.c.topic == bindparam("of")).values(version=topics.c.version)
)
"""Locks a topic as the writing of an event does."""


async def rows(database: Database) -> list[str]:
    """Return the topics that have a row."""
    async with database.read() as db:
        return [row.topic for row in await db.all(ALL_ROWS) if row.topic != outbox.FLOOR]


async def yesterday(database: Database, *rooms: str, times: int = 1) -> None:
    """Have something happen in rooms, so long ago that it is forgotten."""
    with clock.shifted(-2 * Said.keep):
        for room in rooms:
            for _ in range(times):
                await say(database, room)
    await outbox.forget_old_events(database)


async def since(database: Database, room: str, version: int) -> list[int] | None:
    """Return what a page of a room misses that has `version`; None: it needs a snapshot."""
    async with database.read() as db:
        missed = await outbox.events_since(db, f"room:{room}", version)
    return None if missed is None else [event.version for event in missed]


async def test_what_is_quiet_goes_and_what_is_not_stays(database: Database) -> None:
    sweep = QuietTopics(database)
    await yesterday(database, "quiet", "both", "silent", times=3)
    await say(database, "both")
    assert await sweep.forget() == 0, "the floor has to rise first"
    assert await sweep.forget() == 2
    assert await rows(database) == ["room:both"]
    assert await sweep.forget() == 0


async def test_a_topic_never_uses_a_version_twice(database: Database) -> None:
    """Also not for a page that was away while it went and began again."""
    sweep = QuietTopics(database)
    await yesterday(database, "a", times=7)
    for _ in range(2):
        await sweep.forget()
    assert await rows(database) == []
    assert await since(database, "a", 7) is None
    for _ in range(9):
        await say(database, "a")
    (versions,) = (await numbers(database)).values()
    assert versions == list(range(1_001, 1_010))
    assert await since(database, "a", 7) is None, "it would miss the first seven"
    assert await since(database, "a", 0) is None
    assert await since(database, "a", 1_000) == versions
    assert await since(database, "a", 1_004) == versions[4:]


async def test_a_page_waits_for_the_first_event_of_a_topic(database: Database) -> None:
    """Without a row the next event's number is known, as it is with one."""
    sweep = QuietTopics(database)
    await yesterday(database, "a", times=2)
    await sweep.forget()
    async with database.read() as db:
        version = await outbox.topic_version(db, "room:new")
        assert await outbox.before_kept(db, "room:new") == version
    await say(database, "new")
    await say(database, "new")
    assert await since(database, "new", version) == [version + 1, version + 2]
    async with database.read() as db:
        assert await outbox.before_kept(db, "room:new") == version


async def test_the_floor_is_above_whatever_went_and_never_falls(database: Database) -> None:
    sweep = QuietTopics(database)
    async with database.unit_of_work() as work:
        await work.execute(PUT, topic="room:busy", version=48_211)
        await work.execute(PUT, topic="room:rare", version=3)
    for went in (0, 2):
        assert await sweep.forget() == went
    for room in ("busy", "rare", "other"):
        await say(database, room)
    assert set(map(tuple, (await numbers(database)).values())) == {(49_001,)}
    await yesterday(database, "later")
    for _ in range(3):
        await sweep.forget()
    await say(database, "last")
    assert (await numbers(database))["room:last"] == [50_001]


async def test_one_that_has_just_started_deletes_nothing(database: Database) -> None:
    """Another process may have raised the floor a moment ago, while an event was written."""
    await yesterday(database, "a")
    await QuietTopics(database).forget()
    assert await QuietTopics(database).forget() == 0
    assert await rows(database) == ["room:a"]


async def test_very_many_go_in_pieces_in_which_others_write(database: Database) -> None:
    async with database.unit_of_work() as work:
        for number in range(1_203):
            await work.execute(PUT, topic=f"old:{number:05}", version=number % 9 + 1)
    sweep = QuietTopics(database)
    await sweep.forget()

    async def speak() -> None:
        for number in range(40):
            await say(database, f"{number % 4}", number)
            await asyncio.sleep(0.001)

    gone, _ = await asyncio.gather(sweep.forget(), speak())
    assert gone == 1_203
    assert await rows(database) == [f"room:{n}" for n in range(4)]


async def test_an_event_that_is_being_written_keeps_its_topic(
    database: Database, database_url: str
) -> None:
    """Another process writes into quiet topics while they are swept: each event has a number of
    its own, and none is left without its topic."""
    rooms = [f"{number:02}" for number in range(20)]
    sweep = QuietTopics(database)
    await yesterday(database, *rooms, times=2)
    await sweep.forget()
    async with opened(database_url) as other:

        async def speak() -> None:
            for _ in range(5):
                for room in rooms:
                    await say(other, room)

        async def sweep_on() -> None:
            for _ in range(12):
                await sweep.forget()
                await asyncio.sleep(0)

        await asyncio.gather(speak(), sweep_on())
    assert await rows(database) == [f"room:{room}" for room in rooms]
    for versions in (await numbers(database)).values():
        assert len(versions) == 5
        assert versions == list(range(versions[0], versions[0] + 5))
        assert versions[0] in (3, 1_001), "it goes on where it was, or from the floor"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_unit_that_holds_a_topic_is_passed_over(
    database: Database, database_url: str
) -> None:
    """On PostgreSQL, where two units write at the same time, the sweep waits for nobody."""
    sweep = QuietTopics(database)
    await yesterday(database, "held", "free")
    await sweep.forget()
    held, done = asyncio.Event(), asyncio.Event()

    async def hold(other: Database) -> None:
        async with other.unit_of_work() as work:
            await work.execute(_TOUCH, of="room:held")
            work.emit(Said(room="held", number=1))
            held.set()
            await done.wait()

    async with opened(database_url) as other:
        task = asyncio.create_task(hold(other))
        await held.wait()
        assert await sweep.forget() == 1
        done.set()
        await task
    assert await rows(database) == ["room:held"]
    assert await numbers(database) == {"room:held": [2]}
