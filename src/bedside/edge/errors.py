"""Failures as people and programs see them.

Expected ones (`BedsideError`) become a page with their sentence or `{"code", "sentence"}`;
anything else is a defect: 500 with the id of the request, and a log line with the places in the
code but without messages or values, which may hold patient content.
"""

import asyncio
import traceback
from typing import Any
from urllib.parse import quote

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bedside.edge.rendering import render
from bedside.edge.shell import shell
from bedside.edge.signed_in import APP, local_path, sign_in_address
from bedside.errors import BedsideError, NotFound, NotSignedIn, TooMany, WrongInput
from bedside.files.retrieval import NotReady
from bedside.kernel.language import N_, gettext
from bedside.people.chart_joined import ChartJoined
from bedside.people.sessions import ConfirmationNeeded, SignInUnfinished

_log = structlog.get_logger("bedside.errors")

_TITLES = {
    401: N_("Please sign in"),
    403: N_("You cannot do this"),
    404: N_("Page not found"),
    405: N_("This does not work here"),
    408: N_("This took too long"),
    409: N_("This has changed"),
    410: N_("No longer available"),
    413: N_("Too large"),
    429: N_("Please wait a moment"),
    503: N_("Not available right now"),
    507: N_("The storage is full"),
}
TOO_MANY = 4429
"""The close code of a socket over the limit; web/live/socket.ts knows it."""
RESTARTING = N_("The server is restarting. What arrived is kept, and sending goes on by itself.")
_SHUTDOWN = "graceful shutdown"
"""The message of uvicorn when it cancels requests that last longer than it waits for at the end."""
_SOON = {"retry-after": "2", "tus-resumable": "1.0.0"}
TUS_ANSWER = {"Tus-Resumable": "1.0.0"}
"""Sent in every answer to a tus client, even in failures (tus 1.0, core)."""

_OF_PATIENTS = ("/l/", "/link/", "/my/", "/r/", "/visit/", "/g/", "/guest/", "/app")
_OTHER_TITLE = N_("This did not work")
_DEFECT_TITLE = N_("Something went wrong")


class Defect(BedsideError):
    """The message to people if the product itself is at fault."""

    status = 500
    code = "defect"
    sentence = N_(
        "This is our fault, not yours. What was saved before is still there. Please try again; "
        "if it happens again, give your administrator the number below."
    )


class AnotherDevice(BedsideError):
    """A patient's or a guest's page was requested by a device without access."""

    status = 401
    code = "another_device"
    title = N_("This page opens on another device")
    sentence = N_(
        "It only opens on the phone or computer that checked in. Open your link, or the address of "
        "the waiting room, once more on this one."
    )


class WrongMethod(BedsideError):
    """The address exists, but not for this method."""

    status = 405
    code = "wrong_method"
    sentence = N_("This address does not take that kind of request. Nothing was changed.")


# --- handlers of the application ----------------------------------------------------------------


async def on_expected(connection: HTTPConnection, error: Exception) -> Response | None:
    """Handle a BedsideError."""
    assert isinstance(error, BedsideError)  # noqa: S101 - registered for this class only
    if not isinstance(connection, Request):
        raise error  # a socket's own code closes it with a reason
    return await answer(connection, error)


async def on_http(connection: HTTPConnection, error: Exception) -> Response | None:
    """Handle Starlette's own exceptions: no such route, wrong method."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    if not isinstance(connection, Request):
        raise error
    if error.status_code == 404 and _ends_with_slash(connection):
        # by path alone: the caller could make up an address with host and scheme
        path, query = local_path(connection.url.path.rstrip("/")), connection.url.query
        return RedirectResponse(f"{path}?{query}" if query else path, status_code=307)
    known: dict[int, BedsideError] = {404: NotFound(), 405: WrongMethod()}
    expected = known.get(error.status_code)
    if expected is None:
        expected = BedsideError(code="bad_request")
        expected.status = error.status_code
    response = await answer(connection, expected)
    response.headers.update(error.headers or {})
    return response


def _ends_with_slash(request: Request) -> bool:
    """Whether somebody typed an address with an extra “/”."""
    path = request.url.path
    return request.method in ("GET", "HEAD") and path.endswith("/") and bool(path.strip("/"))


HANDLERS: dict[Any, Any] = {BedsideError: on_expected, HTTPException: on_http}


async def answer(request: Request, error: BedsideError) -> Response:
    """Answer with a failure as a page, a redirect to the sign-in, or JSON, as the caller can use
    it."""
    fragment = "hx-request" in request.headers
    if isinstance(error, NotSignedIn) and not wants_json(request):
        if request.url.path.startswith(APP):
            return _to_app(request, error, fragment)
        if not request.url.path.startswith(_OF_PATIENTS):
            return _to_sign_in(request, error, fragment)
        error = AnotherDevice()
    if isinstance(error, ConfirmationNeeded) and not fragment and not wants_json(request):
        page = request.url.path if request.method == "GET" else error.then
        then = local_path(page or "/account")
        return RedirectResponse(f"/account/confirm?next={quote(then)}", status_code=303)
    if isinstance(error, ChartJoined) and request.method in ("GET", "HEAD") and not fragment:
        return _to_kept_chart(request, error)
    response = _as_json(error) if fragment or wants_json(request) else await _page(request, error)
    if error.retry_after:
        response.headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, NotReady) and request.method == "GET":  # browsers retry by themselves
        response.headers["Refresh"] = str(error.retry_after)
    if "tus-resumable" in request.headers or error.status == 412:
        response.headers.update(TUS_ANSWER)
    if error.status == 412:
        response.headers["Tus-Version"] = TUS_ANSWER["Tus-Resumable"]
    return response


def _to_kept_chart(request: Request, joined: ChartJoined) -> Response:
    """Lead an old address to the chart with which this one was joined."""
    path = local_path(request.url.path.replace(joined.patient_id, joined.kept_id))
    query = request.url.query
    return RedirectResponse(f"{path}?{query}" if query else path, status_code=307)


async def refuse(scope: Scope, receive: Receive, send: Send, error: BedsideError) -> None:
    """Answer with a failure before anything else looks at a request. A socket is closed before it
    is accepted (HTTP 403), except one over the limit: pages get a code only on an open socket, and
    this one may be retried."""
    if scope["type"] == "websocket":
        if isinstance(error, TooMany):
            await send({"type": "websocket.accept"})
        code = TOO_MANY if isinstance(error, TooMany) else 1008
        await send({"type": "websocket.close", "code": code})
        return
    response = await answer(Request(scope, receive), error)
    await response(scope, receive, send)


def wants_json(request: Request) -> bool:
    """Whether a program is asking: the API, an upload (tus), or a script that says so."""
    return (
        request.url.path.startswith("/api/")
        or "application/json" in request.headers.get("accept", "")
        or "tus-resumable" in request.headers
    )


def _to_sign_in(request: Request, error: NotSignedIn, fragment: bool) -> Response:
    address = "/sign-in/continue" if isinstance(error, SignInUnfinished) else None
    if fragment:
        address = address or sign_in_address(request.headers.get("hx-current-url", ""))
        response = _as_json(error)
        response.headers["HX-Redirect"] = address
        return response
    if address is None:
        address = sign_in_address(_page_of(request))
    return RedirectResponse(address, status_code=303)


def _to_app(request: Request, error: NotSignedIn, fragment: bool) -> Response:
    """Lead to the sign-in of the patient's app, and back to the page afterwards."""
    address = f"{APP}/sign-in?next={quote(local_path(_page_of(request)))}"
    if not fragment:
        return RedirectResponse(address, status_code=303)
    response = _as_json(error)
    response.headers["HX-Redirect"] = address
    return response


def _page_of(request: Request) -> str:
    """Return the page to come back to: what was posted to, or the nearest above it that is one."""
    path = request.url.path
    while request.method != "GET" and len(path) > 1 and not _is_page(request, path):
        path = path.rpartition("/")[0] or "/"
    return path


def _is_page(request: Request, path: str) -> bool:
    scope = {"type": "http", "method": "GET", "path": path, "root_path": ""}
    return any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)


def _as_json(error: BedsideError) -> JSONResponse:
    content = {"code": error.code, "sentence": gettext(error.sentence)}
    if isinstance(error, WrongInput) and error.field:
        content["field"] = error.field
    return JSONResponse(content, status_code=error.status)


async def _page(request: Request, error: BedsideError) -> Response:
    title = error.title or _TITLES.get(error.status, _OTHER_TITLE)
    title = _DEFECT_TITLE if error.status == 500 else title
    return render(
        request,
        "components/error.html",
        status=error.status,
        layout=await _layout(request),
        start=_start(request.url.path),
        heading=gettext(title),
        sentence=gettext(error.sentence),
        number=request.scope.get("bedside.request_id", "") if error.status == 500 else "",
    )


def _start(path: str) -> str:
    """Return where somebody goes on: patients in their app, staff at their first page; "" for a
    patient with a link, who has that page only."""
    if path.startswith(APP):
        return APP
    return "" if path.startswith(_OF_PATIENTS) else "/"


async def _layout(request: Request) -> str:
    if request.url.path.startswith(_OF_PATIENTS):
        return "patient/layout.html"
    try:
        await shell(request)
    except Exception:
        return "console/signed_out.html"
    return "console/layout.html"


# --- defects ------------------------------------------------------------------------------------


class Caught:
    """Innermost middleware: a defect becomes a 500 page and a log line without content."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def noting(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, noting)
        except ClientDisconnect:
            scope["bedside.left"] = True
        except asyncio.CancelledError as error:
            # Not rolled back by this: what was open ended with the exception that came through it.
            if started or _SHUTDOWN not in str(error):
                raise
            response = Response(
                gettext(RESTARTING), status_code=503, media_type="text/plain", headers=_SOON
            )
            await response(scope, receive, send)
        except Exception as error:
            _log.error(
                "defect",
                request_id=scope.get("bedside.request_id"),
                error=type(error).__name__,
                places=places(error),
            )
            if started:
                raise BrokenOff from None
            response = await _defect_page(Request(scope, receive))
            await response(scope, receive, send)


class BrokenOff(RuntimeError):
    """Ends a connection whose answer had begun when a defect occurred; the log has the places."""


async def _defect_page(request: Request) -> Response:
    try:
        return await answer(request, Defect())
    except Exception:
        return Response(gettext(Defect.sentence), status_code=500, media_type="text/plain")


def places(error: BaseException) -> list[str]:
    """Return the places of a failure, innermost last: file, line, function. No message, no
    value."""
    return [
        f"{frame.filename.rsplit('/bedside/', 1)[-1]}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__, limit=-12)
    ]
