"""Actions of those in charge of a room in its queue: open and close, message everyone, remove."""

from starlette.requests import Request
from starlette.responses import Response

from bedside.edge.context import services_of
from bedside.edge.errors import wants_json
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import form_of
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.edge.shell import shell
from bedside.edge.signed_in import staff_of
from bedside.edge.visit_access import card_of, room_of_visit, visit_of
from bedside.errors import WrongInput
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.people.permissions import RoomAccess
from bedside.web.rooms.staff import waiting_page

OPENED = flash_message("room_opened", N_("The room is open. Patients can check in."))
CLOSED = flash_message(
    "room_closed", N_("The room is closed. Patients who are waiting keep their place."), "info"
)
TOLD = flash_message("everyone_told", N_("Everyone who waits reads it now."))
WITHDRAWN = flash_message("message_withdrawn", N_("The message is withdrawn."), "info")
REMOVED = flash_message(
    "visit_removed", N_("The patient was removed from the waiting room."), "info"
)


ONE_PLACE = flash_message(
    "visit_one_place", N_("The device that came last has the earlier place now.")
)


async def _room(request: Request) -> RoomAccess:
    staff = await staff_of(request)
    return await services_of(request).people.permissions.room(staff, request.path_params["room_id"])


def _done(request: Request, address: str, key: str) -> Response:
    """Answer a script that stays on its page, which shows the message itself."""
    return Response(status_code=204) if wants_json(request) else redirect(address, key)


async def open_or_close(request: Request) -> Response:
    """POST /rooms/{room_id}/open: with `open=no` it is closed."""
    room = await _room(request)
    rooms = services_of(request).visits.rooms
    wanted = (await form_of(request))["open"] != "no"
    await (rooms.open(room) if wanted else rooms.close(room))
    return _done(request, f"/rooms/{room.room_id}", OPENED if wanted else CLOSED)


async def message_everyone(request: Request) -> Response:
    """POST /rooms/{room_id}/messages: a message to everybody waiting, `ready` or else `text`, for
    half an hour, or with `until=day` for the rest of the day."""
    room = await _room(request)
    given = await form_of(request)
    text = given["ready"] or given["text"]
    try:
        await services_of(request).visits.room_messages.say(
            room, text, rest_of_day=given["until"] == "day"
        )
    except WrongInput as error:
        if wants_json(request):
            raise
        await shell(request, "rooms")
        return await waiting_page(request, room, message_text=text, message_error=_(error.sentence))
    return _done(request, f"/rooms/{room.room_id}", TOLD)


async def withdraw_message(request: Request) -> Response:
    """POST /rooms/{room_id}/messages/{message_id}/withdraw."""
    room = await _room(request)
    await services_of(request).visits.room_messages.withdraw(
        room, request.path_params["message_id"]
    )
    return _done(request, f"/rooms/{room.room_id}", WITHDRAWN)


async def remove_page(request: Request) -> Response:
    """GET /visits/{visit_id}/remove: a confirmation, because it cannot be undone without script."""
    staff = await shell(request, "rooms")
    room, visit = await visit_of(request, staff)
    shown = await card_of(services_of(request), room, visit)
    return render(request, "rooms/remove.html", visit=shown)


async def remove(request: Request) -> Response:
    """POST /visits/{visit_id}/remove: the visit ends."""
    staff = await staff_of(request)
    room = await room_of_visit(request, staff)
    await services_of(request).visits.waiting_room.remove(room, request.path_params["visit_id"])
    return _done(request, f"/rooms/{room.room_id}", REMOVED)


async def one_place(request: Request) -> Response:
    """POST /visits/{visit_id}/one-place: the person checked in again, and has one place. If staff
    have said of one of the two visits who it is, that goes for both."""
    services, visit_id = services_of(request), request.path_params["visit_id"]
    room = await room_of_visit(request, await staff_of(request))
    earlier = (await services.visits.repeats.in_room(room)).get(visit_id)
    if earlier:
        await services.visits.identification.same_person(room, visit_id, earlier)
    await services.visits.repeats.one_place(room, visit_id)
    return _done(request, f"/visits/{visit_id}/card", ONE_PLACE)


_ROOM = "/rooms/{room_id}"
routes = [
    staff_route(f"{_ROOM}/open", open_or_close, methods=["POST"]),
    staff_route(f"{_ROOM}/messages", message_everyone, methods=["POST"]),
    staff_route(_ROOM + "/messages/{message_id}/withdraw", withdraw_message, methods=["POST"]),
    staff_route("/visits/{visit_id}/remove", remove_page),
    staff_route("/visits/{visit_id}/remove", remove, methods=["POST"]),
    staff_route("/visits/{visit_id}/one-place", one_place, methods=["POST"]),
]
