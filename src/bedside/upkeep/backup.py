"""Taking a backup.

The format is the same for SQLite and PostgreSQL, so a backup also moves an installation from one
to the other. Everything in it about patients is sealed; the master key is not in it and must be
kept elsewhere. `archive` has the format, `restoring` the way back.

The rows are read in one snapshot, then the blobs they name. Blobs never change once they are
complete, so nothing has to stop while a backup is taken. If a blob named by the rows has been
destroyed since, the rows are read again, because what was destroyed must not come back as damage.
"""

import fcntl
import os
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Boolean, Table, select

from bedside.database import schema
from bedside.database.tables import ENDS_WITH_RESTORE, metadata
from bedside.errors import BedsideError
from bedside.kernel import clock, durable, faults
from bedside.services import Services
from bedside.upkeep.archive import Writer, portable


class NotTaken(BedsideError):
    """The backup could not be taken; nothing of it is left."""

    code = "not_taken"


@dataclass(frozen=True, slots=True)
class Taken:
    """Counts of what went into a backup, or came out of one."""

    rows: int
    blobs: int


async def take(services: Services, target: Path, *, overwrite: bool = False) -> Taken:
    """Write a backup of a running or stopped installation to `target`, which appears once it is
    complete. Raises NotTaken; an earlier file of that name is unchanged then."""
    try:
        with _appearing(target, overwrite) as file:
            return await _write(services, Writer(file))
    except OSError as error:
        raise NotTaken(
            f"The backup could not be written to {target} ({error.strerror}). What there was of it "
            "was removed; earlier backups are as they were."
        ) from error


async def _write(services: Services, archive: Writer) -> Taken:
    sizes: dict[str, int] = {}
    while True:
        found = await _rows(services)
        async for key, sealed in services.files.custody.blobs(sizes):
            archive.add_blob(key, sealed)
            sizes[key] = len(sealed)
        if services.files.custody.named_by(found["files"]) <= sizes.keys():
            break
    for table in _kept():
        truths = [isinstance(column.type, Boolean) for column in table.columns]
        archive.add_table(
            table.name,
            [column.name for column in table.columns],
            (
                [portable(value, is_truth=truth) for value, truth in zip(row, truths, strict=True)]
                for row in found[table.name]
            ),
        )
    rows = {name: len(lines) for name, lines in found.items()}
    await archive.seal(
        services.master,
        revision=schema.newest_revision(),
        taken_at=clock.now(),
        rows=rows,
        blobs=len(sizes),
    )
    return Taken(sum(rows.values()), len(sizes))


def _kept() -> list[Table]:
    """Return the tables that a backup holds; parents come before those that refer to them."""
    return [table for table in metadata.sorted_tables if not table.info.get(ENDS_WITH_RESTORE)]


async def _rows(services: Services) -> dict[str, list[Any]]:
    """Return all rows as of one moment, by table."""
    async with services.database.snapshot() as db:
        return {table.name: await db.all(select(table)) for table in _kept()}


@contextmanager
def _appearing(target: Path, overwrite: bool) -> Generator[BinaryIO]:
    """Yield a file that gets its name, durably, if the block succeeds, and is removed otherwise."""
    if target.exists() and not overwrite:
        raise NotTaken(f"There is a file {target} already. Nothing was written; --force does.")
    part = target.with_name(target.name + ".part")
    _remove_left_over(part)
    file = durable.create(part)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield file
        file.flush()
        os.fsync(file.fileno())
        faults.point("backup.written")
        part.replace(target)
        file.close()
        durable.fsync_directory(target.absolute().parent)
    except BaseException:
        part.unlink(missing_ok=True)
        with suppress(OSError):  # there is no room for what is still buffered either
            file.close()
        raise


def _remove_left_over(part: Path) -> None:
    """Remove what a killed backup left behind, but never what another one is writing."""
    if not part.exists():
        part.unlink(missing_ok=True)  # a dangling link
        return
    with part.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotTaken(f"Another backup is being written to {part} right now.") from None
        part.unlink()


async def broken_blobs(services: Services) -> AsyncIterator[str]:
    """Yield the ids of files of all clinics whose sealed bytes are missing or do not verify."""
    for clinic in await services.people.clinics.all():
        async for file_id in services.files.custody.damaged(clinic.id):
            yield file_id
