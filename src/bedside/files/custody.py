"""Looking after sealed files as a whole: keys wrapped anew, damage found, blobs carried out and in.

For those who keep an installation (backup, restore, doctor, rotation); nothing here opens a file
for a person.
"""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from functools import partial
from typing import BinaryIO

from bedside.errors import BedsideError, NotFound
from bedside.files.repository import Repository, blob_key
from bedside.files.uploads import Uploads
from bedside.kernel.unit_of_work import Row

_PIECE = 1 << 20


class Custody:
    """The keeper of all sealed files."""

    def __init__(self, repository: Repository, uploads: Uploads) -> None:
        self._repository = repository
        self._uploads = uploads

    async def rewrap_keys(self, clinic_id: str) -> int:
        """Wrap every data key by the clinic's newest key; how many were changed."""
        changed = await self._repository.rewrap_keys(clinic_id)
        return changed + await self._uploads.rewrap_keys(clinic_id)

    async def damaged(self, clinic_id: str) -> AsyncIterator[str]:
        """Ids of files whose sealed bytes are missing or not what was sealed; reads everything."""
        async for row in self._repository.all_rows(clinic_id):
            try:
                await self._read_all(row)
            except BedsideError:
                yield row.id

    async def _read_all(self, row: Row) -> None:
        async for _ in self._repository.chunks(row):
            pass
        for made in (await self._repository.derivatives(row.id)).values():
            reader = await self._repository.open_derivative(row, made)
            async for _ in reader.chunks():
                pass

    @staticmethod
    def named_by(rows: Iterable[Row]) -> set[str]:
        """Keys of the blobs that these rows of files need."""
        return {blob_key(row.clinic_id, row.id) for row in rows if row.data_key}

    async def blobs(
        self, known: Mapping[str, int] | None = None
    ) -> AsyncIterator[tuple[str, bytes]]:
        """Every blob, sealed as it is: (key, bytes). One that was destroyed meanwhile is left
        out, and so is one that is `known` with its present size."""
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
        """Store a blob that `blobs` gave out; durable on return."""
        writer = await self._repository.store.append(key, 0)

        def pieces() -> Iterator[bytes]:
            return iter(partial(source.read, _PIECE), b"")

        try:
            await writer.commit(pieces)
        finally:
            await writer.close()
