"""The format of a backup: one tar file that is sealed as a whole (docs/formats/backup.md).

`tables/NAME.jsonl` has the columns and then one row per line, `files/KEY` a sealed blob,
`manifest.json` the size and the SHA-256 of each of them, and `seal.json` a MAC of the manifest by
a key derived from the master key. If a name occurs twice, the last one counts.
"""

import base64
import hashlib
import io
import json
import lzma
import re
import tarfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, cast

from bedside.database import schema
from bedside.database.sealed import MasterKey, RecordSealBroken
from bedside.errors import BedsideError

FORMAT = 2
_UNSEALED = 1
_MANIFEST, _SEAL = "manifest.json", "seal.json"
_PURPOSE = "backup"
_PIECE = 1 << 20
_TABLE = re.compile(r"tables/([a-z_]+)\.jsonl")
_BLOB = re.compile(r"files/([a-z0-9_][a-z0-9_/.-]{0,199})")
_TORN = (tarfile.TarError, EOFError, zlib.error, lzma.LZMAError, ValueError, KeyError, TypeError)
"""The message for anything but a complete backup, which may have been compressed afterwards."""


class NotRestored(BedsideError):
    """The backup cannot be restored here. Nothing was written."""

    code = "not_restored"


class Writer:
    """Writes a backup."""

    def __init__(self, file: BinaryIO) -> None:
        self._tar = tarfile.open(fileobj=file, mode="w")  # noqa: SIM115 - `seal` closes it
        self._members: dict[str, tuple[int, str]] = {}

    def add_blob(self, key: str, sealed: bytes) -> None:
        """Add a sealed blob, replacing an earlier one with this key."""
        self._add(f"files/{key}", sealed)

    def add_table(self, name: str, columns: list[str], rows: Iterator[list[Any]]) -> None:
        """Add the rows of a table, with values as JSON has them."""
        lines = "\n".join(json.dumps(line) for line in (columns, *rows))
        self._add(f"tables/{name}.jsonl", lines.encode())

    async def seal(self, master: MasterKey, **facts: Any) -> None:
        """Complete the archive with its manifest and seal."""
        manifest = {"format": FORMAT, **facts, "members": self._members}
        text = json.dumps(manifest, indent=0).encode()
        generation, mac = await master.authenticate(text, _PURPOSE)
        self._add(_MANIFEST, text)
        self._add(_SEAL, json.dumps({"generation": generation, "mac": mac.hex()}).encode())
        self._tar.close()

    def _add(self, name: str, data: bytes) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = len(data), 0o600
        self._tar.addfile(entry, io.BytesIO(data))
        self._members[name] = (len(data), hashlib.sha256(data).hexdigest())


@contextmanager
def opened(source: Path) -> Generator["Archive"]:
    """Open a backup for verifying and reading. Raises NotRestored."""
    try:
        tar = tarfile.open(source)  # noqa: SIM115 - closed below, where reading goes on
    except (*_TORN, OSError) as error:
        raise _torn() from error
    with tar:
        yield Archive(tar)


class Archive:
    """A backup being read; nothing in it is to be trusted before `verify`."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._members: dict[str, tarfile.TarInfo] = {}
        self._manifest: dict[str, Any] = {}

    @property
    def revision(self) -> str:
        """The revision of the database it was taken from."""
        return self._manifest["revision"]

    @property
    def is_sealed(self) -> bool:
        """Whether it says who wrote it; backups older than format 2 do not."""
        return self._manifest["format"] != _UNSEALED

    async def verify(self, master: MasterKey, *, unsealed: bool = False) -> None:
        """Check that this is what was written by a holder of the master key, complete and
        unchanged.

        With `unsealed`, a backup without a seal is accepted as far as it is complete. Raises
        NotRestored.
        """
        try:
            self._members = {entry.name: entry for entry in self._tar}
            text = self._read(_MANIFEST)
            self._manifest = json.loads(text)
            self._check_version()
            if self.is_sealed:
                await self._check_seal(master, text)
                self._check_members()
            elif not unsealed:
                raise NotRestored(
                    "This backup carries no seal: it was written by an older Bedside, or somebody "
                    "took the seal off. If you know that nobody could change it, add --unsealed."
                )
            self._check_counts()
            await self._check_keys(master)
        except _TORN as error:
            raise _torn() from error

    def _check_version(self) -> None:
        if self._manifest["format"] > FORMAT:
            raise NotRestored("This backup was written by a newer Bedside. Update first.")
        known = {path.name.split("_")[0] for path in schema.migrations()}
        if self.revision not in known:
            raise NotRestored(
                f"This backup is of revision {self.revision}, and this Bedside knows only those up "
                f"to {schema.newest_revision()}. Restore it with the version that wrote it."
            )

    async def _check_seal(self, master: MasterKey, text: bytes) -> None:
        if _SEAL not in self._members:
            raise NotRestored("This backup was changed: its seal is missing. Nothing was written.")
        seal = json.loads(self._read(_SEAL))
        mac, generation = bytes.fromhex(seal["mac"]), seal["generation"]
        try:
            authentic = await master.is_authentic(text, _PURPOSE, generation, mac)
        except RecordSealBroken as error:
            raise NotRestored(
                f"This backup needs generation {generation} of the master key, and this key file "
                "does not have it. Give the one of its time with --key-file. Nothing was written."
            ) from error
        if not authentic:
            raise NotRestored(
                "The seal of this backup is broken: it was changed, or this is not the master key "
                "of its time. Nothing was written."
            )

    def _check_members(self) -> None:
        said: dict[str, list[Any]] = self._manifest["members"]
        if said.keys() != self._members.keys() - {_MANIFEST, _SEAL}:
            raise NotRestored("This backup was changed: it holds more or less than it says.")
        for name, (size, digest) in said.items():
            found, length = hashlib.sha256(), 0
            for piece in iter(partial(self._file(name).read, _PIECE), b""):
                found.update(piece)
                length += len(piece)
            if length != size or found.hexdigest() != digest:
                raise NotRestored(f"This backup was changed or is damaged: {name} is not whole.")

    def _check_counts(self) -> None:
        """Check the counts, which are all that a backup without a seal can be compared with."""
        rows = {name: sum(1 for _ in self.rows(name)) for name in self.tables()}
        blobs = 0
        for name, entry in self._members.items():
            if not entry.isreg() or not (
                name in (_MANIFEST, _SEAL) or _TABLE.fullmatch(name) or _BLOB.fullmatch(name)
            ):
                raise NotRestored(f"This is no backup of Bedside: it holds {name!r}.")
            blobs += name.startswith("files/")
        if rows != self._manifest["rows"] or blobs != self._manifest["blobs"]:
            raise NotRestored("The backup is not complete: it holds less than it says.")

    async def _check_keys(self, master: MasterKey) -> None:
        for row in self.rows("clinic_keys"):
            if row["purpose"] == "clinic":
                context = f"{row['clinic_id']}/clinic/{row['generation']}"
                try:
                    await master.unwrap(row["wrapped"], row["wrapped_by"], context)
                except RecordSealBroken as error:
                    raise NotRestored(
                        "This master key does not open what is in the backup. Give the one of its "
                        "time with --key-file. Nothing was written."
                    ) from error

    def tables(self) -> list[str]:
        """Return the names of tables, in an order in which rows may be added."""
        return [found[1] for name in self._members if (found := _TABLE.fullmatch(name))]

    def columns(self, table: str) -> list[str]:
        """Return the names of a table's columns."""
        return json.loads(self._file(f"tables/{table}.jsonl").readline())

    def rows(self, table: str) -> Iterator[dict[str, Any]]:
        """Yield the rows of a table."""
        file = self._file(f"tables/{table}.jsonl")
        columns = json.loads(file.readline())
        for line in file:
            yield {c: _native(v) for c, v in zip(columns, json.loads(line), strict=True)}

    def blobs(self) -> Iterator[tuple[str, BinaryIO]]:
        """Yield every sealed blob with its key."""
        for name in self._members:
            if found := _BLOB.fullmatch(name):
                yield found[1], self._file(name)

    def _file(self, name: str) -> BinaryIO:
        member = self._tar.extractfile(self._members[name])
        if member is None:
            raise _torn()
        return cast(BinaryIO, member)

    def _read(self, name: str) -> bytes:
        return self._file(name).read()


def portable(value: Any, *, is_truth: bool) -> Any:
    """Convert a value to JSON, the same from SQLite, whose booleans are numbers."""
    if isinstance(value, bytes):
        return {"b": base64.b64encode(value).decode()}
    return bool(value) if is_truth and value is not None else value


def _native(value: str | float | bool | dict[str, str] | None) -> Any:
    return base64.b64decode(value["b"]) if isinstance(value, dict) else value


def _torn() -> NotRestored:
    return NotRestored("This file is not a complete backup of Bedside. Nothing was written.")
