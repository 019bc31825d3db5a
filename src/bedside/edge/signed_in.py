"""The signed-in person: the session cookie, and the person behind a request."""

from contextlib import suppress
from typing import cast
from urllib.parse import quote, urlsplit

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from bedside.edge.context import address_of, services_of
from bedside.errors import NotSignedIn
from bedside.kernel import clock
from bedside.people.known_browsers import KEPT_FOR
from bedside.people.permissions import StaffAccess
from bedside.people.sessions import ConfirmationNeeded, Pending
from bedside.settings import Settings

APP = "/app"
"""The address of the patient's app, whose people sign in there (`edge.accounts`)."""
BACKGROUND = "x-background"
"""Sent by scripts with their own background requests, which do not count as use, so that a page
left open is signed out after the idle time."""

# --- the cookie ------------------------------------------------------------------------------


def cookie_name(settings: Settings) -> str:
    """Return the session cookie's name."""
    return settings.session_cookie


def is_secure(settings: Settings) -> bool:
    """Whether people reach the product by HTTPS."""
    return settings.base_url.startswith("https://")


def path_cookie_name(settings: Settings, name: str) -> str:
    """Return the name of a cookie restricted to a path, which therefore cannot be `__Host-`: over
    HTTPS with `__Secure-`, which no answer over plain HTTP can set."""
    return f"__Secure-{name}" if is_secure(settings) else name


def keep_session(response: Response, settings: Settings, token: str) -> None:
    """Give the browser its session. The cookie ends with the browser; the server's limits apply."""
    response.set_cookie(
        cookie_name(settings),
        token,
        path="/",
        httponly=True,
        secure=is_secure(settings),
        samesite="lax",
    )


def drop_session(response: Response, settings: Settings) -> None:
    """Remove the session from the browser."""
    response.delete_cookie(
        cookie_name(settings),
        path="/",
        httponly=True,
        secure=is_secure(settings),
        samesite="lax",
    )


def known_of(request: Request) -> str:
    """Return the cookie that says who has signed in with this browser before; "" if nobody has."""
    return request.cookies.get(_known_name(services_of(request).settings), "")


def keep_known(response: Response, settings: Settings, known: str) -> None:
    """Remember the browser for whoever has just signed in with it."""
    response.set_cookie(
        _known_name(settings),
        known,
        max_age=KEPT_FOR // clock.SECOND,
        path="/",
        httponly=True,
        secure=is_secure(settings),
        samesite="lax",
    )


def _known_name(settings: Settings) -> str:
    return f"{cookie_name(settings)}-known"


def token_of(connection: HTTPConnection) -> str:
    """Return the session token of a request or socket; "" if it has none."""
    return connection.cookies.get(cookie_name(services_of(connection).settings), "")


# --- the person ------------------------------------------------------------------------------


async def staff_of(connection: HTTPConnection) -> StaffAccess:
    """Return the signed-in person behind a request or socket.

    Raises NotSignedIn, which the edge answers with a redirect to the sign-in page, or with 401 for
    scripts; SignInUnfinished leads to the missing step.
    """
    is_request = connection.scope["type"] == "http"
    known = cast(StaffAccess | None, getattr(connection.state, "staff", None))
    if known is not None and is_request:  # a socket asks again: its session may have ended
        return known
    token = token_of(connection)
    if not token:
        raise NotSignedIn
    active = is_request and BACKGROUND not in connection.headers
    staff = await services_of(connection).people.sessions.resume(
        token, address_of(connection), active=active
    )
    connection.state.staff = staff
    return staff


async def confirmed_staff_of(request: Request, page: str, *, minutes: int = 10) -> StaffAccess:
    """Return the signed-in person, who proved their identity in the last `minutes`.

    Otherwise they are asked for the password and then led to `page`. Raises as `staff_of`.
    """
    staff = await staff_of(request)
    try:
        await services_of(request).people.sessions.check_fresh(staff, within=minutes * clock.MINUTE)
    except ConfirmationNeeded as needed:
        needed.then = page
        raise
    return staff


async def pending_of(request: Request) -> Pending:
    """Return the sign-in in progress. Raises NotSignedIn."""
    token = token_of(request)
    if not token:
        raise NotSignedIn
    return await services_of(request).people.sessions.pending(
        token, address_of(request), known_of(request)
    )


# --- where to go after signing in ---------------------------------------------------------------


def sign_in_address(path: str) -> str:
    """Return the sign-in page with the path to return to, without a query, which may contain
    searches."""
    back = local_path(path)
    return "/sign-in" if back == "/" else f"/sign-in?next={quote(back)}"


def local_path(address: str) -> str:
    """Return `address` without anything that leads elsewhere: a path of this site, or “/”."""
    parts = None
    if address.isprintable() and "\\" not in address:
        with suppress(ValueError):  # such as an open bracket where a host would be
            parts = urlsplit(address)
    if parts is None or not parts.path.startswith("/") or parts.path.startswith("//"):
        return "/"
    return parts.path
