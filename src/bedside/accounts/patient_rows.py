"""Rows of a patient in the app, for charts that are joined."""

from bedside.accounts.bound import ACCOUNTS, GRANTS
from bedside.accounts.models import accounts, grants, proxy_notices
from bedside.accounts.rows import NoticeRow
from bedside.database.sealed import Vault
from bedside.people.patient_rows import BoundRowsOfPatient, PatientRows, RowsOfPatient


def patient_rows(vault: Vault) -> dict[str, PatientRows]:
    """Return what this domain keeps of a patient."""
    return {
        "accounts": BoundRowsOfPatient(accounts, ACCOUNTS, vault),
        "grants": BoundRowsOfPatient(grants, GRANTS, vault),
        "proxy_notices": RowsOfPatient(proxy_notices, NoticeRow),
    }
