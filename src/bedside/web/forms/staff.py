"""“Send a form”: a PDF of the chart or an upload, the ways to the patient, the day it is due, what
the patient will see; and what became of it."""

from datetime import date, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bedside.charts.categories import LABELS, Category
from bedside.charts.records import ChartFilter
from bedside.edge.bodies import form_parts
from bedside.edge.context import services_of
from bedside.edge.counted import counted
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import Form, form_of
from bedside.edge.fragments import prepare
from bedside.edge.readers import proof_of
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.edge.shell import shell
from bedside.edge.signed_in import staff_of
from bedside.errors import Conflict, NotFound, TooLarge, WrongInput
from bedside.files import media_types
from bedside.files.announcing import Allowance
from bedside.files.fillable import WITH_FIELDS, NotAPdf, NotScanned
from bedside.files.options import UploadOptions
from bedside.files.receiving import SenderGone
from bedside.files.states import FileState
from bedside.kernel.ids import is_id, new_id
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.notifications.addresses import RuledOut, ways_to
from bedside.notifications.text_limits import ManyTexts
from bedside.people.clinics import Clinic
from bedside.people.emergencies import emergency
from bedside.people.patients import Patient
from bedside.people.permissions import ChartAccess
from bedside.requests.forms.details import PREFIX
from bedside.requests.forms.kind import way_of
from bedside.requests.forms.staff import NOTE_MAX, Draft, SentForm
from bedside.requests.states import Step, allowed

SENT = flash_message(
    "form_sent", N_("The form is on its way. You see here when it is opened and comes back.")
)
SENT_BACK = flash_message(
    "form_sent_back", N_("The form is on its way back to the patient, with your words.")
)
REMINDED = flash_message("form_reminded", N_("A reminder is on its way."))
NOT_NOW = flash_message(
    "form_moved_on",
    N_("This form has moved on in the meantime. Look at it again."),
    "attention",
)
NO_WAY = flash_message(
    "form_no_address",
    N_("No message can go to the patient's number or address. Correct or confirm it on the card."),
    "attention",
)
RULED_OUT = flash_message("form_ruled_out", RuledOut.sentence, "attention")
MANY = flash_message(
    "form_many_texts",
    N_("Many text messages went to this number just now, so no reminder was sent. Call instead."),
    "attention",
)
_MOST_LISTED = 50
_DAYS = 7
"""Days until a form is due, unless somebody says otherwise."""


# --- choosing -------------------------------------------------------------------------------------


async def choose(request: Request) -> Response:
    """GET /patients/{patient_id}/forms/new?entry=&file=: choose a PDF of the chart, or upload one;
    with one chosen, the form for sending it."""
    chart, patient, clinic = await _chart(request)
    entry_id = request.query_params.get("entry", "")
    file_id = request.query_params.get("file", "")
    if file_id and is_id(file_id, "fil"):
        charts = services_of(request).charts.contents
        entry_id = (await charts.entry_of_file(chart, file_id)).id
    if not entry_id:
        return await _choosing(request, chart, patient, clinic)
    draft = Draft(
        new_id(PREFIX),
        entry_id,
        ways_to(patient.demographics)[:1],
        clinic.options.today() + timedelta(days=_DAYS),
    )
    return await _form(request, chart, patient, draft)


async def _choosing(
    request: Request, chart: ChartAccess, patient: Patient, clinic: Clinic, problem: str = ""
) -> Response:
    wanted = ChartFilter(kinds=(media_types.PDF,), limit=_MOST_LISTED)
    found = await services_of(request).charts.contents.entries(chart, wanted)
    return render(
        request,
        "forms/choose.html",
        status=422 if problem else 200,
        patient=patient,
        entries=[one for one in found if one.state == FileState.FILED and not one.moved_to],
        problem=problem,
        categories=[(key, _(label)) for key, label in LABELS.items()],
        counted=counted("Choose %(count)s file", "Choose %(count)s files"),
        upload_limit=clinic.of(UploadOptions).upload_bytes_limit,
    )


async def upload(request: Request) -> Response:
    """POST /patients/{patient_id}/forms/upload: put a PDF into the chart, and go on with it."""
    chart, patient, clinic = await _chart(request)
    allowance = Allowance(largest=clinic.of(UploadOptions).upload_bytes_limit)
    taken = ""
    try:
        async for part in form_parts(request):
            if part.name == "file" and part.file_name and not taken:
                uploads = services_of(request).files.uploads
                done = await uploads.take_for_chart(
                    chart, part.file_name, part.chunks(), allowance, Category.FORM
                )
                taken = done.file_id
    except SenderGone:
        taken = ""
    except TooLarge as error:
        return await _choosing(request, chart, patient, clinic, _(error.sentence))
    if not taken:
        return await _choosing(request, chart, patient, clinic, _("Please choose a PDF first."))
    return RedirectResponse(f"/patients/{patient.id}/forms/new?file={taken}", status_code=303)


# --- sending --------------------------------------------------------------------------------------


async def preview(request: Request) -> Response:
    """POST /patients/{patient_id}/forms/new: preview; nothing is sent yet."""
    chart, patient, _clinic = await _chart(request)
    form = await form_of(request)
    draft = _draft(form)
    if "edit" in form:
        return await _form(request, chart, patient, draft)
    try:
        shown = await services_of(request).requests.forms.preview(chart, draft)
    except WrongInput as error:
        return await _form(request, chart, patient, draft, error)
    clinic = await services_of(request).people.clinics.get(chart.clinic_id)
    return render(
        request,
        "forms/preview.html",
        patient=patient,
        draft=draft,
        shown=shown,
        way=way_of(shown.form.state),
        emergency_text=emergency(clinic),
    )


async def send(request: Request) -> Response:
    """POST /patients/{patient_id}/forms: send what was previewed. Idempotent."""
    chart, patient, _clinic = await _chart(request)
    draft = _draft(await form_of(request))
    try:
        sent = await services_of(request).requests.forms.send(chart, draft)
    except WrongInput as error:
        return await _form(request, chart, patient, draft, error)
    return redirect(f"/patients/{patient.id}/forms/{sent}", SENT)


def _draft(form: Form) -> Draft:
    channels, due = tuple(form.all("channels")), _day(form.line("due"))
    return Draft(form.line("id"), form.line("entry"), channels, due, form["note"])


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


async def _form(
    request: Request,
    chart: ChartAccess,
    patient: Patient,
    draft: Draft,
    error: WrongInput | None = None,
) -> Response:
    services = services_of(request)
    clinic = await services.people.clinics.get(chart.clinic_id)
    try:
        entry, form = await services.requests.forms.look(chart, draft.entry_id)
    except NotAPdf as wrong:
        return await _choosing(request, chart, patient, clinic, _(wrong.sentence))
    except NotScanned:
        return await _waiting(request, chart, patient, draft.entry_id)
    return render(
        request,
        "forms/new.html",
        status=error.status if error else 200,
        patient=patient,
        draft=draft,
        entry=entry,
        form=form,
        way=way_of(form.state),
        today=clinic.options.today(),
        reachable=bool(ways_to(patient.demographics)),
        longest=NOTE_MAX,
        errors={error.field: _(error.sentence)} if error else {},
    )


async def _waiting(
    request: Request, chart: ChartAccess, patient: Patient, entry_id: str
) -> Response:
    """Say that a PDF is being scanned, or was not accepted."""
    services = services_of(request)
    entry = await services.charts.contents.entry(chart, entry_id)
    facts = await services.files.retrieval.facts(entry)
    page = render(
        request, "forms/waiting.html", status=409, patient=patient, entry=entry, facts=facts
    )
    if entry.state == FileState.SCANNING:
        page.headers["refresh"] = "2"
    return page


# --- afterwards -----------------------------------------------------------------------------------


async def one(request: Request) -> Response:
    """GET /patients/{patient_id}/forms/{request_id}: its state, and the answer beside the empty
    form."""
    chart, patient, _clinic = await _chart(request)
    return render(request, "forms/one.html", patient=patient, **await _one(request, chart))


async def one_now(request: Request) -> Response:
    """GET /patients/{patient_id}/forms/{request_id}/now: the live part."""
    staff = await prepare(request)
    services = services_of(request)
    chart = await services.people.permissions.chart(staff, request.path_params["patient_id"])
    return render(request, "forms/one_now.html", **await _one(request, chart))


async def _one(request: Request, chart: ChartAccess) -> dict[str, Any]:
    services = services_of(request)
    sent = await _sent(request, chart)
    shown: list[tuple[Any, list[str]]] = []
    with_fields: set[str] = set()
    for entry in (sent.entry, *sent.answers):
        if entry is not None:
            facts = await services.files.retrieval.facts(entry)
            pages = [form for form in facts.forms if form == "preview" or form[:5] == "page-"]
            pages.sort(key=lambda form: 1 if form == "preview" else int(form[5:]))
            shown.append((entry, pages))
            if WITH_FIELDS in facts.forms:
                with_fields.add(entry.id)
    for entry in sent.answers:
        await services.files.retrieval.record_view(chart, entry)
    return {
        **await proof_of(services, chart, sent.request.id),
        "sent": sent,
        "asked": sent.request,
        "shown": shown,
        "with_fields": with_fields,
        "may_send_back": allowed(sent.request.state, Step.SENT_BACK),
        "press": new_id("prs"),
        "may_revoke": allowed(sent.request.state, Step.REVOKED) and not sent.request.sending,
        "may_reissue": allowed(sent.request.state, Step.REISSUED) and not sent.request.sending,
    }


async def remind(request: Request) -> Response:
    """POST /patients/{patient_id}/forms/{request_id}/remind."""
    staff = await staff_of(request)
    services = services_of(request)
    chart = await services.people.permissions.chart(staff, request.path_params["patient_id"])
    request_id = request.path_params["request_id"]
    if not is_id(request_id, PREFIX):
        raise NotFound
    press = (await form_of(request)).line("press")
    back = f"/patients/{chart.patient_id}/forms/{request_id}"
    if not is_id(press, "prs"):
        raise WrongInput(field="press")
    try:
        await services.requests.telling.remind_now(chart, request_id, press)
    except Conflict:
        return redirect(back, NOT_NOW)
    except ManyTexts:
        return redirect(back, MANY)
    except RuledOut:
        return redirect(back, RULED_OUT)
    except WrongInput:
        return redirect(back, NO_WAY)
    return redirect(back, REMINDED)


async def back(request: Request) -> Response:
    """GET /patients/{patient_id}/forms/{request_id}/back: the form for sending it back."""
    chart, patient, clinic = await _chart(request)
    sent = await _sent(request, chart)
    if not allowed(sent.request.state, Step.SENT_BACK):
        return redirect(f"/patients/{patient.id}/forms/{sent.request.id}", NOT_NOW)
    due = clinic.options.today() + timedelta(days=_DAYS)
    return _back(request, patient, clinic, sent, "", due)


async def send_back(request: Request) -> Response:
    """POST /patients/{patient_id}/forms/{request_id}/back: ask the patient once more."""
    chart, patient, clinic = await _chart(request)
    sent = await _sent(request, chart)
    here = f"/patients/{patient.id}/forms/{sent.request.id}"
    form = await form_of(request)
    due = _day(form.line("due"))
    try:
        await services_of(request).requests.forms.send_back(
            chart, sent.request.id, form["reason"], due
        )
    except Conflict:
        return redirect(here, NOT_NOW)
    except WrongInput as error:
        return _back(request, patient, clinic, sent, form["reason"], due, error)
    return redirect(here, SENT_BACK)


def _back(
    request: Request,
    patient: Patient,
    clinic: Clinic,
    sent: SentForm,
    reason: str,
    due: date | None,
    error: WrongInput | None = None,
) -> Response:
    return render(
        request,
        "forms/back.html",
        status=error.status if error else 200,
        patient=patient,
        sent=sent,
        reason=reason,
        due=due,
        today=clinic.options.today(),
        longest=NOTE_MAX,
        errors={error.field: _(error.sentence)} if error else {},
    )


async def _sent(request: Request, chart: ChartAccess) -> SentForm:
    request_id = request.path_params["request_id"]
    if not is_id(request_id, PREFIX):
        raise NotFound
    return await services_of(request).requests.forms.get(chart, request_id)


async def _chart(request: Request) -> tuple[ChartAccess, Patient, Clinic]:
    staff = await shell(request, "patients")
    services = services_of(request)
    chart = await services.people.permissions.chart(staff, request.path_params["patient_id"])
    clinic = await services.people.clinics.get(staff.clinic_id)
    return chart, await services.people.patients.get(chart), clinic


_FORMS = "/patients/{patient_id}/forms"

routes = [
    staff_route(_FORMS + "/new", choose, methods=["GET"]),
    staff_route(_FORMS + "/new", preview, methods=["POST"]),
    staff_route(_FORMS + "/upload", upload, methods=["POST"]),
    staff_route(_FORMS, send, methods=["POST"]),
    staff_route(_FORMS + "/{request_id}", one, methods=["GET"]),
    staff_route(_FORMS + "/{request_id}/now", one_now, methods=["GET"]),
    staff_route(_FORMS + "/{request_id}/remind", remind, methods=["POST"]),
    staff_route(_FORMS + "/{request_id}/back", back, methods=["GET"]),
    staff_route(_FORMS + "/{request_id}/back", send_back, methods=["POST"]),
]
