"""Chat of a visit (feature C5), for staff over the page or in the call, for patients in the
waiting room or the call; both also have a separate page that works without script."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from bedside.conversations.visit_chat import LONGEST, Conversation, Message
from bedside.edge.context import services_of
from bedside.edge.errors import wants_json
from bedside.edge.forms import form_of
from bedside.edge.fragments import wants_fragment
from bedside.edge.protection import WRITING, require_rate
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route, visitor_route
from bedside.edge.visit_person import VisitPerson, person_of
from bedside.edge.visit_sides import Side, framed, side_of
from bedside.errors import BedsideError, Conflict, TooMany, WrongInput
from bedside.kernel.ids import new_id
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.people.permissions import RoomAccess
from bedside.services import Services

_TOO_FAST = N_(
    "You have written many messages in a short time. Please wait a moment. What you have written "
    "is kept."
)


async def panel(request: Request) -> Response:
    """GET …/chat: the messages, and a field to write. Opening it as a page marks them as read."""
    await framed(request)
    side = await side_of(request)
    if wants_fragment(request):
        return await _render(request, side, "dock" if side.is_staff else "panel")
    await services_of(request).conversations.visit_chat.read(side.access, side.visit_id)
    return await _render(request, side, "page")


async def listing(request: Request) -> Response:
    """GET …/chat/list: only the messages, for live updates."""
    await framed(request)
    return await _render(request, await side_of(request), "list")


async def say(request: Request) -> Response:
    """POST …/chat: a message. Fields: body, draft_id (made by the page), leg (that it showed).
    What is refused stays in the field."""
    side = await side_of(request)
    form = await form_of(request)
    body = form["body"]
    try:
        if not side.is_staff:
            require_rate(request, WRITING, side.visit_id, _TOO_FAST)
        message_id = await services_of(request).conversations.visit_chat.say(
            side.access,
            side.visit_id,
            body,
            form.line("draft_id"),
            leg=form.number("leg"),
        )
    except (WrongInput, Conflict, TooMany) as error:
        if wants_json(request):
            raise
        await framed(request)
        return await _render(request, side, "page", error=error, typed=body)
    if wants_json(request):
        return JSONResponse({"message_id": message_id})
    return RedirectResponse(f"{side.here}/chat", status_code=303)


async def read(request: Request) -> Response:
    """POST …/chat/read: mark everything so far as read."""
    side = await side_of(request)
    await services_of(request).conversations.visit_chat.read(side.access, side.visit_id)
    return Response(status_code=204)


async def _render(
    request: Request,
    side: Side,
    name: str,
    *,
    error: BedsideError | None = None,
    typed: str = "",
) -> Response:
    services = services_of(request)
    found = await services.conversations.visit_chat.conversation(side.access, side.visit_id)
    clinic = await services.people.clinics.get(side.access.clinic_id)
    other = await _other(request, side, found)
    names = await services.people.staff.named(
        clinic.id, {one.sender_id for one in found.messages if one.sender_kind == "staff"}
    )
    rows = [_row(one, side, names, other) for one in found.messages]
    return render(
        request,
        f"chat/{side.name}_{name}.html",
        status=error.status if error else 200,
        rows=rows,
        unread=sum(not row["ours"] and not row["read"] for row in rows),
        visit_id=side.visit_id,
        base=f"{side.here}/chat",
        leg=found.leg,
        is_open=found.is_open,
        other=other,
        person=await _person(services, side, name),
        draft_id=new_id("drf"),
        error=_(error.sentence) if error else "",
        typed=typed,
        longest=LONGEST,
        zone=clinic.options.time_zone,
        clinic_name=clinic.name,
        words=_words(side, other),
    )


def _words(side: Side, other: str) -> dict[str, str]:
    """Return what the script says of messages."""
    words = {
        "sending": _("Sending…"),
        "waiting": _("There is no connection. It is sent by itself when it is back."),
        "soon": _("It is sent by itself in a moment."),
        "said": _("{who} writes: {words}"),
        "typing_patient" if side.is_staff else "typing_staff": _("%(name)s is writing…")
        % {"name": other},
    }
    if side.is_staff:
        words["typing_staff"] = _("A colleague is writing…")
        words["signed_out"] = _(
            "You were signed out. It is kept, and sent when you have signed in and open the chat "
            "again."
        )
    return words


async def _person(services: Services, side: Side, name: str) -> VisitPerson | None:
    """Return who the patient is, for the title that staff see."""
    if name == "list" or not isinstance(side.access, RoomAccess):
        return None
    return await person_of(services, side.access, side.visit_id)


async def _other(request: Request, side: Side, found: Conversation) -> str:
    """Return the name of the other side."""
    services = services_of(request)
    if isinstance(side.access, RoomAccess):
        known = {found.patient_id} - {""}
        names = await services.people.patients.named(side.access.clinic_id, known)
        # Nothing typed is left of a destroyed visit.
        return names.get(found.patient_id) or found.typed_name or _("the patient")
    return (await services.visits.own.get(side.access)).place.name


def _row(one: Message, side: Side, names: dict[str, str], other: str) -> dict[str, Any]:
    """Return a message with its author's name, as this side reads it."""
    by_staff = one.sender_kind == "staff"
    who = (names.get(one.sender_id) or _("The clinic")) if by_staff else other
    return {
        "message": one,
        "who": _("You") if one.sender_id == side.access.actor.id else who,
        "ours": by_staff == side.is_staff,
        "read": one.read,
    }


def _routes() -> list[Route]:
    table: list[Route] = []
    sides = ((staff_route, "/visits/{visit_id}/chat"), (visitor_route, "/visit/{visit}/chat"))
    for route, base in sides:
        table += [
            route(base, panel, methods=["GET"]),
            route(base, say, methods=["POST"]),
            route(base + "/list", listing, methods=["GET"]),
            route(base + "/read", read, methods=["POST"]),
        ]
    return table


routes = _routes()
