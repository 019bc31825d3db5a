"""The copy of a photographed or scanned PDF in which the words can be selected.

The words of each page wait, sealed, until the last one is read; then the copy is made once. What
arrived stays as it is: the copy is a derivative, and others get it in place of the PDF.
"""

from collections.abc import AsyncIterator
from typing import Any

from bedside.errors import NotFound, Unavailable
from bedside.files import holders, media_types
from bedside.files.file_rows import DerivativeRow, FileRow
from bedside.files.lines_given import lines_in
from bedside.files.ports import Content, Derivative, Examiner
from bedside.files.repository import Repository
from bedside.files.states import FileState, Sharing
from bedside.files.text_layers import MEDIA_TYPE, SEARCHABLE, WORDS, Line, as_bytes
from bedside.kernel import clock, faults
from bedside.kernel.jobs import TryAgain
from bedside.kernel.unit_of_work import Transactions, UnitOfWork

LAYER = "file.layer"
_COPIED = (Sharing.AS_IT_IS, Sharing.COPY)
"""The forms for others of which a searchable copy can be made."""


def may_have_layer(row: FileRow) -> bool:
    """Whether the words of its pages can become a layer."""
    return row.media_type == media_types.PDF and row.sharing in _COPIED


def words_of_page(number: int, lines: tuple[Line, ...]) -> Derivative:
    """Return the words of a page as they wait for the others."""
    return Derivative(f"{WORDS}{number}", MEDIA_TYPE, as_bytes(lines))


def layer_later(work: UnitOfWork, file_id: str) -> None:
    """Have the copy made of a file whose pages are all read."""
    work.enqueue(LAYER, {"file_id": file_id}, unique=f"{LAYER}:{file_id}")


class Layering:
    """Makes searchable copies."""

    def __init__(self, database: Transactions, repository: Repository, examiner: Examiner) -> None:
        self._database = database
        self._repository = repository
        self._examiner = examiner

    async def layer(self, payload: dict[str, Any]) -> None:
        """Job: make the copy of the words that wait, and let go of them. Without a copy, others
        get the PDF as before."""
        try:
            row = await self._repository.row(payload["file_id"])
        except NotFound:  # deleted by its sender before the job ran
            return
        made = await self._repository.derivatives(row.id)
        waiting = [role for role in made if role.startswith(WORDS)]
        if row.state != FileState.FILED or not row.data_key or not waiting:
            return
        copy = None
        if SEARCHABLE not in made and may_have_layer(row):
            copy = await self._copied(row, made, waiting)
        await self._keep(row, copy, waiting)

    async def _copied(
        self, row: FileRow, made: dict[str, DerivativeRow], waiting: list[str]
    ) -> Derivative | None:
        pages: dict[int, tuple[Line, ...]] = {}
        try:
            for role in waiting:
                stored = await self._repository.derivative_bytes(row, role)
                pages[int(role.removeprefix(WORDS))] = lines_in(stored)
        except NotFound:  # let go of before a kill, because there was no copy to be made
            return None
        copy = made.get("shared") if row.sharing == Sharing.COPY else None
        size = copy.size if copy else row.size
        content = Content(lambda: self._chunks(row, copy), size, media_types.PDF)
        try:
            return await self._examiner.with_words(content, pages)
        except Unavailable as error:
            raise TryAgain(clock.MINUTE, "unavailable") from error

    async def _chunks(self, row: FileRow, copy: DerivativeRow | None) -> AsyncIterator[bytes]:
        """Yield what others get so far."""
        opened = self._repository.open_derivative(row, copy) if copy else self._repository.open(row)
        async for piece in (await opened).chunks():
            yield bytes(piece)

    async def _keep(self, row: FileRow, copy: Derivative | None, waiting: list[str]) -> None:
        """Keep the copy, and let go of the words."""
        if copy:
            await self._repository.store_derivative(row, copy)
            faults.point("file.layer_stored")
            async with self._database.unit_of_work() as work:
                await holders.lock(work, row)
                if not (await self._repository.row(row.id, work)).data_key:
                    return  # destroyed in the meantime
                await self._repository.add_derivative(work, row.id, copy)
        for role in waiting:
            await self._repository.delete_derivative(row, role)
        faults.point("file.layer_kept")
        # The rows go last: while they are there, a kill leaves nothing that nobody knows of.
        async with self._database.unit_of_work() as work:
            await holders.lock(work, row)
            for role in waiting:
                await self._repository.drop_derivative(work, row.id, role)
