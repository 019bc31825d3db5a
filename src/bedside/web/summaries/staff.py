"""“Write a summary”: the words, the ways to the patient, what the patient will see, and Send."""

from contextlib import suppress
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from bedside.edge.context import services_of
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import Form, form_of
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.edge.shell import shell
from bedside.errors import BedsideError, NotFound, WrongInput
from bedside.kernel.ids import is_id, new_id
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.links.options import LinkOptions
from bedside.notifications.addresses import ways_to
from bedside.people.chart_joined import ChartJoined
from bedside.people.emergencies import IN_SUMMARY, emergency
from bedside.people.patients import Patient
from bedside.people.permissions import ChartAccess
from bedside.requests.summaries.details import PREFIX
from bedside.requests.summaries.staff import TEXT_MAX, Draft, SentBefore
from bedside.requests.texts import sender

SENT = flash_message(
    "summary_sent", N_("The summary is on its way. You see here when the patient reads it.")
)


@dataclass(frozen=True, slots=True)
class Writing:
    """A summary that somebody writes: the patient, the visit, and the call to which the person
    returns, or ""."""

    chart: ChartAccess
    patient: Patient
    visit_id: str
    call_id: str

    @property
    def page(self) -> str:
        """The address of the form."""
        return f"/patients/{self.patient.id}/visits/{self.visit_id}/summary"

    @property
    def back(self) -> str:
        """The address to which it leads when it is sent, or given up."""
        if self.call_id:
            return f"/calls/{self.call_id}/after"
        return f"/patients/{self.patient.id}/visits/{self.visit_id}#visit-summaries"


async def form_page(request: Request) -> Response:
    """GET /patients/{patient_id}/visits/{visit_id}/summary?call=: write it."""
    writing = await _writing(request, request.query_params.get("call", ""))
    ways = ways_to(writing.patient.demographics)
    return await _form(request, writing, Draft(new_id(PREFIX), writing.visit_id, ways[:1], ""))


async def preview(request: Request) -> Response:
    """POST /patients/{patient_id}/visits/{visit_id}/summary: preview; nothing is sent yet."""
    form = await form_of(request)
    try:
        writing = await _writing(request, form.line("call"))
    except (NotFound, ChartJoined) as error:
        return await _elsewhere(request, form["text"], error)
    draft = _draft(form, writing)
    if "edit" in form:
        return await _form(request, writing, draft)
    try:
        shown = await services_of(request).requests.summaries.preview(writing.chart, draft)
    except WrongInput as error:
        return await _form(request, writing, draft, error)
    return render(
        request,
        "summaries/preview.html",
        patient=writing.patient,
        writing=writing,
        draft=draft,
        shown=shown,
        sender=sender(shown.clinic, shown.by, shown.by_role),
        emergency_text=emergency(shown.clinic, IN_SUMMARY),
    )


async def send(request: Request) -> Response:
    """POST /patients/{patient_id}/visits/{visit_id}/summary/send: send it. Idempotent."""
    form = await form_of(request)
    try:
        writing = await _writing(request, form.line("call"))
    except (NotFound, ChartJoined) as error:
        return await _elsewhere(request, form["text"], error)
    draft = _draft(form, writing)
    try:
        await services_of(request).requests.summaries.send(writing.chart, draft)
    except (NotFound, ChartJoined) as error:
        return await _elsewhere(request, form["text"], error)
    except SentBefore as error:
        return await _form(request, writing, replace(draft, id=new_id(PREFIX)), error)
    except WrongInput as error:
        return await _form(request, writing, draft, error)
    return redirect(writing.back, SENT)


def _draft(form: Form, writing: Writing) -> Draft:
    given = form.line("id")
    if "edit" in form and not given:  # the form of another chart: see `_elsewhere`
        given = new_id(PREFIX)
    return Draft(given, writing.visit_id, tuple(form.all("channels")), form["text"])


async def _elsewhere(request: Request, text: str, error: BedsideError) -> Response:
    """Give the words back of a visit that was moved, or is not seen any more, while somebody wrote;
    with the way to the form in the chart where it is now, for those who see that one."""
    staff = await shell(request, "patients")
    services, visit_id = services_of(request), request.path_params["visit_id"]
    patient: Patient | None = None
    if now := await services.requests.summaries.whose(staff, visit_id):
        with suppress(BedsideError):
            chart = await services.people.permissions.chart(staff, now)
            patient = await services.requests.summaries.patient(chart, visit_id)
    return render(
        request,
        "summaries/elsewhere.html",
        status=error.status,
        patient=patient,
        visit_id=visit_id,
        ways=ways_to(patient.demographics)[:1] if patient else (),
        text=text,
    )


async def _writing(request: Request, call_id: str) -> Writing:
    staff = await shell(request, "patients")
    services = services_of(request)
    chart = await services.people.permissions.chart(staff, request.path_params["patient_id"])
    visit_id = request.path_params["visit_id"]
    patient = await services.requests.summaries.patient(chart, visit_id)
    return Writing(chart, patient, visit_id, call_id if is_id(call_id, "cal") else "")


async def _form(
    request: Request, writing: Writing, draft: Draft, error: WrongInput | None = None
) -> Response:
    services, chart = services_of(request), writing.chart
    clinic = await services.people.clinics.get(chart.clinic_id)
    record = await services.visit_records.records.get(chart, writing.visit_id)
    return render(
        request,
        "summaries/new.html",
        status=error.status if error else 200,
        patient=writing.patient,
        writing=writing,
        draft=draft,
        visit=record.visit,
        notes=record.notes,
        reachable=bool(ways_to(writing.patient.demographics)),
        longest=TEXT_MAX,
        link_days=clinic.of(LinkOptions).link_days,
        errors={error.field: _(error.sentence)} if error else {},
    )


_SUMMARY = "/patients/{patient_id}/visits/{visit_id}/summary"

routes = [
    staff_route(_SUMMARY, form_page, methods=["GET"]),
    staff_route(_SUMMARY, preview, methods=["POST"]),
    staff_route(_SUMMARY + "/send", send, methods=["POST"]),
]
