"""Rows of files and their sealed bytes. Only the file domain stores or opens a file."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from bedside.database.bound_rows import BoundTable
from bedside.database.sealed import ClinicKeys, Vault
from bedside.database.statements import Among
from bedside.errors import NotFound
from bedside.files import file_rows
from bedside.files.file_rows import DerivativeRow, FileRow
from bedside.files.models import derivatives, files
from bedside.files.ports import BlobStore, Derivative
from bedside.files.sealing import SealedBlob, SealedReader, SealedWriter
from bedside.kernel.unit_of_work import Reader, Transactions, UnitOfWork

_KEY = "files.data_key"
_RECORD = "files.record"
_TEXT = "file_texts.text"
FILES = BoundTable(files, "id", "clinic_id", "patient_id", sealed=("record",), row=FileRow)
_LONG_TEXT = 32 << 10
"""Size (bytes or characters) from which sealing and unsealing is worth a thread."""


@dataclass(frozen=True, slots=True)
class FileRecord:
    """Sealed facts about a file. `taken_at` in milliseconds, 0 if unknown; `blanked`: places in
    its bytes (from, to) that are not for others."""

    name: str
    comment: str = ""
    taken_at: int = 0
    sha256: str = ""
    blanked: tuple[tuple[int, int], ...] = ()
    given_id: str = ""
    """The sending device's name for the file; see `announcing.Announced`."""
    looks: str = ""
    """“dark” or “blurred”, if the sending device thought so."""

    def as_json(self) -> dict[str, Any]:
        """The facts for sealing."""
        return {
            "name": self.name,
            "comment": self.comment,
            "taken_at": self.taken_at,
            "sha256": self.sha256,
            "blanked": self.blanked,
            "given_id": self.given_id,
            "looks": self.looks,
        }


def blob_key(clinic_id: str, file_id: str, role: str = "") -> str:
    """Return the blob key of a file, or of something made from it."""
    return f"{clinic_id}/{file_id}" + (f".{role}" if role else "")


def _derivative_key(data_key: bytes, role: str) -> bytes:
    """Derive a derivative's key from the file's; destroying that one destroys all."""
    return hmac.digest(data_key, b"derivative/" + role.encode(), hashlib.sha256)


_having: Among[Any] = Among(
    lambda ids: select(derivatives.c.file_id).where(
        derivatives.c.role == bindparam("role"), derivatives.c.file_id.in_(ids)
    )
)


class Repository:
    """Stores and finds files."""

    def __init__(self, database: Transactions, vault: Vault, store: BlobStore) -> None:
        self._database = database
        self._vault = vault
        self.store = store

    async def row(self, file_id: str, db: Reader | None = None) -> FileRow:
        """Return the row of a file. Raises NotFound."""
        if db is not None:
            found = await db.one(file_rows.BY_ID, of=file_id)
        else:
            async with self._database.read() as reader:
                found = await reader.one(file_rows.BY_ID, of=file_id)
        if found is None:
            raise NotFound
        return found

    async def held(self, clinic_id: str, holder_id: str, db: Reader | None = None) -> list[FileRow]:
        """Return the files held by a request, oldest first."""
        if db is not None:
            return await db.all(file_rows.HELD, holder=holder_id, clinic=clinic_id)
        async with self._database.read() as reader:
            return await reader.all(file_rows.HELD, holder=holder_id, clinic=clinic_id)

    async def add(self, work: UnitOfWork, row: dict[str, Any], record: FileRecord) -> None:
        """Add a new file, whose sealed bytes are complete."""
        keys = await self._vault.clinic(row["clinic_id"])
        sealed = keys.seal(_RECORD, row["id"], record.as_json())
        await work.execute(file_rows.ADD, **FILES.bound(keys, {**row, "record": sealed}))

    async def change(self, work: UnitOfWork, file_id: str, **values: Any) -> None:
        """Change columns of a file that do not say whose it is (for those: `FILES.change`)."""
        await work.execute(file_rows.CHANGE, of=file_id, **values)

    async def give_to(self, work: UnitOfWork, file_id: str, patient_id: str) -> None:
        """Set the patient of a file. Raises RecordSealBroken for a row that was tampered with."""
        row = await FILES.locked(work, self._vault, id=file_id)
        if row is not None and row.patient_id != patient_id:
            await FILES.change(work, self._vault, row, patient_id=patient_id)

    async def record(self, row: FileRow) -> FileRecord:
        """Return the sealed facts of a file."""
        keys = await self._vault.clinic(row.clinic_id)
        known = keys.unseal(_RECORD, row.id, row.record)
        blanked = tuple((start, end) for start, end in known.pop("blanked", ()))
        return FileRecord(**known, blanked=blanked)

    async def set_record(self, work: UnitOfWork, row: FileRow, record: FileRecord) -> None:
        """Replace the sealed facts of a file."""
        keys = await self._vault.clinic(row.clinic_id)
        await self.change(work, row.id, record=keys.seal(_RECORD, row.id, record.as_json()))

    async def remove(self, work: UnitOfWork, row: FileRow) -> None:
        """Delete a file altogether (a held one deleted by its patient); blobs are removed
        separately."""
        await self.destroy(work, row)
        await work.execute(file_rows.DROP, of=row.id)

    async def destroy(self, work: UnitOfWork, row: FileRow) -> None:
        """Destroy the key, which makes the content unreadable wherever a copy is."""
        await self.change(work, row.id, data_key=b"")
        await work.execute(file_rows.DROP_DERIVATIVES, of=row.id)
        await work.execute(file_rows.DROP_TEXT, of=row.id)

    async def delete_blobs(self, clinic_id: str, file_id: str, roles: list[str]) -> None:
        """Remove the sealed bytes; no error if they are gone already. The copy for others goes
        too: it is stored before its row is written."""
        for role in {"", "shared", *roles}:
            await self.store.delete(blob_key(clinic_id, file_id, role))

    async def data_key(self, row: FileRow) -> bytes:
        """Return the open data key of a file. Raises NotFound if it was destroyed."""
        if not row.data_key:
            raise NotFound
        return await self._vault.unwrap(row.clinic_id, bytes(row.data_key), _KEY, row.id)

    async def open(self, row: FileRow) -> SealedReader:
        """Open the content of a file. Raises NotFound, SealBroken."""
        data_key = await self.data_key(row)
        return await SealedReader.open(
            SealedBlob(self.store, blob_key(row.clinic_id, row.id), data_key, row.id),
            size=row.size,
        )

    async def _derivative_blob(self, row: FileRow, role: str) -> SealedBlob:
        key = _derivative_key(await self.data_key(row), role)
        return SealedBlob(
            self.store, blob_key(row.clinic_id, row.id, role), key, f"{row.id}.{role}"
        )

    async def derivatives(self, file_id: str, db: Reader | None = None) -> dict[str, DerivativeRow]:
        """Return what was made from a file, by role."""
        if db is not None:
            return {row.role: row for row in await db.all(file_rows.DERIVATIVES, of=file_id)}
        async with self._database.read() as reader:
            return await self.derivatives(file_id, reader)

    async def having(self, role: str, file_ids: list[str]) -> frozenset[str]:
        """Return those of the files that have a derivative of this role."""
        if not file_ids:
            return frozenset()
        wanted, among = _having.of(file_ids)
        async with self._database.read() as db:
            return frozenset(row.file_id for row in await db.all(wanted, role=role, **among))

    async def store_derivative(self, row: FileRow, made: Derivative) -> None:
        """Seal and store the bytes of a derivative; `add_derivative` adds its row."""
        writer = await SealedWriter.begin(
            await self._derivative_blob(row, made.role),
            len(made.data),
        )
        try:
            await writer.write(made.data)
            await writer.finish()
        except BaseException:
            await writer.abandon()
            raise

    async def add_derivative(self, work: UnitOfWork, file_id: str, made: Derivative) -> None:
        """Add the row of a stored derivative."""
        await work.execute(
            file_rows.ADD_DERIVATIVE,
            file_id=file_id,
            role=made.role,
            media_type=made.media_type,
            size=len(made.data),
            new_type=made.media_type,
            new_size=len(made.data),
        )

    async def open_derivative(self, row: FileRow, made: DerivativeRow) -> SealedReader:
        """Open something made from a file. Raises NotFound, SealBroken."""
        return await SealedReader.open(
            await self._derivative_blob(row, made.role),
            size=made.size,
        )

    async def unread(self, file_id: str, db: Reader | None = None) -> list[int]:
        """Return the numbers of the pages that wait to be read, in order."""
        roles = await self.derivatives(file_id, db)
        return sorted(int(role[4:]) for role in roles if role.startswith("ocr-"))

    async def derivative_bytes(self, row: FileRow, role: str) -> bytes:
        """Return something made from a file, as a whole. Raises NotFound, SealBroken."""
        made = (await self.derivatives(row.id)).get(role)
        if made is None:
            raise NotFound
        reader = await self.open_derivative(row, made)
        return b"".join([piece async for piece in reader.chunks()])

    async def drop_derivative(self, work: UnitOfWork, file_id: str, role: str) -> None:
        """Remove the row of a derivative; `delete_derivative` removes its bytes."""
        await work.execute(file_rows.DROP_DERIVATIVE, of=file_id, role=role)

    async def delete_derivative(self, row: FileRow, role: str) -> None:
        """Remove the sealed bytes of a derivative; no error if they are gone already."""
        await self.store.delete(blob_key(row.clinic_id, row.id, role))

    async def made_before(self, version: int) -> FileRow | None:
        """Return a file in a chart of which an earlier version made things; None if there is
        none."""
        async with self._database.read() as db:
            return await db.one(file_rows.MADE_BEFORE, version=version)

    async def sealed_text(self, row: FileRow, text: str) -> bytes:
        """Seal the words of a file for `add_text`."""
        keys = await self._vault.clinic(row.clinic_id)

        def seal() -> bytes:
            return keys.seal_bytes(_TEXT, row.id, text.encode())

        return await asyncio.to_thread(seal) if len(text) > _LONG_TEXT else seal()

    async def add_text(self, work: UnitOfWork, row: FileRow, sealed: bytes, source: str) -> None:
        """Store the words of a file, as sealed by `sealed_text`."""
        await work.execute(
            file_rows.SET_TEXT,
            file_id=row.id,
            source=source,
            text=sealed,
            new_source=source,
            new_text=sealed,
        )

    async def text(self, row: FileRow) -> str:
        """Return the words of a file; "" if it has none or they are not extracted yet."""
        async with self._database.read() as db:
            found = await db.one(file_rows.TEXT, of=row.id)
        if found is None:
            return ""
        keys = await self._vault.clinic(row.clinic_id)

        def unseal() -> str:
            return keys.unseal_bytes(_TEXT, row.id, bytes(found.text)).decode()

        return await asyncio.to_thread(unseal) if len(found.text) > _LONG_TEXT else unseal()

    async def chunks(self, row: FileRow) -> AsyncIterator[bytes]:
        """Yield the whole content of a file."""
        reader = await self.open(row)
        async for piece in reader.chunks():
            yield piece

    async def all_rows(self, clinic_id: str) -> AsyncIterator[FileRow]:
        """Yield every file of a clinic that still has its key, by id."""
        after = ""
        while True:
            async with self._database.read() as db:
                rows = await db.all(file_rows.PAGE, clinic=clinic_id, after=after)
            for row in rows:
                if row.data_key:
                    yield row
            if not rows:
                return
            after = rows[-1].id

    async def rewrap_keys(self, clinic_id: str) -> int:
        """Wrap the data keys of all files with the clinic's newest key. Returns how many were
        changed."""
        keys = await self._vault.clinic(clinic_id)
        after, changed = "", 0
        while True:
            async with self._database.unit_of_work() as work:
                rows = await work.all(file_rows.PAGE, clinic=clinic_id, after=after)
                for row in rows:
                    changed += await self._rewrap(work, keys, row)
            if not rows:
                return changed
            after = rows[-1].id

    async def _rewrap(self, work: UnitOfWork, keys: ClinicKeys, row: FileRow) -> int:
        wrapped = bytes(row.data_key)
        if not wrapped or keys.is_newest(wrapped):
            return 0
        data_key = keys.unwrap(wrapped, _KEY, row.id)
        rewrapped = keys.wrap(data_key, _KEY, row.id)
        return await work.execute(file_rows.SET_KEY, of=row.id, old=wrapped, new=rewrapped)
