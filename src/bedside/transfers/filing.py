"""Filing the file of a live transfer in the chart; until the visit's patient is identified, the
transfer holds the file, for its visit."""

from bedside.files.intake import Intake
from bedside.kernel.unit_of_work import Reader, UnitOfWork
from bedside.people.permissions import ChartAccess
from bedside.transfers import events, rows
from bedside.transfers.rows import LiveTransferRow
from bedside.transfers.states import Ended
from bedside.visits.rows import VisitRow

CLEAR_UP = "live_transfer.clear_up"


class TransferFiling:
    """Files what has arrived. Implements `visits.ports.ContentOfVisits`."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    async def file(self, work: UnitOfWork, row: LiveTransferRow) -> None:
        """File in the chart, or keep for the visit until the patient is identified. The transfer
        is locked."""
        entry_id = ""
        if row.patient_id:
            entry_id = await self._intake.file_held(work, rows.holder_of(row), row.file_id)
        await work.execute(rows.CHANGE, of=row.id, filed=True, entry_id=entry_id)

    @staticmethod
    def clear_up_later(work: UnitOfWork, transfer_id: str, file_id: str = "") -> None:
        """Destroy the file of this transfer, later. With `file_id`, of one that arrived after it
        was cancelled: the job from then may still be running, and miss it."""
        name = f"{CLEAR_UP}:{transfer_id}" + (f":{file_id}" if file_id else "")
        work.enqueue(CLEAR_UP, {"transfer_id": transfer_id}, unique=name)

    # --- visits without a chart ------------------------------------------------------------------

    async def lock_content(self, work: UnitOfWork, row: VisitRow) -> None:
        """Lock all transfers of the visit."""
        for one in await work.all(rows.OF_VISIT, visit=row.id):
            await work.lock(one.id)

    async def visit_identified(self, work: UnitOfWork, row: VisitRow) -> None:
        """File what has arrived, and whatever is in transfer as soon as it has."""
        for one in await work.all(rows.OF_VISIT, visit=row.id):
            await work.execute(rows.CHANGE, of=one.id, patient_id=row.patient_id)
            if one.filed:
                await self.file(work, one._replace(patient_id=row.patient_id))
            events.publish(work, one)

    async def visit_reassigned(
        self, work: UnitOfWork, row: VisitRow, chart: ChartAccess, to: ChartAccess, reason: str
    ) -> None:
        """File what is still in transfer in the other chart; implements
        `visits.ports.EntriesOfVisits`."""
        for one in await work.all(rows.OF_VISIT, visit=row.id):
            await work.execute(rows.CHANGE, of=one.id, patient_id=to.patient_id)
            events.publish(work, one)

    async def visit_discarded(self, work: UnitOfWork, row: VisitRow) -> None:
        """Destroy what has arrived, by the job that cleans up."""
        for one in await work.all(rows.OF_VISIT, visit=row.id):
            if one.filed:
                await work.execute(rows.CHANGE, of=one.id, filed=False, ended=Ended.DISCARDED)
                self.clear_up_later(work, one.id)

    async def held(self, reader: Reader, visit_ids: list[str]) -> dict[str, int]:
        """Count files that have arrived and are in no chart, by visit."""
        found = rows.HELD.where(rows.HELD_BY.in_(visit_ids))
        return {row.visit_id: row.files for row in await reader.all(found)}
