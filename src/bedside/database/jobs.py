"""The job queue as the worker sees it: jobs are leased, then finished, retried, or given up.
`outbox.write` adds them, in the transaction that caused them."""

from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, func, or_, select, update

from bedside.database.statements import Prepared, prepared
from bedside.database.tables import jobs
from bedside.kernel import clock
from bedside.kernel.unit_of_work import Transactions


class Lane(StrEnum):
    """A group of kinds of jobs, worked off independently: a file that is stuck holds up no
    message."""

    FILES = "files"
    OTHERS = "others"
    LATER = "later"
    """Taken only while no job of files is due or being done."""
    LARGE = "large"
    """E-mails with attachments, which take minutes on a slow line."""


_OF_FILES = jobs.c.kind.like("file.%")
_LATER = jobs.c.kind.like("later.%")
_LARGE = jobs.c.kind.like("large.%")


def _claiming(*which: ColumnElement[bool]) -> Prepared[Any]:
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


_waiting = jobs.alias("waiting")
_files_wait = (
    select(_waiting.c.id)
    .where(
        _waiting.c.kind.like("file.%"),
        ~_waiting.c.failed,
        _waiting.c.run_at <= bindparam("moment"),
    )
    .exists()
)
_claim: dict[Lane | None, Prepared[Any]] = {
    None: _claiming(),
    Lane.FILES: _claiming(_OF_FILES),
    Lane.OTHERS: _claiming(~_OF_FILES, ~_LATER, ~_LARGE),
    Lane.LATER: _claiming(_LATER, ~_files_wait),
    Lane.LARGE: _claiming(_LARGE),
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
_failed = prepared(
    select(jobs.c.id, jobs.c.kind, jobs.c.attempts, jobs.c.last_error).where(jobs.c.failed)
)
_due = prepared(
    select(func.count().label("jobs"), func.min(jobs.c.run_at).label("oldest")).where(
        ~jobs.c.failed,
        jobs.c.run_at <= bindparam("moment"),
        jobs.c.locked_until < bindparam("moment"),
    )
)
_extend = prepared(
    update(jobs).where(jobs.c.id == bindparam("of")).values(locked_until=bindparam("lease"))
)


async def claim_job(database: Transactions, lease: int, lane: Lane | None = None) -> Any | None:
    """Lease the next due job, of any kind or of one lane, for `lease` milliseconds.

    Returns (id, kind, payload, attempts), or None if there is none.
    """
    moment = clock.now()
    async with database.unit_of_work() as work:
        return await work.one(_claim[lane], moment=moment, lease=moment + lease)


async def extend_lease(database: Transactions, job_id: str, lease: int) -> None:
    """Extend the lease of a claimed job."""
    async with database.unit_of_work() as work:
        await work.execute(_extend, of=job_id, lease=clock.now() + lease)


async def finish_job(database: Transactions, job_id: str) -> None:
    """Delete a job that is done."""
    async with database.unit_of_work() as work:
        await work.execute(_finish, of=job_id)


async def retry_job(database: Transactions, job_id: str, delay: int, error: str) -> None:
    """Retry in `delay` milliseconds. `error` is a class name, never content."""
    async with database.unit_of_work() as work:
        await work.execute(_again, of=job_id, at=clock.now() + delay, error=error)


async def wait_job(
    database: Transactions, job_id: str, delay: int, reason: str, payload: str
) -> None:
    """Postpone the job by `delay` milliseconds and reset its count of tries. `reason` is a word
    chosen by the handler, never content."""
    async with database.unit_of_work() as work:
        await work.execute(
            _wait, of=job_id, at=clock.now() + delay, reason=reason, **{"with": payload}
        )


async def give_up_job(database: Transactions, job_id: str, error: str) -> None:
    """Keep the job as failed, for the health page."""
    async with database.unit_of_work() as work:
        await work.execute(_give_up, of=job_id, error=error)


async def failed_jobs(database: Transactions) -> list[Any]:
    """Return the jobs that were given up: (id, kind, attempts, last_error)."""
    async with database.read() as db:
        return await db.all(_failed)


async def due_jobs(database: Transactions) -> tuple[int, int]:
    """Return how many jobs are due and taken by no worker, and for how long the oldest has been,
    in milliseconds."""
    moment = clock.now()
    async with database.read() as db:
        row = await db.one(_due, moment=moment)
    return (row.jobs, moment - row.oldest) if row and row.jobs else (0, 0)
