"""The call window of staff: the call, its apps, and the console beside it."""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bedside.calls.access import HostSeat
from bedside.calls.apps import apps_of
from bedside.calls.people import Person
from bedside.calls.states import CallEnded, Kind
from bedside.edge.context import services_of
from bedside.edge.fragments import prepare
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.edge.shell import shell
from bedside.errors import BedsideError
from bedside.kernel.language import gettext as _
from bedside.people.permissions import StaffAccess
from bedside.visits.options import VisitOptions
from bedside.visits.waiting_room import Waiting
from bedside.web.calls.around import handovers_of


async def window(request: Request) -> Response:
    """GET /calls/{call_id}: the call, for staff who take part; after its end, a summary."""
    staff = await shell(request, frameable=False)
    services, call_id = services_of(request), request.path_params["call_id"]
    try:
        host = await services.calls.seats.host(staff, call_id)
    except CallEnded:
        return RedirectResponse(f"/calls/{call_id}/after", status_code=303)
    call = await services.calls.seats.listener(staff, call_id)
    patients = [one for one in await services.calls.people.of(host) if one.kind is Kind.PATIENT]
    console_href, reason = await _about(request, staff, patients)
    return render(
        request,
        "calls/window.html",
        call_id=call_id,
        mode=call.mode,
        started_at=call.started_at,
        heading=_heading(patients),
        reason=reason if len(patients) == 1 else "",
        chart_href=f"/visits/{patients[0].visit_id}/chart" if len(patients) == 1 else "",
        room_id=call.room_id,
        handovers=await handovers_of(services, staff, patients),
        alone=len(patients) == 1,
        console_href=console_href,
        apps=[
            {"name": app.name, "label": _(app.label), "icon": app.icon}
            for app in apps_of(Kind.STAFF)
        ],
        may_transfer=(
            await services.people.clinics.options(staff.clinic_id, VisitOptions)
        ).transfer_allowed,
    )


async def waiting(request: Request) -> Response:
    """GET /calls/{call_id}/waiting: patients waiting in the rooms of this call, to be added
    to it."""
    staff = await prepare(request)
    services, call_id = services_of(request), request.path_params["call_id"]
    host = await services.calls.seats.host(staff, call_id)
    return render(
        request,
        "calls/waiting.html",
        call_id=call_id,
        waiting=await _who_waits(request, host),
    )


async def _who_waits(request: Request, host: HostSeat) -> list[dict[str, Any]]:
    services = services_of(request)
    return [
        {"visit": one, "room": room.name}
        for room in await services.visits.rooms.of_staff(host.staff)
        for one in await _waiting_in(request, host.staff, room.id)
        if not one.away_since
    ]


async def _waiting_in(request: Request, staff: StaffAccess, room_id: str) -> list[Waiting]:
    services = services_of(request)
    access = await services.people.permissions.room(staff, room_id)
    return [one for one in await services.visits.waiting_room.queue(access) if one.waits]


def _heading(patients: list[Person]) -> str:
    if len(patients) == 1:
        return _("Call with %(name)s") % {"name": patients[0].name}
    return _("Group call")


async def _about(request: Request, staff: StaffAccess, patients: list[Person]) -> tuple[str, str]:
    """Return where the console beside the call begins, and why the patient has come: the chart of
    the first patient whose chart this person may open, or the card for identification; or the
    waiting room and nothing."""
    services = services_of(request)
    for one in patients:
        try:
            room = await services.visits.whereabouts.room_of(staff, one.visit_id)
            visit = await services.visits.waiting_room.visit(room, one.visit_id)
            if not visit.waiting.patient_id:
                return f"/visits/{one.visit_id}/card", visit.waiting.reason
            chart = await services.people.permissions.chart(staff, visit.waiting.patient_id)
        except BedsideError:
            continue
        return f"/patients/{chart.patient_id}", visit.waiting.reason
    return "/rooms", ""


async def own_devices(request: Request) -> Response:
    """GET /calls/own/devices: one's own camera and microphone, before somebody waits."""
    await shell(request, "rooms", frameable=False)
    return render(request, "calls/own_devices.html")


routes = [
    staff_route("/calls/own/devices", own_devices, methods=["GET"]),
    staff_route("/calls/{call_id}", window, methods=["GET"]),
    staff_route("/calls/{call_id}/waiting", waiting, methods=["GET"]),
]
