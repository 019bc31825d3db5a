"""Callers of the API: the same sessions as for pages."""

from typing import cast

from starlette.requests import HTTPConnection

from bedside.errors import NotSignedIn
from bedside.kernel.network import proxies_of
from bedside.people.permissions import StaffAccess
from bedside.services import Services

_BACKGROUND = "x-background"


def services_of(connection: HTTPConnection) -> Services:
    """Return the services behind this request."""
    return cast(Services, connection.app.state.services)


async def staff_of(connection: HTTPConnection) -> StaffAccess:
    """Return the signed-in person. Raises NotSignedIn.

    A request with the header X-Background does not count as use, as with pages.
    """
    services = services_of(connection)
    settings = services.settings
    token = connection.cookies.get(settings.session_cookie)
    if not token:
        raise NotSignedIn
    headers = connection.headers
    peer = connection.client.host if connection.client else ""
    forwarded = ",".join(headers.getlist("x-forwarded-for"))
    address = proxies_of(settings.proxies).caller(peer, forwarded)
    return await services.sessions.resume(token, address, active=_BACKGROUND not in headers)
