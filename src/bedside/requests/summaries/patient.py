"""The patient's side of a summary: reading it, until its link ends."""

from dataclasses import dataclass
from typing import Any

from bedside.audit import Action
from bedside.errors import NotFound
from bedside.kernel import clock
from bedside.links.records import LinkClosed, LinkState
from bedside.people.clinics import Clinic
from bedside.people.permissions import LinkAccess
from bedside.printing.ports import Sheet
from bedside.requests import records
from bedside.requests.kinds import RequestTools
from bedside.requests.records import Content
from bedside.requests.summaries import rows
from bedside.requests.summaries.details import SummaryDetails
from bedside.requests.summaries.sheet import sheet_of


@dataclass(frozen=True, slots=True)
class SummaryPage:
    """The patient's page. Times in milliseconds."""

    clinic: Clinic
    content: Content
    details: SummaryDetails
    sent_at: int
    expires_at: int


class SummaryReading:
    """Shows summaries to the patients to whom they were written."""

    def __init__(self, tools: RequestTools) -> None:
        self._database = tools.database
        self._vault = tools.vault
        self._audit = tools.audit
        self._clinics = tools.clinics
        self._patients = tools.patients
        self._printer = tools.printer

    async def read(self, link: LinkAccess) -> SummaryPage:
        """Return a summary, and record its first reading. Raises NotFound, and LinkClosed where
        the visit turned out to be somebody else's."""
        async with self._database.read() as db:
            row = await db.one(records.by_id, of=link.subject_id)
            summary = await db.one(rows.BY_ID, of=link.subject_id)
            if row is None or summary is None:
                raise NotFound
            whose = await rows.patient_of(db, row.clinic_id, summary.visit_id)
        if whose != link.patient_id or whose != row.patient_id:
            raise LinkClosed(LinkState.REVOKED)
        if not row.read_at:
            await self._note(link)
        content = records.opened(await self._vault.clinic(row.clinic_id), row).content
        return SummaryPage(
            await self._clinics.get(row.clinic_id),
            content,
            SummaryDetails.of(content),
            row.created_at,
            row.expires_at,
        )

    async def pdf(self, link: LinkAccess, *, large: bool = False) -> tuple[Sheet, bytes]:
        """Return a summary as it is printed in the language that is spoken now, and as PDF, for
        the patient to keep. Raises as `read`, and Unavailable."""
        page = await self.read(link)
        known_as = await self._patients.known_as(page.clinic.id, link.patient_id)
        sheet = sheet_of(page.clinic, page.content, page.sent_at, known_as, large=large)
        return sheet, await self._printer.pdf(sheet)

    async def _note(self, link: LinkAccess) -> None:
        """Record that it is read, once, and publish it to the pages of staff."""
        async with self._database.unit_of_work() as work:
            row = await records.locked(work, link.subject_id)
            summary = await work.one(rows.BY_ID, of=link.subject_id)
            if row is None or summary is None or row.read_at:
                return
            await records.save(work, row, read_at=clock.now())
            await self._audit.record(
                work,
                row.clinic_id,
                link.actor,
                Action.SUMMARY_READ,
                patient_id=row.patient_id,
                subject_id=row.id,
                visit=summary.visit_id,
            )

    async def snapshot(self, link: LinkAccess) -> dict[str, Any]:
        """Return nothing: a summary does not change."""
        return {}
