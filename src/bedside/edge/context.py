"""The context of a request: the services and the caller."""

from collections.abc import Awaitable, Callable
from typing import cast
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from bedside.kernel.network import proxies_of
from bedside.services import Services

Handler = Callable[[Request], Awaitable[Response]]
"""Answers one request; decorators of handlers take one and return one."""
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


def services_of(connection: HTTPConnection) -> Services:
    """Return the services behind this request or socket."""
    return cast(Services, connection.app.state.services)


def address_of(connection: HTTPConnection) -> str:
    """Return the network address of the caller; behind a trusted proxy, the one it forwards."""
    peer = connection.client.host if connection.client else ""
    forwarded = ",".join(connection.headers.getlist("x-forwarded-for"))
    return proxies_of(services_of(connection).settings.proxies).caller(peer, forwarded)


def is_local(connection: HTTPConnection) -> bool:
    """Whether the caller is on this very machine, and not behind a proxy.

    The name in the address has to be local too: a page of another site could otherwise point its
    own name at this machine (DNS rebinding). Where the product is published under another address
    nobody counts as local, because a proxy on this machine may forward requests without saying so.
    """
    peer = connection.client.host if connection.client else ""
    proxied = any(
        name in connection.headers for name in ("x-forwarded-for", "forwarded", "x-real-ip")
    )
    published = urlsplit(services_of(connection).settings.base_url).hostname
    return (
        peer in ("127.0.0.1", "::1")
        and not proxied
        and connection.url.hostname in _THIS_MACHINE
        and published in _THIS_MACHINE
    )
