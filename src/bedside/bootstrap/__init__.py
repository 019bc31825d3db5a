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
    base = parts.base
    return Services(
        settings=settings,
        database=base.database,
        master=base.master,
        vault=base.vault,
        links=parts.links,
        health=KnownStates(registered.checks, parts.people.database_state),
        audit=base.audit.log,
        looks=base.audit.looks,
        bindings=base.audit.bindings,
        clinics=parts.people.clinics,
        patients=parts.people.patients,
        permissions=parts.people.permissions,
        passwords=parts.people.passwords,
        sessions=parts.people.sessions,
        sign_in=parts.people.sign_in,
        second_factors=parts.people.second_factors,
        passkeys=parts.people.passkeys,
        set_up=parts.people.set_up,
        staff=parts.people.staff,
        teams=parts.people.teams,
        assignments=parts.people.assignments,
        charts=parts.charts.entries,
        inbox=parts.charts.inbox,
        search=parts.charts.search,
        intake=parts.files.intake,
        uploads=parts.files.uploads,
        retrieval=parts.files.retrieval,
        custody=parts.files.custody,
        scanner=parts.files.scanner,
        dispatcher=parts.notifications.dispatcher,
        messages=parts.notifications.messages,
        sms_reports=parts.notifications.sms_reports,
        staff_alerts=parts.notifications.staff_alerts,
        own_phones=parts.notifications.own_phones,
        push_devices=parts.notifications.push_devices,
        push_keys=parts.notifications.push_keys,
        requests=parts.requests,
        rooms=parts.visits.rooms,
        check_in=parts.visits.check_in,
        identification=parts.visits.identification,
        unidentified=parts.visits.unidentified,
        visit_devices=parts.visits.devices,
        waiting_room=parts.visits.waiting_room,
        room_messages=parts.visits.room_messages,
        patient_transfers=parts.visits.transfers,
        sent_transfers=parts.visits.sent_transfers,
        whereabouts=parts.visits.whereabouts,
        visit_presence=parts.visits.presence,
        invitations=parts.visits.invitations,
        visit_notes=parts.visits.notes,
        visit_records=parts.visits.records,
        own_visits=parts.visits.own,
        transitions=parts.visits.transitions,
        visit_live=parts.visits.live,
        seats=parts.calls.seats,
        calls=parts.calls.control,
        call_people=parts.calls.people,
        call_summaries=parts.calls.summaries,
        absences=parts.calls.absences,
        call_participants=parts.calls.participants,
        guests=parts.calls.guests,
        signalling=parts.calls.signalling,
        ice=parts.calls.ice,
        group_calls=parts.calls.group_calls,
        whiteboard=parts.calls.whiteboard,
        live_transfers=parts.transfers.exchange,
        transfer_lists=parts.transfers.lists,
        visit_chat=parts.conversations.visit_chat,
        bus=parts.realtime.bus,
        topics=parts.realtime.topics,
        presence=parts.realtime.presence,
        handlers=registered.handlers,
        sweeps=registered.sweeps,
        badges=registered.badges,
        checks=registered.checks,
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
        self._visits = services.visit_presence

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
        services.handlers,
        services.sweeps,
        at_once=services.settings.examiners,
    )


def application(settings: Settings, known_sign_ins: tuple[KnownSignIn, ...] = ()) -> Starlette:
    """Return the web application, with the worker inside unless it has a process of its own."""
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
