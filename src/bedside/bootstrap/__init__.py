"""Wires ports to adapters and services to each other. Nothing else knows which adapter is in use.

One module per domain makes its parts; `wiring` puts them together.
"""

import asyncio
from contextlib import suppress
from pathlib import Path

from starlette.applications import Starlette

from bedside.adapters.keys_file import KeyFile
from bedside.api import api_routes
from bedside.bootstrap.base import base_of
from bedside.bootstrap.files import Wrappers
from bedside.bootstrap.wiring import parts_of, wire
from bedside.database.sealed import MasterKey
from bedside.errors import BedsideError
from bedside.kernel.known_states import KnownStates
from bedside.realtime.presence import HEARTBEAT_EVERY
from bedside.services import KnownSignIn, Services
from bedside.settings import Settings
from bedside.web.app import Companion, create_app
from bedside.worker.run import Worker


def build(settings: Settings, *, remember: Wrappers | None = None) -> Services:
    """Build all services for these settings. The database is connected by
    `services.database.open()`.

    `remember` wraps scanner and examiner, as the demonstration's seed does.
    """
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    parts = parts_of(settings, remember)
    registered = wire(parts)
    return Services(
        settings=settings,
        database=parts.base.database,
        master=parts.base.master,
        vault=parts.base.vault,
        audit=parts.base.audit,
        people=parts.people,
        charts=parts.charts,
        files=parts.files,
        links=parts.links,
        notifications=parts.notifications,
        accounts=parts.accounts,
        requests=parts.requests,
        letters=parts.letters,
        visits=parts.visits,
        visit_records=parts.visit_records,
        calls=parts.calls,
        transfers=parts.transfers,
        conversations=parts.conversations,
        colleagues=parts.colleagues,
        sharing=parts.sharing,
        care=parts.care,
        realtime=parts.realtime,
        registered=registered,
        health=KnownStates(registered.checks, parts.people.database_state),
    )


def master_key(path: Path) -> MasterKey:
    """Return the master key of a file that is not yet, or no longer, that of an installation."""
    return KeyFile(path)


async def begin_keys(settings: Settings) -> None:
    """See `Vault.begin`. Raises MasterKeyMissing, RecordSealBroken, Unavailable."""
    base = base_of(settings)
    await base.database.open()
    try:
        await base.vault.begin()
    finally:
        await base.database.close()


class _Background:
    """Follows the commits of other processes, and writes this one's heartbeat."""

    def __init__(self, services: Services) -> None:
        self._database = services.database
        self._visits = services.visits.presence

    async def start(self) -> None:
        await self._visits.begin()
        self._tasks = [asyncio.create_task(self._watch()), asyncio.create_task(self._heartbeats())]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with suppress(BedsideError):  # the next sweep finds a dead process
            await self._visits.end()

    async def _heartbeats(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_EVERY)
            with suppress(
                BedsideError
            ):  # the database was down; the next heartbeat makes up for it
                await self._visits.heartbeat()

    async def _watch(self) -> None:
        async for _ in self._database.watch():
            pass


def worker(services: Services) -> Worker:
    """Return the worker for these services."""
    return Worker(
        services.database,
        services.registered.handlers,
        services.registered.sweeps,
        at_once=services.settings.examiners,
    )


def application(settings: Settings, known_sign_ins: tuple[KnownSignIn, ...] = ()) -> Starlette:
    """Return the web application, with the worker inside unless it has a process of its own."""
    services = build(settings)
    services.known_sign_ins = known_sign_ins
    companions: list[Companion] = [_Background(services), services.calls.group_calls]
    if settings.worker_in_process:
        companions.append(worker(services))
    companions.append(services.health)  # last: its first look is at all the others
    return create_app(services, companions, api_routes(services))
