"""The letters of a chart, as staff see them: drafts, and what became of those that were sent."""

from dataclasses import dataclass

from bedside.audit import Action
from bedside.letters import records
from bedside.letters.records import KEY, Letter
from bedside.people.permissions import ChartAccess
from bedside.requests import records as request_records
from bedside.requests.kinds import RequestTools
from bedside.requests.records import Request


@dataclass(frozen=True, slots=True)
class Archived:
    """A letter of a chart. `by` is who sent it, or changed the draft last; `request` what became of
    it, None for a draft."""

    letter: Letter
    by: str
    request: Request | None


class LetterArchive:
    """Lists the letters of charts."""

    def __init__(self, tools: RequestTools) -> None:
        self._database = tools.database
        self._vault = tools.vault
        self._staff = tools.staff
        self._looks = tools.looks

    async def of(self, chart: ChartAccess) -> list[Archived]:
        """Return the letters of a chart without discarded ones, the last changed first; one audit
        line for a look."""
        keys = await self._vault.clinic(chart.clinic_id)
        which = {"patient": chart.patient_id, "clinic": chart.clinic_id}
        async with self._database.read() as db:
            found = [records.opened(keys, row) for row in await db.all(records.OF_CHART, **which)]
            sent = await db.all(request_records.OF_KIND, **which, kind=KEY)
        by_id = {row.id: request_records.opened(keys, row) for row in sent}
        names = await self._staff.named(chart.clinic_id, {one.changed_by for one in found})
        await self._looks.note(
            chart.clinic_id,
            chart.actor,
            chart.staff.session_id,
            Action.LETTERS_LISTED,
            patient_id=chart.patient_id,
        )
        return [Archived(one, names.get(one.changed_by, ""), by_id.get(one.id)) for one in found]

    async def was_sent_about(self, chart: ChartAccess, visit_id: str) -> bool:
        """Whether a letter about a visit was sent to this patient."""
        async with self._database.read() as db:
            found = await db.all(records.OF_VISIT, visit=visit_id, clinic=chart.clinic_id)
        return any(row.sent_at and row.patient_id == chart.patient_id for row in found)
