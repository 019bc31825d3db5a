"""The page after a call: what became of the patients, the note to go on writing, what is missing,
and who is next. Its parts are live, as the queue is."""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bedside.calls.summaries import CallSummary, PatientOfCall
from bedside.charts.records import ChartFilter
from bedside.edge.context import services_of
from bedside.edge.fragments import prepare
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.edge.shell import shell
from bedside.errors import BedsideError
from bedside.kernel import clock
from bedside.kernel.language import gettext as _
from bedside.people.permissions import StaffAccess
from bedside.people.roles import May, allows
from bedside.requests.summaries.staff import SentSummary
from bedside.services import Services
from bedside.visits.sent_transfers import SentTransfer
from bedside.web.calls.around import next_in

_UNSORTED = "other"
_FILES = 50


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that is not done yet, and where it is done."""

    text: str
    href: str
    icon: str
    in_chart: bool = False


async def after(request: Request) -> Response:
    """GET /calls/{call_id}/after: the page."""
    staff = await shell(request, "rooms")
    services = services_of(request)
    call = await services.calls.summaries.of(staff, request.path_params["call_id"])
    return render(
        request,
        "calls/after.html",
        **await _now(services, staff, call),
        notable=[one for one in call.patients if await _may_note(services, staff, one)],
        charted=next((one for one in call.patients if one.patient_id), None),
        topics=_topics(staff, call),
    )


async def now(request: Request) -> Response:
    """GET /calls/{call_id}/after/now: the live part."""
    staff = await prepare(request)
    services = services_of(request)
    call = await services.calls.summaries.of(staff, request.path_params["call_id"])
    return render(request, "calls/after_now.html", **await _now(services, staff, call))


def _topics(staff: StaffAccess, call: CallSummary) -> str:
    """Return what the page follows: the call's room, its patients' charts, and the person's own
    transfers."""
    charts = [f"chart:{one.patient_id}" for one in call.patients if one.patient_id]
    return " ".join([f"room:{call.room_id}", f"person:{staff.staff_id}", *charts])


async def _now(services: Services, staff: StaffAccess, call: CallSummary) -> dict[str, Any]:
    rooms = {room.id: room.name for room in await services.visits.rooms.of_staff(staff)}
    room_id = call.room_id if call.room_id in rooms else ""
    sent = await services.visits.sent_transfers.of_call(staff, call.call_id)
    summaries = await _summaries(services, staff, call)
    return {
        "call": call,
        "rooms": rooms,
        "room_id": room_id,
        "waiting": await next_in(services, staff, room_id) if room_id else [],
        "sent": sent,
        "seers": await services.people.staff.named(
            staff.clinic_id, {one.admitted_by for one in call.patients} - {""}
        ),
        "summaries": summaries,
        "missing": await _missing(services, staff, call, sent) + _unread(call, sent, summaries),
        "minutes": max(1, round(((call.ended_at or clock.now()) - call.started_at) / clock.MINUTE)),
    }


async def _may_note(services: Services, staff: StaffAccess, patient: PatientOfCall) -> bool:
    """Whether this person can write on the visit: those in charge of a room that it was in."""
    try:
        await services.visits.whereabouts.room_of(staff, patient.visit_id)
    except BedsideError:
        return False
    return patient.came


async def _missing(
    services: Services, staff: StaffAccess, call: CallSummary, sent: dict[str, SentTransfer]
) -> list[Missing]:
    found: list[Missing] = []
    for one in call.patients:
        if one.state == "ended" and not one.patient_id:
            found.append(
                Missing(
                    _("%(name)s is in no chart yet: say who it was") % {"name": one.name},
                    f"/visits/{one.visit_id}/identify",
                    "user",
                )
            )
        if one.patient_id and one.visit_id not in sent:
            found += await _unsorted(services, staff, one)
    return found


async def _summaries(
    services: Services, staff: StaffAccess, call: CallSummary
) -> dict[str, SentSummary | None]:
    """Return the newest summary by visit, None for one without: of visits that are over, in which
    this person may write to the patient, and about which no letter was sent instead."""
    found: dict[str, SentSummary | None] = {}
    for one in call.patients:
        may_be_written = one.state == "ended" and one.patient_id and (one.came or one.telephoned)
        if not may_be_written or not allows(staff.role, May.SEND_REQUESTS):
            continue
        try:
            chart = await services.people.permissions.chart(staff, one.patient_id)
            newest = await services.requests.summaries.newest(chart, one.visit_id)
            if newest or not await services.letters.archive.was_sent_about(chart, one.visit_id):
                found[one.visit_id] = newest
        except BedsideError:
            continue
    return found


def _unread(
    call: CallSummary, sent: dict[str, SentTransfer], summaries: dict[str, SentSummary | None]
) -> list[Missing]:
    """Return the visits of which no summary was sent, or whose summary the patient cannot read; of
    those that a colleague has taken over it is the colleague's."""
    found: list[Missing] = []
    for one in call.patients:
        if one.visit_id in sent or one.visit_id not in summaries:
            continue
        summary, name = summaries[one.visit_id], {"name": one.name}
        if summary is None:
            text = _("No summary was sent to %(name)s yet") % name
            visit = f"/patients/{one.patient_id}/visits/{one.visit_id}"
            found.append(Missing(text, f"{visit}/summary?call={call.call_id}", "mail"))
        elif summary.is_in_trouble and not summary.read_at:
            text = _("The link to the summary for %(name)s needs you") % name
            found.append(Missing(text, f"/patients/{one.patient_id}/requests/{summary.id}", "mail"))
    return found


async def _unsorted(services: Services, staff: StaffAccess, one: PatientOfCall) -> list[Missing]:
    """Return the files of the visit that have no category."""
    try:
        chart = await services.people.permissions.chart(staff, one.patient_id)
    except BedsideError:
        return []
    wanted = ChartFilter(since=one.checked_in_at, category=_UNSORTED, limit=_FILES)
    return [
        Missing(
            _("%(file)s has no category") % {"file": entry.title},
            f"/patients/{one.patient_id}/entries/{entry.id}",
            "image",
            in_chart=True,
        )
        for entry in await services.charts.contents.entries(chart, wanted)
        if entry.source_id == one.visit_id
    ]


_AFTER = "/calls/{call_id}/after"
routes = [
    staff_route(_AFTER, after, methods=["GET"]),
    staff_route(f"{_AFTER}/now", now, methods=["GET"]),
]
