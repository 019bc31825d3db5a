"""A guest's device behind a request: the cookie it got for a name, restricted to one guest's
pages.

The door of its link has another one, so that opening the link again on the same device continues
where they were.
"""

from contextlib import suppress

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from bedside.calls.guests import VALID
from bedside.edge.context import address_of, services_of
from bedside.edge.link_secrets import keep, kept
from bedside.errors import BedsideError, NotSignedIn
from bedside.people.permissions import GuestAccess

_COOKIE = "bedside-guest"
_ENTERED = "bedside-entered"


def page_of_guest(guest_id: str) -> str:
    """Return where the page of a guest is."""
    return f"/guest/{guest_id}"


def door_of_guest(guest_id: str) -> str:
    """Return where the link made for this guest leads."""
    return f"{page_of_guest(guest_id)}/door"


def keep_guest(
    request: Request, response: Response, invited_id: str, guest_id: str, token: str
) -> None:
    """Let this device, which came by the link of `invited_id`, back to its call until that ends."""
    keep(request, response, _COOKIE, token, page_of_guest(guest_id), VALID)
    keep(request, response, _ENTERED, f"{guest_id}.{token}", door_of_guest(invited_id), VALID)


async def entered_before(request: Request) -> str:
    """Return the guest that this device entered as by the link of the door; "" for another device,
    and if the call is gone."""
    entered = kept(request, _ENTERED).partition(".")
    own = request.path_params["guest_id"], "", kept(request, _COOKIE)
    for guest_id, _, token in (entered, own):
        with suppress(BedsideError):
            await services_of(request).calls.guests.resume(token, guest_id, address_of(request))
            return guest_id
    return ""


async def guest_of(connection: HTTPConnection) -> GuestAccess:
    """Return access for the guest behind a request or socket under /guest/{guest_id}.

    Raises NotSignedIn for a device that did not enter, GuestLinkClosed if it is over.
    """
    services = services_of(connection)
    token = kept(connection, _COOKIE)
    if not token:
        raise NotSignedIn
    guest_id = connection.path_params["guest_id"]
    return await services.calls.guests.resume(token, guest_id, address_of(connection))
