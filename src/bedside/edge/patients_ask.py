"""How many questions and reports of patients wait for an answer: beside the inbox, and in it."""

from bedside.people.permissions import StaffAccess
from bedside.services import Services


async def patients_ask(services: Services, staff: StaffAccess) -> int:
    """Count what this person could answer."""
    asked = await services.sharing.questions.waiting(staff)
    return asked + await services.charts.reports.waiting(staff)
