"""The Patient information card: beside any page or a page of its own; the patient's details."""

from starlette.requests import Request
from starlette.responses import Response

from bedside.audit import Action
from bedside.edge.context import services_of
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import form_of
from bedside.edge.fragments import prepare, wants_fragment
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.edge.shell import shell
from bedside.edge.signed_in import staff_of
from bedside.errors import NotFound, WrongInput
from bedside.kernel.language import N_, gettext
from bedside.people.likely import AlreadyHere
from bedside.people.patients import Patient
from bedside.web.patients.card_facts import about, recent
from bedside.web.patients.demographics import (
    Entered,
    entered_as,
    entered_by,
    who_is,
)
from bedside.web.patients.details_form import form_page
from bedside.web.patients.visit_card import visit_part

CONFIRMED = flash_message("address_confirmed", N_("Messages go there again."))
CHANGED = flash_message("patient_changed", N_("The patient's details are saved."))


async def card(request: Request) -> Response:
    """GET /patients/{patient_id}/card: with the visit, while the patient is in one of one's
    rooms."""
    services = services_of(request)
    fragment = wants_fragment(request)
    staff = await (prepare(request) if fragment else shell(request, "patients"))
    chart = await services.people.permissions.chart(staff, request.path_params["patient_id"])
    clinic = await services.people.clinics.get(staff.clinic_id)
    patient = await services.people.patients.get(chart)
    await services.audit.looks.note(
        staff.clinic_id,
        staff.actor,
        staff.session_id,
        Action.PATIENT_OPENED,
        patient_id=patient.id,
    )
    facts = {
        **await about(services, chart, clinic, patient),
        **await recent(request, chart, clinic),
    }
    present = await services.visits.whereabouts.present(chart)
    if present:
        room = await services.visits.whereabouts.room_of(staff, present)
        facts |= await visit_part(services, room, present)
    kind = "visit_card" if present else "card"
    panel = "_panel" if fragment else ""
    return render(request, f"patients/{kind}{panel}.html", **facts)


async def now(request: Request) -> Response:
    """GET /patients/{patient_id}/card/now: the live part of the card."""
    services = services_of(request)
    staff = await prepare(request)
    chart = await services.people.permissions.chart(staff, request.path_params["patient_id"])
    clinic = await services.people.clinics.get(staff.clinic_id)
    shown = await recent(request, chart, clinic)
    return render(request, "patients/card_now.html", **shown)


# --- details -------------------------------------------------------------------------------------


async def details_form(request: Request) -> Response:
    """GET /patients/{patient_id}/details."""
    staff = await shell(request, "patients")
    services = services_of(request)
    chart = await services.people.permissions.chart(staff, request.path_params["patient_id"])
    patient = await services.people.patients.get(chart)
    await services.audit.looks.note(
        staff.clinic_id,
        staff.actor,
        staff.session_id,
        Action.PATIENT_OPENED,
        patient_id=patient.id,
    )
    teams = [team.id for team in await services.people.assignments.of_patient(chart)]
    return await _details_page(request, patient, entered_as(patient.demographics), teams, {})


async def change_details(request: Request) -> Response:
    """POST /patients/{patient_id}/details."""
    staff = await shell(request, "patients")
    services = services_of(request)
    chart = await services.people.permissions.chart(staff, request.path_params["patient_id"])
    form = await form_of(request)
    entered = entered_by(form)
    patient = await services.people.patients.get(chart)
    before = patient.demographics
    demographics, errors = entered.checked(
        await services.people.clinics.get(staff.clinic_id),
        born_required=before.birth_date is not None,
        kept_phone=before.phone,
    )
    if demographics is not None:
        demographics = demographics.model_copy(update={"contact": before.contact})
    teams: list[str] = []
    try:
        teams = await services.people.assignments.check(staff, form.all("teams"))
    except WrongInput as error:
        errors["teams"] = gettext(error.sentence)
    if demographics is None or errors:
        return await _details_page(request, patient, entered, form.all("teams"), errors)
    if form["another"] != who_is(demographics):
        here = await services.people.likely.before_changing(staff, patient.id, before, demographics)
        if here:
            who = who_is(demographics)
            return await _details_page(request, patient, entered, form.all("teams"), {}, here, who)
    async with services.database.unit_of_work() as work:
        if demographics != before:
            await services.people.patients.change(work, chart, demographics)
        await services.people.assignments.change(work, chart, teams)
    if not await services.people.permissions.sees(staff, chart.patient_id):
        return redirect("/patients", CHANGED)
    return redirect(f"/patients/{chart.patient_id}/card", CHANGED)


async def _details_page(
    request: Request,
    patient: Patient,
    entered: Entered,
    chosen: list[str],
    errors: dict[str, str],
    here: AlreadyHere | None = None,
    who: str = "",
) -> Response:
    template, clinic_id = "patients/details.html", patient.clinic_id
    return await form_page(
        request, template, clinic_id, entered, chosen, errors, here, who=who, patient=patient
    )


async def confirm_address(request: Request) -> Response:
    """POST /patients/{patient_id}/addresses: the number or the address (`which`) that reached
    somebody else is right after all."""
    staff = await staff_of(request)
    people = services_of(request).people
    chart = await people.permissions.chart(staff, request.path_params["patient_id"])
    known = (await people.patients.get(chart)).demographics
    which = (await form_of(request))["which"]
    if which not in ("phone", "email"):
        raise NotFound
    await people.phone_numbers.confirm(chart, known.phone if which == "phone" else known.email)
    return redirect(f"/patients/{chart.patient_id}/card", CONFIRMED)


routes = [
    staff_route("/patients/{patient_id}/addresses", confirm_address, methods=["POST"]),
    staff_route("/patients/{patient_id}/card", card),
    staff_route("/patients/{patient_id}/card/now", now),
    staff_route("/patients/{patient_id}/details", details_form),
    staff_route("/patients/{patient_id}/details", change_details, methods=["POST"]),
]
