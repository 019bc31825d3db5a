"""`bedside restore`, step by step, with what it says on the screen."""

import shutil
from pathlib import Path

import click

from bedside import serving
from bedside.database import schema
from bedside.services import Services
from bedside.settings import Settings
from bedside.upkeep import backup


def run(settings: Settings, source: Path, key_file: Path | None) -> None:
    """Restore `source` and verify it. Raises click.ClickException with what is wrong."""
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    if key_file and key_file.resolve() != settings.key_file.resolve():
        settings.key_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if settings.key_file.exists():
            raise click.ClickException(f"There is a master key at {settings.key_file} already.")
        shutil.copyfile(key_file, settings.key_file)
        settings.key_file.chmod(0o600)
    if not settings.key_file.exists():
        raise click.ClickException(
            "A backup opens only with its master key. Give a copy of it with --key-file."
        )
    schema.upgrade(settings.url)
    try:
        taken = serving.once(settings, lambda services: backup.restore(services, source))
    except backup.NotRestored as error:
        raise click.ClickException(error.sentence) from error
    click.echo(f"Restored {taken.rows} rows and {taken.blobs} sealed files. Verifying …")
    problems = serving.once(settings, _verify)
    for problem in problems:
        click.echo(f"✗ {problem}")
    if problems:
        raise SystemExit(1)
    click.echo("Every file opens, and every audit chain is unbroken.")


async def _verify(services: Services) -> list[str]:
    problems = [f"file {file_id} is damaged" async for file_id in backup.broken_blobs(services)]
    for holder in await services.vault.holders():
        result = await services.audit.verify(holder)
        if result.broken_at is not None:
            problems.append(f"audit log of {holder}: {result.reason} at line {result.broken_at}")
    return problems
