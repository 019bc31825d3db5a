"""The Patient information card of a visit: beside any page, or a page of its own."""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bedside.edge.context import services_of
from bedside.edge.fragments import prepare, wants_fragment
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.edge.shell import shell
from bedside.edge.signed_in import staff_of
from bedside.edge.visit_access import room_of_visit
from bedside.edge.visit_views import rows_of
from bedside.errors import Conflict, Gone
from bedside.kernel.language import gettext as _
from bedside.people.likely import Likely
from bedside.people.permissions import RoomAccess
from bedside.people.roles import May, allows
from bedside.services import Services
from bedside.visits.whereabouts import NotIdentified
from bedside.web.patients.card_facts import about, recent


async def card(request: Request) -> Response:
    """GET /visits/{visit_id}/card."""
    services = services_of(request)
    fragment = wants_fragment(request)
    staff = await (prepare(request) if fragment else shell(request, "rooms"))
    room = await room_of_visit(request, staff)
    shown = await visit_part(services, room, request.path_params["visit_id"])
    kind = "card_panel" if fragment else "card"
    if not shown["visit"].patient_id:
        return render(request, f"patients/unidentified_{kind}.html", page=not fragment, **shown)
    chart = await services.people.permissions.chart(staff, shown["visit"].patient_id)
    clinic = await services.people.clinics.get(staff.clinic_id)
    patient = await services.people.patients.get(chart)
    return render(
        request,
        f"patients/visit_{kind}.html",
        **await about(services, chart, clinic, patient),
        **await recent(request, chart, clinic),
        **shown,
    )


async def card_now(request: Request) -> Response:
    """GET /visits/{visit_id}/card/now: the live part. If the visit went to another room or has
    ended, it says so. With `typed=1` it is on the card of a patient who was not identified, and
    requests the whole card when that is over; with `typed=page` that card is a page of its own."""
    services = services_of(request)
    staff = await prepare(request)
    room = await room_of_visit(request, staff)
    try:
        shown = await visit_part(services, room, request.path_params["visit_id"])
    except (Conflict, Gone) as moved:
        said = _(moved.sentence)
        return render(request, "patients/visit_card_now.html", visit=None, moved=said)
    if not shown["visit"].patient_id:
        page = request.query_params.get("typed") == "page"
        return render(request, "patients/unidentified_now.html", page=page, **shown)
    if request.query_params.get("typed"):
        return render(request, "patients/identified.html", **shown)
    chart = await services.people.permissions.chart(staff, shown["visit"].patient_id)
    return render(
        request,
        "patients/visit_card_now.html",
        patient=await services.people.patients.get(chart),
        may_audit=allows(staff.role, May.SEE_AUDIT),
        **shown,
    )


async def visit_part(services: Services, room: RoomAccess, visit_id: str) -> dict[str, Any]:
    """Return the card's content about a visit; it counts as looked at. Raises NotFound, and
    Conflict or Gone with where it went."""
    visit = await services.visits.waiting_room.visit(room, visit_id)
    [shown] = await rows_of(services, room, [visit.waiting])
    suggested: list[Likely] = []
    if not shown.patient_id:
        suggested = await services.visits.identification.suggested(room, visit.typed)
    return {
        "visit": shown,
        "note": visit.waiting.note,
        "typed": visit.typed,
        "suggested": suggested,
        "moved": "",
    }


async def chart(request: Request) -> Response:
    """GET /visits/{visit_id}/chart: to the chart of the visit's patient as it is known now; to the
    card as long as nobody has said who it is."""
    staff = await staff_of(request)
    visit_id = request.path_params["visit_id"]
    try:
        patient_id = await services_of(request).visits.whereabouts.patient_of(staff, visit_id)
    except NotIdentified:
        return RedirectResponse(f"/visits/{visit_id}/card", status_code=303)
    return RedirectResponse(f"/patients/{patient_id}", status_code=303)


routes = [
    staff_route("/visits/{visit_id}/chart", chart),
    staff_route("/visits/{visit_id}/card", card),
    staff_route("/visits/{visit_id}/card/now", card_now),
]
