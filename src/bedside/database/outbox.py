"""Events and jobs, written in the transaction that causes them.

`jobs` has what the worker does with the jobs afterwards.
"""

import asyncio
import json
from itertools import groupby
from typing import Any, Protocol

from sqlalchemy import BigInteger, ColumnElement, bindparam, delete, func, insert, select, tuple_
from sqlalchemy.dialects.postgresql import insert as upsert

from bedside.database.statements import Prepared, prepared
from bedside.database.tables import events, jobs, topics
from bedside.kernel import clock
from bedside.kernel.events import KEEP, Event, Published, all_declared
from bedside.kernel.ids import new_id
from bedside.kernel.pieces import in_pieces
from bedside.kernel.unit_of_work import Reader, Transactions, UnitOfWork

FLOOR = ""
"""The topic of the row from whose version topics without a row go on: see `quiet_topics`."""
_lowest = topics.alias("lowest")
_floor = func.coalesce(
    select(_lowest.c.version).where(_lowest.c.topic == FLOOR).scalar_subquery(), 0
)
_several = bindparam("several", type_=BigInteger)
_next_versions = prepared(
    upsert(topics)
    .values(version=_floor + _several)
    .on_conflict_do_update(index_elements=["topic"], set_={"version": topics.c.version + _several})
    .returning(topics.c.version)
)
"""Numbers so many events of a topic; the last of them gets the version that it returns."""
_add_event = prepared(insert(events))
_add_job = prepared(upsert(jobs).on_conflict_do_nothing(index_elements=["unique_name"]))
_version = prepared(
    select(topics.c.topic, topics.c.version).where(topics.c.topic.in_([bindparam("topic"), FLOOR]))
)
_first_kept = prepared(
    select(func.min(events.c.version).label("version")).where(events.c.topic == bindparam("topic"))
)
_since = prepared(
    select(events.c.topic, events.c.version, events.c.type, events.c.payload)
    .where(events.c.topic == bindparam("topic"), events.c.version > bindparam("since"))
    .order_by(events.c.version)
    .limit(500)
)
_FORGOTTEN_AT_ONCE = 500
_BETWEEN = 0.02
"""Seconds in which others get their turn."""


def _forgetting(*which: ColumnElement[bool]) -> Prepared[Any]:
    old = (
        select(events.c.topic, events.c.version)
        .where(events.c.at < bindparam("before"), *which)
        .order_by(events.c.at)
        .limit(_FORGOTTEN_AT_ONCE)
    )
    return prepared(delete(events).where(tuple_(events.c.topic, events.c.version).in_(old)))


_forget_events = _forgetting()
_forget_kind = _forgetting(events.c.type == bindparam("kind"))


class Ending(UnitOfWork, Protocol):
    """A unit of work with what is pending for its commit (`pending.Pending`)."""

    events: list[Event]
    jobs: list[dict[str, Any]]
    published: list[Published]


async def write(work: Ending, origin: str) -> None:
    """Write the pending events and jobs of a unit of work, as its last statements.

    Topics and names of unique jobs are locked in one global order: otherwise two units that want
    the same two would deadlock. Within a topic the order is that of `emit`.
    """
    by_topic = sorted(work.events, key=lambda event: event.topic())
    for topic, events_of in groupby(by_topic, key=lambda event: event.topic()):
        await _write_topic(work, topic, list(events_of), origin)
    for job in sorted(work.jobs, key=lambda job: job["unique_name"] or ""):
        await work.execute(
            _add_job,
            id=new_id("job"),
            **job,
            attempts=0,
            locked_until=0,
            failed=False,
            last_error="",
        )


async def _write_topic(work: Ending, topic: str, emitted: list[Event], origin: str) -> None:
    row = await work.one(_next_versions, topic=topic, several=len(emitted))
    assert row is not None  # noqa: S101 - RETURNING of an upsert always gives a row
    first, now = row.version - len(emitted) + 1, clock.now()

    def as_row(numbered: tuple[int, Event]) -> dict[str, Any]:
        version, event = numbered
        payload = event.payload()
        work.published.append(Published(topic, version, event.type, payload))
        return {
            "topic": topic,
            "version": version,
            "type": event.type,
            "payload": json.dumps(payload),
            "origin": origin,
            "at": now,
        }

    if len(emitted) == 1:
        await work.execute(_add_event, **as_row((first, emitted[0])))
    else:
        await work.execute_many(_add_event, await in_pieces(as_row, enumerate(emitted, first)))


async def topic_version(reader: Reader, topic: str) -> int:
    """Return the version of the newest event in `topic`, or that from which its next one counts;
    0 if nothing was ever forgotten."""
    versions = {row.topic: row.version for row in await reader.all(_version, topic=topic)}
    return versions.get(topic, versions.get(FLOOR, 0))


async def before_kept(reader: Reader, topic: str) -> int:
    """Return the version from which a page gets every event of `topic` that is still kept."""
    row = await reader.one(_first_kept, topic=topic)
    if row is None or row.version is None:
        return await topic_version(reader, topic)
    return row.version - 1


async def events_since(reader: Reader, topic: str, version: int) -> list[Published] | None:
    """Return events after `version`, oldest first; None if some of them are no longer kept."""
    rows = await reader.all(_since, topic=topic, since=version)
    latest = await topic_version(reader, topic)
    if latest != version + len(rows):
        return None
    return [Published(r.topic, r.version, r.type, json.loads(r.payload)) for r in rows]


async def forget_old_events(database: Transactions) -> int:
    """Delete events that no page can still be waiting for, each kind after its own time.

    In small pieces: after a weekend there are millions, and SQLite never waits, so that everybody
    would wait for all of them to be gone.
    """
    now = clock.now()
    forgotten = await _forget(database, _forget_events, before=now - KEEP)
    for name, kind in all_declared().items():
        if kind.keep < KEEP:
            forgotten += await _forget(database, _forget_kind, before=now - kind.keep, kind=name)
    return forgotten


async def _forget(database: Transactions, which: Prepared[Any], **values: Any) -> int:
    forgotten = 0
    while True:
        async with database.unit_of_work() as work:
            gone = await work.execute(which, **values)
        forgotten += gone
        if gone < _FORGOTTEN_AT_ONCE:
            return forgotten
        await asyncio.sleep(_BETWEEN)
