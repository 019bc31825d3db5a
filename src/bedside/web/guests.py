"""A guest's device behind a request: the cookie it got for a name, kept to one guest's pages."""

from starlette.requests import HTTPConnection
from starlette.responses import Response

from bedside.calls.guests import VALID
from bedside.errors import NotSignedIn
from bedside.kernel import clock
from bedside.people.permissions import GuestAccess
from bedside.settings import Settings
from bedside.web.context import address_of, services_of
from bedside.web.signed_in import is_secure, path_cookie_name

_COOKIE = "bedside-guest"


def page_of_guest(guest_id: str) -> str:
    """Where the page of a guest is."""
    return f"/guest/{guest_id}"


def keep_guest(response: Response, settings: Settings, guest_id: str, token: str) -> None:
    """Let this device come back to this call until it ends."""
    response.set_cookie(
        path_cookie_name(settings, _COOKIE),
        token,
        path=page_of_guest(guest_id),
        max_age=VALID // clock.SECOND,
        httponly=True,
        secure=is_secure(settings),
        samesite="lax",
    )


async def guest_of(connection: HTTPConnection) -> GuestAccess:
    """The guest behind a request or socket under /guest/{guest_id}.

    Raises NotSignedIn for a device that did not enter, GuestLinkClosed when it is over.
    """
    services = services_of(connection)
    token = connection.cookies.get(path_cookie_name(services.settings, _COOKIE), "")
    if not token:
        raise NotSignedIn
    guest_id = connection.path_params["guest_id"]
    return await services.guests.resume(token, guest_id, address_of(connection))
