"""Routes that say whom they are for. The audience is a value of the route, never the spelling of
its address.

Both sides of a visit open some handlers, and a guest too: these ask `audience_of`. What an audience
shows to be let in is beside this module: `signed_in` (staff), `visit_devices` (visitors), `devices`
(links), `guests`.
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
from bedside.edge.signed_in import staff_of

_AUDIENCE = "bedside.audience"


class Audience(StrEnum):
    """Who opens a route. The last four are patients and people who are not signed in."""

    STAFF = "staff"
    """A member of staff with a session, which is asked for before the handler runs."""
    VISITOR = "visitor"
    """A patient's device in a visit (`VisitorAccess`)."""
    LINK = "link"
    """A patient's device that a link let in (`LinkAccess`)."""
    GUEST = "guest"
    """A guest of a call (`GuestAccess`)."""
    OPEN = "open"
    """Anybody: doors, sign-in, and what other machines call."""


class AudienceRoute(Route):
    """A route for one audience."""

    def __init__(
        self, audience: Audience, path: str, handler: Handler, methods: Sequence[str] | None
    ) -> None:
        endpoint = _signed_in(handler) if audience is Audience.STAFF else handler
        super().__init__(path, endpoint, methods=methods)
        self.audience = audience

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and let the handler know for whom."""
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
        """Talk, and let the handler know with whom."""
        scope[_AUDIENCE] = self.audience
        await super().handle(scope, receive, send)


def staff_route(path: str, handler: Handler, *, methods: Sequence[str] | None = None) -> Route:
    """Return a route for staff who are signed in; anybody else is led to the sign-in."""
    return AudienceRoute(Audience.STAFF, path, handler, methods)


def visitor_route(path: str, handler: Handler, *, methods: Sequence[str] | None = None) -> Route:
    """Return a route for the patient of a visit, under /visit/{visit}."""
    return AudienceRoute(Audience.VISITOR, path, handler, methods)


def link_route(path: str, handler: Handler, *, methods: Sequence[str] | None = None) -> Route:
    """Return a route for a patient whom a link let in, under /my/{request_id}."""
    return AudienceRoute(Audience.LINK, path, handler, methods)


def guest_route(path: str, handler: Handler, *, methods: Sequence[str] | None = None) -> Route:
    """Return a route for a guest of a call, under /guest/{guest_id}."""
    return AudienceRoute(Audience.GUEST, path, handler, methods)


def open_route(path: str, handler: Handler, *, methods: Sequence[str] | None = None) -> Route:
    """Return a route for anybody."""
    return AudienceRoute(Audience.OPEN, path, handler, methods)


def audience_of(connection: HTTPConnection) -> Audience:
    """Return the audience of the route that answers."""
    return cast(Audience, connection.scope[_AUDIENCE])


def _signed_in(handler: Handler) -> Handler:
    @wraps(handler)
    async def checked(request: Request) -> Response:
        await staff_of(request)
        return await handler(request)

    return checked
