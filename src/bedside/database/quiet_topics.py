"""Topics without kept events: their rows are deleted, and no version is ever used twice.

A page may be away for days and come back with the version it had. If a topic began again at 1, the
page could take the versions of then for those of now, and miss what happened. So a topic without a
row goes on from the floor: a row of its own, never below the version of any row that was deleted.
"""

import asyncio
from typing import Any

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert as upsert

from bedside.database.outbox import FLOOR
from bedside.database.statements import Among, prepared
from bedside.database.tables import events, topics
from bedside.kernel.unit_of_work import Transactions

_STEP = 1_000
"""The floor rises by this, and therefore seldom: a page that waits for the first event of a topic
while it rises has to ask for a snapshot."""
_AT_ONCE = 500
_BETWEEN = 0.02
"""Seconds in which others get their turn."""

_is_kept = (
    select(events.c.version).where(events.c.topic == topics.c.topic).correlate(topics).exists()
)
_next = prepared(
    select(topics.c.topic, topics.c.version, _is_kept.label("kept"))
    .where(topics.c.topic > bindparam("after"))
    .order_by(topics.c.topic)
    .limit(_AT_ONCE)
)
_lock = Among[Any](
    lambda quiet: (
        select(topics.c.topic)
        .where(topics.c.topic.in_(quiet))
        .order_by(topics.c.topic)
        .with_for_update(skip_locked=True)
    )
)
_drop = Among[Any](
    lambda locked: delete(topics).where(
        topics.c.topic.in_(locked), topics.c.version <= bindparam("floor"), ~_is_kept
    )
)
_floor = prepared(select(topics.c.version).where(topics.c.topic == FLOOR))
_new_floor = upsert(topics)
_raise = prepared(
    _new_floor.on_conflict_do_update(
        index_elements=["topic"],
        set_={"version": _new_floor.excluded.version},
        where=topics.c.version < _new_floor.excluded.version,
    )
)


class QuietTopics:
    """Deletes the topics of whose events none is kept any more."""

    def __init__(self, database: Transactions) -> None:
        self._database = database
        self._floor = 0
        """As it was in the last round of this process."""

    async def forget(self) -> int:
        """Delete the quiet topics, some at a time, for the worker's sweep. Returns how many.

        Only those below the floor of the round before: whoever was writing an event when the floor
        rose may still go on from the old one, and has long finished in the next round.
        """
        forgotten, highest, after = 0, 0, FLOOR
        while True:
            async with self._database.aside() as db:
                rows = await db.all(_next, after=after)
            quiet = [row for row in rows if not row.kept]
            highest = max([highest, *(row.version for row in quiet)])
            old = [row.topic for row in quiet if row.version <= self._floor]
            if old:
                forgotten += await self._drop(old)
            if len(rows) < _AT_ONCE:
                break
            after = rows[-1].topic
            await asyncio.sleep(_BETWEEN)
        self._floor = await self._raised(highest)
        return forgotten

    async def _drop(self, old: list[str]) -> int:
        """Delete those that are still quiet once they are locked. An event that is being written
        holds its topic, which then waits for the next round."""
        async with self._database.unit_of_work() as work:
            statement, values = _lock.of(old)
            locked = [row.topic for row in await work.all(statement, **values)]
            if not locked:
                return 0
            statement, values = _drop.of(locked)
            return await work.execute(statement, floor=self._floor, **values)

    async def _raised(self, highest: int) -> int:
        """Raise the floor to `highest`, if that is above it. Returns the floor."""
        async with self._database.read() as db:
            row = await db.one(_floor)
        floor = row.version if row else 0
        if highest <= floor:
            return floor
        floor = -(-highest // _STEP) * _STEP
        async with self._database.unit_of_work() as work:
            await work.execute(_raise, topic=FLOOR, version=floor)
        return floor
