"""Charts as open pages follow them: snapshots, and how an event changes one."""

from typing import Any

from sqlalchemy import bindparam, select

from bedside.charts.entries import Charts, entry_facts
from bedside.charts.models import chart_entries
from bedside.database.statements import prepared
from bedside.kernel.unit_of_work import Transactions
from bedside.people.permissions import ChartAccess, StaffAccess

_of_chart = prepared(
    select(chart_entries)
    .where(
        chart_entries.c.clinic_id == bindparam("clinic"),
        chart_entries.c.patient_id == bindparam("patient"),
        chart_entries.c.moved_to == "",
    )
    .order_by(chart_entries.c.id)
)


class LiveCharts:
    """Snapshots of the topics `chart:…` and `desk:…`."""

    def __init__(self, database: Transactions, charts: Charts) -> None:
        self._database = database
        self._charts = charts

    async def chart(self, chart: ChartAccess) -> dict[str, Any]:
        """All entries of a chart: id → what events tell of it."""
        async with self._database.read() as db:
            rows = await db.all(_of_chart, clinic=chart.clinic_id, patient=chart.patient_id)
        return {"entries": {row.id: entry_facts(row) for row in rows}}

    async def desk(self, staff: StaffAccess) -> dict[str, Any]:
        """What badges show."""
        return {"unreviewed": await self._charts.unreviewed_count(staff)}


def apply(snapshot: dict[str, Any], event_type: str, data: dict[str, Any]) -> dict[str, Any]:
    """The snapshot of a chart after an event: what pages do, and what tests compare with."""
    entries = dict(snapshot["entries"])
    if event_type in ("chart.entry_added", "chart.entry_changed"):
        told = {k: v for k, v in data.items() if k not in ("patient_id", "entry_id")}
        entries[data["entry_id"]] = told
    elif event_type == "chart.entry_removed":
        entries.pop(data["entry_id"], None)
    return {**snapshot, "entries": entries}
