"""Limits on how much one network address may have in progress at once: requests, and pages with a
socket.

Callers behind a trusted proxy are counted by the address it reports, because the proxy's own
connections are everybody's. Connections without a request yet are counted below, where there is no
request (`edge.connections`).
"""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from bedside.edge.errors import refuse
from bedside.edge.room_for_all import most_for_one
from bedside.errors import TooMany
from bedside.kernel.language import N_
from bedside.kernel.network import caller_of, proxies_of
from bedside.settings import Settings

CALLER = "bedside.caller"
"""Key in the scope of a request: what limits count by, see `caller_of`."""
_AT_ONCE = N_(
    "Too many pages and requests of your network are open here at once. Close some, or try again "
    "in a moment."
)


class AtOnce:
    """Identifies the caller, and refuses one with too much in progress already."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self._proxies = proxies_of(settings.proxies)
        self._most = most_for_one(settings.connections_per_address)
        self._open: dict[str, int] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        caller = scope[CALLER] = self._caller(scope)
        count = self._open.get(caller, 0)
        if self._most and count >= self._most:
            await refuse(scope, receive, send, TooMany(_AT_ONCE, retry_after=10))
            return
        self._open[caller] = count + 1
        try:
            await self.app(scope, receive, send)
        finally:
            self._open[caller] -= 1
            if not self._open[caller]:
                del self._open[caller]

    def _caller(self, scope: Scope) -> str:
        client = scope.get("client")
        forwarded = ",".join(Headers(scope=scope).getlist("x-forwarded-for"))
        return caller_of(self._proxies.caller(client[0] if client else "", forwarded))
