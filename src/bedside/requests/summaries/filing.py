"""The copy of a summary in the chart: a PDF through the intake, once.

It is uploaded by a job, as a phone would: the id of the upload is stored before its first byte, so
that a job that was killed knows its upload, and a chart has one copy.
"""

from contextlib import suppress
from typing import Any

from bedside.charts.categories import Category
from bedside.charts.channels import Channel
from bedside.errors import Conflict, Gone, NotFound
from bedside.files.announcing import Allowance, Announced, FileRefused, Upload
from bedside.kernel import clock, faults
from bedside.kernel.jobs import TryAgain
from bedside.kernel.streams import one_piece
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
_SOON = 5 * clock.SECOND


class SummaryFiling:
    """Files summaries in the charts of their patients."""

    def __init__(self, tools: RequestTools) -> None:
        self._database = tools.database
        self._vault = tools.vault
        self._clinics = tools.clinics
        self._patients = tools.patients
        self._uploads = tools.uploads
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
            await self._drop(request, summary.upload_id, whose)
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
        chart = _chart(request, request.patient_id)
        title, content = await self._copy(request)
        upload = await self._begun(chart, summary, title, len(content))
        faults.point("summary.filing")
        if upload is None or upload.finished or upload.refusal:
            return
        try:
            await self._uploads.append(chart, upload.id, 0, one_piece(content))
        except FileRefused:
            return  # its words stay in the record of the visit
        except Conflict as error:
            raise TryAgain(_SOON, "another worker is at it") from error
        except NotFound as error:
            raise TryAgain(_SOON, "the visit was moved, and its upload with it") from error
        faults.point("summary.filed")

    async def _copy(self, request: Request) -> tuple[str, bytes]:
        """Return the title of a copy, for staff, and what the patient reads, as PDF. Raises
        Unavailable."""
        clinic = await self._clinics.get(request.clinic_id)
        known_as = await self._patients.known_as(request.clinic_id, request.patient_id)
        with in_language(clinic.options.language):
            sheet = sheet_of(clinic, request.content, request.created_at, known_as)
        return sheet.title, await self._printer.pdf(sheet)

    async def _begun(
        self, chart: ChartAccess, summary: SummaryRow, title: str, length: int
    ) -> Upload | None:
        """Return the upload of the copy, begun now or before; None if the copy is in a chart, and
        its upload is forgotten."""
        if summary.upload_id:
            try:
                upload = await self._uploads.find(chart, summary.upload_id)
            except (NotFound, Gone):
                async with self._database.read() as db:
                    if await rows.is_in_a_chart(db, summary.file_id):
                        return None
            else:
                if upload.finished or (upload.length == length and not upload.position):
                    return upload
                # A name or a font may have changed since: no PDF is made of two halves.
                await self._uploads.cancel(chart, upload.id)
        return await self._begin(chart, summary, title, length)

    async def _begin(
        self, chart: ChartAccess, summary: SummaryRow, title: str, length: int
    ) -> Upload:
        begun = await self._uploads.begin_for_chart(
            chart,
            Announced(f"{title}.pdf", length),
            Allowance(largest=length),
            Category.VISIT_SUMMARY,
            channel=Channel.SECURE_LINK,
            source_id=summary.visit_id,
        )
        async with self._database.unit_of_work() as work:
            await records.locked(work, summary.request_id)
            now = await work.one(rows.BY_ID, of=summary.request_id)
            visit = await work.one(visit_rows.for_change, of=summary.visit_id)
            if now is None or now.upload_id != summary.upload_id:
                raise TryAgain(_SOON, "another worker has begun")
            # From here on an upload follows its visit; one that was begun after the visit was
            # moved would not.
            is_theirs = visit is not None and visit.patient_id == chart.patient_id
            if is_theirs:
                await work.execute(
                    rows.CHANGE, of=summary.request_id, upload_id=begun.id, file_id=begun.file_id
                )
        if not is_theirs:
            await self._uploads.cancel(chart, begun.id)
            raise TryAgain(_SOON, "the visit was moved")
        return begun

    async def _drop(self, request: Request, upload_id: str, whose: str) -> None:
        """Cancel the upload of a copy that was begun before the visit was moved, and went with
        it; nothing for one that has arrived."""
        with suppress(NotFound, Gone):
            await self._uploads.cancel(_chart(request, whose), upload_id)


def _chart(request: Request, patient_id: str) -> ChartAccess:
    return chart_of_author(
        request.clinic_id, request.sent_by, Role(request.content.asked_role), patient_id
    )
