"""The worker: jobs that fail, wait, last long, or are cut off."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bedside.database import Database, jobs
from bedside.errors import Unavailable
from bedside.kernel import clock
from bedside.kernel.jobs import Handler, TryAgain, given_up
from bedside.worker import run
from bedside.worker.run import Worker
from tests.database.databases import ALL_JOBS, opened, until
from tests.peers.ports import PATIENCE

pytestmark = pytest.mark.anyio


@pytest.fixture
async def database(anyio_backend: object, database_url: str) -> Any:
    """An empty one of each kind."""
    async with opened(database_url) as made:
        yield made


async def enqueue(database: Database, kind: str, **payload: Any) -> None:
    """Add one job."""
    async with database.unit_of_work() as work:
        work.enqueue(kind, payload)


async def left(database: Database) -> list[Any]:
    """Return the jobs that are left."""
    async with database.read() as db:
        return await db.all(ALL_JOBS)


async def nothing_left(database: Database) -> None:
    """Return once no job is left."""
    async with asyncio.timeout(PATIENCE):
        while await left(database):  # noqa: ASYNC110 - rows of the database have no event
            await asyncio.sleep(0.02)


@asynccontextmanager
async def working(worker: Worker) -> AsyncGenerator[None]:
    """Run the worker in the background."""
    await worker.start()
    try:
        yield
    finally:
        await worker.stop()


async def test_a_job_is_done_and_forgotten(database: Database) -> None:
    done: list[dict[str, Any]] = []

    async def note(payload: dict[str, Any]) -> None:
        done.append(payload)

    worker = Worker(database, {"note": note}, {})
    async with working(worker):
        await enqueue(database, "note", n=1)
        await until(lambda: len(done) == 1)  # at once, not on the next poll
        await enqueue(database, "note", n=2)
        await until(lambda: len(done) == 2)
        await nothing_left(database)
    assert done == [{"n": 1}, {"n": 2}]


async def test_a_job_that_fails_is_tried_again_later_and_given_up_at_last(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []

    async def fail(_payload: dict[str, Any]) -> None:
        tries.append(clock.now())
        raise ValueError(
            "Maya Lindqvist"
        )  # an error message may quote content, which is not stored

    monkeypatch.setattr(run, "_MOST_ATTEMPTS", 4)
    worker = Worker(database, {"fail": fail}, {})
    await enqueue(database, "fail")
    for number in range(1, 5):
        await worker.run_until_idle()
        assert len(tries) == number
        (job,) = await left(database)
        assert (job.attempts, job.last_error) == (number, "ValueError")
        assert job.failed == (number == 4)
        monkeypatch.setattr(clock, "_shift", clock._shift + 5 * clock.MINUTE)
    await worker.run_until_idle()
    assert len(tries) == 4


async def test_what_waits_for_something_else_waits_as_long_as_it_takes(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []

    async def wait(_payload: dict[str, Any]) -> None:
        tries.append(1)
        if len(tries) < 40:  # far more than a failure has
            raise TryAgain(clock.MINUTE, "the scanner is down")

    worker = Worker(database, {"wait": wait}, {})
    await enqueue(database, "wait")
    for _ in range(45):
        await worker.run_until_idle()
        monkeypatch.setattr(clock, "_shift", clock._shift + clock.MINUTE + 1)
    assert len(tries) == 40
    assert await left(database) == []


async def test_files_that_are_stuck_hold_up_no_message(database: Database) -> None:
    """More of them than there are slots, and as many jobs of other kinds behind them."""
    sent: list[int] = []

    async def hang(_payload: dict[str, Any]) -> None:
        await asyncio.Event().wait()

    async def send(payload: dict[str, Any]) -> None:
        sent.append(payload["n"])

    handlers: dict[str, Handler] = {"file.examine": hang, "file.derive": hang, "send": send}
    async with working(Worker(database, handlers, {}, at_once=2)):
        for kind in ("file.examine", "file.derive", "file.examine", "file.examine"):
            await enqueue(database, kind)
        for number in range(10):
            await enqueue(database, "send", n=number)
        await until(lambda: len(sent) == 10)


async def test_a_job_that_takes_its_worker_along_is_given_up_at_last(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each try begins and never ends, as when the process is killed."""
    tried: list[str] = []
    heard: list[dict[str, Any]] = []

    async def note(_payload: dict[str, Any]) -> None:
        tried.append("again")

    async def hear(payload: dict[str, Any]) -> None:
        heard.append(payload)

    await enqueue(database, "note", n=1)
    for _ in range(12):
        assert await jobs.claim_job(database, 1_000) is not None
        monkeypatch.setattr(clock, "_shift", clock._shift + clock.MINUTE)
    handlers: dict[str, Handler] = {"note": note, given_up("note"): hear}
    await Worker(database, handlers, {}).run_until_idle()
    assert (tried, heard) == ([], [{"n": 1}])
    (job,) = await left(database)
    assert job.failed


async def test_a_job_that_waits_remembers_for_what(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[dict[str, Any]] = []

    async def wait(payload: dict[str, Any]) -> None:
        seen.append(payload)
        if len(seen) < 3:
            raise TryAgain(clock.SECOND, "busy", remember={"waits": len(seen)})

    await enqueue(database, "wait", of="this")
    worker = Worker(database, {"wait": wait}, {})
    for _ in range(3):
        await worker.run_until_idle()
        monkeypatch.setattr(clock, "_shift", clock._shift + clock.MINUTE)
    assert seen == [{"of": "this"}, {"of": "this", "waits": 1}, {"of": "this", "waits": 2}]


async def test_a_long_job_is_not_taken_by_another(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It lasts twice as long as its lease, which is extended in the meantime."""
    monkeypatch.setattr(run, "_LEASE", 1_500)
    begun: list[str] = []

    def lasting(who: str) -> Handler:
        async def last(_payload: dict[str, Any]) -> None:
            begun.append(who)
            await asyncio.sleep(3.2)

        return last

    async with opened(database_url) as other:
        workers = [
            Worker(database, {"last": lasting("here")}, {}),
            Worker(other, {"last": lasting("there")}, {}),
        ]
        monkeypatch.setattr(run, "_LOOK_EVERY", 0.05)
        async with working(workers[0]), working(workers[1]):
            await enqueue(database, "last")
            await nothing_left(database)
    assert len(begun) == 1


async def test_a_lease_is_kept_although_the_database_is_away_for_a_moment(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "_LEASE", 300)
    calls: list[str] = []
    real = jobs.extend_lease

    async def sometimes(*arguments: Any) -> None:
        calls.append("extend")
        if len(calls) == 1:
            raise Unavailable
        await real(*arguments)

    async def last(_payload: dict[str, Any]) -> None:
        await until(lambda: len(calls) >= 3)

    monkeypatch.setattr(jobs, "extend_lease", sometimes)
    await enqueue(database, "last")
    await Worker(database, {"last": last}, {}).run_until_idle()
    assert await left(database) == []


async def test_a_worker_that_stops_leaves_its_job_to_others(database: Database) -> None:
    begun = asyncio.Event()

    async def last(_payload: dict[str, Any]) -> None:
        begun.set()
        await asyncio.sleep(60)

    worker = Worker(database, {"last": last}, {})
    async with working(worker):
        await enqueue(database, "last")
        await begun.wait()
    (job,) = await left(database)
    assert (job.attempts, job.failed) == (1, False)
    with clock.shifted(clock.MINUTE):
        again = await jobs.claim_job(database, 1_000)
    assert again is not None
    assert again.id == job.id


async def test_sweeps_go_on_after_one_that_failed(database: Database) -> None:
    times: list[int] = []

    async def sweep() -> None:
        times.append(1)
        if len(times) == 1:
            raise Unavailable

    async with working(Worker(database, {}, {"sweep": (0.02, sweep)})):
        await until(lambda: len(times) > 2)


@pytest.mark.parametrize("jump", [clock.DAY, -clock.DAY])
async def test_the_clock_jumps(database: Database, jump: int) -> None:
    """By a day, in either direction, while a job is running: it is done once all the same."""
    done: list[str] = []

    async def note(_payload: dict[str, Any]) -> None:
        done.append("once")

    await enqueue(database, "note")
    job = await jobs.claim_job(database, 1_000)
    assert job is not None
    with clock.shifted(jump):
        await jobs.finish_job(database, job.id)
        await enqueue(database, "note")
        await Worker(database, {"note": note}, {}).run_until_idle()
    assert done == ["once"]
    assert await left(database) == []
