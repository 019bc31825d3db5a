"""A patient's device behind a request: the cookie it got for the right date of birth.

Each request by link has a cookie of its own, whose path covers that request's pages only.
"""

from starlette.requests import HTTPConnection
from starlette.responses import Response

from bedside.edge.context import address_of, services_of
from bedside.edge.languages import speak_to_patient
from bedside.edge.signed_in import is_secure, path_cookie_name
from bedside.errors import NotSignedIn
from bedside.people.permissions import LinkAccess
from bedside.settings import Settings

_COOKIE = "bedside-device"


def pages_of(request_id: str) -> str:
    """Return the address of a request's pages, for a device with access."""
    return f"/my/{request_id}"


def keep_device(response: Response, settings: Settings, request_id: str, token: str) -> None:
    """Let this device come back to this request until its link ends."""
    response.set_cookie(
        path_cookie_name(settings, _COOKIE),
        token,
        path=pages_of(request_id),
        max_age=400 * 24 * 3600,
        httponly=True,
        secure=is_secure(settings),
        samesite="lax",
    )


def device_token(connection: HTTPConnection) -> str:
    """Return the device's token; "" if it has no access."""
    return connection.cookies.get(path_cookie_name(services_of(connection).settings, _COOKIE), "")


async def device_of(connection: HTTPConnection) -> LinkAccess:
    """Return access for the device behind a request or socket under /my/{request_id}.

    Raises NotSignedIn for a device without access, LinkClosed if the link has ended.
    """
    token = device_token(connection)
    if not token:
        raise NotSignedIn
    link = await services_of(connection).links.resume(
        token, connection.path_params["request_id"], address_of(connection)
    )
    await speak_to_patient(connection, link.clinic_id, link.patient_id)
    return link
