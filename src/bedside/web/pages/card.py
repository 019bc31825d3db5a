"""The Patient information card: beside any page or a page of its own; the patient's details."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bedside.audit import Action
from bedside.charts.records import ChartFilter
from bedside.errors import WrongInput
from bedside.kernel import clock
from bedside.kernel.language import N_, gettext
from bedside.people.clinics import Clinic
from bedside.people.patients import Patient
from bedside.people.permissions import ChartAccess
from bedside.people.roles import May, allows
from bedside.web.context import services_of
from bedside.web.forms import form_of
from bedside.web.fragments import prepare, wants_fragment
from bedside.web.pages.demographics import (
    Entered,
    age,
    entered_as,
    entered_by,
    field_of,
    language_name,
    languages,
)
from bedside.web.pages.today import today_in
from bedside.web.rendering import render
from bedside.web.said import go, sayable
from bedside.web.signed_in import shell

_FILES = 4
_REQUESTS = 3
CHANGED = sayable("patient_changed", N_("The patient's details are saved."))


async def card(request: Request) -> Response:
    """GET /patients/{patient_id}/card."""
    services = services_of(request)
    fragment = wants_fragment(request)
    staff = await (prepare(request) if fragment else shell(request, "patients"))
    chart = await services.permissions.chart(staff, request.path_params["patient_id"])
    clinic = await services.clinics.get(staff.clinic_id)
    patient = await services.patients.get(chart)
    await services.looks.note(
        staff.clinic_id,
        staff.actor,
        staff.session_id,
        Action.PATIENT_OPENED,
        patient_id=patient.id,
    )
    return render(
        request,
        "pages/patients/card_panel.html" if fragment else "pages/patients/card.html",
        **await _about(request, chart, clinic, patient),
        **await _now(request, chart, clinic),
    )


async def now(request: Request) -> Response:
    """GET /patients/{patient_id}/card/now: the part of the card that changes by itself."""
    services = services_of(request)
    staff = await prepare(request)
    chart = await services.permissions.chart(staff, request.path_params["patient_id"])
    clinic = await services.clinics.get(staff.clinic_id)
    return render(request, "pages/patients/card_now.html", **await _now(request, chart, clinic))


async def _about(
    request: Request, chart: ChartAccess, clinic: Clinic, patient: Patient
) -> dict[str, Any]:
    services = services_of(request)
    here = datetime.fromtimestamp(clock.now() / 1000, ZoneInfo(clinic.options.time_zone)).date()
    return {
        "patient": patient,
        "age": _age_in_words(patient.demographics.birth_date, here),
        "speaks": language_name(patient.demographics.language),
        "teams": await services.assignments.of_patient(chart),
        "may_ask": allows(chart.staff.role, May.SEND_REQUESTS),
        "may_audit": allows(chart.staff.role, May.SEE_AUDIT),
    }


def _age_in_words(born: date | None, today: date) -> str:
    """“35 years”, “7 months”; "" when the date of birth is not known."""
    if born is None:
        return ""
    years = age(born, today)
    if years >= 2:
        return gettext("%(years)s years") % {"years": years}
    months = (today.year - born.year) * 12 + today.month - born.month - (today.day < born.day)
    return gettext("%(months)s months") % {"months": max(0, months)}


async def _now(request: Request, chart: ChartAccess, clinic: Clinic) -> dict[str, Any]:
    services = services_of(request)
    entries = await services.charts.entries(chart, ChartFilter(limit=_FILES + 8))
    recent = [entry for entry in entries if not entry.moved_to][:_FILES]
    requests = await services.request_lists.of_chart(chart)
    return {
        "patient_id": chart.patient_id,
        "entries": recent,
        "pictured": await services.retrieval.with_thumbnail(recent),
        "requests": requests[:_REQUESTS],
        "today": await today_in(services, chart, clinic),
    }


# --- details -------------------------------------------------------------------------------------


async def details_form(request: Request) -> Response:
    """GET /patients/{patient_id}/details."""
    staff = await shell(request, "patients")
    services = services_of(request)
    chart = await services.permissions.chart(staff, request.path_params["patient_id"])
    patient = await services.patients.get(chart)
    await services.looks.note(
        staff.clinic_id,
        staff.actor,
        staff.session_id,
        Action.PATIENT_OPENED,
        patient_id=patient.id,
    )
    teams = [team.id for team in await services.assignments.of_patient(chart)]
    return await _details_page(request, patient, entered_as(patient.demographics), teams, {})


async def change_details(request: Request) -> Response:
    """POST /patients/{patient_id}/details."""
    staff = await shell(request, "patients")
    services = services_of(request)
    chart = await services.permissions.chart(staff, request.path_params["patient_id"])
    form = await form_of(request)
    entered = entered_by(form)
    patient = await services.patients.get(chart)
    before = patient.demographics
    demographics, errors = entered.checked(born_required=before.birth_date is not None)
    teams: list[str] = []
    try:
        teams = await services.assignments.check(staff, form.all("teams"))
    except WrongInput as error:
        errors["teams"] = gettext(error.sentence)
    if demographics is None or errors:
        return await _details_page(request, patient, entered, form.all("teams"), errors)
    async with services.database.unit_of_work() as work:
        if demographics != before:
            await services.patients.change(work, chart, demographics)
        await services.assignments.change(work, chart, teams)
    if not await services.permissions.sees(staff, chart.patient_id):
        return go("/patients", CHANGED)
    return go(f"/patients/{chart.patient_id}/card", CHANGED)


async def _details_page(
    request: Request,
    patient: Patient,
    entered: Entered,
    chosen: list[str],
    errors: dict[str, str],
) -> Response:
    return render(
        request,
        "pages/patients/details.html",
        status=422 if errors else 200,
        patient=patient,
        entered=entered,
        teams=await services_of(request).teams.listed(patient.clinic_id),
        chosen=chosen,
        errors=errors,
        languages=languages(),
        summary=[(field_of(name), sentence) for name, sentence in errors.items()],
    )


routes = [
    Route("/patients/{patient_id}/card", card),
    Route("/patients/{patient_id}/card/now", now),
    Route("/patients/{patient_id}/details", details_form),
    Route("/patients/{patient_id}/details", change_details, methods=["POST"]),
]
