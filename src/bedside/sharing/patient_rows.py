"""Shares and questions of a patient, for charts that are joined."""

from bedside.database.sealed import Vault
from bedside.people.patient_rows import BoundRowsOfPatient, PatientRows, RowsOfPatient
from bedside.sharing.models import access_questions, shares
from bedside.sharing.rows import SHARES


def patient_rows(vault: Vault) -> dict[str, PatientRows]:
    """Return what this domain keeps of a patient."""
    return {
        "shares": BoundRowsOfPatient(shares, SHARES, vault),
        "access_questions": RowsOfPatient(access_questions),
    }
