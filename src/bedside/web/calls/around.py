"""Fragments around a call of staff: how the patients came, who does not answer, who is
next."""

from starlette.requests import Request
from starlette.responses import Response

from bedside.calls.people import Person
from bedside.calls.states import Kind
from bedside.edge.context import services_of
from bedside.edge.fragments import prepare
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.edge.visit_access import visit_of
from bedside.errors import BedsideError, NotFound
from bedside.people.permissions import StaffAccess
from bedside.services import Services
from bedside.visits.handovers import Handover
from bedside.visits.states import State
from bedside.visits.waiting_room import Waiting


async def handovers_of(
    services: Services, staff: StaffAccess, patients: list[Person]
) -> list[tuple[str, Handover]]:
    """Return the names of those of the patients who were transferred here, and by whom."""
    found: list[tuple[str, Handover]] = []
    for one in patients:
        try:
            room = await services.visits.whereabouts.room_of(staff, one.visit_id)
        except BedsideError:
            continue
        handover = await services.visits.handovers.to(room, one.visit_id)
        if handover is not None:
            found.append((one.name, handover))
    return found


async def next_in(services: Services, staff: StaffAccess, room_id: str) -> list[Waiting]:
    """Return who waits in a room, the one whom “Next patient” calls first; nobody for those
    who are not in charge of it."""
    try:
        room = await services.people.permissions.room(staff, room_id)
    except BedsideError:
        return []
    found = [one for one in await services.visits.waiting_room.queue(room) if one.waits]
    next_id = await services.visits.order.next_in(room)
    return sorted(found, key=lambda one: one.visit_id != next_id)


async def handovers(request: Request) -> Response:
    """GET /calls/{call_id}/handovers: the strips on top of the call."""
    staff = await prepare(request)
    services = services_of(request)
    host = await services.calls.seats.host(staff, request.path_params["call_id"])
    everybody = await services.calls.people.of(host)
    patients = [one for one in everybody if one.kind is Kind.PATIENT]
    found = await handovers_of(services, staff, patients)
    return render(request, "calls/handovers.html", handovers=found, alone=len(patients) == 1)


async def next_up(request: Request) -> Response:
    """GET /calls/{call_id}/next: who would be called next, for the dialog of the ending."""
    staff = await prepare(request)
    services, call_id = services_of(request), request.path_params["call_id"]
    await services.calls.seats.host(staff, call_id)
    call = await services.calls.seats.listener(staff, call_id)
    waiting = await next_in(services, staff, call.room_id)
    return render(request, "calls/next.html", waiting=waiting)


async def no_answer(request: Request) -> Response:
    """GET /calls/{call_id}/no-answer/{visit_id}: what is known about a patient whose page is not
    in the call, and what can be done; nothing if the page is there."""
    staff = await prepare(request)
    services, call_id = services_of(request), request.path_params["call_id"]
    await services.calls.seats.host(staff, call_id)
    call = await services.calls.seats.listener(staff, call_id)
    _room, visit = await visit_of(request, staff)
    waiting = visit.waiting
    if waiting.state is not State.IN_CALL or waiting.call_id != call_id:
        raise NotFound
    joined = await services.calls.summaries.has_joined(call_id, waiting.visit_id)
    return render(
        request,
        "calls/no_answer.html",
        visit=waiting,
        joined=joined,
        since=waiting.away_since or (0 if joined else waiting.admitted_at),
        others=await next_in(services, staff, call.room_id),
    )


_CALL = "/calls/{call_id}"
routes = [
    staff_route(f"{_CALL}/handovers", handovers, methods=["GET"]),
    staff_route(f"{_CALL}/next", next_up, methods=["GET"]),
    staff_route(_CALL + "/no-answer/{visit_id}", no_answer, methods=["GET"]),
]
