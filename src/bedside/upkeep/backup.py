"""Backup and restore.

A backup is one tar file: `manifest.json`, `tables/NAME.jsonl` with one row a line, and the sealed
blobs under `files/`. It is the same for SQLite and PostgreSQL, so it also moves an installation
from one to the other. Everything in it that tells of a patient is sealed; the master key is not in
it and must be kept elsewhere.

The rows are read in one snapshot, then the blobs that they name: blobs never change once they are
complete, so nothing has to stop while a backup is taken. When one that the rows name was destroyed
meanwhile, rows are read again, for what is destroyed is not to come back as damage.
"""

import base64
import io
import json
import tarfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from sqlalchemy import Boolean, Table, insert, select
from sqlalchemy.types import TypeEngine

from bedside.database import schema
from bedside.database.tables import metadata
from bedside.errors import BedsideError
from bedside.kernel import clock
from bedside.services import Services

FORMAT = 1
_PIECE = 1 << 20
_BATCH = 200


class NotRestored(BedsideError):
    """The backup cannot be restored here; nothing was changed."""

    code = "not_restored"


@dataclass(frozen=True, slots=True)
class Taken:
    """What went into a backup, or came out of one."""

    rows: int
    blobs: int


async def take(services: Services, target: Path) -> Taken:
    """Write a backup of a running or stopped installation to `target`, which appears when it is
    complete."""
    part = target.with_name(target.name + ".part")
    part.touch(mode=0o600)
    sizes: dict[str, int] = {}
    with tarfile.open(part, "w") as archive:
        while True:
            found = await _rows(services)
            async for key, sealed in services.custody.blobs(sizes):
                _add(archive, f"files/{key}", sealed)
                sizes[key] = len(sealed)
            if services.custody.named_by(found["files"]) <= sizes.keys():
                break
        for table in metadata.sorted_tables:
            _add_lines(archive, table, found[table.name])
        rows = {name: len(lines) for name, lines in found.items()}
        manifest = {
            "format": FORMAT,
            "revision": schema.newest_revision(),
            "taken_at": clock.now(),
            "rows": rows,
            "blobs": len(sizes),
        }
        _add(archive, "manifest.json", json.dumps(manifest, indent=1).encode())
    part.replace(target)
    return Taken(sum(rows.values()), len(sizes))


async def _rows(services: Services) -> dict[str, list[Any]]:
    """All rows of one moment, by table."""
    async with services.database.snapshot() as db:
        return {table.name: await db.all(select(table)) for table in metadata.sorted_tables}


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(data)
    entry.mode = 0o600
    archive.addfile(entry, io.BytesIO(data))


def _add_lines(archive: tarfile.TarFile, table: Table, rows: list[Any]) -> None:
    kinds = [column.type for column in table.columns]
    lines = (json.dumps(list(map(_portable, row, kinds))) for row in rows)
    head = json.dumps([column.name for column in table.columns])
    _add(archive, f"tables/{table.name}.jsonl", "\n".join([head, *lines]).encode())


def _portable(value: Any, kind: TypeEngine[Any]) -> Any:
    """A value as JSON has it, the same from SQLite, whose booleans are numbers."""
    if isinstance(value, bytes):
        return {"b": base64.b64encode(value).decode()}
    return bool(value) if isinstance(kind, Boolean) and value is not None else value


async def restore(services: Services, source: Path) -> Taken:
    """Restore a backup into an empty, migrated installation. Raises NotRestored."""
    try:
        return await _restore(services, source)
    except tarfile.TarError as error:
        raise NotRestored("This file is not a complete backup of Bedside.") from error


async def _restore(services: Services, source: Path) -> Taken:
    with tarfile.open(source) as archive:
        manifest = _manifest(archive)
        await _check_empty(services)
        rows = 0
        for table in metadata.sorted_tables:
            rows += await _restore_table(services, archive, table)
        blobs: set[str] = set()
        for entry in archive:
            if entry.isfile() and entry.name.startswith("files/"):
                await _restore_blob(services, archive, entry)  # the last one of a name counts
                blobs.add(entry.name)
    if rows != sum(manifest["rows"].values()) or len(blobs) != manifest["blobs"]:
        raise NotRestored("The backup is not complete: it holds less than it says.")
    return Taken(rows, len(blobs))


def _manifest(archive: tarfile.TarFile) -> dict[str, Any]:
    try:
        member = archive.extractfile("manifest.json")
    except KeyError:
        member = None
    if member is None:
        raise NotRestored("This file is not a complete backup of Bedside: it has no manifest.")
    manifest = json.load(member)
    if manifest.get("format") != FORMAT:
        raise NotRestored("This backup was written by a newer Bedside. Update first.")
    if manifest["revision"] != schema.newest_revision():
        raise NotRestored(
            f"This backup is of revision {manifest['revision']}, and this Bedside is at "
            f"{schema.newest_revision()}. Restore it with the version that wrote it, then update."
        )
    return manifest


async def _check_empty(services: Services) -> None:
    if await services.clinics.any_exist():
        raise NotRestored("There is a clinic here already. Restore into an empty data directory.")


async def _restore_table(services: Services, archive: tarfile.TarFile, table: Table) -> int:
    count = 0
    statement = insert(table)
    for batch in _batches(_lines(archive, f"tables/{table.name}.jsonl")):
        async with services.database.unit_of_work() as work:
            for values in batch:
                await work.execute(statement, **values)
                count += 1
    return count


def _lines(archive: tarfile.TarFile, name: str) -> Iterator[dict[str, Any]]:
    member = archive.extractfile(name)
    if member is None:
        return
    columns = json.loads(member.readline())
    for line in member:
        yield {c: _native(v) for c, v in zip(columns, json.loads(line), strict=True)}


def _native(value: str | float | bool | dict[str, str] | None) -> Any:
    return base64.b64decode(value["b"]) if isinstance(value, dict) else value


def _batches(lines: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for line in lines:
        batch.append(line)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


async def _restore_blob(
    services: Services, archive: tarfile.TarFile, entry: tarfile.TarInfo
) -> None:
    member = archive.extractfile(entry)
    assert member is not None  # noqa: S101 - the entry is a file
    await services.custody.put_blob(entry.name.removeprefix("files/"), cast(BinaryIO, member))


async def broken_blobs(services: Services) -> AsyncIterator[str]:
    """Ids of files of all clinics whose sealed bytes are missing or do not verify."""
    for clinic in await services.clinics.all():
        async for file_id in services.custody.damaged(clinic.id):
            yield file_id
