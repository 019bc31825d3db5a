"""Texts to patients, “We go on by telephone”, and the address of a room sent to a number."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bedside.edge.context import services_of
from bedside.edge.errors import wants_json
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import form_of
from bedside.edge.fragments import prepare, wants_fragment
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.edge.shell import shell
from bedside.edge.signed_in import staff_of
from bedside.edge.visit_access import card_of, room_of_visit, visit_of
from bedside.errors import WrongInput
from bedside.kernel.ids import new_secret
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.people.permissions import RoomAccess, StaffAccess
from bedside.visits.sms_texts import BY_STAFF, Why, label_of
from bedside.visits.waiting_room import FAILS, VisitDetails

TEXTED = flash_message("visit_texted", N_("The text message is on its way."))
TELEPHONED = flash_message(
    "visit_telephoned", N_("The visit goes on by telephone. End it when you have spoken.")
)
NUMBER_INVITED = flash_message("number_invited", N_("The text message is on its way."))


async def text_page(request: Request) -> Response:
    """GET /visits/{visit_id}/text: what can be sent, word for word; over the page for scripts."""
    fragment = wants_fragment(request)
    staff = await (prepare(request) if fragment else shell(request, "rooms"))
    room, visit = await visit_of(request, staff)
    return await _texts(request, room, visit, fragment)


async def _texts(
    request: Request,
    room: RoomAccess,
    visit: VisitDetails,
    fragment: bool,
    error: WrongInput | None = None,
) -> Response:
    services = services_of(request)
    shown = await card_of(services, room, visit)
    problem, to, found = "", "", list[dict[str, str]]()
    try:
        texts = await services.visits.telephones.texts(room, shown.id)
    except WrongInput as none:
        problem = _(none.sentence)
    else:
        to = texts.to
        found = [
            {"why": str(why), "label": label_of(why), "text": texts.wordings[why].text}
            for why in BY_STAFF
        ]
    return render(
        request,
        f"telephone/text_{'dialog' if fragment else 'page'}.html",
        status=error.status if error else 200,
        visit=shown,
        to=to,
        texts=found,
        chosen=str(Why.NO_SOUND if _is_silent(visit) else Why.OPEN_PAGE),
        problem=problem or (_(error.sentence) if error else ""),
        draft=new_secret(),
    )


def _is_silent(visit: VisitDetails) -> bool:
    """Whether the page is there, and its microphone does not work."""
    test = visit.waiting.device_test
    return not visit.waiting.away_since and test is not None and test.microphone in FAILS


async def send_text(request: Request) -> Response:
    """POST /visits/{visit_id}/text: send one of them. Fields: text, draft."""
    staff = await staff_of(request)
    room, form = await room_of_visit(request, staff), await form_of(request)
    visit_id = request.path_params["visit_id"]
    why = form.line("text")
    if why not in {str(one) for one in BY_STAFF}:
        raise WrongInput(N_("Please choose one."), field="text")
    await services_of(request).visits.telephones.send(room, visit_id, Why(why), form.line("draft"))
    return _done(request, f"/visits/{visit_id}/card", TEXTED)


async def way_out(request: Request) -> Response:
    """GET /visits/{visit_id}/telephone: what to do in a call whose patient's microphone does not
    work; nothing if it does."""
    staff = await prepare(request)
    room, visit = await visit_of(request, staff)
    if not _is_silent(visit):
        return Response(status_code=204)
    shown = await card_of(services_of(request), room, visit)
    return render(request, "telephone/way_out.html", visit=shown)


async def go_on(request: Request) -> Response:
    """POST /visits/{visit_id}/telephone: the call ends, the visit does not. Field: leg."""
    staff = await staff_of(request)
    room, form = await room_of_visit(request, staff), await form_of(request)
    telephones = services_of(request).visits.telephones
    await telephones.go_on(room, request.path_params["visit_id"], leg=form.number("leg"))
    if wants_json(request):
        return JSONResponse({})
    return redirect(f"/rooms/{room.room_id}", TELEPHONED)


# --- the address of a room, to a number ----------------------------------------------------------


async def invite_page(request: Request) -> Response:
    """GET /rooms/{room_id}/invite: the message, and a field for the number."""
    fragment = wants_fragment(request)
    staff = await (prepare(request) if fragment else shell(request, "rooms"))
    return await _inviting(request, staff, fragment)


async def _inviting(
    request: Request, staff: StaffAccess, fragment: bool, **values: Any
) -> Response:
    services = services_of(request)
    room = await services.people.permissions.room(staff, request.path_params["room_id"])
    error: WrongInput | None = values.get("error")
    return render(
        request,
        f"telephone/invite_{'dialog' if fragment else 'page'}.html",
        status=error.status if error else 200,
        room=await services.visits.rooms.get(room.clinic_id, room.room_id),
        text=(await services.visits.telephones.door_text(room)).text,
        phone=values.get("phone", ""),
        error=_(error.sentence) if error else "",
        draft=new_secret(),
    )


async def invite(request: Request) -> Response:
    """POST /rooms/{room_id}/invite: send the room's address. Fields: phone, draft."""
    staff = await staff_of(request)
    services, form = services_of(request), await form_of(request)
    room = await services.people.permissions.room(staff, request.path_params["room_id"])
    try:
        await services.visits.telephones.invite_number(room, form.line("phone"), form.line("draft"))
    except WrongInput as error:
        if wants_json(request):
            raise
        staff = await shell(request, "rooms")
        return await _inviting(request, staff, False, phone=form.line("phone"), error=error)
    return _done(request, f"/rooms/{room.room_id}", NUMBER_INVITED)


def _done(request: Request, address: str, key: str) -> Response:
    return Response(status_code=204) if wants_json(request) else redirect(address, key)


_TEXT, _TELEPHONE = "/visits/{visit_id}/text", "/visits/{visit_id}/telephone"
_INVITE = "/rooms/{room_id}/invite"
routes = [
    staff_route(_TEXT, text_page),
    staff_route(_TEXT, send_text, methods=["POST"]),
    staff_route(_TELEPHONE, way_out),
    staff_route(_TELEPHONE, go_on, methods=["POST"]),
    staff_route(_INVITE, invite_page),
    staff_route(_INVITE, invite, methods=["POST"]),
]
