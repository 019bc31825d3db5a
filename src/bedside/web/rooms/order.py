"""The order of a queue, as those in charge change it: seen first, urgent, up and down."""

from starlette.requests import Request
from starlette.responses import Response

from bedside.edge.context import services_of
from bedside.edge.errors import wants_json
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import form_of
from bedside.edge.fragments import prepare, wants_fragment
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.edge.shell import shell
from bedside.edge.signed_in import staff_of
from bedside.edge.visit_access import card_of, room_of_visit
from bedside.errors import WrongInput
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.people.permissions import RoomAccess

FIRST = flash_message("visit_first", N_("The patient is seen first."))
MOVED = flash_message("visit_place_changed", N_("The order of the queue is changed."))
MARKED = flash_message("visit_mark_changed", N_("The mark is changed."))

BEGINNINGS = (
    N_("In pain"),
    N_("Short of breath"),
    N_("Small child"),
    N_("Has waited for too long"),
)
"""Frequent reasons to see somebody first."""


async def first_form(request: Request) -> Response:
    """GET /visits/{visit_id}/first: over a page of the console, or a page of its own."""
    fragment = wants_fragment(request)
    staff = await (prepare(request) if fragment else shell(request, "rooms"))
    room = await room_of_visit(request, staff)
    return await _form(request, room)


async def _form(request: Request, room: RoomAccess, reason: str = "", error: str = "") -> Response:
    services = services_of(request)
    visit = await services.visits.waiting_room.visit(room, request.path_params["visit_id"])
    shown = await card_of(services, room, visit)
    return render(
        request,
        "rooms/first_dialog.html" if wants_fragment(request) else "rooms/first.html",
        status=422 if error else 200,
        visit=shown,
        beginnings=[_(text) for text in BEGINNINGS],
        reason=reason or shown.order_reason,
        urgent=shown.urgent,
        error=error,
    )


async def see_first(request: Request) -> Response:
    """POST /visits/{visit_id}/first: with the reason, and `urgent=yes`."""
    room = await room_of_visit(request, await staff_of(request))
    given = await form_of(request)
    try:
        await services_of(request).visits.order.see_first(
            room, request.path_params["visit_id"], given["reason"], urgent=given["urgent"] == "yes"
        )
    except WrongInput as error:
        if wants_json(request):
            raise
        await shell(request, "rooms")
        return await _form(request, room, given["reason"], _(error.sentence))
    return _done(request, room, FIRST)


async def change_order(request: Request) -> Response:
    """POST /visits/{visit_id}/order: with `before` or `after` another visit; with `back=yes` to
    the place of the arrival."""
    room = await room_of_visit(request, await staff_of(request))
    order, visit_id = services_of(request).visits.order, request.path_params["visit_id"]
    given = await form_of(request)
    if given["back"] == "yes":
        await order.put_back(room, visit_id)
    else:
        await order.move(room, visit_id, before=given["before"], after=given["after"])
    return _done(request, room, MOVED)


async def mark_urgent(request: Request) -> Response:
    """POST /visits/{visit_id}/urgent: with `urgent=no` the mark is taken away."""
    room = await room_of_visit(request, await staff_of(request))
    urgent = (await form_of(request))["urgent"] != "no"
    order = services_of(request).visits.order
    await order.mark_urgent(room, request.path_params["visit_id"], urgent)
    return _done(request, room, MARKED)


def _done(request: Request, room: RoomAccess, key: str) -> Response:
    """Answer a script that stays on its page, which shows the message itself."""
    if wants_json(request):
        return Response(status_code=204)
    return redirect(f"/rooms/{room.room_id}", key)


_VISIT = "/visits/{visit_id}"
routes = [
    staff_route(f"{_VISIT}/first", first_form),
    staff_route(f"{_VISIT}/first", see_first, methods=["POST"]),
    staff_route(f"{_VISIT}/order", change_order, methods=["POST"]),
    staff_route(f"{_VISIT}/urgent", mark_urgent, methods=["POST"]),
]
