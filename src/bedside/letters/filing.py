"""The copy of a letter in the chart: a PDF through the intake, once."""

from typing import Any

from bedside.charts.channels import Channel
from bedside.files.announcing import Upload
from bedside.files.copies import SOON, Copy
from bedside.kernel import clock
from bedside.kernel.jobs import TryAgain
from bedside.kernel.unit_of_work import UnitOfWork
from bedside.letters import records
from bedside.letters.records import LetterRow
from bedside.people.permissions import chart_of_author
from bedside.people.roles import Role
from bedside.requests import records as request_records
from bedside.requests.kinds import RequestTools
from bedside.requests.records import Request

FILE = "letter.file"


class LetterFiling:
    """Files letters in the charts of their patients."""

    def __init__(self, tools: RequestTools) -> None:
        self._database = tools.database
        self._vault = tools.vault
        self._copies = tools.copies
        self._printer = tools.printer

    async def file(self, payload: dict[str, Any]) -> None:
        """Job: file a copy of a letter that was sent. Raises TryAgain, Unavailable."""
        async with self._database.read() as db:
            row = await db.one(records.BY_ID, of=payload["letter_id"])
            request = await db.one(request_records.by_id, of=payload["letter_id"])
        if row is None or request is None or row.filed_at:
            return
        keys = await self._vault.clinic(row.clinic_id)
        await self._upload(row, request_records.opened(keys, request))
        async with self._database.unit_of_work() as work:
            await work.execute(records.CHANGE, of=row.id, filed_at=clock.now())

    async def _upload(self, row: LetterRow, request: Request) -> None:
        record = records.opened(await self._vault.clinic(row.clinic_id), row).record
        assert record.sheet is not None  # noqa: S101 - it was sent
        copy = Copy(
            record.title,
            await self._printer.pdf(record.sheet),
            record.category,
            Channel.LETTER,
            row.id,
            row.upload_id,
            row.file_id,
        )

        async def keep(work: UnitOfWork, begun: Upload) -> bool:
            return await _keep(work, row, begun)

        author = Role(request.content.asked_role)
        chart = chart_of_author(row.clinic_id, request.sent_by, author, row.patient_id)
        await self._copies.file(chart, copy, keep)


async def _keep(work: UnitOfWork, before: LetterRow, begun: Upload) -> bool:
    """Store the upload of a copy."""
    row = await records.locked(work, before.id)
    if row is None or row.upload_id != before.upload_id:
        raise TryAgain(SOON, "another worker has begun")
    if row.patient_id != before.patient_id:
        return False  # the charts were joined meanwhile
    await work.execute(records.CHANGE, of=row.id, upload_id=begun.id, file_id=begun.file_id)
    return True
