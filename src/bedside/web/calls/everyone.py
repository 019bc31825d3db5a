"""Commands of calls: by staff, by the patient of a visit, by a guest.

Each command is a form that leads to a page; scripts of the call request JSON instead. The pages
themselves are in `staff` and `guest`.
"""

from contextlib import suppress
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from bedside.calls.access import CallSeat, HostSeat
from bedside.calls.guests import guest_name
from bedside.calls.participants import joined_facts
from bedside.calls.states import InAnotherCall, Mode, NotInCall, Standing
from bedside.edge.context import services_of
from bedside.edge.errors import wants_json
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import Form, form_of
from bedside.edge.guests import guest_of
from bedside.edge.languages import speak_to_staff
from bedside.edge.protection import KNOCKING, TESTING, require_rate
from bedside.edge.rendering import render
from bedside.edge.routes import guest_route, staff_route, visitor_route
from bedside.edge.shell import shell
from bedside.edge.signed_in import staff_of
from bedside.edge.visit_devices import page_of, visitor_of
from bedside.errors import WrongInput
from bedside.kernel.language import N_, gettext
from bedside.people.permissions import StaffAccess
from bedside.visits.states import Step
from bedside.visits.steps import End, Return
from bedside.web.calls.guest import TOO_OFTEN

_TESTED_OFTEN = N_("You have tried this several times already. Please wait a moment.")
NOBODY_WAITS = flash_message("nobody_waits", N_("Nobody is waiting right now."), "info")


def call_window(call_id: str) -> str:
    """Return where a call of staff is."""
    return f"/calls/{call_id}"


# --- staff: starting ---------------------------------------------------------------------------


async def start(request: Request) -> Response:
    """POST /visits/{visit_id}/call: admit a waiting patient. Fields: mode (video, voice), leg."""
    staff = await staff_of(request)
    services, visit_id = services_of(request), request.path_params["visit_id"]
    room = await services.visits.whereabouts.room_of(staff, visit_id)
    form = await form_of(request)
    try:
        call_id = await services.calls.control.start(room, visit_id, _mode(form), leg=_leg(form))
    except InAnotherCall as error:
        return await _in_another_call(request, error, visit_id, form)
    return _to_call(request, call_id)


async def next_patient(request: Request) -> Response:
    """POST /rooms/{room_id}/next: admit the patient who has waited longest. Field: mode."""
    staff = await staff_of(request)
    services = services_of(request)
    room = await services.people.permissions.room(staff, request.path_params["room_id"])
    form = await form_of(request)
    try:
        call_id = await services.calls.control.next_patient(room, _mode(form))
    except InAnotherCall as error:
        return await _in_another_call(request, error, "", form)
    if call_id is not None:
        return _to_call(request, call_id)
    if wants_json(request):
        return JSONResponse({"call_id": "", "sentence": gettext("Nobody is waiting right now.")})
    return redirect(f"/rooms/{room.room_id}", NOBODY_WAITS)


def _to_call(request: Request, call_id: str) -> Response:
    if wants_json(request):
        return JSONResponse({"call_id": call_id, "href": call_window(call_id)})
    return RedirectResponse(call_window(call_id), status_code=303)


async def _in_another_call(
    request: Request, error: InAnotherCall, visit_id: str, form: Form
) -> Response:
    """Explain, with the choice: add the patient to the running call, or not."""
    sentence = gettext(error.sentence)
    if wants_json(request):
        said = {"code": error.code, "sentence": sentence, "call_id": error.call_id}
        return JSONResponse(said, status_code=error.status)
    await shell(request, "rooms")
    return render(
        request,
        "calls/in_another_call.html",
        status=error.status,
        sentence=sentence,
        call_href=call_window(error.call_id),
        visit_id=visit_id,
        leg=form.line("leg"),
    )


# --- staff: in a call --------------------------------------------------------------------------


async def join(request: Request) -> Response:
    """POST /calls/{call_id}/join: join with this page. Fields: connection, muted, camera."""
    return await _join(request, await _host(request))


async def people(request: Request) -> Response:
    """GET /calls/{call_id}/people: names by participant."""
    return await _people(request, await _host(request))


async def ice(request: Request) -> Response:
    """GET /calls/{call_id}/ice: STUN servers and relays."""
    host = await _host(request)
    return JSONResponse(services_of(request).calls.ice.for_(host.staff.staff_id))


async def leave(request: Request) -> Response:
    """POST /calls/{call_id}/leave: leave; the others stay while a colleague is there."""
    await services_of(request).calls.control.leave(await _host(request))
    return _done(request, "/rooms")


async def end(request: Request) -> Response:
    """POST /calls/{call_id}/end: end for everybody. Field: then (complete, return)."""
    host = await _host(request)
    form = await form_of(request)
    then = Return() if form.line("then") == "return" else End(Step.COMPLETED)
    await services_of(request).calls.control.end_for_all(host, then)
    return _done(request, "/rooms")


async def turn_to_video(request: Request) -> Response:
    """POST /calls/{call_id}/video: a voice call becomes a video call."""
    host = await _host(request)
    await services_of(request).calls.control.turn_to_video(host)
    return _done(request, call_window(host.call_id))


async def return_to_waiting_room(request: Request) -> Response:
    """POST /visits/{visit_id}/return: out of the call, to the old place. Field: leg."""
    staff = await staff_of(request)
    services, visit_id = services_of(request), request.path_params["visit_id"]
    room = await services.visits.whereabouts.room_of(staff, visit_id)
    form = await form_of(request)
    await services.calls.control.return_to_waiting_room(room, visit_id, leg=_leg(form))
    return _done(request, f"/rooms/{room.room_id}")


async def end_visit(request: Request) -> Response:
    """POST /visits/{visit_id}/end: the visit is complete. Field: leg."""
    staff = await staff_of(request)
    services, visit_id = services_of(request), request.path_params["visit_id"]
    room = await services.visits.whereabouts.room_of(staff, visit_id)
    form = await form_of(request)
    await services.calls.control.end_visit(room, visit_id, leg=_leg(form))
    return _done(request, f"/rooms/{room.room_id}")


# --- staff: guests -----------------------------------------------------------------------------


async def invite(request: Request) -> Response:
    """POST /calls/{call_id}/guests: a link, shown only once. Fields: name, role; email, phone to
    send it to, and `way`, which of them must not be empty."""
    host = await _host(request)
    form = await form_of(request)
    email, phone, way = form.line("email"), form.line("phone"), form.line("way")
    if way == "phone" and not phone:
        raise WrongInput(N_("Enter a phone number."), field="phone")
    if way == "email" and not email:
        raise WrongInput(N_("Enter an e-mail address."), field="email")
    invitation = await services_of(request).calls.guests.invite(
        host, email=email, phone=phone, name=guest_name(form.line("name"), form.line("role"))
    )
    return JSONResponse({"guest_id": invitation.guest_id, "link": invitation.link})


async def admit(request: Request) -> Response:
    """POST /calls/{call_id}/guests/{guest_id}/admit."""
    host = await _host(request)
    await services_of(request).calls.guests.admit(host, request.path_params["guest_id"])
    return _done(request, call_window(host.call_id))


async def refuse(request: Request) -> Response:
    """POST /calls/{call_id}/guests/{guest_id}/refuse."""
    host = await _host(request)
    await services_of(request).calls.guests.refuse(host, request.path_params["guest_id"])
    return _done(request, call_window(host.call_id))


async def revoke(request: Request) -> Response:
    """POST /calls/{call_id}/guests/{guest_id}/revoke: close the link, and end the guest's place."""
    host = await _host(request)
    await services_of(request).calls.guests.revoke(host, request.path_params["guest_id"])
    return _done(request, call_window(host.call_id))


# --- the patient -------------------------------------------------------------------------------


async def join_as_patient(request: Request) -> Response:
    """POST /visit/{visit}/call/join: as `join`."""
    return await _join(request, await _visitor_seat(request))


async def leave_as_patient(request: Request) -> Response:
    """POST /visit/{visit}/call/leave: back to the waiting room, at the old place."""
    with suppress(NotInCall):  # the call has just ended, and the page does not know yet
        await services_of(request).calls.control.leave(await _visitor_seat(request))
    return _done(request, page_of(request.path_params["visit"]))


async def turn_to_video_as_patient(request: Request) -> Response:
    """POST /visit/{visit}/call/video: “Start video call” in a voice call."""
    await services_of(request).calls.control.turn_to_video(await _visitor_seat(request))
    return _done(request, page_of(request.path_params["visit"]))


async def people_for_patient(request: Request) -> Response:
    """GET /visit/{visit}/call/people: names of staff."""
    return await _people(request, await _visitor_seat(request))


async def ice_for_patient(request: Request) -> Response:
    """GET /visit/{visit}/ice: in a call, and occasionally for the device test before it; not once
    the visit is over, because the relay is for calls only."""
    visitor, services = await visitor_of(request), services_of(request)
    await services.visits.own.require_open(visitor)
    try:
        await services.calls.seats.visitor(visitor)
    except NotInCall:
        require_rate(request, TESTING, visitor.visit_id, _TESTED_OFTEN)
        return JSONResponse(services.calls.ice.for_(visitor.visit_id, for_a_test=True))
    return JSONResponse(services.calls.ice.for_(visitor.visit_id))


# --- the guest ---------------------------------------------------------------------------------


async def join_as_guest(request: Request) -> Response:
    """POST /guest/{guest_id}/call/join: like `join`; a guest who has left knocks again."""
    guest = await guest_of(request)
    services = services_of(request)
    if (await services.calls.guests.get(guest)).state == Standing.LEFT:
        require_rate(request, KNOCKING, guest.guest_id, TOO_OFTEN)
    return await _join(request, await services.calls.seats.guest(guest))


async def leave_as_guest(request: Request) -> Response:
    """POST /guest/{guest_id}/call/leave."""
    await services_of(request).calls.control.leave(await _guest_seat(request))
    return _done(request, f"/guest/{request.path_params['guest_id']}")


async def people_for_guest(request: Request) -> Response:
    """GET /guest/{guest_id}/call/people: names of staff, once admitted."""
    return await _people(request, await _guest_seat(request))


async def ice_for_guest(request: Request) -> Response:
    """GET /guest/{guest_id}/ice: for an admitted guest."""
    seat = await services_of(request).calls.seats.let_in(await guest_of(request))
    return JSONResponse(services_of(request).calls.ice.for_(seat.person_id))


# --- for all of them ---------------------------------------------------------------------------


async def _join(request: Request, seat: CallSeat) -> Response:
    form = await form_of(request)
    joined = await services_of(request).calls.participants.join(
        seat,
        connection_id=form.line("connection"),
        muted=form.line("muted") == "true",
        camera=form.line("camera") == "true",
    )
    return JSONResponse(joined_facts(joined))


async def _people(request: Request, seat: CallSeat) -> Response:
    await _speak(request, seat)
    found = await services_of(request).calls.people.of(seat)
    everybody: dict[str, Any] = {}
    for person in found:
        facts = asdict(person)
        del facts["participant_id"]
        everybody[person.participant_id] = {k: v for k, v in facts.items() if v or k == "you"}
    return JSONResponse({"people": everybody})


async def _speak(request: Request, seat: CallSeat) -> None:
    """Use the reader's language for “Patient” and “Guest”; a patient's and a guest's is known from
    their access."""
    if isinstance(seat.access, StaffAccess):
        await speak_to_staff(request, seat.access)


def _done(request: Request, page: str) -> Response:
    return JSONResponse({}) if wants_json(request) else RedirectResponse(page, status_code=303)


async def _host(request: Request) -> HostSeat:
    staff = await staff_of(request)
    return await services_of(request).calls.seats.host(staff, request.path_params["call_id"])


async def _visitor_seat(request: Request) -> CallSeat:
    return await services_of(request).calls.seats.visitor(await visitor_of(request))


async def _guest_seat(request: Request) -> CallSeat:
    return await services_of(request).calls.seats.guest(await guest_of(request))


def _mode(form: Form) -> Mode:
    return Mode.VOICE if form.line("mode") == Mode.VOICE else Mode.VIDEO


def _leg(form: Form) -> int | None:
    """Return the leg of the visit that the page has shown; None if it did not say."""
    return form.number("leg")


routes = [
    staff_route("/visits/{visit_id}/call", start, methods=["POST"]),
    staff_route("/visits/{visit_id}/return", return_to_waiting_room, methods=["POST"]),
    staff_route("/visits/{visit_id}/end", end_visit, methods=["POST"]),
    staff_route("/rooms/{room_id}/next", next_patient, methods=["POST"]),
    staff_route("/calls/{call_id}/join", join, methods=["POST"]),
    staff_route("/calls/{call_id}/people", people, methods=["GET"]),
    staff_route("/calls/{call_id}/ice", ice, methods=["GET"]),
    staff_route("/calls/{call_id}/leave", leave, methods=["POST"]),
    staff_route("/calls/{call_id}/end", end, methods=["POST"]),
    staff_route("/calls/{call_id}/video", turn_to_video, methods=["POST"]),
    staff_route("/calls/{call_id}/guests", invite, methods=["POST"]),
    staff_route("/calls/{call_id}/guests/{guest_id}/admit", admit, methods=["POST"]),
    staff_route("/calls/{call_id}/guests/{guest_id}/refuse", refuse, methods=["POST"]),
    staff_route("/calls/{call_id}/guests/{guest_id}/revoke", revoke, methods=["POST"]),
    visitor_route("/visit/{visit}/call/join", join_as_patient, methods=["POST"]),
    visitor_route("/visit/{visit}/call/leave", leave_as_patient, methods=["POST"]),
    visitor_route("/visit/{visit}/call/video", turn_to_video_as_patient, methods=["POST"]),
    visitor_route("/visit/{visit}/call/people", people_for_patient, methods=["GET"]),
    visitor_route("/visit/{visit}/ice", ice_for_patient, methods=["GET"]),
    guest_route("/guest/{guest_id}/call/join", join_as_guest, methods=["POST"]),
    guest_route("/guest/{guest_id}/call/leave", leave_as_guest, methods=["POST"]),
    guest_route("/guest/{guest_id}/call/people", people_for_guest, methods=["GET"]),
    guest_route("/guest/{guest_id}/ice", ice_for_guest, methods=["GET"]),
]
