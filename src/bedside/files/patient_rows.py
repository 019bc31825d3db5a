"""Files and uploads of a patient, for charts that are joined."""

from bedside.database.sealed import Vault
from bedside.files.models import files, uploads
from bedside.files.repository import FILES
from bedside.people.patient_rows import BoundRowsOfPatient, PatientRows, RowsOfPatient


def patient_rows(vault: Vault) -> dict[str, PatientRows]:
    """Return what this domain keeps of a patient."""
    return {"uploads": RowsOfPatient(uploads), "files": BoundRowsOfPatient(files, FILES, vault)}
