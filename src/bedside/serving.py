"""How a web process is run."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import uvicorn
import uvloop

from bedside import bootstrap
from bedside.database import schema
from bedside.errors import NotFound
from bedside.kernel import logs
from bedside.kernel.memory import settle, tune_allocator
from bedside.services import KnownSignIn, Services
from bedside.settings import Settings
from bedside.web.connections import PatientProtocol
from bedside.web.live_protocol import LiveProtocol

T = TypeVar("T")

PROTOCOLS: dict[str, Any] = {
    "http": PatientProtocol,
    "ws": LiveProtocol,
    "ws_max_size": 64 << 10,
    # What is said is short, and each open page would hold another 40 kB for it.
    "ws_per_message_deflate": False,
    "access_log": False,
    "log_config": None,
    "server_header": False,
    "proxy_headers": False,
}
"""How uvicorn talks, in uvicorn's words; the tests serve in the same way."""


def serve(
    settings: Settings,
    *,
    certificate: tuple[Path, Path] | None = None,
    migrate: bool = True,
    known_sign_ins: tuple[KnownSignIn, ...] = (),
) -> None:
    """Serve until stopped. `certificate` is (certificate file, key file) for built-in TLS."""
    tune_allocator()
    logs.configure(settings.log_format)
    if migrate:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        schema.upgrade(settings.url)
    options = dict(PROTOCOLS)
    if certificate:
        options |= {"ssl_certfile": str(certificate[0]), "ssl_keyfile": str(certificate[1])}
    application = bootstrap.application(settings, known_sign_ins)
    settle()
    uvicorn.run(
        application,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        timeout_graceful_shutdown=5,
        **options,
    )


def work(settings: Settings) -> None:
    """Run the worker alone, until it is stopped."""
    logs.configure(settings.log_format)
    schema.upgrade(settings.url)
    uvloop.run(_work(settings))


async def _work(settings: Settings) -> None:
    services = bootstrap.build(settings)
    await services.database.open()
    worker = bootstrap.worker(services)
    await worker.start()
    stopped = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stopped.set)
    await stopped.wait()
    await worker.stop()
    await services.database.close()


def once(settings: Settings, run: Callable[[Services], Coroutine[Any, Any, T]]) -> T:
    """Run one thing over the services of an installation.

    Raises NotFound when there is none, or its master key is missing: another one is not made.
    """
    if settings.url.startswith("sqlite:") and not (settings.data / "bedside.db").exists():
        raise NotFound(f"There is no installation in {settings.data}.")
    if not settings.key_file.exists():
        raise NotFound(
            f"The master key {settings.key_file} is missing. Put a copy of it there: without it "
            "nothing can be opened."
        )

    async def opened() -> T:
        services = bootstrap.build(settings)
        await services.database.open()
        try:
            return await run(services)
        finally:
            await services.database.close()

    return uvloop.run(opened())
