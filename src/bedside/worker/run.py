"""Claims jobs and runs their handlers, in one process or many.

Files have slots of their own, so that slow ones, even several, hold up no message, and what can
be done later has one that works only while no file waits. A job belongs
to its worker for the length of a lease, which is extended while the handler runs; if the worker is
killed the lease expires and another worker takes the job.
"""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import structlog

from bedside.database import Database, jobs, workers
from bedside.database.jobs import Lane
from bedside.errors import BedsideError
from bedside.kernel import clock, faults
from bedside.kernel.ids import new_id
from bedside.kernel.jobs import Handler, TryAgain, given_up

_LEASE = 30 * clock.SECOND
_LOOK_EVERY = 1.0
_MOST_ATTEMPTS = 12
_OTHERS_AT_ONCE = 2
_log = structlog.get_logger("worker")

Periodic = Callable[[], Awaitable[Any]]


class Worker:
    """Runs jobs, `at_once` of files in parallel and some others, and sweeps at intervals."""

    def __init__(
        self,
        database: Database,
        handlers: dict[str, Handler],
        sweeps: dict[str, tuple[float, Periodic]],
        at_once: int = 2,
    ) -> None:
        self._database = database
        self._handlers = handlers
        self._sweeps = sweeps
        self._slots = {
            Lane.FILES: at_once,
            Lane.OTHERS: _OTHERS_AT_ONCE,
            Lane.LATER: 1,
            Lane.LARGE: 1,
        }
        self._wakes = {lane: asyncio.Event() for lane in Lane}
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False
        self._id = new_id("wrk")
        database.on_jobs(self._woken)

    async def start(self) -> None:
        """Start working, in the background of the running loop, and be seen to from now on."""
        await self._show_life()
        for lane, slots in self._slots.items():
            self._tasks += [asyncio.create_task(self._work(lane)) for _ in range(slots)]
        self._tasks.append(asyncio.create_task(self._beat()))
        for name, (every, sweep) in self._sweeps.items():
            self._tasks.append(asyncio.create_task(self._sweep(name, every, sweep)))

    async def stop(self) -> None:
        """Stop; jobs in progress become available again when their lease expires."""
        self._stopping = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with suppress(BedsideError):  # it is forgotten after a while
            await workers.leave(self._database, self._id)

    async def run_until_idle(self) -> int:
        """Run all due jobs in the foreground, for seeding and tests. Returns how many."""
        done = 0
        while await self._take_one():
            done += 1
        return done

    def _woken(self) -> None:
        for wake in self._wakes.values():
            wake.set()

    async def _work(self, lane: Lane) -> None:
        wake = self._wakes[lane]
        while not self._stopping:
            try:
                if await self._take_one(lane):
                    continue
            except asyncio.CancelledError:
                raise
            except Exception as error:
                _log.warning("worker.database", error=type(error).__name__)
            wake.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(wake.wait(), _LOOK_EVERY)

    async def _take_one(self, lane: Lane | None = None) -> bool:
        job = await jobs.claim_job(self._database, _LEASE, lane)
        if job is None:
            return False
        faults.point("job.claimed")
        keep = asyncio.create_task(self._keep(job.id))
        try:
            await self._run(job)
        finally:
            keep.cancel()
        return True

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(workers.BEAT_EVERY / clock.SECOND)
            await self._show_life()

    async def _show_life(self) -> None:
        with suppress(BedsideError):  # the database was down; the next makes up for it
            await workers.beat(self._database, self._id)

    async def _keep(self, job_id: str) -> None:
        while True:
            await asyncio.sleep(_LEASE / 3 / clock.SECOND)
            with suppress(BedsideError):  # the next may still be in time
                await jobs.extend_lease(self._database, job_id, _LEASE)

    async def _run(self, job: Any) -> None:
        payload: dict[str, Any] = json.loads(job.payload)
        if job.attempts > _MOST_ATTEMPTS:  # its last tries killed the whole worker
            await self._give_up(job, payload, "unfinished")
            return
        try:
            await self._handlers[job.kind](payload)
        except TryAgain as wish:
            remembered = json.dumps({**payload, **wish.remember})
            await jobs.wait_job(self._database, job.id, wish.delay, wish.reason, remembered)
        except Exception as error:
            # The class only: its message may quote content.
            name = type(error).__name__
            _log.warning("job.failed", kind=job.kind, attempt=job.attempts, error=name)
            if job.attempts >= _MOST_ATTEMPTS:
                await self._give_up(job, payload, name)
            else:
                await jobs.retry_job(self._database, job.id, _back_off(job.attempts), name)
        else:
            faults.point("job.done")
            await jobs.finish_job(self._database, job.id)
            faults.point("job.forgotten")

    async def _give_up(self, job: Any, payload: dict[str, Any], error: str) -> None:
        hears = self._handlers.get(given_up(job.kind))
        if hears is not None:
            await hears(payload)
        await jobs.give_up_job(self._database, job.id, error)

    async def _sweep(self, name: str, every: float, sweep: Periodic) -> None:
        while not self._stopping:
            try:
                await sweep()
            except asyncio.CancelledError:
                raise
            except Exception as error:
                _log.warning("sweep.failed", sweep=name, error=type(error).__name__)
            await asyncio.sleep(every * random.uniform(0.9, 1.1))  # noqa: S311 - jitter


def _back_off(attempt: int) -> int:
    """Return the milliseconds until the next try: doubling from one second to five minutes, with
    jitter."""
    longest = min(5 * clock.MINUTE, clock.SECOND * 2**attempt)
    return int(longest * random.uniform(0.5, 1.0))  # noqa: S311 - jitter
