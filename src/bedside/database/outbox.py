"""Events and jobs are written with what caused them, in the same transaction."""

import json
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bedside.database.engine import Database, Pending, Published
from bedside.database.statements import Prepared, prepared
from bedside.database.tables import events, jobs, topics
from bedside.kernel import clock
from bedside.kernel.events import KEEP, all_declared
from bedside.kernel.ids import new_id
from bedside.kernel.unit_of_work import Reader, UnitOfWork

_next_version = prepared(
    upsert(topics)
    .values(version=1)
    .on_conflict_do_update(index_elements=["topic"], set_={"version": topics.c.version + 1})
    .returning(topics.c.version)
)
_add_event = prepared(insert(events))
_add_job = prepared(upsert(jobs).on_conflict_do_nothing(index_elements=["unique_name"]))
_version = prepared(select(topics.c.version).where(topics.c.topic == bindparam("topic")))
_since = prepared(
    select(events.c.topic, events.c.version, events.c.type, events.c.payload)
    .where(events.c.topic == bindparam("topic"), events.c.version > bindparam("since"))
    .order_by(events.c.version)
    .limit(500)
)
_forget_events = prepared(delete(events).where(events.c.at < bindparam("before")))
_forget_kind = prepared(
    delete(events).where(events.c.at < bindparam("before"), events.c.type == bindparam("kind"))
)


async def write(work: UnitOfWork, pending: Pending, origin: str) -> None:
    """Write the pending events and jobs of a unit of work, as its last statements.

    Topics, and names of unique jobs, are taken in one order by everybody: two units that want the
    same two would otherwise wait for each other. Within a topic the order is that of `emit`.
    """
    for event in sorted(pending.events, key=lambda event: event.topic()):
        topic = event.topic()
        row = await work.one(_next_version, topic=topic)
        assert row is not None  # noqa: S101 - RETURNING of an upsert always gives a row
        payload = event.payload()
        await work.execute(
            _add_event,
            topic=topic,
            version=row.version,
            type=event.type,
            payload=json.dumps(payload),
            origin=origin,
            at=clock.now(),
        )
        pending.published.append(Published(topic, row.version, event.type, payload))
    for job in sorted(pending.jobs, key=lambda job: job["unique_name"] or ""):
        await work.execute(
            _add_job,
            id=new_id("job"),
            **job,
            attempts=0,
            locked_until=0,
            failed=False,
            last_error="",
        )


async def topic_version(reader: Reader, topic: str) -> int:
    """The number of the newest event in `topic`; 0 when there was none."""
    row = await reader.one(_version, topic=topic)
    return row.version if row else 0


async def events_since(reader: Reader, topic: str, version: int) -> list[Published] | None:
    """Events after `version`, oldest first; None when some of them are no longer kept."""
    rows = await reader.all(_since, topic=topic, since=version)
    latest = await topic_version(reader, topic)
    if latest != version + len(rows):
        return None
    return [Published(r.topic, r.version, r.type, json.loads(r.payload)) for r in rows]


async def forget_old_events(work: UnitOfWork) -> int:
    """Drop events that no page can still be waiting for: each kind after its own time."""
    now = clock.now()
    forgotten = await work.execute(_forget_events, before=now - KEEP)
    for name, kind in all_declared().items():
        if kind.keep < KEEP:
            forgotten += await work.execute(_forget_kind, before=now - kind.keep, kind=name)
    return forgotten


# --- the worker's side -----------------------------------------------------------------------


class Lane(StrEnum):
    """Jobs that do not wait for each other: a file that is stuck holds up no message."""

    FILES = "files"
    OTHERS = "others"


_OF_FILES = jobs.c.kind.like("file.%")


def _claiming(*which: ColumnElement[bool]) -> Prepared:
    due = (
        select(jobs.c.id)
        .where(
            ~jobs.c.failed,
            jobs.c.run_at <= bindparam("moment"),
            or_(jobs.c.locked_until < bindparam("moment")),
            *which,
        )
        .order_by(jobs.c.run_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return prepared(
        update(jobs)
        .where(jobs.c.id == due.scalar_subquery())
        .values(attempts=jobs.c.attempts + 1, locked_until=bindparam("lease"))
        .returning(jobs.c.id, jobs.c.kind, jobs.c.payload, jobs.c.attempts)
    )


_claim: dict[Lane | None, Prepared] = {
    None: _claiming(),
    Lane.FILES: _claiming(_OF_FILES),
    Lane.OTHERS: _claiming(~_OF_FILES),
}
_finish = prepared(delete(jobs).where(jobs.c.id == bindparam("of")))
_again = prepared(
    update(jobs)
    .where(jobs.c.id == bindparam("of"))
    .values(run_at=bindparam("at"), locked_until=0, last_error=bindparam("error"))
)
_wait = prepared(
    update(jobs)
    .where(jobs.c.id == bindparam("of"))
    .values(
        run_at=bindparam("at"),
        locked_until=0,
        last_error=bindparam("reason"),
        attempts=0,
        payload=bindparam("with"),
    )
)
_give_up = prepared(
    update(jobs)
    .where(jobs.c.id == bindparam("of"))
    .values(failed=True, locked_until=0, last_error=bindparam("error"))
)
_next_due = prepared(
    select(jobs.c.run_at, jobs.c.locked_until)
    .where(~jobs.c.failed)
    .order_by(jobs.c.run_at)
    .limit(1)
)
_failed = prepared(
    select(jobs.c.id, jobs.c.kind, jobs.c.attempts, jobs.c.last_error).where(jobs.c.failed)
)
_extend = prepared(
    update(jobs).where(jobs.c.id == bindparam("of")).values(locked_until=bindparam("lease"))
)


async def claim_job(database: Database, lease: int, lane: Lane | None = None) -> Any | None:
    """Take the next due job, of all or of one lane, for `lease` milliseconds.

    Returns (id, kind, payload, attempts), or None when there is none.
    """
    moment = clock.now()
    async with database.unit_of_work() as work:
        return await work.one(_claim[lane], moment=moment, lease=moment + lease)


async def extend_lease(database: Database, job_id: str, lease: int) -> None:
    """Keep a claimed job for longer."""
    async with database.unit_of_work() as work:
        await work.execute(_extend, of=job_id, lease=clock.now() + lease)


async def finish_job(database: Database, job_id: str) -> None:
    """The job is done; forget it."""
    async with database.unit_of_work() as work:
        await work.execute(_finish, of=job_id)


async def retry_job(database: Database, job_id: str, delay: int, error: str) -> None:
    """Try again in `delay` milliseconds. `error` is a class name, never content."""
    async with database.unit_of_work() as work:
        await work.execute(_again, of=job_id, at=clock.now() + delay, error=error)


async def wait_job(database: Database, job_id: str, delay: int, reason: str, payload: str) -> None:
    """Take the job up again in `delay` milliseconds, with its tries counted from the beginning.
    `reason` is a word of the handler's, never content."""
    async with database.unit_of_work() as work:
        await work.execute(
            _wait, of=job_id, at=clock.now() + delay, reason=reason, **{"with": payload}
        )


async def give_up_job(database: Database, job_id: str, error: str) -> None:
    """Keep the job as failed, for the health page."""
    async with database.unit_of_work() as work:
        await work.execute(_give_up, of=job_id, error=error)


async def failed_jobs(database: Database) -> list[Any]:
    """Jobs that were given up: (id, kind, attempts, last_error)."""
    async with database.read() as db:
        return await db.all(_failed)
