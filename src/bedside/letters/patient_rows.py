"""Letters to a patient, for charts that are joined."""

from bedside.letters.models import letters
from bedside.letters.records import LetterRow
from bedside.people.patient_rows import PatientRows, RowsOfPatient


def patient_rows() -> dict[str, PatientRows]:
    """Return what this domain keeps of a patient."""
    return {"letters": RowsOfPatient(letters, LetterRow)}
