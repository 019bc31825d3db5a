"""The rows of a patient in every domain, for charts that are joined."""

from bedside.accounts import patient_rows as of_accounts
from bedside.care import patient_rows as of_care
from bedside.charts.patient_rows import EntriesOfPatient, reports_of_patient
from bedside.conversations import patient_rows as of_conversations
from bedside.database.sealed import Vault
from bedside.files import patient_rows as of_files
from bedside.letters import patient_rows as of_letters
from bedside.links import patient_rows as of_links
from bedside.notifications import patient_rows as of_notifications
from bedside.people import hidden
from bedside.people.patient_rows import PatientRows
from bedside.requests import patient_rows as of_requests
from bedside.sharing import patient_rows as of_sharing
from bedside.transfers import patient_rows as of_transfers
from bedside.visits import patient_rows as of_visits


def patient_rows(vault: Vault, entries: EntriesOfPatient) -> dict[str, PatientRows]:
    """Return the rows by what they are, in the order in which other units of work lock them."""
    return {
        **of_visits.patient_rows(),
        **of_requests.patient_rows(),
        **of_letters.patient_rows(),
        **of_care.patient_rows(),
        **of_links.patient_rows(vault),
        **of_accounts.patient_rows(vault),
        **hidden.patient_rows(vault),
        **of_transfers.patient_rows(),
        **of_conversations.patient_rows(),
        **of_files.patient_rows(vault),
        "entries": entries,
        "entry_reports": reports_of_patient(),
        **of_sharing.patient_rows(vault),
        **of_notifications.patient_rows(),
    }
