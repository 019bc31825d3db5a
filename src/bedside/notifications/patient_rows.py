"""Messages to a patient, for charts that are joined."""

from bedside.notifications.models import notifications
from bedside.notifications.plans.models import message_plans
from bedside.notifications.plans.rows import PlanRow
from bedside.people.patient_rows import PatientRows, RowsOfPatient


def patient_rows() -> dict[str, PatientRows]:
    """Return what this domain keeps of a patient."""
    return {
        "messages": RowsOfPatient(notifications),
        "plans": RowsOfPatient(message_plans, PlanRow),
    }
