"""A patient's device in a visit: the cookies it got at the check-in.

The one that lets it in is sent to the page of its visit only. Another one, for the door of the
room, only names the visit, so that coming to that address again continues where they were; a
made-up one leads to a page that does not let anybody in.
"""

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from bedside.edge.context import address_of, services_of
from bedside.edge.signed_in import is_secure, path_cookie_name
from bedside.errors import NotSignedIn
from bedside.kernel.ids import is_id
from bedside.people.permissions import VisitorAccess
from bedside.settings import Settings

_DEVICE = "bedside-visitor"
_KNOWN = "bedside-checked-in"
_DAY = 24 * 3600


def page_of(visit_id: str) -> str:
    """Return where the page of a visit is, for the device that checked in."""
    return f"/visit/{visit_id}"


def door_of(slug: str) -> str:
    """Return the public address of a room."""
    return f"/r/{slug}"


def keep_visitor(response: Response, settings: Settings, visit_id: str, token: str) -> None:
    """Let this device come back to its visit; the server decides for how long."""
    _set(response, settings, _DEVICE, token, page_of(visit_id), 30 * _DAY)


def keep_known(response: Response, settings: Settings, path: str, visit_id: str) -> None:
    """Make opening `path` again on this device continue with the visit."""
    _set(response, settings, _KNOWN, visit_id, path, _DAY)


def forget_known(response: Response, settings: Settings, path: str) -> None:
    """Make opening `path` again start over."""
    _set(response, settings, _KNOWN, "", path, 0)


def _set(
    response: Response, settings: Settings, name: str, value: str, path: str, seconds: int
) -> None:
    response.set_cookie(
        path_cookie_name(settings, name),
        value,
        path=path,
        max_age=seconds,
        httponly=True,
        secure=is_secure(settings),
        samesite="lax",
    )


def known_visit(request: Request) -> str:
    """Return the visit that this device is in, by the door's cookie; "" if it is in none."""
    named = request.cookies.get(path_cookie_name(services_of(request).settings, _KNOWN), "")
    return named if is_id(named, "vis") else ""


def token_of_visitor(connection: HTTPConnection) -> str:
    """Return the device's token for a visit; "" if it has none."""
    name = path_cookie_name(services_of(connection).settings, _DEVICE)
    return connection.cookies.get(name, "")


async def visitor_of(connection: HTTPConnection) -> VisitorAccess:
    """Return access for the device behind a request or socket under /visit/{visit}. Raises
    NotSignedIn for any other device."""
    services = services_of(connection)
    token = token_of_visitor(connection)
    if not token:
        raise NotSignedIn
    return await services.visits.devices.resume(
        token, connection.path_params["visit"], address_of(connection)
    )
