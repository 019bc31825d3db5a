"""The copy of a summary in the chart: a PDF through the intake, once."""

from typing import Any

from bedside.charts.categories import Category
from bedside.charts.channels import Channel
from bedside.files.announcing import Upload
from bedside.files.copies import SOON, Copy
from bedside.kernel import clock
from bedside.kernel.jobs import TryAgain
from bedside.kernel.unit_of_work import UnitOfWork
from bedside.notifications.texts import in_language
from bedside.people.permissions import ChartAccess, chart_of_author
from bedside.people.roles import Role
from bedside.requests import records
from bedside.requests.kinds import RequestTools
from bedside.requests.records import Request
from bedside.requests.summaries import rows
from bedside.requests.summaries.rows import SummaryRow
from bedside.requests.summaries.sheet import sheet_of
from bedside.visits import rows as visit_rows

FILE = "summary.file"


class SummaryFiling:
    """Files summaries in the charts of their patients."""

    def __init__(self, tools: RequestTools) -> None:
        self._database = tools.database
        self._vault = tools.vault
        self._clinics = tools.clinics
        self._patients = tools.patients
        self._copies = tools.copies
        self._printer = tools.printer

    async def file(self, payload: dict[str, Any]) -> None:
        """Job: file a copy. A visit that was moved to another chart meanwhile takes the summary
        along in its record, and nothing is filed in the first."""
        found = await self._to_file(payload["request_id"])
        if found is None:
            return
        request, summary, whose = found
        if whose == request.patient_id:
            await self._upload(request, summary)
        elif summary.upload_id and whose:
            await self._copies.drop(_chart(request, whose), summary.upload_id)
        async with self._database.unit_of_work() as work:
            await work.execute(rows.CHANGE, of=request.id, filed_at=clock.now())

    async def _to_file(self, request_id: str) -> tuple[Request, SummaryRow, str] | None:
        """Return a summary without a copy, and whose its visit is now."""
        async with self._database.read() as db:
            row = await db.one(records.by_id, of=request_id)
            summary = await db.one(rows.BY_ID, of=request_id)
            if row is None or summary is None or summary.filed_at:
                return None
            whose = await rows.patient_of(db, row.clinic_id, summary.visit_id)
        request = records.opened(await self._vault.clinic(row.clinic_id), row)
        return request, summary, whose

    async def _upload(self, request: Request, summary: SummaryRow) -> None:
        """Upload the copy, unless it is there. Raises TryAgain."""
        title, content = await self._printed(request)
        copy = Copy(
            title,
            content,
            Category.VISIT_SUMMARY,
            Channel.SECURE_LINK,
            summary.visit_id,
            summary.upload_id,
            summary.file_id,
        )

        async def keep(work: UnitOfWork, begun: Upload) -> bool:
            return await _keep(work, request, summary, begun)

        await self._copies.file(_chart(request, request.patient_id), copy, keep)

    async def _printed(self, request: Request) -> tuple[str, bytes]:
        """Return the title of a copy, for staff, and what the patient reads, as PDF. Raises
        Unavailable."""
        clinic = await self._clinics.get(request.clinic_id)
        known_as = await self._patients.known_as(request.clinic_id, request.patient_id)
        with in_language(clinic.options.language):
            sheet = sheet_of(clinic, request.content, request.created_at, known_as)
        return sheet.title, await self._printer.pdf(sheet)


async def _keep(work: UnitOfWork, request: Request, summary: SummaryRow, begun: Upload) -> bool:
    """Store the upload of a copy. From here on an upload follows its visit; one that was begun
    after the visit was moved would not."""
    await records.locked(work, summary.request_id)
    now = await work.one(rows.BY_ID, of=summary.request_id)
    visit = await work.one(visit_rows.for_change, of=summary.visit_id)
    if now is None or now.upload_id != summary.upload_id:
        raise TryAgain(SOON, "another worker has begun")
    if visit is None or visit.patient_id != request.patient_id:
        return False
    ids = {"upload_id": begun.id, "file_id": begun.file_id}
    await work.execute(rows.CHANGE, of=summary.request_id, **ids)
    return True


def _chart(request: Request, patient_id: str) -> ChartAccess:
    return chart_of_author(
        request.clinic_id, request.sent_by, Role(request.content.asked_role), patient_id
    )
