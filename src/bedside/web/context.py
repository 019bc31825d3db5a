"""What a page handler asks for: the services and who is there."""

from typing import cast

from starlette.requests import HTTPConnection

from bedside.services import Services


def services_of(connection: HTTPConnection) -> Services:
    """The services behind this request or socket."""
    return cast(Services, connection.app.state.services)


def address_of(connection: HTTPConnection) -> str:
    """The network address of the caller; behind the trusted proxy, the one it forwards."""
    peer = connection.client.host if connection.client else ""
    trusted = services_of(connection).settings.trusted_proxy
    if trusted and peer == trusted:
        forwarded = connection.headers.get("x-forwarded-for", "")
        return forwarded.rsplit(",", 1)[-1].strip() or peer
    return peer
