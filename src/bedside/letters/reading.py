"""The patient's side of letters: behind their links, and in the app for good."""

from dataclasses import dataclass, replace
from typing import Any

from bedside.audit import Action
from bedside.charts import sent
from bedside.charts.records import Entry
from bedside.errors import NotFound
from bedside.files.retrieval import Opened
from bedside.files.states import FileState
from bedside.kernel import clock
from bedside.kernel.unit_of_work import Reader
from bedside.letters import records
from bedside.letters.records import Letter
from bedside.people.clinics import Clinic
from bedside.people.permissions import ChartAccess, LinkAccess
from bedside.printing.ports import Sheet
from bedside.requests import records as request_records
from bedside.requests.kinds import RequestTools


@dataclass(frozen=True, slots=True)
class LetterPage:
    """A letter as the patient reads it, with the files that can be opened. Times in
    milliseconds."""

    clinic: Clinic
    letter: Letter
    sheet: Sheet
    files: tuple[Entry, ...]
    read_at: int
    expires_at: int


class LetterReading:
    """Shows letters to the patients to whom they were written."""

    def __init__(self, tools: RequestTools) -> None:
        self._database = tools.database
        self._vault = tools.vault
        self._audit = tools.audit
        self._clinics = tools.clinics
        self._printer = tools.printer
        self._retrieval = tools.retrieval

    async def read(self, link: LinkAccess) -> LetterPage:
        """Return the letter of a link, and record its first reading. Raises NotFound."""
        page = await self.page(link, link.subject_id)
        if not page.read_at:
            await self._note(link)
        return page

    async def pdf(self, link: LinkAccess, *, large: bool = False) -> tuple[Sheet, bytes]:
        """Return a letter as it was sent, as PDF for the patient to keep. Raises as `read`, and
        Unavailable."""
        page = await self.read(link)
        sheet = replace(page.sheet, large=large)
        return sheet, await self._printer.pdf(sheet)

    async def file(self, link: LinkAccess, entry_id: str, form: str = "") -> Opened:
        """Open a file that goes along with a letter. Raises NotFound, also once it is not given
        any more, NotOpened."""
        page = await self.page(link, link.subject_id)
        for entry in page.files:
            if entry.id == entry_id:
                return await self._retrieval.given(link, entry.file_id, form)
        raise NotFound

    async def snapshot(self, link: LinkAccess) -> dict[str, Any]:
        """Return nothing: a letter does not change."""
        return {}

    async def page(self, access: LinkAccess | ChartAccess, letter_id: str) -> LetterPage:
        """Return a letter as its patient reads it. Raises NotFound."""
        async with self._database.read() as db:
            request = await db.one(request_records.by_id, of=letter_id)
            row = await db.one(records.BY_ID, of=letter_id)
            whose = (access.clinic_id, access.patient_id)
            if request is None or row is None or (request.clinic_id, request.patient_id) != whose:
                raise NotFound
            files = await self._files(db, row.id, access)
        keys = await self._vault.clinic(row.clinic_id)
        letter = records.opened(keys, row)
        if letter.record.sheet is None:
            raise NotFound
        return LetterPage(
            await self._clinics.get(row.clinic_id),
            letter,
            letter.record.sheet,
            files,
            request.read_at,
            request.expires_at,
        )

    async def _files(
        self, db: Reader, letter_id: str, access: LinkAccess | ChartAccess
    ) -> tuple[Entry, ...]:
        """Return the files that went along and can be opened by the patient now."""
        given = await sent.given_with(db, letter_id)
        left = await sent.sendable(db, access.clinic_id, access.patient_id, given)
        found = await sent.entries(db, self._vault, access, left)
        return tuple(found[one] for one in left if found[one].state == FileState.FILED)

    async def _note(self, link: LinkAccess) -> None:
        """Record that a letter is read, once, and publish it to the pages of staff."""
        async with self._database.unit_of_work() as work:
            row = await request_records.locked(work, link.subject_id)
            if row is None or row.read_at:
                return
            await request_records.save(work, row, read_at=clock.now())
            await self._audit.record(
                work,
                row.clinic_id,
                link.actor,
                Action.LETTER_READ,
                patient_id=row.patient_id,
                subject_id=row.id,
            )
