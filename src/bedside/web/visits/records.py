"""Visits in the chart: the list of a patient's visits, and the record of each."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bedside.audit.actors import ActorKind
from bedside.charts.records import ChartFilter, Entry
from bedside.edge.context import services_of
from bedside.edge.formats import clock_time, iso
from bedside.edge.past_visits import line_of, said_of
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.edge.shell import shell
from bedside.edge.timeline import Moment
from bedside.edge.visit_views import ended_words
from bedside.kernel.language import gettext as _
from bedside.people.permissions import ChartAccess
from bedside.services import Services
from bedside.visits.history import LegRecord, VisitRecord
from bedside.visits.rows import How

_FILES = 200


async def visits(request: Request) -> Response:
    """GET /patients/{patient_id}/visits."""
    staff = await shell(request, "patients")
    services = services_of(request)
    chart = await services.people.permissions.chart(staff, request.path_params["patient_id"])
    found = await services.visits.records.of_chart(chart)
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
    found = await services.visits.records.get(chart, request.path_params["visit_id"])
    zone = (await services.people.clinics.get(chart.clinic_id)).options.time_zone
    files = await _files(services, chart, found)
    return render(
        request,
        "visits/record.html",
        patient=await services.people.patients.get(chart),
        record=found,
        said=said_of(found.visit),
        course=_course(found, zone),
        files=files,
        messages=await _messages(services, chart, found.visit.id),
        pictured=await services.files.retrieval.with_thumbnail(files),
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


def _course(found: VisitRecord, zone: str) -> list[Moment]:
    """Return the course of the visit, newest first."""
    moments: list[Moment] = []
    for leg in found.legs:
        moments.append(_moment(leg.arrived_at, zone, *_arrival(leg)))
        if leg.admitted_at:
            seen = _("%(who)s admitted the patient") % {"who": leg.seen_by or _("A colleague")}
            moments.append(_moment(leg.admitted_at, zone, seen))
    if found.visit.ended_at:
        how = ended_words(found.visit.ended_reason)
        moments.append(_moment(found.visit.ended_at, zone, how, found.ended_by))
    return moments[::-1]


def _arrival(leg: LegRecord) -> tuple[str, str]:
    where = {"room": leg.room_name}
    if leg.how is How.TRANSFERRED:
        by = leg.sent_by or _("A colleague")
        return _("%(who)s transferred the patient to %(room)s") % {**where, "who": by}, leg.note
    if leg.how is How.TAKEN_BACK:
        return _("Taken back to %(room)s") % where, ""
    return _("Checked in at %(room)s") % where, ""


def _moment(at: int, zone: str, text: str, detail: str = "") -> Moment:
    return Moment(clock_time(at, zone), iso(at), text, detail)


routes = [
    staff_route("/patients/{patient_id}/visits", visits),
    staff_route("/patients/{patient_id}/visits/{visit_id}", record),
]
