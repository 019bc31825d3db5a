"""Entries of a chart and their words, for charts that are joined."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select

from bedside.charts.entries import ENTRIES, entry_facts
from bedside.charts.events import EntryAdded, EntryRemoved, InboxChanged
from bedside.charts.models import chart_entries, entry_reports
from bedside.charts.rows import EntryRow
from bedside.charts.search import SearchIndex
from bedside.database.sealed import Vault
from bedside.database.statements import prepared
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.people.patient_rows import BoundRowsOfPatient, PatientRows, RowsOfPatient

MOVE_WORDS = "chart.move_words"
"""The kind of job that moves the words of entries: there may be hundreds for each."""
_AT_ONCE = 100

_patient_of = prepared(
    select(chart_entries.c.patient_id).where(chart_entries.c.id == bindparam("of"))
)


def reports_of_patient() -> PatientRows:
    """Return the reports about entries of a patient."""
    return RowsOfPatient(entry_reports)


class EntriesOfPatient(BoundRowsOfPatient):
    """Hands over entries. They are in the other chart at once, and are found by their words there
    a moment later."""

    def __init__(self, database: Transactions, vault: Vault, index: SearchIndex) -> None:
        super().__init__(chart_entries, ENTRIES, vault)
        self._database = database
        self._index = index

    async def reassign(
        self,
        work: UnitOfWork,
        clinic_id: str,
        patient_id: str,
        to: str,
        only: Sequence[str] | None = None,
    ) -> list[str]:
        """Make entries belong to another chart: see `people.patient_rows.PatientRows`."""
        entry_ids = await super().reassign(work, clinic_id, patient_id, to, only)
        for seen_by in (patient_id, to) if entry_ids else ():
            # once for each: the inbox asks again as a whole
            work.emit(
                InboxChanged(
                    clinic_id=clinic_id, patient_id=seen_by, entry_id=entry_ids[0], reason="joined"
                )
            )
        for first in range(0, len(entry_ids), _AT_ONCE):
            work.enqueue(MOVE_WORDS, {"entries": entry_ids[first : first + _AT_ONCE]})
        return entry_ids

    async def reassigned(self, work: UnitOfWork, row: EntryRow, to: str) -> None:
        """Publish to the open pages of both charts."""
        if row.moved_to:
            return
        work.emit(EntryRemoved(patient_id=row.patient_id, entry_id=row.id))
        work.emit(EntryAdded(patient_id=to, entry_id=row.id, **entry_facts(row)))

    async def move_words(self, payload: dict[str, Any]) -> None:
        """Job: move the words of entries to the chart in which each of them is now."""
        for entry_id in payload["entries"]:
            async with self._database.unit_of_work() as work:
                row = await work.one(_patient_of, of=entry_id)
                if row:
                    await self._index.move(work, entry_id, entry_id, row.patient_id)
