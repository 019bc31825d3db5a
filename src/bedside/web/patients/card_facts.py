"""The content of the Patient information card, for a patient and for a visit alike."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request

from bedside.charts.records import ChartFilter
from bedside.edge.context import services_of
from bedside.edge.dates import age
from bedside.edge.labels import language_name
from bedside.edge.past_visits import recent_visits
from bedside.kernel import clock
from bedside.kernel.language import ngettext
from bedside.people.clinics import Clinic
from bedside.people.patients import Patient
from bedside.people.permissions import ChartAccess
from bedside.people.roles import May, allows
from bedside.services import Services
from bedside.web.patients.today import today_in

_FILES = 4
_REQUESTS = 3


async def about(
    services: Services, chart: ChartAccess, clinic: Clinic, patient: Patient
) -> dict[str, Any]:
    """Return the patient's data, and what the viewer may do."""
    here = datetime.fromtimestamp(clock.now() / 1000, ZoneInfo(clinic.options.time_zone)).date()
    return {
        "patient": patient,
        "age": _age_in_words(patient.demographics.birth_date, here),
        "speaks": language_name(patient.demographics.language),
        "teams": await services.people.assignments.of_patient(chart),
        "may_ask": allows(chart.staff.role, May.SEND_REQUESTS),
        "visits": await recent_visits(services, chart),
        "mail_came_back": await services.notifications.messages.came_back(
            chart, patient.demographics.email
        ),
        "may_audit": allows(chart.staff.role, May.SEE_AUDIT),
    }


def _age_in_words(born: date | None, today: date) -> str:
    """Return “35 years”, “7 months”; "" if the date of birth is unknown."""
    if born is None:
        return ""
    years = age(born, today)
    if years >= 2:
        return ngettext("%(num)s year", "%(num)s years", years) % {"num": years}
    months = (today.year - born.year) * 12 + today.month - born.month - (today.day < born.day)
    months = max(0, months)
    return ngettext("%(num)s month", "%(num)s months", months) % {"num": months}


async def recent(request: Request, chart: ChartAccess, clinic: Clinic) -> dict[str, Any]:
    """Return requests, files, visits and the day: the live part."""
    services = services_of(request)
    entries = await services.charts.contents.entries(chart, ChartFilter(limit=_FILES + 8))
    newest = [entry for entry in entries if not entry.moved_to][:_FILES]
    requests = await services.requests.lists.of_chart(chart)
    return {
        "patient_id": chart.patient_id,
        "entries": newest,
        "pictured": await services.files.retrieval.with_thumbnail(newest),
        "requests": requests[:_REQUESTS],
        "kinds": services.requests.kinds,
        "today": await today_in(request, chart, clinic),
    }
