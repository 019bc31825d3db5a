"""Live charts: snapshots, and how events change them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, select

from bedside.charts.entries import entry_facts
from bedside.charts.models import chart_entries
from bedside.charts.rows import EntryRow
from bedside.database.statements import prepared
from bedside.errors import NotFound
from bedside.kernel.unit_of_work import Transactions
from bedside.people.audiences import Audiences
from bedside.people.permissions import Permissions, StaffAccess
from bedside.realtime.topics import Audience, TopicKind

_of_chart = prepared(
    select(chart_entries)
    .where(
        chart_entries.c.clinic_id == bindparam("clinic"),
        chart_entries.c.patient_id == bindparam("patient"),
        chart_entries.c.moved_to == "",
    )
    .order_by(chart_entries.c.id),
    EntryRow,
)


class LiveCharts:
    """The topics `chart:…` and `desk:…`. `access` is what the socket proved."""

    def __init__(
        self, database: Transactions, permissions: Permissions, audiences: Audiences
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._audiences = audiences

    def topics(self) -> tuple[TopicKind, ...]:
        """Return the kinds."""
        return (
            TopicKind("chart", self.chart, self.audience),
            TopicKind("desk", self.desk, self.audience),
        )

    async def audience(self, _about: str, told: Mapping[str, Any], person: str = "") -> Audience:
        """Return those who may now see the patient that an event names, or are in charge of the
        room that it names instead."""
        patient_id = str(told.get("patient_id", ""))
        if patient_id:
            return await self._audiences.of(patient_id, person)
        room_id = str(told.get("room_id", ""))
        return await self._audiences.in_charge(room_id, person) if room_id else None

    async def chart(self, access: object, patient_id: str) -> dict[str, Any]:
        """Return all entries of a chart: id → what events carry of it. Raises NotFound."""
        if not isinstance(access, StaffAccess):
            raise NotFound
        chart = await self._permissions.chart(access, patient_id)
        async with self._database.read() as db:
            rows = await db.all(_of_chart, clinic=chart.clinic_id, patient=chart.patient_id)
        return {"entries": {row.id: entry_facts(row) for row in rows}}

    async def desk(self, access: object, clinic_id: str) -> dict[str, Any]:
        """Return nothing: the desk has events only, for the clinic's staff. Raises NotFound for
        others."""
        if not isinstance(access, StaffAccess) or access.clinic_id != clinic_id:
            raise NotFound
        return {}


def apply(snapshot: dict[str, Any], event_type: str, data: dict[str, Any]) -> dict[str, Any]:
    """Apply an event to the snapshot of a chart: what pages do, and what tests compare with."""
    entries = dict(snapshot["entries"])
    if event_type in ("chart.entry_added", "chart.entry_changed"):
        told = {k: v for k, v in data.items() if k not in ("patient_id", "entry_id")}
        entries[data["entry_id"]] = told
    elif event_type == "chart.entry_removed":
        entries.pop(data["entry_id"], None)
    return {**snapshot, "entries": entries}
