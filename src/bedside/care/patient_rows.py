"""Appointments of a patient, for charts that are joined."""

from bedside.care.appointments import records
from bedside.care.appointments.models import appointments
from bedside.care.appointments.rows import AppointmentRow
from bedside.kernel.unit_of_work import UnitOfWork
from bedside.people.patient_rows import PatientRows, RowsOfPatient


class AppointmentsOfPatient(RowsOfPatient):
    """Hands over appointments, and publishes them to open calendars."""

    def __init__(self) -> None:
        super().__init__(appointments, AppointmentRow)

    async def reassigned(self, work: UnitOfWork, row: AppointmentRow, to: str) -> None:
        """Publish to the calendars."""
        records.publish(work, row)


def patient_rows() -> dict[str, PatientRows]:
    """Return what this domain keeps of a patient."""
    return {"appointments": AppointmentsOfPatient()}
