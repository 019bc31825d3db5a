"""The command line: `bedside …`. Each command says what it does with --help."""

import gc
import sys
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bedside import settings as configuration
from bedside.errors import BedsideError

if TYPE_CHECKING:
    from bedside.services import Services

T = TypeVar("T")

_data = click.option(
    "--data", type=click.Path(path_type=Path), help="Directory for database, files and keys."
)
_port = click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on.")


class _Commands(click.Group):
    """Says in words what is wrong with the settings, whichever command reads them."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except configuration.BadSettings as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=_Commands)
@click.version_option(package_name="bedside")
def main() -> None:
    """Bedside: virtual visits and file exchange with patients, run by the clinic itself."""


@main.command()
@_data
@_port
@click.option("--lan", is_flag=True, help="Serve HTTPS to phones in this network, with a QR code.")
def demo(data: Path | None, port: int | None, lan: bool) -> None:
    """Serve a clinic that looks lived in, to try everything out.

    Fills an empty or new directory (demo-data, unless --data names another), and goes on with a
    demonstration that is there. One that was interrupted while it was being filled is started over;
    anything else is refused and left alone. Settings of the environment and of a bedside.toml are
    not used, so that no real database, key or gateway is touched. Needs no network. Not for real
    patients: the sign-ins are known to everybody.
    """
    from bedside.demo.run import run

    with _in_words():
        run(data or Path("demo-data"), port or 8080, lan=lan)


@main.command()
@_data
@_port
@click.option("--host", help="Address to listen on.")
@click.option("--no-worker", is_flag=True, help="Leave the jobs to `bedside worker`.")
def serve(data: Path | None, port: int | None, host: str | None, no_worker: bool) -> None:
    """Serve a clinic. The first start shows a set-up page in the browser.

    Refuses to start when the master key does not open what is in the database.
    """
    gc.disable()  # nothing of what is loaded now can be collected; `settle` turns it on again
    from bedside.serving import serve as run

    given: dict[str, Any] = {"data": data, "port": port, "host": host}
    if no_worker:
        given["worker_in_process"] = False
    with _in_words():
        run(configuration.load(**given))


@main.command()
@_data
def worker(data: Path | None) -> None:
    """Do jobs (scans, previews, messages) in a process of its own.

    Refuses to start when the master key does not open what is in the database.
    """
    from bedside.serving import work

    with _in_words():
        work(configuration.load(data=data))


@main.command()
@_data
def migrate(data: Path | None) -> None:
    """Bring the database to the newest version."""
    from bedside.database import schema

    chosen = configuration.load(data=data)
    with _in_words():
        chosen.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        schema.upgrade(chosen.url)
    click.echo(f"The database is at revision {schema.newest_revision()}.")


@main.command()
@_data
@click.option("--deep", is_flag=True, help="Also read every file to its end.")
def doctor(data: Path | None, deep: bool) -> None:
    """Look at an installation and say what is not right. Exits with 1 when something is bad."""
    from bedside.upkeep import doctor as checks

    signs = {"good": "✓", "attention": "!", "bad": "✗"}

    async def run(services: "Services") -> bool:
        bad = False
        async for finding in checks.examine(services, deep=deep):
            click.echo(f"{signs[finding.grade]} {finding.what}")
            if finding.advice:
                click.echo(f"    {finding.advice}")
            bad = bad or finding.grade is checks.Grade.BAD
        return bad

    if _with_services(data, run, whatever_is_wrong=True):
        raise SystemExit(1)


@main.command()
@_data
@click.option("--recipient", default="", help="Address to which the mail came.")
def bounce(data: Path | None, recipient: str) -> None:
    """Take a mail that came back, from a mail server's pipe on standard input. Exits with 75 when
    the server should try again (sysexits.h), and with 0 for what is no report, too."""
    from bedside.notifications.bounces import LONGEST

    mail = sys.stdin.buffer.read(LONGEST)

    async def run(services: "Services") -> bool:
        return await services.notifications.bounces.take(mail, recipient)

    try:
        taken = _with_services(data, run)
    except click.ClickException as error:
        click.echo(error.message, err=True)
        raise SystemExit(75) from error
    click.echo("Not delivered." if taken else "No report about a message of ours.")


@main.command()
@_data
@click.option("--force", is_flag=True, help="Overwrite TARGET when it is there already.")
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
def backup(data: Path | None, target: Path, force: bool) -> None:
    """Write everything but the master key to the tar file TARGET, also while Bedside runs.

    The file is sealed as a whole under the master key, so that a change to it is found, and appears
    when it is complete. Sessions and known devices are not in it.
    """
    from bedside.upkeep.backup import take

    taken = _with_services(data, lambda services: take(services, target, overwrite=force))
    click.echo(f"{target}: {taken.rows} rows, {taken.blobs} sealed files.")
    key_file = configuration.load(data=data).key_file
    click.echo(f"The master key is not in it. Keep a copy of {key_file} somewhere else.")


@main.command()
@_data
@click.option(
    "--key-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Copy of the master key; needed unless it is in its place already.",
)
@click.option(
    "--unsealed",
    is_flag=True,
    help="Take a backup of before backups were sealed, of which nobody can say who changed it.",
)
@click.argument("source", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def restore(data: Path | None, key_file: Path | None, unsealed: bool, source: Path) -> None:
    """Restore the backup SOURCE into an empty data directory, and verify what came back.

    The whole backup is verified before anything is written, and a restore that fails leaves nothing
    behind. Everybody signs in again afterwards. Run it as the user that Bedside runs as.
    """
    from bedside.upkeep import restoring

    with _in_words():
        restoring.run(configuration.load(data=data), source, key_file, unsealed=unsealed)


@main.group()
def staff() -> None:
    """People of the clinics, when nobody is left who can help them in Settings."""


@staff.command("list")
@_data
def staff_list(data: Path | None) -> None:
    """List the staff of all clinics: role, e-mail address, and what is unusual."""
    from bedside.upkeep.rescue import everybody

    for one in _with_services(data, everybody):
        member = one.member
        unusual = ", disabled" if member.disabled else ""
        click.echo(f"{one.clinic.name}: {member.name}, {member.role}, {member.email}{unusual}")


@staff.command("rescue")
@_data
@click.argument("email")
def staff_rescue(data: Path | None, email: str) -> None:
    """Let somebody in again who lost password and second factor.

    Gives a new first password, which is shown here and nowhere else, removes authenticator app,
    passkeys and recovery codes, enables the account, and ends its sessions. The role stays. The
    clinic's audit log tells of it.
    """
    from bedside.upkeep.rescue import rescue

    one, password = _with_services(data, lambda services: rescue(services, email))
    click.echo(f"{one.member.name} ({one.clinic.name}) signs in with this password, once:")
    click.echo(f"    {password}")
    click.echo("Then a new password and a new second factor are asked for.")


@main.group()
def audit() -> None:
    """The audit log."""


@audit.command("verify")
@_data
def audit_verify(data: Path | None) -> None:
    """Walk every clinic's chain, and every row that decides who may do what; exits with 1 when a
    line was changed, removed or moved, or a row was written outside Bedside."""

    async def run(services: "Services") -> bool:
        await services.audit.bindings.ensure()
        broken = False
        for holder in await services.vault.holders():
            result = await services.audit.log.verify(holder)
            if result.broken_at is None:
                click.echo(f"{holder}: {result.lines} lines, unbroken.")
            else:
                click.echo(f"{holder}: broken at line {result.broken_at}: {result.reason}.")
                broken = True
        for holder in await services.vault.holders():
            async for row in services.audit.bindings.altered(holder):
                click.echo(f"{holder}: {row.table} {row.row} was changed outside Bedside.")
                broken = True
        async for row in services.audit.bindings.of_nobody():
            click.echo(f"{row.table} {row.row} is of no clinic.")
            broken = True
        return broken

    if _with_services(data, run):
        raise SystemExit(1)


@audit.command("accept")
@_data
@click.confirmation_option(
    prompt="Take all rows as they are now for true? Only after you have compared them."
)
def audit_accept(data: Path | None) -> None:
    """Take the rows that decide who may do what for true as they are now.

    For a row that `bedside doctor --deep` names and that you have put right with the tools of your
    database. Each clinic's audit log tells of it.
    """

    async def run(services: "Services") -> int:
        return sum(
            [
                await services.audit.bindings.accept(c.id)
                for c in await services.people.clinics.all()
            ]
        )

    click.echo(f"{_with_services(data, run)} rows were bound.")


@main.group()
def keys() -> None:
    """The keys that everything is sealed with."""


@keys.command("rotate")
@_data
def keys_rotate(data: Path | None) -> None:
    """Make a new master key and new clinic keys, and rewrap every data key.

    No file is touched. Bedside may run meanwhile; a second rotation is refused. If it is
    interrupted, run it again. The old master key is kept beside the new one, under its name and
    the date: backups of before open with it, and with nothing else.
    """
    from bedside.upkeep.rotation import rotate

    async def run(services: "Services") -> None:
        async for done in rotate(services):
            click.echo(done)

    _with_services(data, run)
    key_file = configuration.load(data=data).key_file
    click.echo(f"Keep a copy of {key_file} somewhere else; other machines need it at once.")
    click.echo("Keep the old master key as long as any backup from before now.")


def _with_services(
    data: Path | None,
    run: Callable[["Services"], Coroutine[Any, Any, T]],
    *,
    whatever_is_wrong: bool = False,
) -> T:
    """Run something over the services of an installation that exists."""
    from bedside.serving import once

    with _in_words():
        return once(configuration.load(data=data), run, whatever_is_wrong=whatever_is_wrong)


@contextmanager
def _in_words() -> Generator[None]:
    """Report expected errors in a sentence, with exit code 1."""
    try:
        yield
    except BedsideError as error:
        raise click.ClickException(error.sentence) from error
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        raise click.ClickException(f"{error.strerror or error}{where}.") from error
    except Exception as error:
        from bedside.database.failures import of_database

        if told := of_database(error):
            raise click.ClickException(told.sentence) from error
        raise


if __name__ == "__main__":
    main()
