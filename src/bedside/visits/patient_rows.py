"""Visits of a patient and invitations to them, for charts that are joined."""

from bedside.kernel.unit_of_work import UnitOfWork
from bedside.people.patient_rows import PatientRows, RowsOfPatient
from bedside.visits import rows
from bedside.visits.models import invitations, visits
from bedside.visits.rows import VisitRow
from bedside.visits.states import State


class VisitsOfPatient(RowsOfPatient):
    """Hands over visits. One in progress goes on, and its place in the queue stays."""

    def __init__(self) -> None:
        super().__init__(visits, VisitRow)

    async def reassigned(self, work: UnitOfWork, row: VisitRow, to: str) -> None:
        """Publish whose visit it is to those in charge of the room."""
        now = row._replace(patient_id=to)
        if now.state != State.ENDED:
            rows.publish_to_room(work, now)
            rows.publish_touched(work, now, "identity")


def patient_rows() -> dict[str, PatientRows]:
    """Return what this domain keeps of a patient."""
    return {"visits": VisitsOfPatient(), "invitations": RowsOfPatient(invitations)}
