"""The pages of a guest: giving a name, waiting to be admitted, the call, its end.

The link in a message is `/g/{secret}`; the pages are below `/guest/{guest_id}`, without it.
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bedside.calls.guests import LONGEST_NAME, Guest, GuestLinkClosed, LinkInUse
from bedside.calls.states import Standing
from bedside.edge.context import address_of, services_of
from bedside.edge.forms import form_of
from bedside.edge.guests import door_of_guest, entered_before, guest_of, keep_guest, page_of_guest
from bedside.edge.languages import speak_at_clinic
from bedside.edge.link_secrets import OpenLinkAgain, led_on, secret_of
from bedside.edge.protection import KNOCKING, require_rate
from bedside.edge.rendering import render
from bedside.edge.routes import guest_route, open_route
from bedside.errors import NotFound, NotSignedIn, TooMany, WrongInput
from bedside.kernel import language
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _

INVITED = "invited"
"""The state of a link by which nobody has come yet; the name in it is the expected one."""
TOO_OFTEN = N_("You have asked several times already. Please wait a moment, then ask again.")


async def arrive(request: Request) -> Response:
    """GET /g/{secret}, also by previews, and posts of older pages: redirect to the door. Looking
    at a link changes nothing."""
    secret = request.path_params["secret"]
    try:
        invited = await services_of(request).calls.guests.open(secret)
    except (NotFound, GuestLinkClosed) as error:
        return await _closed(request, error)
    return led_on(request, door_of_guest(invited.id), secret, invited.expires_at)


async def door(request: Request) -> Response:
    """GET /guest/{guest_id}/door: asks for a name, once."""
    known = await entered_before(request)
    if known:
        return RedirectResponse(page_of_guest(known), status_code=303)
    try:
        invited = await _invited(request)
    except GuestLinkClosed as error:
        return await _closed(request, error)
    expected = invited.name if invited.state == INVITED else ""
    return await _door(request, invited, name=expected)


async def enter(request: Request) -> Response:
    """POST /guest/{guest_id}/door: give a name and knock. Field: name."""
    services = services_of(request)
    name = (await form_of(request)).line("name")
    known = await entered_before(request)
    if known:
        return RedirectResponse(page_of_guest(known), status_code=303)
    try:
        invited = await _invited(request)
    except GuestLinkClosed as error:
        return await _closed(request, error)
    try:
        require_rate(request, KNOCKING, invited.id, TOO_OFTEN)
        entered = await services.calls.guests.enter(secret_of(request), name, address_of(request))
    except (WrongInput, TooMany, LinkInUse) as error:
        sentence, status = _(error.sentence), error.status
        return await _door(request, invited, name=name, error=sentence, status=status)
    except GuestLinkClosed as error:  # in between
        return await _closed(request, error)
    response = RedirectResponse(page_of_guest(entered[0]), status_code=303)
    keep_guest(request, response, invited.id, *entered)
    return response


async def _invited(request: Request) -> Guest:
    """Return the guest whose door is requested. Raises OpenLinkAgain, GuestLinkClosed."""
    try:
        invited = await services_of(request).calls.guests.open(secret_of(request))
    except NotFound as error:
        raise OpenLinkAgain from error
    if invited.id != request.path_params["guest_id"]:
        raise OpenLinkAgain
    return invited


async def page(request: Request) -> Response:
    """GET /guest/{guest_id}: waits to be admitted, and then is the call."""
    services = services_of(request)
    try:
        access = await guest_of(request)
        guest = await services.calls.guests.get(access)
    except (NotFound, NotSignedIn, GuestLinkClosed) as error:
        return await _closed(request, error)
    return await _rendered(request, guest, "calls/guest.html", here=page_of_guest(guest.id))


async def knock(request: Request) -> Response:
    """POST /guest/{guest_id}/knock: ask to be admitted again after leaving the call."""
    services = services_of(request)
    try:
        access = await guest_of(request)
        guest = await services.calls.guests.get(access)
    except (NotFound, NotSignedIn, GuestLinkClosed) as error:
        return await _closed(request, error)
    if guest.state == Standing.LEFT:
        require_rate(request, KNOCKING, guest.id, TOO_OFTEN)
        await services.calls.participants.join(await services.calls.seats.guest(access))
    return RedirectResponse(page_of_guest(guest.id), status_code=303)


async def _door(
    request: Request, invited: Guest, *, name: str = "", error: str = "", status: int = 200
) -> Response:
    return await _rendered(
        request,
        invited,
        "calls/guest_door.html",
        status=status,
        address=request.url.path,
        name=name,
        error=error,
        longest=LONGEST_NAME,
    )


async def _rendered(request: Request, guest: Guest, template: str, **values: Any) -> Response:
    clinic = await services_of(request).people.clinics.get(guest.clinic_id)
    await speak_at_clinic(request, guest.clinic_id)
    return render(
        request,
        template,
        lang=language.spoken(),
        clinic_name=clinic.name,
        guest=guest,
        **values,
    )


async def _closed(request: Request, error: Exception) -> Response:
    known = isinstance(error, GuestLinkClosed)
    return render(
        request,
        "calls/guest_closed.html",
        status=410 if known else 404,
        lang=language.spoken(),
        clinic_name="",
        known=known,
    )


routes = [
    open_route("/g/{secret}", arrive, methods=["GET", "HEAD", "POST"]),
    open_route("/guest/{guest_id}/door", door, methods=["GET", "HEAD"]),
    open_route("/guest/{guest_id}/door", enter, methods=["POST"]),
    guest_route("/guest/{guest_id}", page, methods=["GET"]),
    guest_route("/guest/{guest_id}/knock", knock, methods=["POST"]),
]
