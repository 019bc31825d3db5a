"""Running a web process."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import structlog
import uvicorn
import uvloop

from bedside import bootstrap
from bedside.database import schema
from bedside.database.sealed import MasterKeyMissing, RecordSealBroken
from bedside.demo import own
from bedside.edge.connections import PatientProtocol
from bedside.edge.gate import gate_of
from bedside.edge.live_protocol import LiveProtocol
from bedside.edge.room_for_all import raise_open_files
from bedside.errors import BedsideError, Conflict, NotFound
from bedside.kernel import logs
from bedside.kernel.memory import settle, tune_allocator
from bedside.services import KnownSignIn, Services
from bedside.settings import Settings, unknown_names

T = TypeVar("T")
_log = structlog.get_logger("bedside")


class WrongKey(BedsideError):
    """The master key is missing, cannot be read or is another one; the sentence says which."""

    code = "wrong_key"


PROTOCOLS: dict[str, Any] = {
    "ws_max_size": 64 << 10,
    # Messages are short, and each open page would hold another 40 kB for it.
    "ws_per_message_deflate": False,
    "access_log": False,
    "log_config": None,
    "server_header": False,
    "proxy_headers": False,
}
"""uvicorn's options that do not depend on the settings."""


def protocols(settings: Settings) -> dict[str, Any]:
    """Return uvicorn's options for these settings; the tests serve in the same way."""
    gate = gate_of(settings)
    return {
        "http": partial(PatientProtocol, gate=gate),
        "ws": partial(LiveProtocol, gate=gate),
        **PROTOCOLS,
    }


def serve(
    settings: Settings,
    *,
    certificate: tuple[Path, Path] | None = None,
    migrate: bool = True,
    known_sign_ins: tuple[KnownSignIn, ...] = (),
) -> None:
    """Serve until stopped. `certificate` is (certificate file, key file) for built-in TLS.

    Raises WrongKey if the master key does not open the existing data, and Conflict in a directory
    that a demonstration has marked and not filled.
    """
    tune_allocator()
    logs.configure(settings.log_format)
    if own.is_unfinished(settings.data):
        raise Conflict(
            f"In {settings.data} a demonstration was being made; “bedside demo” would clear it. "
            "Choose another directory with --data."
        )
    if migrate:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        schema.upgrade(settings.url)
    uvloop.run(_in_words(settings, bootstrap.begin_keys(settings)))
    raise_open_files()
    options = protocols(settings)
    if certificate:
        options |= {"ssl_certfile": str(certificate[0]), "ssl_keyfile": str(certificate[1])}
    application = bootstrap.application(settings, known_sign_ins)
    _say_what_starts(settings, "serve", address=f"{settings.host}:{settings.port}")
    settle()
    uvicorn.run(
        application,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        timeout_graceful_shutdown=5,
        **options,
    )


def _say_what_starts(settings: Settings, command: str, **more: str) -> None:
    """Log what starts with which settings, by their names, and names that are no settings."""
    database = "sqlite" if settings.url.startswith("sqlite:") else "postgresql"
    _log.info(
        "starting",
        command=command,
        version=version("bedside"),
        database=database,
        worker=settings.worker_in_process or command == "worker",
        settings=sorted(settings.model_fields_set),
        **more,
    )
    for name in unknown_names():
        _log.warning("settings.unknown", name=name, hint="it is not used")


def work(settings: Settings) -> None:
    """Run the worker alone, until it is stopped. Raises as `serve` does."""
    logs.configure(settings.log_format)
    raise_open_files()
    schema.upgrade(settings.url)
    uvloop.run(_in_words(settings, bootstrap.begin_keys(settings)))
    uvloop.run(_work(settings))


async def _work(settings: Settings) -> None:
    services = bootstrap.build(settings)
    await services.database.open()
    await services.audit.bindings.ensure()
    worker = bootstrap.worker(services)
    _say_what_starts(settings, "worker")
    await worker.start()
    stopped = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stopped.set)
    await stopped.wait()
    await worker.stop()
    await services.database.close()


def once(
    settings: Settings,
    run: Callable[[Services], Coroutine[Any, Any, T]],
    *,
    whatever_is_wrong: bool = False,
) -> T:
    """Run something over the services of an installation.

    Raises NotFound if there is none; unless `whatever_is_wrong`, also Conflict if the database is
    at another revision, and WrongKey.
    """
    if settings.url.startswith("sqlite:///") and not Path(settings.url[10:]).exists():
        raise NotFound(f"There is no installation in {settings.data}.")

    async def opened() -> T:
        services = bootstrap.build(settings)
        await services.database.open()
        try:
            if not whatever_is_wrong:
                await _check_revision(services)
                await _in_words(settings, services.vault.check())
            return await run(services)
        finally:
            await services.database.close()

    return uvloop.run(opened())


async def _check_revision(services: Services) -> None:
    newest, there = schema.newest_revision(), await schema.revision_of(services.database)
    if there < newest:
        raise Conflict(
            f"The database is at revision {there or 'none'}, and this Bedside needs {newest}. Run "
            "“bedside migrate” first. For a backup from before that, use the version that ran here."
        )
    if there > newest:
        raise Conflict(
            f"The database is at revision {there}, and this Bedside knows only {newest}. Use the "
            "version that ran here last."
        )


async def _in_words(settings: Settings, checked: Awaitable[None]) -> None:
    """Explain to the operator what is wrong with the master key. Another one would be useless
    where there is a clinic: none is created there, and nothing is served without it."""
    try:
        await checked
    except MasterKeyMissing as error:
        raise WrongKey(_why_missing(settings.key_file)) from error
    except RecordSealBroken as error:
        raise WrongKey(
            f"The master key {settings.key_file} is not the one that this database was sealed "
            "with. Put the right one there: nothing can be opened with this one."
        ) from error


def _why_missing(path: Path) -> str:
    try:
        owner = path.stat().st_uid
    except FileNotFoundError:
        return (
            f"The master key {path} is missing. Put a copy of it there: without it nothing can be "
            "opened. No new key was made."
        )
    except OSError as error:
        return f"The master key {path} cannot be reached ({error.strerror})."
    return (
        f"The master key {path} cannot be read by this user; it belongs to user {owner}. Run this "
        "as the user that Bedside runs as, or give the file to it."
    )
