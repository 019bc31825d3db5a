"""Links to a patient, for charts that are joined."""

from bedside.database.sealed import Vault
from bedside.links.bound import LINKS
from bedside.links.models import links
from bedside.people.patient_rows import BoundRowsOfPatient, PatientRows


def patient_rows(vault: Vault) -> dict[str, PatientRows]:
    """Return what this domain keeps of a patient."""
    return {"links": BoundRowsOfPatient(links, LINKS, vault)}
