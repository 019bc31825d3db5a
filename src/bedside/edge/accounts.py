"""The patient's app behind a request: the person signed in, and for whom.

One session a device, in a cookie for the whole site, so that doors of rooms and links recognise who
comes. What belongs to one patient has the patient's id in its address: two open pages about two
children stay apart.
"""

from typing import cast

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from bedside.accounts.sign_in import SignedIn
from bedside.edge.context import address_of, services_of
from bedside.edge.link_secrets import keep, kept
from bedside.edge.signed_in import APP, is_secure
from bedside.errors import NotSignedIn
from bedside.kernel import clock
from bedside.people.permissions import AccountAccess, PatientAccess
from bedside.settings import Settings

OUR_APP = "/our-app"
"""The page for anybody about what the app is for and how one gets it."""
_COOKIE = "bedside-app"
_CLINIC = "bedside-app-clinic"
_LASTS = 400 * 24 * 3600
"""Seconds, as long as browsers keep a cookie; the server decides how long it is good for."""


def app_cookie_name(settings: Settings) -> str:
    """Return the name of the cookie: over HTTPS one that no other site can set."""
    return f"__Host-{_COOKIE}" if is_secure(settings) else _COOKIE


async def keep_account(request: Request, response: Response, there: SignedIn, *, own: bool) -> None:
    """Keep somebody signed in on this device: for good on their own one, else until the browser is
    closed, or the session ends before. Who was signed in there before is signed out. Their clinic
    is remembered for the next sign-in."""
    settings = services_of(request).settings
    sessions = services_of(request).accounts.sessions
    await sessions.replaced(app_token(request), there.token, address_of(request))
    keep(request, response, _CLINIC, there.clinic_id, f"{APP}/sign-in", _LASTS * clock.SECOND)
    response.set_cookie(
        app_cookie_name(settings),
        there.token,
        path="/",
        max_age=_LASTS if own else None,
        httponly=True,
        secure=is_secure(settings),
        samesite="lax",
    )


def drop_account(response: Response, settings: Settings) -> None:
    """Sign this device out, and have the browser forget what it has stored of the app."""
    response.delete_cookie(
        app_cookie_name(settings),
        path="/",
        httponly=True,
        secure=is_secure(settings),
        samesite="lax",
    )


def clinic_before(request: Request) -> str:
    """Return the clinic that somebody signed in to on this device; "" for none."""
    return kept(request, _CLINIC)


def app_token(connection: HTTPConnection) -> str:
    """Return the token of a device; "" if it is not signed in to the app."""
    return connection.cookies.get(app_cookie_name(services_of(connection).settings), "")


def about_app(connection: HTTPConnection, clinic_id: str) -> str:
    """Return the address of the page about a clinic's app for a device that is not signed in to it;
    "" for one that is."""
    return "" if app_token(connection) else f"{OUR_APP}/{clinic_id}"


def opened_in_app(connection: HTTPConnection | None) -> bool:
    """Whether a page of a request is open on a device that is signed in to the app, to which it
    leads back."""
    if connection is None or not connection.url.path.startswith("/my/"):
        return False
    return bool(app_token(connection))


async def account_of(connection: HTTPConnection) -> AccountAccess:
    """Return the person signed in to the app behind a request or socket. Raises NotSignedIn, which
    the edge answers with the app's sign-in."""
    is_request = connection.scope["type"] == "http"
    known = cast(AccountAccess | None, getattr(connection.state, "account", None))
    if known is not None and is_request:  # a socket asks again: its session may have ended
        return known
    token = app_token(connection)
    if not token:
        raise NotSignedIn
    sessions = services_of(connection).accounts.sessions
    account = await sessions.resume(token, address_of(connection))
    connection.state.account = account
    return account


async def patient_side_of(connection: HTTPConnection) -> PatientAccess:
    """Return the access of the person signed in to the patient named in the address. Raises
    NotSignedIn, and NotFound for a patient who is not theirs."""
    account = await account_of(connection)
    patient_id = connection.path_params["patient_id"]
    return await services_of(connection).accounts.sides.of(account, patient_id)


def page_in_app(patient_id: str, path: str = "") -> str:
    """Return the address of a page of the app about one patient."""
    return f"{APP}/{patient_id}{path}"


def device_name(request: Request) -> str:
    """Return what the browser calls itself, for the list of devices."""
    return request.headers.get("user-agent", "")
