"""The link of a personal invitation: the date of birth once, and the patient is checked in.

Opening the link changes nothing, even on a known device: previews and restored tabs open links
too. There one press checks in, or leads back to the visit in progress.
"""

from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bedside.edge.context import address_of, services_of
from bedside.edge.forms import Form, form_of
from bedside.edge.link_devices import (
    date_in,
    keep_link_device,
    link_device_token,
    opened_link,
    page_of_link,
)
from bedside.edge.link_secrets import secret_of
from bedside.edge.rendering import render
from bedside.edge.visit_devices import keep_visitor, page_of
from bedside.errors import NotSignedIn, WrongInput
from bedside.kernel import language
from bedside.kernel.language import gettext as _
from bedside.kernel.language import ngettext
from bedside.links.records import Link, LinkClosed, LinkState
from bedside.people.permissions import LinkAccess
from bedside.visits.check_in import RoomClosed

_DOOR, _CLOSED = "invitations/door.html", "components/link_closed.html"
_STATUS = {LinkState.EXPIRED: 410, LinkState.REVOKED: 410, LinkState.LOCKED: 403}


async def invitation_of(request: Request) -> Link | None:
    """Return the link whose page is requested, if it is an invitation. Raises OpenLinkAgain."""
    link = await opened_link(request)
    return link if link.subject_id.startswith("inv_") else None


async def open_invitation(request: Request, link: Link) -> Response:
    """GET /link/{link_id}: whose room it is, and the question for the date of birth."""
    access = await _known_device(request, link)
    if access is None and link.state is not LinkState.OPEN:
        return await _page(request, link, _CLOSED, status=_STATUS[link.state])
    goes_on = access is not None and await services_of(request).check_in.goes_on(access)
    return await _page(request, link, _DOOR, known=access is not None, goes_on=goes_on)


async def answer_invitation(request: Request, link: Link) -> Response:
    """POST /link/{link_id}: let this device in, and check the patient in."""
    form = await form_of(request)
    access = await _known_device(request, link)
    if access is not None:
        return await _check_in(request, link, access, form)
    if link.state is not LinkState.OPEN:
        return await _page(request, link, _CLOSED, status=_STATUS[link.state])
    room = await services_of(request).invitations.room_of(link)
    born, wrong = date_in(form)
    errors = {"birth": _(wrong)} if wrong else dict[str, str]()
    if room.options.consent_text and form["consented"] != "yes":
        errors["consented"] = _("Please agree to go on.")
    if errors or born is None:
        return await _page(request, link, _DOOR, form, errors)
    return await _answer(request, link, form, born)


async def _answer(request: Request, link: Link, form: Form, born: date) -> Response:
    services = services_of(request)
    answer = await services.links.answer(secret_of(request), born, address_of(request))
    if answer.token:
        access = await services.links.resume(answer.token, link.subject_id, address_of(request))
        response = await _check_in(request, link, access, form)
        keep_link_device(request, response, link.id, answer.token)
        return response
    if answer.link.state is LinkState.OPEN:
        left = answer.link.tries_left
        sentence = ngettext(
            "This is not the date of birth that we have. You can try %(left)s more time.",
            "This is not the date of birth that we have. You can try %(left)s more times.",
            left,
        ) % {"left": left}
        return await _page(request, answer.link, _DOOR, form, {"birth": sentence})
    return await _page(request, answer.link, _CLOSED, status=_STATUS[answer.link.state])


async def _check_in(request: Request, link: Link, access: LinkAccess, form: Form) -> Response:
    services = services_of(request)
    consented = form["consented"] == "yes"
    try:
        checked_in = await services.check_in.with_invitation(access, consented=consented)
    except RoomClosed as error:
        return await _page(request, link, _DOOR, status=error.status, known=True, shut=True)
    except WrongInput as error:
        return await _page(request, link, _DOOR, form, {error.field: _(error.sentence)}, known=True)
    response = RedirectResponse(page_of(checked_in.visit_id), status_code=303)
    keep_visitor(response, services.settings, *checked_in)
    return response


async def _known_device(request: Request, link: Link) -> LinkAccess | None:
    """Return access for a device that has given the date of birth before."""
    try:
        return await services_of(request).links.resume(
            link_device_token(request), link.subject_id, address_of(request)
        )
    except (NotSignedIn, LinkClosed):
        return None


async def _page(
    request: Request,
    link: Link,
    template: str,
    form: Form | None = None,
    errors: dict[str, str] | None = None,
    *,
    status: int = 200,
    **values: Any,
) -> Response:
    services = services_of(request)
    clinic = await services.clinics.get(link.clinic_id)
    room = await services.invitations.room_of(link)
    place = await services.rooms.place(room)
    typed = {part: form.line(f"birth_{part}") if form else "" for part in ("day", "month", "year")}
    usual = {"known": False, "goes_on": False, "shut": False, "asked": False, "address": ""}
    return render(
        request,
        template,
        status=WrongInput.status if errors else status,
        lang=language.spoken(),
        clinic_name=clinic.name,
        phone=clinic.options.phone,
        asked_by=clinic.name,
        state=str(link.state),
        tries=link.tries_left,
        here=page_of_link(link.id),
        room=room,
        host=place.name,
        emergency_text=await services.rooms.emergency_text(room),
        consented=bool(form and form["consented"] == "yes"),
        errors=errors or {},
        **typed,
        **{**usual, **values},
    )
