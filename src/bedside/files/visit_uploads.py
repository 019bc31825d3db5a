"""Uploads that go straight into a chart from a visit, when the visit turns out to be another
patient's: a picture of the whiteboard, the copy of a summary.

Entries follow the visit. A file whose last bytes arrive a moment later has no entry yet, and would
be filed in the chart that it was begun for.
"""

from typing import Any

from sqlalchemy import bindparam, update

from bedside.database.statements import prepared
from bedside.files.models import uploads
from bedside.kernel.unit_of_work import UnitOfWork
from bedside.people.permissions import ChartAccess

_follow = prepared(
    update(uploads)
    .where(
        uploads.c.clinic_id == bindparam("clinic"),
        uploads.c.patient_id == bindparam("patient"),
        uploads.c.source_id == bindparam("visit"),
        uploads.c.holder_id == "",
        ~uploads.c.finished,
    )
    .values(patient_id=bindparam("to"))
)


class UploadsOfVisits:
    """Uploads from visits. Implements `visits.ports.EntriesOfVisits`."""

    @staticmethod
    async def visit_reassigned(
        work: UnitOfWork, row: Any, chart: ChartAccess, to: ChartAccess, reason: str
    ) -> None:
        """Have what is still arriving filed in the other chart. This comes before the entries: a
        file that is completed meanwhile waits here, or has its entry by then."""
        await work.execute(
            _follow,
            clinic=chart.clinic_id,
            patient=chart.patient_id,
            visit=row.id,
            to=to.patient_id,
        )
