"""The requests of receivers of a SMART Health Link: the manifest and its files, and a page that
opens the link for whoever has no app for it.

Any app may do so, also one that is a web page of somebody else: these addresses read no cookie, and
what opens them is in the request itself (`edge.protection.FOR_ANY_ORIGIN`).
"""

from collections.abc import AsyncIterable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from bedside.edge.context import address_of, services_of
from bedside.edge.forms import json_of
from bedside.edge.rendering import render
from bedside.edge.routes import open_route
from bedside.errors import BedsideError, NotFound
from bedside.kernel.language import gettext as _
from bedside.sharing.serving import Asked, WrongPasscode

_ANYBODY = {"access-control-allow-origin": "*"}
_PREFLIGHT = {
    **_ANYBODY,
    "access-control-allow-methods": "GET, POST, OPTIONS",
    "access-control-allow-headers": "content-type",
    "access-control-max-age": "86400",
}
_LONGEST_SECRET = 100


async def viewer(request: Request) -> Response:
    """GET /shared: opens the link in the part of the address that browsers do not send."""
    return render(request, "sharing/shared.html", host=request.url.hostname or "")


async def manifest(request: Request) -> Response:
    """POST /shl/{secret}: which files there are."""
    services = services_of(request)
    try:
        given = await json_of(request)
        found = await services.sharing.shared.manifest(
            request.path_params["secret"][:_LONGEST_SECRET],
            Asked(
                recipient=_text(given, "recipient"),
                passcode=_text(given, "passcode"),
                embedded_most=_number(given, "embeddedLengthMax"),
                address=address_of(request),
            ),
        )
    except WrongPasscode as error:
        return _json({"remainingAttempts": error.remaining}, error.status)
    except BedsideError as error:
        return _refused(error)
    return _json(found)


async def file(request: Request) -> Response:
    """GET /shl/file/{ticket}: one file, encrypted."""
    shared = services_of(request).sharing.shared
    try:
        pieces: AsyncIterable[bytes] = await shared.file(
            request.path_params["ticket"], address_of(request)
        )
    except BedsideError as error:
        return _refused(error)
    return StreamingResponse(pieces, media_type="application/jose", headers=_ANYBODY)


async def preflight(_request: Request) -> Response:
    """OPTIONS /shl/…: a browser asks whether a page of another origin may."""
    return Response(status_code=204, headers=_PREFLIGHT)


def _text(given: dict[str, Any], name: str) -> str:
    value = given.get(name, "")
    return value if isinstance(value, str) else ""


def _number(given: dict[str, Any], name: str) -> int | None:
    value = given.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _refused(error: BedsideError) -> Response:
    sentence = _("This link does not open (any more).") if isinstance(error, NotFound) else ""
    body = {"code": error.code, "message": sentence or _(error.sentence)}
    return _json(body, error.status)


def _json(body: dict[str, Any], status: int = 200) -> Response:
    return JSONResponse(body, status, headers=_ANYBODY)


routes = [
    open_route("/shared", viewer, methods=["GET"]),
    open_route("/shl/file/{ticket}", file, methods=["GET"]),
    open_route("/shl/file/{ticket}", preflight, methods=["OPTIONS"]),
    open_route("/shl/{secret}", manifest, methods=["POST"]),
    open_route("/shl/{secret}", preflight, methods=["OPTIONS"]),
]
