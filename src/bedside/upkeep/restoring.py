"""`bedside restore`, step by step, with its output.

The backup is verified as a whole before anything is written. All rows are committed at once, and
whatever fails before that is undone, so that the same command works afterwards. A restore that was
killed is recognised by a mark in the directory, and the next one cleans up after it.
"""

import hashlib
import os
import shutil
from pathlib import Path
from typing import Any

import click
import uvloop
from sqlalchemy import column, insert, select, table
from sqlalchemy.exc import DBAPIError

from bedside import bootstrap, serving
from bedside.audit import Action
from bedside.audit.actors import SYSTEM
from bedside.database import Database, connect, prepared, schema
from bedside.database.sealed import RecordSealBroken
from bedside.database.tables import ENDS_WITH_RESTORE, RESTORED_AS, clinic_keys, metadata
from bedside.kernel import durable, faults
from bedside.services import Services
from bedside.settings import Settings
from bedside.upkeep import archive
from bedside.upkeep.archive import Archive, NotRestored
from bedside.upkeep.backup import Taken, broken_blobs

_MARK = "restore-is-unfinished"


def run(settings: Settings, source: Path, key_file: Path | None, *, unsealed: bool = False) -> None:
    """Restore `source` and verify it. Raises NotRestored with what is wrong; exits with 1 if
    anything restored is damaged."""
    key_file = key_file or settings.key_file
    if not key_file.exists():
        raise NotRestored(
            "A backup opens only with its master key. Give a copy of it with --key-file."
        )
    place = _Place(settings, key_file.read_bytes())
    with archive.opened(source) as backup:
        uvloop.run(backup.verify(bootstrap.master_key(key_file), unsealed=unsealed))
        uvloop.run(place.check())
        if not backup.is_sealed:
            click.echo("! This backup carries no seal: nobody can say whether it was changed.")
        restored = place.fill(backup)
    click.echo(f"Restored {restored.rows} rows and {restored.blobs} sealed files. Verifying …")
    place.give_to_owner()
    problems = serving.once(settings, _look)
    for problem in problems:
        click.echo(f"✗ {problem}")
    if problems:
        raise SystemExit(1)
    click.echo("Every file opens, and every audit chain is unbroken.")


class _Place:
    """The empty installation that a backup goes into. `key` is the expected content of the key
    file."""

    def __init__(self, settings: Settings, key: bytes) -> None:
        self._settings = settings
        self._key = key
        self._files = settings.data / "files"
        self._mark = settings.data / _MARK
        self._database = (
            Path(settings.url.removeprefix("sqlite:///"))
            if settings.url.startswith("sqlite:///")
            else None
        )
        ours = [settings.key_file, settings.data]
        ours += [self._database, *_beside(self._database)] if self._database else []
        self._new = [path for path in ours if not path.exists()]
        """Paths that did not exist before, removed again if something fails."""

    async def check(self) -> None:
        """Check that a restore would overwrite nothing here. Raises NotRestored."""
        here = self._settings.key_file
        if here.exists() and here.read_bytes() != self._key:
            raise NotRestored(f"There is another master key at {here}. Nothing was written.")
        if self._database is None or self._database.exists():
            database = connect(self._settings.url)
            await database.open()
            try:
                if await schema.revision_of(database) and await _has_clinic(database):
                    raise NotRestored(
                        "There is a clinic here already. Restore into an empty data directory."
                    )
            finally:
                await database.close()
        elsewhere = self._settings.data / "bedside.db"
        is_foreign = elsewhere != self._database and elsewhere.exists()
        has_files = self._files.exists() and any(self._files.iterdir())
        if is_foreign or (has_files and not self._is_left_over()):
            raise NotRestored(
                f"{self._settings.data} holds the files of an installation already. Restore into "
                "an empty data directory. Nothing was written."
            )

    def _is_left_over(self) -> bool:
        """Whether a restore into this very database was killed here before it was complete."""
        return self._mark.exists() and self._mark.read_bytes() == self._which()

    def _which(self) -> bytes:
        return hashlib.sha256(self._settings.url.encode()).hexdigest().encode()

    def fill(self, backup: Archive) -> Taken:
        """Bring everything in; undoes what it did if it fails. Raises NotRestored."""
        try:
            restored = self._fill(backup)
        except BaseException as error:
            self._take_back()
            if isinstance(error, OSError | DBAPIError):
                reason = error.strerror if isinstance(error, OSError) else error.orig
                raise NotRestored(
                    f"The backup could not be restored ({reason}). What there was of it was "
                    "removed again."
                ) from error
            raise
        faults.point("restore.committed")
        schema.upgrade(self._settings.url)
        self._mark.unlink()
        return restored

    def _fill(self, backup: Archive) -> Taken:
        data, key_file = self._settings.data, self._settings.key_file
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        durable.put(self._mark, self._which())
        self._clear_files()
        self._bring_to(backup.revision)
        faults.point("restore.begun")
        if not key_file.exists():
            key_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            durable.put_new(key_file, self._key)
        return uvloop.run(_restore(self._settings, backup))

    def _bring_to(self, revision: str) -> None:
        there = uvloop.run(_revision(self._settings))
        if there > revision:
            raise NotRestored(
                f"The empty database here is at revision {there}, and the backup is of {revision}. "
                "Give it one into which nothing was put yet. Nothing was restored."
            )
        schema.upgrade(self._settings.url, revision)

    def _clear_files(self) -> None:
        for path in self._files.iterdir() if self._files.exists() else ():
            shutil.rmtree(path)

    def _take_back(self) -> None:
        self._clear_files()
        self._mark.unlink(missing_ok=True)
        for path in self._new:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)

    def give_to_owner(self) -> None:
        """Give what root restored to the owner of the directory, who has to read it."""
        data, key_file = self._settings.data, self._settings.key_file
        if os.geteuid() != 0:
            return
        owner = data.stat()
        paths = [*data.rglob("*"), *([key_file] if key_file in self._new else [])]
        for path in paths:
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
        if owner.st_uid == 0:
            click.echo("! All of it belongs to root. If Bedside runs as another user, give it to")
            click.echo(f"  that user: chown -R USER: {data} {key_file}")


def _beside(database: Path) -> list[Path]:
    """Return the files that SQLite keeps beside a database."""
    return [database.with_name(database.name + which) for which in ("-wal", "-shm")]


async def _revision(settings: Settings) -> str:
    database = connect(settings.url)
    await database.open()
    try:
        return await schema.revision_of(database)
    finally:
        await database.close()


async def _has_clinic(database: Database) -> bool:
    async with database.read() as db:
        return await db.one(select(clinic_keys.c.clinic_id).limit(1)) is not None


async def _restore(settings: Settings, backup: Archive) -> Taken:
    """Restore the blobs, then all rows in one unit of work."""
    services = bootstrap.build(settings)
    await services.database.open()
    blobs = rows = 0
    try:
        for key, content in backup.blobs():
            await services.files.custody.put_blob(key, content)
            blobs += 1
        faults.point("restore.blobs_put")
        async with services.database.unit_of_work() as work:
            for name in backup.tables():
                if _ends(name):
                    continue
                columns, anew = backup.columns(name), _anew(name)
                statement = prepared(insert(table(name, *map(column, columns))))
                for row in backup.rows(name):
                    await work.execute(statement, **{**row, **anew})
                    rows += 1
    finally:
        await services.database.close()
    return Taken(rows, blobs)


def _ends(name: str) -> bool:
    """Whether a table's rows are not restored, such as sessions."""
    known = metadata.tables.get(name)
    return known is not None and bool(known.info.get(ENDS_WITH_RESTORE))


def _anew(name: str) -> dict[str, Any]:
    """Return the columns of a table that are not restored, with their initial values."""
    known = metadata.tables.get(name)
    columns = known.columns if known is not None else ()
    return {c.name: c.info[RESTORED_AS] for c in columns if RESTORED_AS in c.info}


async def _look(services: Services) -> list[str]:
    """Return what is wrong with the restored installation; prints who can administer it."""
    await services.audit.bindings.ensure()  # a backup older than row binding
    problems = [f"file {file_id} is damaged" async for file_id in broken_blobs(services)]
    for holder in await services.vault.holders():
        result = await services.audit.log.verify(holder)
        if result.broken_at is not None:
            problems.append(f"audit log of {holder}: {result.reason} at line {result.broken_at}")
    click.echo("Everybody signs in again. These administrators came back with the backup:")
    for clinic in await services.people.clinics.all():
        await services.audit.log.note(clinic.id, SYSTEM, Action.BACKUP_RESTORED)
        try:
            for member in await services.people.staff.administrators(clinic.id):
                click.echo(f"  {clinic.name}: {member.name}, {member.email}")
        except RecordSealBroken:
            problems.append(f"the staff of {clinic.name} cannot be read")
    return problems
