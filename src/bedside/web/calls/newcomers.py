"""Newcomers of a call: staff ask, and each patient who would be heard answers."""

from dataclasses import dataclass
from datetime import date

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from bedside.calls.states import Kind
from bedside.edge.context import services_of
from bedside.edge.errors import wants_json
from bedside.edge.forms import form_of
from bedside.edge.fragments import prepare
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route, visitor_route
from bedside.edge.signed_in import staff_of
from bedside.edge.visit_devices import page_of, visitor_of
from bedside.errors import NotFound
from bedside.people.permissions import StaffAccess


@dataclass(frozen=True, slots=True)
class Meets:
    """Somebody who would meet: as much as tells them from others of the same name."""

    name: str
    birth_date: date | None
    away: bool = False
    leg: int = 0


async def question(request: Request) -> Response:
    """GET /calls/{call_id}/adding/{visit_id}: who would meet whom, before anybody is asked."""
    staff = await prepare(request)
    services, call_id = services_of(request), request.path_params["call_id"]
    visit_id = request.path_params["visit_id"]
    host = await services.calls.seats.host(staff, call_id)
    people = await services.calls.people.of(host)
    inside = [one for one in people if one.kind is Kind.PATIENT and one.visit_id != visit_id]
    return render(
        request,
        "calls/adding.html",
        call_id=call_id,
        visit_id=visit_id,
        newcomer=await _meets(request, staff, visit_id, ""),
        others=[await _meets(request, staff, one.visit_id, one.name) for one in inside],
        guests=[one.name for one in people if one.kind is Kind.GUEST],
    )


async def _meets(request: Request, staff: StaffAccess, visit_id: str, known_as: str) -> Meets:
    """Return who it is; by name only, or as “a patient”, if this person may not see more. Raises
    NotFound for a newcomer without `known_as`."""
    services = services_of(request)
    try:
        room = await services.visits.whereabouts.room_of(staff, visit_id)
        visit = await services.visits.waiting_room.visit(room, visit_id)
    except NotFound:
        if not known_as:
            raise
        return Meets(known_as, None)
    shown, born = visit.waiting, visit.typed.birth_date
    if shown.patient_id and await services.people.permissions.sees(staff, shown.patient_id):
        chart = await services.people.permissions.chart(staff, shown.patient_id)
        born = (await services.people.patients.get(chart)).demographics.birth_date
    return Meets(shown.name, born, shown.away_since > 0, shown.leg)


async def ask(request: Request) -> Response:
    """POST /calls/{call_id}/add: ask a waiting patient, and those in the call, whether they meet.
    Fields: visit, leg."""
    staff = await staff_of(request)
    services, call_id = services_of(request), request.path_params["call_id"]
    host = await services.calls.seats.host(staff, call_id)
    form = await form_of(request)
    room = await services.visits.whereabouts.room_of(staff, form.line("visit"))
    await services.calls.newcomers.ask(host, room, form.line("visit"), leg=form.number("leg"))
    return _done(request, f"/calls/{call_id}")


async def take_back(request: Request) -> Response:
    """POST /calls/{call_id}/newcomers/{participant_id}/take-back: ask no longer."""
    staff = await staff_of(request)
    services, call_id = services_of(request), request.path_params["call_id"]
    host = await services.calls.seats.host(staff, call_id)
    await services.calls.newcomers.take_back(host, request.path_params["participant_id"])
    return _done(request, f"/calls/{call_id}")


async def agree(request: Request) -> Response:
    """POST /visit/{visit}/call/newcomers/{participant_id}/agree: the patient's answer."""
    visitor = await visitor_of(request)
    await services_of(request).calls.newcomers.agree(visitor, request.path_params["participant_id"])
    return _done(request, page_of(visitor.visit_id))


async def refuse(request: Request) -> Response:
    """POST /visit/{visit}/call/newcomers/{participant_id}/refuse: the patient's answer."""
    visitor = await visitor_of(request)
    await services_of(request).calls.newcomers.refuse(
        visitor, request.path_params["participant_id"]
    )
    return _done(request, page_of(visitor.visit_id))


def _done(request: Request, page: str) -> Response:
    return JSONResponse({}) if wants_json(request) else RedirectResponse(page, status_code=303)


_NEWCOMER = "/newcomers/{participant_id}"
routes = [
    staff_route("/calls/{call_id}/adding/{visit_id}", question, methods=["GET"]),
    staff_route("/calls/{call_id}/add", ask, methods=["POST"]),
    staff_route("/calls/{call_id}" + _NEWCOMER + "/take-back", take_back, methods=["POST"]),
    visitor_route("/visit/{visit}/call" + _NEWCOMER + "/agree", agree, methods=["POST"]),
    visitor_route("/visit/{visit}/call" + _NEWCOMER + "/refuse", refuse, methods=["POST"]),
]
