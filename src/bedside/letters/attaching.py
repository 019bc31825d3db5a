"""A letter and its files for the e-mail about it."""

from bedside.errors import Gone
from bedside.files.names import titled
from bedside.files.retrieval import Opened
from bedside.letters.reading import LetterReading
from bedside.notifications.ports import Attachment
from bedside.people.permissions import chart_of_author
from bedside.people.roles import Role
from bedside.requests import records as request_records
from bedside.requests.kinds import RequestTools


class LetterAttachments:
    """Makes what is attached when the e-mail leaves. Implements
    `notifications.ports.Attachments`."""

    def __init__(self, tools: RequestTools, reading: LetterReading) -> None:
        self._database = tools.database
        self._vault = tools.vault
        self._printer = tools.printer
        self._retrieval = tools.retrieval
        self._reading = reading

    async def attached(
        self, clinic_id: str, patient_id: str, reference: str
    ) -> tuple[Attachment, ...]:
        """Return a letter as PDF, and what goes along with it. Raises Gone for a letter that is
        this patient's no more, or whose files are not all there."""
        async with self._database.read() as db:
            row = await db.one(request_records.by_id, of=reference)
        if row is None or (row.clinic_id, row.patient_id) != (clinic_id, patient_id):
            raise Gone
        keys = await self._vault.clinic(clinic_id)
        author = Role(request_records.opened(keys, row).content.asked_role)
        chart = chart_of_author(clinic_id, row.sent_by, author, patient_id)
        page = await self._reading.page(chart, reference)
        if len(page.files) < len(page.letter.record.entries):
            raise Gone
        pdf = await self._printer.pdf(page.sheet)
        made = [Attachment(titled(page.sheet.title, ".pdf"), "application/pdf", pdf)]
        for entry in page.files:
            opened = await self._retrieval.attached(chart, entry.file_id)
            made.append(Attachment(entry.name, opened.media_type, await _whole(opened)))
        return tuple(made)


async def _whole(opened: Opened) -> bytes:
    return b"".join([piece async for piece in opened.chunks(0, opened.size)])
