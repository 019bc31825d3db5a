"""`bedside demo`: set up, fill on the first start, and serve."""

import asyncio
import socket
import sys
import time
from pathlib import Path

import click
import uvloop

from bedside import bootstrap, serving
from bedside.database import schema
from bedside.demo import cast, own
from bedside.demo.lan import certificate_for, lan_address, qr_code
from bedside.demo.seed import RememberingExaminer, RememberingScanner, Seed
from bedside.kernel import faults, logs
from bedside.services import KnownSignIn
from bedside.settings import Settings, environment

_AT_ONCE = 6


def run(data: Path, port: int, *, lan: bool = False) -> None:
    """Serve the demonstration from `data`, which is filled on the first start."""
    address = lan_address() if lan else "localhost"
    scheme = "https" if lan else "http"
    # As given here, whatever the environment and a bedside.toml say: those may belong to a real
    # installation, with its database, key and gateways.
    settings = Settings(
        data=data,
        port=port,
        host="0.0.0.0" if lan else "127.0.0.1",  # noqa: S104 - asked for with --lan
        public_url=f"{scheme}://{address}:{port}",
        demo=True,
        log_format="console",
    )
    _try_port(settings)
    logs.configure(settings.log_format)
    _say_what_is_ignored(data)
    _fill(settings)
    certificate = certificate_for(data, address) if lan else None
    _greet(settings)
    if lan:
        click.echo(qr_code(settings.base_url))
        click.echo("Scan it with a phone in this network. The phone warns of the certificate,")
        click.echo("which was made on this machine just now: choose to go on.\n")
    serving.serve(
        settings, certificate=certificate, migrate=False, known_sign_ins=_known_sign_ins()
    )


def _try_port(settings: Settings) -> None:
    """Bind the port once, before anything is made. Raises ClickException if another program has
    it."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((settings.host, settings.port))
        except OSError as error:
            raise click.ClickException(
                f"Port {settings.port} cannot be used ({error.strerror}). Nothing was made. Stop "
                "the program that has it, or choose another one with --port."
            ) from error


def _say_what_is_ignored(data: Path) -> None:
    ignored = [name for name in environment() if name != "data"]
    ignored += ["bedside.toml"] if (data / "bedside.toml").exists() else []
    if ignored:
        click.echo(f"Not used for the demonstration: {', '.join(ignored)}.")


def _fill(settings: Settings) -> None:
    """Fill an empty directory; a half-filled one is started over."""
    if own.is_complete(settings.data):
        schema.upgrade(settings.url)
        click.echo("Going on with the demonstration clinic that is here.")
        return
    started = time.monotonic()
    with own.filling(settings.data):
        faults.point("demo.marked")
        click.echo("Making the database …")
        schema.upgrade(settings.url)
        faults.point("demo.migrated")
        uvloop.run(_seed(settings))
    _progress("")
    click.echo(f"The clinic is ready ({time.monotonic() - started:.0f} s).")


async def _seed(settings: Settings) -> None:
    services = bootstrap.build(settings, remember=(RememberingScanner, RememberingExaminer))
    await services.database.open()
    try:
        seed, worker = Seed(services, _progress), bootstrap.worker(services)
        await seed.run()
        _progress("Scanning, reading and drawing previews")
        await asyncio.gather(*(worker.run_until_idle() for _ in range(_AT_ONCE)))
        await seed.finish()
        await worker.run_until_idle()
    finally:
        await services.database.close()


def _progress(text: str) -> None:
    """Show progress; on a terminal each line replaces the one before."""
    if sys.stdout.isatty():
        click.echo(f"\r{text:<60}", nl=False)


def _known_sign_ins() -> tuple[KnownSignIn, ...]:
    return tuple(
        KnownSignIn(clinic.name, person.name, person.role, person.email, cast.PASSWORD)
        for clinic in (cast.RIVERSIDE, cast.HILLTOP)
        for person in clinic.colleagues
    )


def _greet(settings: Settings) -> None:
    click.echo(f"\n  Bedside is at {settings.base_url}\n")
    click.echo(f"  Sign in with one of these; the password is “{cast.PASSWORD}”:")
    for clinic in (cast.RIVERSIDE, cast.HILLTOP):
        click.echo(f"\n  {clinic.name}")
        for colleague in clinic.colleagues:
            click.echo(f"    {colleague.email:<36} {colleague.name}, {colleague.role}")
    click.echo("\n  SMS and e-mail go to the outbox page. Stop with Ctrl-C.\n")
