"""Questions and reports of patients about their record, for staff: the list, and the answers."""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bedside.audit import Action
from bedside.charts.reports import LONGEST, Report, ReportState, What
from bedside.edge.access_words import role_of
from bedside.edge.context import services_of
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import form_of
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.edge.shell import shell
from bedside.errors import Conflict, WrongInput
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.people.permissions import ChartAccess
from bedside.services import Services
from bedside.sharing.questions import LONGEST_ANSWER, Question

ANSWERED = flash_message("question_answered", N_("Answered. The patient reads it in the app."))
REPORTED = flash_message(
    "entry_reported", N_("Reported. The patient does not see the file until it is answered.")
)

WHATS = {
    What.NOT_MINE: N_("Not this patient’s"),
    What.WRONG: N_("Something in it is wrong"),
}
PATIENT_SAYS = {
    What.NOT_MINE: N_("“This is not mine”"),
    What.WRONG: N_("“Something in it is wrong”"),
}


async def listed(request: Request) -> Response:
    """GET /questions: what waits for an answer, about patients whom the person sees."""
    staff = await shell(request, "inbox")
    services = services_of(request)
    questions = await services.sharing.questions.queue(staff)
    reports = await services.charts.reports.queue(staff)
    names = await services.people.patients.named(
        staff.clinic_id, {one.patient_id for one in (*questions, *reports)}
    )
    clinic = await services.people.clinics.get(staff.clinic_id)
    await services.audit.looks.note(
        staff.clinic_id, staff.actor, staff.session_id, Action.INBOX_OPENED
    )
    return render(
        request,
        "sharing/questions.html",
        questions=questions,
        reports=reports,
        names=names,
        says=PATIENT_SAYS,
        zone=clinic.options.time_zone,
    )


@dataclass(frozen=True, slots=True)
class _Page:
    """A page about one patient."""

    services: Services
    chart: ChartAccess
    shared: dict[str, Any]


async def _page(request: Request) -> _Page:
    staff = await shell(request, "inbox")
    services = services_of(request)
    chart = await services.people.permissions.chart(staff, request.path_params["patient_id"])
    clinic = await services.people.clinics.get(staff.clinic_id)
    patient = await services.people.patients.get(chart)
    shared = {"patient": patient, "zone": clinic.options.time_zone}
    return _Page(services, chart, shared)


# --- questions about accesses ------------------------------------------------------------------


async def question(request: Request) -> Response:
    """GET /patients/{patient_id}/questions/{question_id}."""
    at = await _page(request)
    asked = await at.services.sharing.questions.one(at.chart, request.path_params["question_id"])
    return await _question(request, at, asked)


async def answer(request: Request) -> Response:
    """POST /patients/{patient_id}/questions/{question_id}: the answer, in words."""
    at = await _page(request)
    form, questions = await form_of(request), at.services.sharing.questions
    asked = await questions.one(at.chart, request.path_params["question_id"])
    try:
        await questions.answer(at.chart, asked.id, form["text"])
    except (WrongInput, Conflict) as error:
        asked = await questions.one(at.chart, asked.id)
        return await _question(request, at, asked, form["text"], error)
    return redirect("/questions", ANSWERED)


async def _question(
    request: Request,
    at: _Page,
    asked: Question,
    text: str = "",
    error: WrongInput | Conflict | None = None,
) -> Response:
    staff = at.services.people.staff
    names = await staff.named(at.chart.clinic_id, {asked.about_id, asked.answered_by})
    return render(
        request,
        "sharing/question.html",
        status=error.status if error else 200,
        question=asked,
        about=asked.seen["name"] or names.get(asked.about_id, ""),
        role=role_of(asked.seen["role"]),
        is_about_reader=asked.about_id == at.chart.staff.staff_id,
        answered_by=names.get(asked.answered_by, ""),
        text=text,
        longest=LONGEST_ANSWER,
        error=_(error.sentence) if error else "",
        **at.shared,
    )


# --- reports about entries ---------------------------------------------------------------------


async def report(request: Request) -> Response:
    """GET /patients/{patient_id}/reports/{report_id}."""
    at = await _page(request)
    found = await at.services.charts.reports.one(at.chart, request.path_params["report_id"])
    return await _report(request, at, found)


async def answer_report(request: Request) -> Response:
    """POST /patients/{patient_id}/reports/{report_id}: it is right, or it is wrong, and why."""
    at = await _page(request)
    form, reports = await form_of(request), at.services.charts.reports
    found = await reports.one(at.chart, request.path_params["report_id"])
    try:
        state = (
            ReportState(form["state"]) if form["state"] in set(ReportState) else ReportState.OPEN
        )
        await reports.answer(at.chart, found.id, state, form["words"])
    except (WrongInput, Conflict) as error:
        found = await reports.one(at.chart, found.id)
        return await _report(request, at, found, form["words"], form["state"], error)
    return redirect("/questions", ANSWERED)


async def _report(
    request: Request,
    at: _Page,
    found: Report,
    words: str = "",
    state: str = "",
    error: WrongInput | Conflict | None = None,
) -> Response:
    named = await at.services.people.staff.named(
        at.chart.clinic_id, {found.by_id, found.answered_by}
    )
    field = error.field if isinstance(error, WrongInput) else ""
    return render(
        request,
        "sharing/report.html",
        status=error.status if error else 200,
        report=found,
        by=named.get(found.by_id, ""),
        answered_by=named.get(found.answered_by, ""),
        says=PATIENT_SAYS if found.by_kind != "staff" else WHATS,
        words=words,
        state=state,
        longest=LONGEST,
        errors={field: _(error.sentence)} if error else {},
        **at.shared,
    )


async def report_form(request: Request) -> Response:
    """GET /patients/{patient_id}/entries/{entry_id}/report: a colleague marks an entry as wrong."""
    at = await _page(request)
    return await _report_form(request, at, at.services.charts.reports.new_draft())


async def report_entry(request: Request) -> Response:
    """POST /patients/{patient_id}/entries/{entry_id}/report. Idempotent."""
    at = await _page(request)
    form, entry_id = await form_of(request), request.path_params["entry_id"]
    what = What(form["what"]) if form["what"] in set(What) else What.WRONG
    try:
        await at.services.charts.reports.by_staff(
            at.chart, entry_id, what, form["words"], form.line("draft")
        )
    except WrongInput as error:
        return await _report_form(request, at, form.line("draft"), form["words"], what, error)
    return redirect(f"/patients/{at.chart.patient_id}/entries/{entry_id}", REPORTED)


async def _report_form(
    request: Request,
    at: _Page,
    draft: str,
    words: str = "",
    what: What = What.WRONG,
    error: WrongInput | None = None,
) -> Response:
    entry = await at.services.charts.contents.entry(at.chart, request.path_params["entry_id"])
    return render(
        request,
        "sharing/report_entry.html",
        status=error.status if error else 200,
        entry=entry,
        draft=draft,
        words=words,
        what=what,
        whats=[(key, _(label)) for key, label in WHATS.items()],
        longest=LONGEST,
        error=_(error.sentence) if error else "",
        **at.shared,
    )


_QUESTION = "/patients/{patient_id}/questions/{question_id}"
_REPORT = "/patients/{patient_id}/reports/{report_id}"
_ENTRY = "/patients/{patient_id}/entries/{entry_id}/report"

routes = [
    staff_route("/questions", listed, methods=["GET"]),
    staff_route(_QUESTION, question, methods=["GET"]),
    staff_route(_QUESTION, answer, methods=["POST"]),
    staff_route(_REPORT, report, methods=["GET"]),
    staff_route(_REPORT, answer_report, methods=["POST"]),
    staff_route(_ENTRY, report_form, methods=["GET"]),
    staff_route(_ENTRY, report_entry, methods=["POST"]),
]
