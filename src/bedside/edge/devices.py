"""A patient's device behind a request: the cookie it got for the right date of birth.

Each request by link has a cookie of its own, whose path covers that request's pages only. Who is
signed in to the app on the device needs none.
"""

from contextlib import suppress

from starlette.requests import HTTPConnection
from starlette.responses import Response

from bedside.edge.accounts import account_of
from bedside.edge.context import address_of, services_of
from bedside.edge.languages import speak_to_patient
from bedside.edge.signed_in import is_secure, path_cookie_name
from bedside.errors import NotFound, NotSignedIn
from bedside.links.records import Link, LinkClosed
from bedside.people.permissions import LinkAccess, NotShared, PatientAccess
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
    link = await _link_of(connection)
    await speak_to_patient(connection, link.clinic_id, link.patient_id)
    return link


async def _link_of(connection: HTTPConnection) -> LinkAccess:
    token, request_id = device_token(connection), connection.path_params["request_id"]
    if not token:
        return await _by_app(connection, request_id)
    try:
        links = services_of(connection).links
        return await links.resume(token, request_id, address_of(connection))
    except NotSignedIn:
        return await _by_app(connection, request_id)
    except LinkClosed:  # a newer link may be open to who is signed in
        with suppress(NotSignedIn):
            return await _by_app(connection, request_id)
        raise


async def _by_app(connection: HTTPConnection, request_id: str) -> LinkAccess:
    """Return access for who is signed in to the app, where the pages of a request are opened from
    the first page as well, without its link."""
    access = await side_of_link(connection, request_id)
    await services_of(connection).links.opened_by_app(access)
    return access


async def side_of_link(connection: HTTPConnection, subject_id: str) -> LinkAccess:
    """Return access to what a link leads to for who is signed in to the app on this device. Raises
    NotSignedIn if that is nobody, or not the patient of the link nor a proxy who may see it;
    LinkClosed if the link has ended."""
    side = await _side_of(connection, subject_id)
    try:
        return await services_of(connection).links.of_side(side, subject_id)
    except (NotFound, NotShared):
        raise NotSignedIn from None


async def last_link_of(connection: HTTPConnection, subject_id: str) -> Link:
    """Return the link of whoever was let in on this device by it, or is signed in to the app here,
    whatever became of it. Raises NotSignedIn for everybody else."""
    links = services_of(connection).links
    link = await links.of_device(device_token(connection), subject_id)
    if link is not None:
        return link
    side = await _side_of(connection, subject_id)
    try:
        return await links.last_of_side(side, subject_id)
    except (NotFound, NotShared):
        raise NotSignedIn from None


async def _side_of(connection: HTTPConnection, subject_id: str) -> PatientAccess:
    account, services = await account_of(connection), services_of(connection)
    patient_id = await services.links.patient_of(subject_id)
    try:
        return await services.accounts.sides.of(account, patient_id)
    except NotFound:
        raise NotSignedIn from None
