"""Waiting rooms: live queues, the address of a room, arrivals nobody has looked at."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from bedside.edge.context import services_of
from bedside.edge.fragments import prepare
from bedside.edge.qr_codes import qr_code_response
from bedside.edge.rendering import render
from bedside.edge.room_addresses import public_address, shown_address
from bedside.edge.routes import staff_route
from bedside.edge.rows import joined
from bedside.edge.shell import shell
from bedside.edge.signed_in import is_secure, path_cookie_name, staff_of
from bedside.edge.visit_views import queue_of
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.people.permissions import RoomAccess, StaffAccess
from bedside.people.roles import May, allows
from bedside.services import Services
from bedside.web.rooms.rows import fragment, lists_of

_LAST_ROOM = "bedside-room"
"""The cookie with the room last used on this device."""
_YEAR = 365 * 24 * 3600

READY = (
    N_("Running 10 minutes late. Thank you for waiting."),
    N_("Running 30 minutes late. Thank you for waiting."),
    N_("We will be back in a few minutes."),
)
"""Messages to everyone waiting that one press sends."""


async def last_room(request: Request) -> Response:
    """GET /rooms: the last used room, or the first of one's own."""
    staff = await shell(request, "rooms")
    own = await services_of(request).visits.rooms.of_staff(staff)
    if not own:
        may_administer = allows(staff.role, May.ADMINISTER)
        return render(request, "rooms/none.html", may_administer=may_administer)
    used = request.cookies.get(path_cookie_name(services_of(request).settings, _LAST_ROOM), "")
    chosen = next((room.id for room in own if room.id == used), own[0].id)
    return RedirectResponse(f"/rooms/{chosen}", status_code=303)


async def room_page(request: Request) -> Response:
    """GET /rooms/{room_id}: opening it counts as looking at the arrivals."""
    staff = await shell(request, "rooms")
    services = services_of(request)
    room = await services.people.permissions.room(staff, request.path_params["room_id"])
    await services.visits.waiting_room.looked(room)
    await services.colleagues.presence.opened_room(room)
    response = await waiting_page(request, room)
    response.set_cookie(
        path_cookie_name(services.settings, _LAST_ROOM),
        room.room_id,
        max_age=_YEAR,
        path="/rooms",
        httponly=True,
        secure=is_secure(services.settings),
        samesite="lax",
    )
    return response


async def waiting_page(
    request: Request, room: RoomAccess, *, message_text: str = "", message_error: str = ""
) -> Response:
    """Render the page of a room; with the dialog of a message open if its text is wrong."""
    services = services_of(request)
    return render(
        request,
        "rooms/room.html",
        status=422 if message_error else 200,
        room_id=room.room_id,
        rooms=await _own(services, room.staff),
        ready=[_(text) for text in READY],
        message_text=message_text,
        message_error=message_error,
        handed=await services.visits.transfers.open_of(room.staff),
        unidentified=await services.visit_records.unidentified.of_room(room),
        here=await services.colleagues.presence.in_room(room.staff, room.room_id),
        left=await services.visits.left.of_room(room),
        **await _bar(services, room),
        **await _queue(request, room),
    )


async def bar(request: Request) -> Response:
    """GET /rooms/{room_id}/bar: open or closed, and the address."""
    room = await _room_of_fragment(request)
    return render(request, "rooms/bar.html", **await _bar(services_of(request), room))


async def queue(request: Request) -> Response:
    """GET /rooms/{room_id}/queue: the lists alone; the look was recorded by its page."""
    return await fragment(request, await _room_of_fragment(request))


async def left(request: Request) -> Response:
    """GET /rooms/{room_id}/left: who left in the last hour, and can be called back."""
    services = services_of(request)
    room = await _room_of_fragment(request)
    return render(request, "rooms/left.html", left=await services.visits.left.of_room(room))


async def said(request: Request) -> Response:
    """GET /rooms/{room_id}/messages: the messages to everybody waiting."""
    room = await _room_of_fragment(request)
    messages = await services_of(request).visits.room_messages.shown(room)
    return render(request, "rooms/said.html", room_id=room.room_id, messages=messages)


async def unidentified(request: Request) -> Response:
    """GET /rooms/{room_id}/unidentified: visits that are over and in no chart yet."""
    services = services_of(request)
    room = await _room_of_fragment(request)
    return render(
        request,
        "rooms/unidentified.html",
        unidentified=await services.visit_records.unidentified.of_room(room),
    )


async def _room_of_fragment(request: Request) -> RoomAccess:
    staff = await prepare(request)
    return await services_of(request).people.permissions.room(staff, request.path_params["room_id"])


async def _bar(services: Services, room: RoomAccess) -> dict[str, Any]:
    found = await services.visits.rooms.get(room.clinic_id, room.room_id)
    return {
        "room": found,
        "address": _address(services, found.slug),
        "messages": await services.visits.room_messages.shown(room),
    }


def _address(services: Services, slug: str) -> dict[str, str]:
    return {"full": public_address(services, slug), "shown": shown_address(services, slug)}


async def _queue(request: Request, room: RoomAccess) -> dict[str, Any]:
    services = services_of(request)
    queue = await queue_of(services, room, await services.visits.waiting_room.queue(room))
    lists = await lists_of(queue, room.staff, request.state.page["zone"])
    return {**lists.sum(), "waiting": joined(lists.waiting), "seen": joined(lists.seen)}


async def _own(services: Services, staff: StaffAccess) -> list[dict[str, Any]]:
    """Return one's own rooms with counts, for the switcher."""
    return [
        {"id": one.room.id, "name": one.room.name, "waiting": one.waiting}
        for one in await services.visits.rooms.of_clinic(staff)
        if one.mine
    ]


# --- all rooms -----------------------------------------------------------------------------------


async def all_rooms(request: Request) -> Response:
    """GET /rooms/all: every room the person is in charge of, and how busy the others are."""
    staff = await shell(request, "rooms")
    services = services_of(request)
    shown = await _all(request, staff)
    for group in shown["groups"]:
        await services.visits.waiting_room.looked(group["access"])
    return render(
        request,
        "rooms/all.html",
        room_id="",
        rooms=await _own(services, staff),
        **shown,
    )


async def all_list(request: Request) -> Response:
    """GET /rooms/all/list: the lists alone."""
    staff = await prepare(request)
    shown = await _all(request, staff)
    return render(request, "rooms/all_list.html", **shown)


async def _all(request: Request, staff: StaffAccess) -> dict[str, Any]:
    services = services_of(request)
    found = await services.visits.rooms.of_clinic(staff)
    groups: list[dict[str, Any]] = []
    for one in found:
        if one.mine:
            access = await services.people.permissions.room(staff, one.room.id)
            groups.append({"room": one.room, "access": access, **await _queue(request, access)})
    here = await services.colleagues.presence.in_rooms(staff)
    return {"tiles": found, "here": here, "groups": groups}


# --- the address ---------------------------------------------------------------------------------


async def qr_code(request: Request) -> Response:
    """GET /rooms/{room_id}/qr.svg: the public address, for scanning from a screen or a poster."""
    staff = await staff_of(request)
    services = services_of(request)
    room = await services.people.permissions.room(staff, request.path_params["room_id"])
    found = await services.visits.rooms.get(room.clinic_id, room.room_id)
    return qr_code_response(public_address(services, found.slug), scale=8)


# --- arrivals ------------------------------------------------------------------------------------


async def alerts(request: Request) -> Response:
    """GET /rooms/alerts: one's own rooms with arrivals nobody has looked at yet.

    A sentence names the room and never a patient, because it goes to the desktop of a computer.
    """
    staff = await prepare(request)
    arrivals = await services_of(request).visits.waiting_room.unlooked(staff)
    rooms = {one.room_id: one.room_name for one in arrivals}
    sentence = _("Somebody is waiting in %(room)s")
    return JSONResponse(
        {
            "arrived": [
                {"room": room_id, "sentence": sentence % {"room": name}}
                for room_id, name in rooms.items()
            ]
        }
    )


async def looked(request: Request) -> Response:
    """POST /rooms/{room_id}/looked: the queue is on a screen that somebody looks at."""
    staff = await staff_of(request)
    services = services_of(request)
    room = await services.people.permissions.room(staff, request.path_params["room_id"])
    await services.visits.waiting_room.looked(room)
    return Response(status_code=204)


_ROOM = "/rooms/{room_id}"
routes = [
    staff_route("/rooms", last_room),
    staff_route("/rooms/all", all_rooms),
    staff_route("/rooms/all/list", all_list),
    staff_route("/rooms/alerts", alerts),
    staff_route(_ROOM, room_page),
    staff_route(f"{_ROOM}/bar", bar),
    staff_route(f"{_ROOM}/queue", queue),
    staff_route(f"{_ROOM}/messages", said),
    staff_route(f"{_ROOM}/left", left),
    staff_route(f"{_ROOM}/unidentified", unidentified),
    staff_route(f"{_ROOM}/qr.svg", qr_code),
    staff_route(f"{_ROOM}/looked", looked, methods=["POST"]),
]
