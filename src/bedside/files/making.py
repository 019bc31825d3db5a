"""Pictures, words and the index of filed files: first what a file brings along, page by page, then
the words of scans, read one page at a time. Files that an earlier version made things of are made
again when nothing else is to be done.

Each step is a job that may be killed; what it made so far stays, and the next one goes on.
"""

import asyncio
import re
from contextlib import aclosing
from typing import Any

import structlog

from bedside.charts.entries import Charts
from bedside.errors import NotFound, StorageFull, Unavailable
from bedside.files import holders
from bedside.files.file_rows import FileRow
from bedside.files.holders import HolderKinds
from bedside.files.layering import layer_later, may_have_layer, words_of_page
from bedside.files.ports import MAX_TEXT, Content, Derivation, Examiner
from bedside.files.refusals import with_notes
from bedside.files.repository import Repository
from bedside.files.sealed_format import SealBroken
from bedside.files.states import FileState
from bedside.files.steps import Steps
from bedside.files.text_layers import SEARCHABLE, Line
from bedside.kernel import clock, faults
from bedside.kernel.jobs import TryAgain
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.kernel.words import words_of
from bedside.people.clinics import Clinics

DERIVE = "file.derive"
READ = "file.read"
INDEX = "file.index"
MAKE_AGAIN = "later.make_again"
READ_AGAIN = "later.read"
NOT_YET = 0
"""`files.made_by` until everything was made of a file but the words of scans."""
MAKER = 3
"""The version of the code that makes things of files. One that makes other things of some types of
files is the next number, and its migration gives that number to all files of the other types."""
_WORDS_AT_ONCE = 200
"""Words indexed before others may write: some milliseconds' worth."""
_INDEXED_EVERY = 10
"""Pages after which what was read can be found."""
_PUBLISHED_EVERY = 5
_SHOWN = re.compile(rf"thumbnail|preview|strip|reading|{SEARCHABLE}|(?:page|figure)-\d+")
"""The roles of what people see; others are of the intake, or are still to be read."""
_log = structlog.get_logger("files")


class Making:
    """Makes pictures, words and the index of filed files."""

    def __init__(
        self,
        database: Transactions,
        clinics: Clinics,
        charts: Charts,
        repository: Repository,
        examiner: Examiner,
        kinds: HolderKinds,
    ) -> None:
        self._database = database
        self._clinics = clinics
        self._charts = charts
        self._repository = repository
        self._examiner = examiner
        self._holders = kinds

    async def derive(self, payload: dict[str, Any]) -> None:
        """Job: make thumbnail, previews, and the words that the file brings along."""
        row = await self._filed(payload)
        if row is not None:
            await self._derive(row, READ)

    async def _filed(self, payload: dict[str, Any]) -> FileRow | None:
        try:
            row = await self._repository.row(payload["file_id"])
        except NotFound:  # deleted by its sender before the job ran
            return None
        return row if row.state == FileState.FILED else None

    async def _derive(self, row: FileRow, reading: str) -> None:
        options = (await self._clinics.get(row.clinic_id)).options
        content = Content(
            lambda: self._repository.chunks(row), row.size, row.media_type, options.language
        )
        whole, made = Steps(), set[str]()
        async with aclosing(self._examiner.derive(content)) as steps:
            async for step in steps:
                whole.add(step)
                made |= {one.role for one in step.derivatives}
                await self._store(row, step)
        await self._drop_older(row, made)
        faults.point("file.derived")
        sealed = await self._repository.sealed_text(row, whole.text)
        async with self._database.unit_of_work() as work:
            await holders.lock(work, row)
            row = await self._repository.row(row.id, work)
            if row.state != FileState.FILED or not row.data_key:
                return  # destroyed in the meantime
            if whole.source:
                await self._repository.add_text(work, row, sealed, whole.source)
            changed: dict[str, Any] = {"made_by": MAKER, "note": with_notes(row.note, whole.note)}
            if whole.facts.get("pages", "").isdecimal():
                changed["pages"] = int(whole.facts["pages"])
            await self._repository.change(work, row.id, **changed)
            if await self._repository.unread(row.id, work):
                work.enqueue(reading, {"file_id": row.id}, unique=f"{reading}:{row.id}")
            await self._publish(work, row)
            if not row.holder_id:
                index_later(work, row.id)

    async def _drop_older(self, row: FileRow, made: set[str]) -> None:
        """Destroy pictures that an earlier version made and this one did not, such as those of a
        page that cannot be drawn any more: they would stand beside what is true now. Where nothing
        could be made, they are better than nothing."""
        if not made:
            return
        for role in await self._repository.derivatives(row.id):
            if role in made or not _SHOWN.fullmatch(role):
                continue
            await self._repository.delete_derivative(row, role)
            # The row goes last: while it is there, a kill leaves nothing that nobody knows of.
            async with self._database.unit_of_work() as work:
                await holders.lock(work, row)
                await self._repository.drop_derivative(work, row.id, role)

    async def _store(self, row: FileRow, step: Derivation) -> None:
        """Store the pictures of a step, and let them be seen."""
        for made in step.derivatives:
            await self._repository.store_derivative(row, made)
            faults.point("file.derivative_stored")
        if not step.derivatives:
            return
        async with self._database.unit_of_work() as work:
            await holders.lock(work, row)
            current = await self._repository.row(row.id, work)
            if not current.data_key:
                return
            for made in step.derivatives:
                await self._repository.add_derivative(work, row.id, made)
            if step.page == 1 or (step.page and step.page % _PUBLISHED_EVERY == 0):
                await self._publish(work, current)

    async def _publish(self, work: UnitOfWork, row: FileRow) -> None:
        if row.holder_id:
            await holders.notify(self._holders, work, row, preview=True)
        else:
            await self._charts.show_preview(work, row.id)

    # --- scans -------------------------------------------------------------------------------

    async def read(self, payload: dict[str, Any]) -> None:
        """Job: read the next page of a scan. Other files get their turn between two pages, so
        that a long fax keeps no photo waiting."""
        row = await self._filed(payload)
        unread = await self._repository.unread(row.id) if row else []
        if row is None or not unread:
            return
        try:
            await self._read(row, unread[0], len(unread) - 1)
        except Unavailable as error:
            raise TryAgain(clock.SECOND, "unavailable") from error
        if len(unread) > 1:
            raise TryAgain(0, "pages")

    async def _read(self, row: FileRow, number: int, left: int) -> None:
        """Read a page and store its words. `left` are the pages that are still unread then."""
        role = f"ocr-{number}"
        try:
            scan = await self._repository.derivative_bytes(row, role)
        except NotFound:  # read, and removed, before a kill
            scan = b""
        text = await self._repository.text(row)
        pages = text.split("\f", number)
        pages += [""] * (number - len(pages))
        own = pages[number - 1]
        if scan:
            read = await self._examiner.read(scan, own)
            pages[number - 1] = read.text.replace("\f", "\n")
            await self._keep_places(row, number, read.lines)
        if pages[number - 1] != own:
            await self._keep_words(row, "\f".join(pages)[:MAX_TEXT])
        faults.point("file.page_read")
        # The row goes last: while it is there, a kill leaves nothing that nobody knows of.
        await self._repository.delete_derivative(row, role)
        async with self._database.unit_of_work() as work:
            await holders.lock(work, row)
            row = await self._repository.row(row.id, work)
            await self._repository.drop_derivative(work, row.id, role)
            if left == 0 and may_have_layer(row):
                layer_later(work, row.id)
            if left % _INDEXED_EVERY == 0 and row.data_key:
                await self._publish(work, row)
                if not row.holder_id:
                    index_later(work, row.id, f":{left}")

    async def _keep_places(self, row: FileRow, number: int, lines: tuple[Line, ...]) -> None:
        """Keep where the words of a page are, until all pages are read."""
        if not lines or not may_have_layer(row):
            return
        made = words_of_page(number, lines)
        await self._repository.store_derivative(row, made)
        async with self._database.unit_of_work() as work:
            await holders.lock(work, row)
            if (await self._repository.row(row.id, work)).data_key:
                await self._repository.add_derivative(work, row.id, made)

    async def _keep_words(self, row: FileRow, words: str) -> None:
        sealed = await self._repository.sealed_text(row, words)
        async with self._database.unit_of_work() as work:
            await holders.lock(work, row)
            row = await self._repository.row(row.id, work)
            if row.data_key:
                await self._repository.add_text(work, row, sealed, "recognised")

    # --- words -------------------------------------------------------------------------------

    async def index(self, payload: dict[str, Any]) -> None:
        """Job: make a filed file searchable by its words, which are counted in a thread. Others
        may write between batches of some hundred; what a kill leaves out is added when the job
        runs again."""
        row = await self._filed(payload)
        if row is None:
            return
        words = await asyncio.to_thread(words_of, await self._repository.text(row))
        words += await self._charts.own_words(row.clinic_id, row.id)
        for start in range(0, len(words), _WORDS_AT_ONCE):
            some = words[start : start + _WORDS_AT_ONCE]
            async with self._database.unit_of_work() as work:
                current = await self._repository.row(row.id, work)
                if current.state != FileState.FILED or current.holder_id:
                    return  # destroyed in the meantime, or not filed yet
                await self._charts.add_words(work, row.clinic_id, row.id, some)
            faults.point("file.some_words_indexed")

    # --- files of before ---------------------------------------------------------------------

    async def look_for_older(self) -> None:
        """Sweep: make things again of files of which an earlier version made them, if any."""
        if await self._repository.made_before(MAKER) is None:
            return
        async with self._database.unit_of_work() as work:
            work.enqueue(MAKE_AGAIN, {}, unique=MAKE_AGAIN)

    async def make_again(self, payload: dict[str, Any]) -> None:
        """Job: make things again of the next file of which an earlier version made them. It runs
        while no other job of files is to be done, and goes on where it was when it is killed."""
        del payload
        row = await self._repository.made_before(MAKER)
        if row is None:
            return
        try:
            await self._derive(row, READ_AGAIN)
        except (Unavailable, StorageFull) as error:
            raise TryAgain(clock.MINUTE, "unavailable") from error
        except (NotFound, SealBroken) as error:
            # Its bytes cannot be opened, which the check of stored files reports.
            _log.warning("file.not_made_again", error=type(error).__name__)
            async with self._database.unit_of_work() as work:
                await self._repository.change(work, row.id, made_by=MAKER)
        raise TryAgain(0, "files")


def derive_later(work: UnitOfWork, file_id: str) -> None:
    """Have things made of a file that was filed."""
    work.enqueue(DERIVE, {"file_id": file_id}, unique=f"derive:{file_id}")


def index_later(work: UnitOfWork, file_id: str, which: str = "") -> None:
    """Have the words of a file indexed; `which` tells apart states of its words, so that a job
    that is running already does not stand for a newer one."""
    work.enqueue(INDEX, {"file_id": file_id}, unique=f"index:{file_id}{which}")
