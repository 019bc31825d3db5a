"""The one page of a visit, for the device that checked in: from the device test to the end."""

import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import wraps

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bedside.calls.absence import IN_ORDER
from bedside.calls.rows import CallRow
from bedside.edge.accounts import about_app
from bedside.edge.context import Handler, services_of
from bedside.edge.errors import wants_json
from bedside.edge.forms import form_of
from bedside.edge.rendering import render
from bedside.edge.routes import visitor_route
from bedside.edge.visit_devices import (
    door_of,
    forget_known,
    keep_known,
    keep_visitor,
    page_of,
    token_of_visitor,
    visitor_of,
)
from bedside.errors import Conflict, NotFound, NotSignedIn, WrongInput
from bedside.kernel import language
from bedside.kernel.ids import is_id
from bedside.people.permissions import VisitorAccess
from bedside.services import Services
from bedside.visits.kept_places import promised
from bedside.visits.options import VisitOptions
from bedside.visits.own_visit import OwnVisit
from bedside.visits.rows import Discarded
from bedside.visits.states import State
from bedside.visits.waiting_room import DeviceTest
from bedside.web.visits.ended_files import EndedFile, ended_files
from bedside.web.visits.views import ASKED_FOR, View, VisitPage
from bedside.web.visits.words import words_for_script

Page = Callable[[Request, VisitorAccess], Awaitable[Response]]

_SLUG = re.compile(r"[a-z0-9-]{1,80}")


def for_visitor(page: Page) -> Handler:
    """Wrap a page for the device of this visit; other devices get instructions instead."""

    @wraps(page)
    async def handler(request: Request) -> Response:
        try:
            return await page(request, await visitor_of(request))
        except NotSignedIn:
            if wants_json(request) or "hx-request" in request.headers:
                raise
            return _turned_away(request)

    return handler


def _turned_away(request: Request) -> Response:
    """Answer a device that did not check in. One that came by the door of a room goes back
    to it."""
    slug = request.query_params.get("door", "")
    if _SLUG.fullmatch(slug):
        response = RedirectResponse(door_of(slug), status_code=303)
        visit_id = request.path_params["visit"]
        if is_id(visit_id, "vis"):
            forget_known(response, services_of(request).settings, door_of(slug), visit_id)
        return response
    return render(
        request,
        "visits/not_let_in.html",
        status=401,
        lang=language.spoken(),
        clinic_name="",
    )


# --- reading -----------------------------------------------------------------------------------


@for_visitor
async def page(request: Request, visitor: VisitorAccess) -> Response:
    """GET /visit/{visit}: the current state. Loading the page is a sign of life."""
    services = services_of(request)
    await services.visits.presence.asked(visitor)
    visit = await services.visits.own.get(visitor)
    response = await _page(request, visitor, visit, "visits/visit.html")
    doors = {door_of(visit.room.slug)}
    if _SLUG.fullmatch(request.query_params.get("door", "")):
        doors.add(door_of(request.query_params["door"]))
    for door in doors:
        await keep_known(response, services, door, visitor.clinic_id, visit.id)
    return response


@for_visitor
async def now(request: Request, visitor: VisitorAccess) -> Response:
    """GET /visit/{visit}/now: the live part of the page."""
    visit = await services_of(request).visits.own.get(visitor)
    return await _page(request, visitor, visit, "visits/now.html")


async def _sent(services: Services, visitor: VisitorAccess) -> list[EndedFile]:
    """Return the files that went between patient and clinic, for the end page."""
    found = await services.transfers.lists.of_whole_visit(visitor)
    return ended_files(found, identified=bool(visitor.patient_id))


async def _files(services: Services, visitor: VisitorAccess) -> int:
    """Count the visit's files that the clinic has: in the chart, or held until the patient is
    identified."""
    if visitor.patient_id:
        return await services.charts.contents.count_from_visit(visitor)
    return (await services.visits.identification.held_of(visitor)).get("files", 0)


async def _page(
    request: Request, visitor: VisitorAccess, visit: OwnVisit, template: str
) -> Response:
    services = services_of(request)
    clinic = await services.people.clinics.get(visitor.clinic_id)
    view = _view(visit, request.query_params.get("view", ""))
    waits = visit.state is State.WAITING
    ahead = await services.visits.waiting_room.ahead(visitor) if waits else None
    options = visit.room.options
    call = await _call(services, visitor, visit)
    came_back = waits and visit.seen
    minutes = ahead.minutes if ahead and options.show_estimate else None
    shown = VisitPage(
        visit=visit,
        view=view,
        clinic=clinic.name,
        minutes=minutes,
        position=ahead.place if ahead and options.show_position else None,
        grace_minutes=_kept_for(visit, clinic.of(VisitOptions).visit_grace_minutes, minutes),
        texts_near=waits and await services.visits.telephones.texts_near(visitor),
        files=0 if waits else await _files(services, visitor),
        sent=await _sent(services, visitor) if view is View.ENDED else (),
        identified=bool(visitor.patient_id),
        messages=await services.visits.room_messages.shown_to(visitor),
        unread=await services.conversations.visit_chat.unread_for(visitor),
        emergency_text=await services.visits.rooms.emergency_text(visit.room),
        mode=call.mode if call else "",
        call_started_at=call.started_at if call else 0,
        newcomer=await services.calls.newcomers.asked(visitor) if waits else None,
        back=await services.calls.absences.why_back(visitor) if came_back else IN_ORDER,
    )
    return render(
        request,
        template,
        lang=language.spoken(),
        clinic_name=clinic.name,
        phone=clinic.options.phone,
        zone=clinic.options.time_zone,
        here=page_of(visit.id),
        about_app=about_app(request, clinic.id),
        shown=shown,
        words=words_for_script(shown.caller),
    )


def _kept_for(visit: OwnVisit, clinic_minutes: int, told: int | None) -> int:
    """Return for how many minutes the place is kept, or was when it expired."""
    if visit.state is State.ENDED and not visit.seen:
        return max(clinic_minutes, visit.grace_minutes)
    return promised(clinic_minutes, told)


async def _call(services: Services, visitor: VisitorAccess, visit: OwnVisit) -> CallRow | None:
    """Return the call of a visit; None for one that waits, or is a moment behind its call."""
    with suppress(NotFound):
        return await services.calls.seats.listener(visitor, visit.call_id)
    return None


def _view(visit: OwnVisit, asked: str) -> View:
    if visit.state is State.ENDED:
        return View.ENDED
    if visit.state is State.IN_CALL:
        return View.CALL
    if asked in ASKED_FOR:
        return View(asked)
    return View.WAITING if visit.device_test else View.TEST


# --- actions of the patient -------------------------------------------------------------------


@for_visitor
async def tested(request: Request, visitor: VisitorAccess) -> Response:
    """POST /visit/{visit}/device-test: the result of the device test; all “skipped” without one."""
    form = await form_of(request)
    try:
        found = DeviceTest.model_validate(dict(form.pairs()))
    except ValidationError as error:
        raise WrongInput from error
    await services_of(request).visits.waiting_room.record_device_test(visitor, found)
    return _done(request, visitor)


@for_visitor
async def leave(request: Request, visitor: VisitorAccess) -> Response:
    """POST /visit/{visit}/leave: give up the place. Idempotent."""
    await services_of(request).visits.waiting_room.leave(visitor)
    return _done(request, visitor)


@for_visitor
async def again(request: Request, visitor: VisitorAccess) -> Response:
    """POST /visit/{visit}/again: check in after the end, without retyping, as the person whose
    visit it was; at the door if what was typed is destroyed."""
    services = services_of(request)
    door = door_of((await services.visits.own.get(visitor)).room.slug)
    try:
        checked_in = await services.visits.check_in.again(visitor, token_of_visitor(request))
    except Discarded:
        response = RedirectResponse(door, status_code=303)
        forget_known(response, services.settings, door, visitor.visit_id)
        return response
    except Conflict:  # it is in progress, or the room is closed: the page says so
        return RedirectResponse(page_of(visitor.visit_id), status_code=303)
    response = RedirectResponse(page_of(checked_in.visit_id), status_code=303)
    keep_visitor(response, services.settings, *checked_in)
    forget_known(response, services.settings, door, visitor.visit_id)
    await keep_known(response, services, door, visitor.clinic_id, checked_in.visit_id)
    return response


def _done(request: Request, visitor: VisitorAccess) -> Response:
    if wants_json(request):
        return Response(status_code=204)
    return RedirectResponse(page_of(visitor.visit_id), status_code=303)


_HERE = "/visit/{visit}"

routes = [
    visitor_route(_HERE, page),
    visitor_route(_HERE + "/now", now),
    visitor_route(_HERE + "/device-test", tested, methods=["POST"]),
    visitor_route(_HERE + "/leave", leave, methods=["POST"]),
    visitor_route(_HERE + "/again", again, methods=["POST"]),
]
