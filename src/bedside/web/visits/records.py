"""Visits in the chart: the list of a patient's visits, and the record of each."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bedside.audit.actors import ActorKind
from bedside.charts.records import ChartFilter, Entry
from bedside.edge.context import services_of
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import form_of
from bedside.edge.past_visits import line_of, said_of
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.edge.shell import shell
from bedside.edge.visit_views import ended_words
from bedside.errors import WrongInput
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.people.permissions import ChartAccess
from bedside.people.roles import May, allows
from bedside.services import Services
from bedside.visits.history import VisitRecord
from bedside.web.visits.course import moments_of, parts_of

_FILES = 200
ADDED = flash_message("visit_note_added", N_("Added to the notes of this visit."))


async def visits(request: Request) -> Response:
    """GET /patients/{patient_id}/visits."""
    staff = await shell(request, "patients")
    services = services_of(request)
    chart = await services.people.permissions.chart(staff, request.path_params["patient_id"])
    found = await services.visit_records.records.of_chart(chart)
    return render(
        request,
        "visits/list.html",
        patient=await services.people.patients.get(chart),
        visits=[
            {**line_of(visit), "reason": visit.reason, "state": visit.state} for visit in found
        ],
    )


async def record(request: Request) -> Response:
    """GET /patients/{patient_id}/visits/{visit_id}: who, when, how long, where, with what."""
    staff = await shell(request, "patients")
    services = services_of(request)
    chart = await services.people.permissions.chart(staff, request.path_params["patient_id"])
    return await _record(request, chart)


async def _record(
    request: Request, chart: ChartAccess, *, error: str = "", text: str = ""
) -> Response:
    services = services_of(request)
    found = await services.visit_records.records.get(chart, request.path_params["visit_id"])
    calls = await services.calls.of_visits.of(chart, found.visit.id)
    zone = (await services.people.clinics.get(chart.clinic_id)).options.time_zone
    files = await _files(services, chart, found)
    return render(
        request,
        "visits/record.html",
        status=422 if error else 200,
        patient=await services.people.patients.get(chart),
        record=found,
        said=said_of(found.visit),
        parts=parts_of(found, calls, zone),
        ended=ended_words(found.visit.ended_reason),
        course=moments_of(found, zone),
        draft=services.visit_records.additions.new_draft(),
        error=error,
        text=text,
        files=files,
        messages=await _messages(services, chart, found.visit.id),
        pictured=await services.files.retrieval.with_thumbnail(files),
        summaries=await services.requests.summaries.of_visit(chart, found.visit.id),
        may_write=found.was_treated and allows(chart.staff.role, May.SEND_REQUESTS),
    )


async def _files(services: Services, chart: ChartAccess, found: VisitRecord) -> list[Entry]:
    """Return files whose source is this visit."""
    wanted = ChartFilter(since=found.visit.checked_in_at, limit=_FILES)
    entries = await services.charts.contents.entries(chart, wanted)
    return [entry for entry in entries if entry.source_id == found.visit.id]


async def _messages(services: Services, chart: ChartAccess, visit_id: str) -> list[dict[str, Any]]:
    """Return the messages in the chat of the visit, with names."""
    said = await services.conversations.visit_chat.of_record(chart, visit_id)
    staff_ids = {one.sender_id for one in said if one.sender_kind == ActorKind.STAFF}
    names = await services.people.staff.named(chart.clinic_id, staff_ids)
    return [
        {
            "id": one.id,
            "by": names.get(one.sender_id, _("The patient")),
            "text": one.body,
            "at": one.at,
        }
        for one in said
    ]


async def add_note(request: Request) -> Response:
    """POST /patients/{patient_id}/visits/{visit_id}/notes: something is added to the notes, with
    author and time. Fields: text, draft."""
    staff = await shell(request, "patients")
    services = services_of(request)
    chart = await services.people.permissions.chart(staff, request.path_params["patient_id"])
    visit_id = request.path_params["visit_id"]
    form = await form_of(request)
    try:
        await services.visit_records.additions.add(chart, visit_id, form["text"], form["draft"])
    except WrongInput as wrong:
        return await _record(request, chart, error=_(wrong.sentence), text=form["text"])
    return redirect(f"/patients/{chart.patient_id}/visits/{visit_id}#visit-notes", ADDED)


routes = [
    staff_route("/patients/{patient_id}/visits", visits),
    staff_route("/patients/{patient_id}/visits/{visit_id}", record),
    staff_route("/patients/{patient_id}/visits/{visit_id}/notes", add_note, methods=["POST"]),
]
