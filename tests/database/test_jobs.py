"""Jobs in the database: each is done once, by whichever worker, even after a kill."""

import asyncio

import pytest

from bedside.database import Database, jobs
from bedside.kernel import clock
from tests.database.databases import ALL_JOBS, opened

pytestmark = pytest.mark.anyio
LEASE = 30 * clock.SECOND


async def enqueue(database: Database, count: int = 1, **how: object) -> None:
    """Add jobs with a number each."""
    async with database.unit_of_work() as work:
        for number in range(count):
            work.enqueue("test.job", {"number": number}, **how)


async def test_competing_workers_get_each_job_once(database: Database, database_url: str) -> None:
    await enqueue(database, 40)
    taken: list[str] = []

    async def work(who: Database) -> None:
        while job := await jobs.claim_job(who, LEASE):
            taken.append(job.id)
            await asyncio.sleep(0)
            await jobs.finish_job(who, job.id)

    async with opened(database_url) as other:
        await asyncio.gather(*(work(who) for who in (database, other) for _ in range(3)))
    assert len(taken) == len(set(taken)) == 40
    async with database.read() as db:
        assert await db.all(ALL_JOBS) == []


async def test_a_unique_job_is_there_once_until_it_is_finished(database: Database) -> None:
    await enqueue(database, unique="only one")
    await enqueue(database, unique="only one")
    await enqueue(database, unique="another")
    first = await jobs.claim_job(database, LEASE)
    await enqueue(database, unique="only one")  # nor while it is being done
    async with database.read() as db:
        assert len(await db.all(ALL_JOBS)) == 2
    assert first is not None
    await jobs.finish_job(database, first.id)
    await enqueue(database, unique="only one")
    async with database.read() as db:
        assert len(await db.all(ALL_JOBS)) == 2


async def test_the_job_of_a_killed_worker_is_taken_over_after_its_lease(
    database: Database,
) -> None:
    await enqueue(database)
    job = await jobs.claim_job(database, LEASE)
    assert job is not None
    assert job.attempts == 1
    assert await jobs.claim_job(database, LEASE) is None
    with clock.shifted(LEASE - clock.SECOND):
        assert await jobs.claim_job(database, LEASE) is None
        await jobs.extend_lease(database, job.id, LEASE)
    with clock.shifted(LEASE + clock.SECOND):
        assert await jobs.claim_job(database, LEASE) is None  # its worker lives after all
    with clock.shifted(2 * LEASE + clock.SECOND):
        again = await jobs.claim_job(database, LEASE)
    assert again is not None
    assert (again.id, again.attempts) == (job.id, 2)


async def test_a_job_waits_for_its_time_and_for_its_next_try(database: Database) -> None:
    await enqueue(database, delay=clock.MINUTE)
    assert await jobs.claim_job(database, LEASE) is None
    with clock.shifted(clock.MINUTE + 1):
        job = await jobs.claim_job(database, LEASE)
        assert job is not None
        await jobs.retry_job(database, job.id, clock.HOUR, "Wrong")
        assert await jobs.claim_job(database, LEASE) is None
    with clock.shifted(2 * clock.HOUR):
        job = await jobs.claim_job(database, LEASE)
        assert job is not None
        await jobs.give_up_job(database, job.id, "Wrong")
        assert await jobs.claim_job(database, LEASE) is None
    (failed,) = await jobs.failed_jobs(database)
    assert (failed.id, failed.attempts, failed.last_error) == (job.id, 2, "Wrong")
