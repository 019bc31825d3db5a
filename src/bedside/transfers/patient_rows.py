"""Live file transfers with a patient, for charts that are joined."""

from bedside.people.patient_rows import PatientRows, RowsOfPatient
from bedside.transfers.models import live_transfers


def patient_rows() -> dict[str, PatientRows]:
    """Return what this domain keeps of a patient."""
    return {"transfers": RowsOfPatient(live_transfers)}
