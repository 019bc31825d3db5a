"""Routes with their audience.

The audience is a value of the route, never derived from its address. Some handlers serve both
sides of a visit, and guests too: these call `audience_of`. How an audience is authenticated is
beside this module: `signed_in` (staff), `visit_devices` (visitors), `devices` (links), `guests`.
"""

from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from functools import wraps
from typing import cast

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from bedside.edge.context import Handler
from bedside.edge.last_section import remember_section
from bedside.edge.signed_in import staff_of

_AUDIENCE = "bedside.audience"


class Audience(StrEnum):
    """The people a route is for. The others are patients and people who are not signed in."""

    STAFF = "staff"
    """A member of staff with a session, which is required before the handler runs."""
    VISITOR = "visitor"
    """A patient's device in a visit (`VisitorAccess`)."""
    LINK = "link"
    """A patient's device with access by a link (`LinkAccess`)."""
    ACCOUNT = "account"
    """A person signed in to the patient's app (`AccountAccess`, `PatientAccess`)."""
    GUEST = "guest"
    """A guest of a call (`GuestAccess`)."""
    OPEN = "open"
    """Anybody: doors, sign-in, and endpoints for other machines."""


class AudienceRoute(Route):
    """A route for one audience."""

    def __init__(
        self, audience: Audience, path: str, handler: Handler, methods: Sequence[str] | None
    ) -> None:
        endpoint = _signed_in(handler) if audience is Audience.STAFF else handler
        super().__init__(path, endpoint, methods=methods)
        self.audience = audience

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and record the audience for the handler."""
        scope[_AUDIENCE] = self.audience
        await super().handle(scope, receive, send)


class AudienceSocket(WebSocketRoute):
    """A socket for one audience."""

    def __init__(
        self, audience: Audience, path: str, handler: Callable[[WebSocket], Awaitable[None]]
    ) -> None:
        super().__init__(path, handler)
        self.audience = audience

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the socket, and record the audience for the handler."""
        scope[_AUDIENCE] = self.audience
        await super().handle(scope, receive, send)


def staff_route(path: str, handler: Handler, *, methods: Sequence[str] | None = None) -> Route:
    """Return a route for staff who are signed in; anybody else is redirected to the sign-in."""
    return AudienceRoute(Audience.STAFF, path, handler, methods)


def visitor_route(path: str, handler: Handler, *, methods: Sequence[str] | None = None) -> Route:
    """Return a route for the patient of a visit, under /visit/{visit}."""
    return AudienceRoute(Audience.VISITOR, path, handler, methods)


def link_route(path: str, handler: Handler, *, methods: Sequence[str] | None = None) -> Route:
    """Return a route for a patient with access by a link, under /my/{request_id}."""
    return AudienceRoute(Audience.LINK, path, handler, methods)


def app_route(path: str, handler: Handler, *, methods: Sequence[str] | None = None) -> Route:
    """Return a route of the patient's app, under /app. What belongs to one patient is under
    /app/{patient_id}: two open pages about two children stay apart."""
    return AudienceRoute(Audience.ACCOUNT, path, handler, methods)


def guest_route(path: str, handler: Handler, *, methods: Sequence[str] | None = None) -> Route:
    """Return a route for a guest of a call, under /guest/{guest_id}."""
    return AudienceRoute(Audience.GUEST, path, handler, methods)


def open_route(path: str, handler: Handler, *, methods: Sequence[str] | None = None) -> Route:
    """Return a route for anybody."""
    return AudienceRoute(Audience.OPEN, path, handler, methods)


def audience_of(connection: HTTPConnection) -> Audience:
    """Return the audience of the current route."""
    return cast(Audience, connection.scope[_AUDIENCE])


def _signed_in(handler: Handler) -> Handler:
    @wraps(handler)
    async def checked(request: Request) -> Response:
        await staff_of(request)
        response = await handler(request)
        remember_section(request, response)
        return response

    return checked
