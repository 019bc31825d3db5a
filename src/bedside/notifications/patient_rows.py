"""Messages to a patient, for charts that are joined."""

from bedside.notifications.models import notifications
from bedside.people.patient_rows import PatientRows, RowsOfPatient


def patient_rows() -> dict[str, PatientRows]:
    """Return what this domain keeps of a patient."""
    return {"messages": RowsOfPatient(notifications)}
