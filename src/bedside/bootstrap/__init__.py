"""Wires ports to adapters and services to each other. Nothing else knows which adapter runs.

`parts` has what there is without visits; `visits` and `calls` add theirs on top of it.
"""

import asyncio
from contextlib import suppress
from dataclasses import fields
from pathlib import Path

from starlette.applications import Starlette

from bedside.adapters.keys_file import KeyFile
from bedside.api import api_routes
from bedside.bootstrap.conversations import ConversationParts
from bedside.bootstrap.parts import Parts, Wrappers
from bedside.database.sealed import MasterKey
from bedside.errors import BedsideError
from bedside.realtime.presence import BEAT_EVERY
from bedside.services import KnownSignIn, Services
from bedside.settings import Settings
from bedside.web.app import Companion, create_app
from bedside.worker.run import Worker


def build(settings: Settings, *, remember: Wrappers | None = None) -> Services:
    """All services for these settings. The database is connected by `services.database.open()`.

    `remember` puts something in front of scanner and examiner, as the demonstration's seed does.
    """
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    wiring = ConversationParts(settings, remember)
    wiring.dispatcher.tell(wiring.photo_requests.delivery_changed)
    wiring.sign_in.tell(wiring.code_alerts.wrong_codes)
    wiring.teams.tell(wiring.rooms.made)
    return Services(**{part.name: getattr(wiring, part.name) for part in fields(Services)})


def master_key(path: Path) -> MasterKey:
    """The master key of a file that is not yet, or not any more, that of an installation."""
    return KeyFile(path)


async def begin_keys(settings: Settings) -> None:
    """See `Vault.begin`. Raises MasterKeyMissing, RecordSealBroken, Unavailable."""
    parts = Parts(settings, None)
    await parts.database.open()
    try:
        await parts.vault.begin()
    finally:
        await parts.database.close()


class _Background:
    """Hears what other processes commit, and says that this one lives, while it does."""

    def __init__(self, services: Services) -> None:
        self._database = services.database
        self._visits = services.visit_presence

    async def start(self) -> None:
        await self._visits.begin()
        self._tasks = [asyncio.create_task(self._watch()), asyncio.create_task(self._beat())]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with suppress(BedsideError):  # whoever looks next finds a process that is gone
            await self._visits.end()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_EVERY)
            with suppress(BedsideError):  # the database was away; the next beat says it again
                await self._visits.beat()

    async def _watch(self) -> None:
        async for _ in self._database.watch():
            pass


def worker(services: Services) -> Worker:
    """The worker for these services."""
    return Worker(
        services.database,
        services.handlers,
        services.sweeps,
        at_once=services.settings.examiners,
    )


def application(settings: Settings, known_sign_ins: tuple[KnownSignIn, ...] = ()) -> Starlette:
    """The web application, with the worker inside unless it has a process of its own."""
    services = build(settings)
    services.known_sign_ins = known_sign_ins
    companions: list[Companion] = [
        _Background(services),
        services.group_calls,
        services.health,
    ]
    if settings.worker_in_process:
        companions.append(worker(services))
    return create_app(services, companions, api_routes(services))
