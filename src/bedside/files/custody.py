"""Custody of all sealed files: re-wrapping keys, finding damage, exporting and importing blobs.

For those who maintain an installation (backup, restore, doctor, rotation); nothing here opens a
file for a person.
"""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from functools import partial
from typing import BinaryIO

from bedside.database.sealed import Vault
from bedside.errors import BedsideError, NotFound
from bedside.files import upload_rows
from bedside.files.file_rows import FileRow
from bedside.files.repository import Repository, blob_key
from bedside.kernel.unit_of_work import Row, Transactions

_PIECE = 1 << 20


class Custody:
    """The keeper of all sealed files."""

    def __init__(self, database: Transactions, vault: Vault, repository: Repository) -> None:
        self._database = database
        self._vault = vault
        self._repository = repository

    async def rewrap_keys(self, clinic_id: str) -> int:
        """Wrap every data key with the clinic's newest key. Returns how many were changed.

        Uploads come first: one that completes in the meantime hands its key on to a file.
        """
        changed = await self._rewrap_uploads(clinic_id)
        return changed + await self._repository.rewrap_keys(clinic_id)

    async def _rewrap_uploads(self, clinic_id: str) -> int:
        keys, changed = await self._vault.clinic(clinic_id), 0
        async with self._database.unit_of_work() as work:
            for row in await work.all(upload_rows.UNFINISHED, clinic=clinic_id):
                old = bytes(row.data_key)
                if not keys.is_newest(old):
                    data_key = keys.unwrap(old, upload_rows.KEY, row.file_id)
                    new = keys.wrap(data_key, upload_rows.KEY, row.file_id)
                    changed += await work.execute(upload_rows.SET_KEY, of=row.id, old=old, new=new)
        return changed

    async def patient_of(self, file_id: str) -> str:
        """Return the patient of a file; "" if the file does not exist."""
        try:
            return (await self._repository.row(file_id)).patient_id
        except NotFound:
            return ""

    async def damaged(self, clinic_id: str) -> AsyncIterator[str]:
        """Yield ids of files whose sealed bytes are missing or altered; reads everything."""
        async for row in self._repository.all_rows(clinic_id):
            try:
                await self._read_all(row)
            except BedsideError:
                yield row.id

    async def _read_all(self, row: FileRow) -> None:
        async for _ in self._repository.chunks(row):
            pass
        for made in (await self._repository.derivatives(row.id)).values():
            reader = await self._repository.open_derivative(row, made)
            async for _ in reader.chunks():
                pass

    @staticmethod
    def named_by(rows: Iterable[Row]) -> set[str]:
        """Return the keys of the blobs that these rows of files need."""
        return {blob_key(row.clinic_id, row.id) for row in rows if row.data_key}

    async def blobs(
        self, known: Mapping[str, int] | None = None
    ) -> AsyncIterator[tuple[str, bytes]]:
        """Yield every blob as it is, sealed: (key, bytes). Blobs destroyed in the meantime are
        left out, and so are those `known` with their current size."""
        store = self._repository.store
        async for key in store.keys():
            size = await store.size(key)
            if size is None or (known or {}).get(key) == size:
                continue
            try:
                yield key, await store.read(key, 0, size)
            except NotFound:
                continue

    async def put_blob(self, key: str, source: BinaryIO) -> None:
        """Store a blob exported by `blobs`; durable on return."""
        writer = await self._repository.store.append(key, 0)

        def pieces() -> Iterator[bytes]:
            return iter(partial(source.read, _PIECE), b"")

        try:
            await writer.commit(pieces)
        finally:
            await writer.close()
