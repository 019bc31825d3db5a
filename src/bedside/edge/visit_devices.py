"""A patient's device in a visit: the cookies it got at the check-in.

The one that lets it in is sent to the page of its visit only. Another one, for the door of the
room, opens nothing: with it the door asks whether it is the same person who comes again. Several
people may share a device, so there is one for each visit.
"""

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from bedside.edge.context import address_of, services_of
from bedside.edge.languages import speak_to_visitor
from bedside.edge.signed_in import is_secure, path_cookie_name
from bedside.errors import NotSignedIn
from bedside.kernel.ids import is_id
from bedside.people.permissions import VisitorAccess
from bedside.services import Services
from bedside.settings import Settings
from bedside.visits.devices import KnownHere

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


async def keep_known(
    response: Response, services: Services, path: str, clinic_id: str, visit_id: str
) -> None:
    """Make `path` ask on this device whether it is the patient of this visit who comes again."""
    mark = await services.visits.devices.mark(clinic_id, visit_id)
    _set(response, services.settings, _known_as(visit_id), mark, path, _DAY)


def forget_known(response: Response, settings: Settings, path: str, visit_id: str) -> None:
    """Make `path` not ask about a visit any more."""
    _set(response, settings, _known_as(visit_id), "", path, 0)


def _known_as(visit_id: str) -> str:
    """Return the name of a cookie for each visit: the page of one does not see the others."""
    return f"{_KNOWN}.{visit_id}"


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


async def known_at_door(request: Request, clinic_id: str) -> list[KnownHere]:
    """Return whom this device knows at a door: everybody whose visit goes on, or else the one
    whose visit has ended last. Others may have used it before."""
    services = services_of(request)
    begins = path_cookie_name(services.settings, _KNOWN) + "."
    marks = {
        name.removeprefix(begins): mark
        for name, mark in request.cookies.items()
        if name.startswith(begins) and is_id(name.removeprefix(begins), "vis")
    }
    known = await services.visits.devices.known(clinic_id, marks) if marks else []
    return [one for one in known if not one.ended] or known[:1]


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
    visitor = await services.visits.devices.resume(
        token, connection.path_params["visit"], address_of(connection)
    )
    await speak_to_visitor(connection, visitor)
    return visitor
