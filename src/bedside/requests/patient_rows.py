"""Requests to a patient, for charts that are joined."""

from bedside.kernel.unit_of_work import UnitOfWork
from bedside.people.patient_rows import PatientRows, RowsOfPatient
from bedside.requests import records
from bedside.requests.models import requests
from bedside.requests.records import RequestRow


class RequestsOfPatient(RowsOfPatient):
    """Hands over requests. Their links go on: the patient keeps the address that they have."""

    def __init__(self) -> None:
        super().__init__(requests, RequestRow)

    async def reassigned(self, work: UnitOfWork, row: RequestRow, to: str) -> None:
        """Publish to the open pages of both charts, and to the desk."""
        records.publish(work, row)
        records.publish(work, row._replace(patient_id=to))


def patient_rows() -> dict[str, PatientRows]:
    """Return what this domain keeps of a patient."""
    return {"requests": RequestsOfPatient()}
