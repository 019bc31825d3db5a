"""The signed-in person: the session cookie, the person behind a request, the frame of their
pages."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote, urlsplit

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from bedside.edge.context import address_of, services_of
from bedside.edge.flash import was_said
from bedside.errors import NotSignedIn
from bedside.kernel import clock, language
from bedside.kernel.language import N_, gettext
from bedside.people.known_browsers import KEPT_FOR
from bedside.people.permissions import StaffAccess
from bedside.people.roles import May, Role, allows
from bedside.people.sessions import ConfirmationNeeded, Pending
from bedside.settings import Settings

BACKGROUND = "x-background"
"""Sent by scripts with their own background requests, which do not count as use, so that a page
left open is signed out after the idle time."""

FRAMEABLE = "bedside.frameable"
"""Key in the scope of a request: its answer is a page of the console, which may appear beside a
call in a frame of the product's own."""

ROLE_NAMES = {
    Role.ADMINISTRATOR: N_("Administrator"),
    Role.CLINICIAN: N_("Clinician"),
    Role.STAFF: N_("Staff"),
}


@dataclass(frozen=True, slots=True)
class Section:
    """One line of the rail. It is shown if its page exists and the role allows it."""

    key: str
    label: str
    icon: str
    href: str
    may: May | None = None


SECTIONS = (
    Section("rooms", N_("Waiting room"), "armchair", "/rooms", May.SEE_CHARTS),
    Section("inbox", N_("Inbox"), "inbox", "/inbox", May.SEE_CHARTS),
    Section("patients", N_("Patients"), "users", "/patients", May.SEE_CHARTS),
    Section("chat", N_("Chat"), "message-circle", "/chat", May.SEE_CHARTS),
    Section("letters", N_("Letters"), "mail", "/letters", May.SEE_CHARTS),
    Section("requests", N_("Requests"), "send", "/requests", May.SEND_REQUESTS),
    Section("calendar", N_("Calendar"), "calendar", "/calendar", May.SEE_CHARTS),
    Section("outbox", N_("Outbox"), "archive", "/outbox", May.SEND_REQUESTS),
    Section("analytics", N_("Analytics"), "chart-column", "/analytics", May.ADMINISTER),
    Section("audit", N_("Audit log"), "scroll-text", "/audit", May.SEE_AUDIT),
    Section("settings", N_("Settings"), "settings", "/settings", May.ADMINISTER),
)


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
    staff = await services_of(connection).sessions.resume(
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
        await services_of(request).sessions.check_fresh(staff, within=minutes * clock.MINUTE)
    except ConfirmationNeeded as needed:
        needed.then = page
        raise
    return staff


async def pending_of(request: Request) -> Pending:
    """Return the sign-in in progress. Raises NotSignedIn."""
    token = token_of(request)
    if not token:
        raise NotSignedIn
    return await services_of(request).sessions.pending(
        token, address_of(request), known_of(request)
    )


# --- the frame of the pages --------------------------------------------------------------------


async def shell(request: Request, section: str = "", *, frameable: bool = True) -> StaffAccess:
    """Prepare what console/layout.html needs, and use the clinic's language.

    `section` is the key of the rail's open section. A page that is not `frameable` cannot appear
    beside a call. Returns the person; raises as `staff_of`.
    """
    staff = await staff_of(request)
    if frameable:
        request.scope[FRAMEABLE] = True
    services = services_of(request)
    clinic = await services.clinics.get(staff.clinic_id)
    language.speak(clinic.options.language)
    member = await services.staff.get(staff.clinic_id, staff.staff_id)
    request.state.page = {
        "lang": language.spoken(),
        "clinic_name": clinic.name,
        "zone": clinic.options.time_zone,
        "rail": [await _rail_item(request, staff, shown) for shown in _sections(request, staff)],
        "section": section,
        "palette_actions": _actions(staff),
        "desk_topic": f"desk:{staff.clinic_id}",
        "rooms_topic": f"rooms:{staff.clinic_id}",
        "person_topic": f"person:{staff.staff_id}",
        "person": {"name": member.name, "detail": gettext(ROLE_NAMES[staff.role])},
        "sessions_href": "/account",
        "sign_out_href": "/sign-out",
        "toasts": was_said(request),
        "demo": services.settings.demo,
    }
    return staff


def _actions(staff: StaffAccess) -> list[dict[str, str]]:
    """Return what the palette offers unasked."""
    account = {"label": gettext("Your sessions and sign-in"), "icon": "key", "href": "/account"}
    if not allows(staff.role, May.ADD_PATIENTS):
        return [account]
    add = {"label": gettext("Add patient"), "icon": "user-plus", "href": "/patients/new"}
    return [add, account]


def _sections(request: Request, staff: StaffAccess) -> list[Section]:
    there = _paths(request)
    return [
        section
        for section in SECTIONS
        if section.href in there and (section.may is None or allows(staff.role, section.may))
    ]


async def _rail_item(request: Request, staff: StaffAccess, section: Section) -> dict[str, Any]:
    count = services_of(request).badges.get(section.key)
    return {
        "key": section.key,
        "label": gettext(section.label),
        "icon": section.icon,
        "href": section.href,
        "badge": await count(staff) if count else 0,
    }


def _paths(request: Request) -> frozenset[str]:
    """Return the application's paths, collected once."""
    state = request.app.state
    if not hasattr(state, "paths"):
        state.paths = frozenset(getattr(route, "path", "") for route in request.app.routes)
    return cast(frozenset[str], state.paths)


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
