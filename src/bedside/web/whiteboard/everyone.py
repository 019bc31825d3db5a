"""The whiteboard of a call (feature V8), for staff, patients and guests who are in it."""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bedside.calls.access import CallSeat, HostSeat
from bedside.calls.apps.marks import HEIGHT, WIDTH, marks_of
from bedside.charts.categories import Category
from bedside.charts.channels import Channel
from bedside.edge.bodies import raw_body
from bedside.edge.context import services_of
from bedside.edge.forms import form_of
from bedside.edge.fragments import prepare
from bedside.edge.guests import guest_of
from bedside.edge.rendering import render
from bedside.edge.routes import Audience, audience_of, guest_route, staff_route, visitor_route
from bedside.edge.signed_in import staff_of
from bedside.edge.visit_devices import visitor_of
from bedside.errors import NotFound
from bedside.files.announcing import Allowance
from bedside.kernel import language
from bedside.kernel.language import gettext as _
from bedside.web.whiteboard import grounds

_STAFF = "/calls/{call_id}/whiteboard"
_PATIENT = "/visit/{visit}/call/whiteboard"
_GUEST = "/guest/{guest_id}/call/whiteboard"
_LARGEST_PICTURE = 10 << 20
_ALL = 2**31 - 1
"""A number of marks that no board reaches: the page itself shows none."""


@dataclass(frozen=True, slots=True)
class _At:
    """The caller's place in the call, and where their board is."""

    seat: CallSeat
    base: str


async def _at(request: Request) -> _At:
    """Return the caller's place. Raises NotSignedIn, NotFound, NotInCall, CallEnded."""
    services, given = services_of(request), request.path_params
    audience = audience_of(request)
    if audience is Audience.STAFF:
        return _At(await _host(request), _STAFF.format(**given))
    if audience is Audience.VISITOR:
        seat = await services.calls.seats.visitor(await visitor_of(request))
        return _At(seat, _PATIENT.format(**given))
    return _At(await services.calls.seats.guest(await guest_of(request)), _GUEST.format(**given))


async def _host(request: Request) -> HostSeat:
    staff = await staff_of(request)
    return await services_of(request).calls.seats.host(staff, request.path_params["call_id"])


async def panel(request: Request) -> Response:
    """GET …/whiteboard: the board with its tools. The script fetches the marks."""
    at = await _at(request)
    is_host = isinstance(at.seat, HostSeat)
    if is_host:
        await prepare(request)
    else:
        request.state.page = {"lang": language.spoken()}
    await services_of(request).calls.whiteboard.marks(at.seat, _ALL)
    return render(
        request,
        "whiteboard/panel.html",
        base=at.base,
        call_id=at.seat.call_id,
        is_host=is_host,
        width=WIDTH,
        height=HEIGHT,
        words={
            "offline": _("There is no connection. What you draw is shown when it is back."),
            "saved": _("The clinic has saved a picture of the whiteboard in your record."),
            "saved_here": _("A picture of the whiteboard is in the chart."),
            "cleared": _("The whiteboard was cleared."),
            "cleared_own": _("Cleared. Undo brings it back."),
            "noted": _("On the whiteboard: {words}"),
        },
    )


async def marks(request: Request) -> Response:
    """GET …/whiteboard/marks?since=n: the marks after number n."""
    at = await _at(request)
    since = request.query_params.get("since", "0")
    wanted = int(since) if since.isascii() and since.isdecimal() and len(since) < 10 else 0
    board = await services_of(request).calls.whiteboard.marks(at.seat, wanted)
    drawn: list[dict[str, Any]] = [
        {"number": one.number, "mine": one.mine, "mark": one.mark} for one in board.drawn
    ]
    return JSONResponse({"last": board.last, "drawn": drawn})


async def draw(request: Request) -> Response:
    """POST …/whiteboard/marks: add marks to the board. Field: marks (JSON, `calls.apps.marks`)."""
    at = await _at(request)
    form = await form_of(request)
    last = await services_of(request).calls.whiteboard.draw(at.seat, marks_of(form["marks"]))
    return JSONResponse({"last": last})


async def show(request: Request) -> Response:
    """POST /calls/{call_id}/whiteboard/open: everybody in the call sees the board."""
    return JSONResponse(
        {"last": await services_of(request).calls.whiteboard.open(await _host(request))}
    )


async def close(request: Request) -> Response:
    """POST /calls/{call_id}/whiteboard/close: close the board and destroy its content."""
    await services_of(request).calls.whiteboard.close(await _host(request))
    return JSONResponse({"last": 0})


async def save(request: Request) -> Response:
    """POST /calls/{call_id}/whiteboard/save/{visit_id}: the body is a picture of the board, which
    is filed in that patient's chart like every file."""
    host = await _host(request)
    services, visit_id = services_of(request), request.path_params["visit_id"]
    chart = await grounds.chart_of(services, host, visit_id)
    taken = await services.files.uploads.take_for_chart(
        chart,
        _("Whiteboard.png"),
        raw_body(request),
        Allowance(largest=_LARGEST_PICTURE),
        Category.OTHER,
        channel=Channel.VISIT_CAPTURE,
        source_id=visit_id,
    )
    await services.calls.whiteboard.saved(host, visit_id, chart.patient_id, taken.file_id)
    return JSONResponse({"file_id": taken.file_id}, status_code=201)


async def pictures(request: Request) -> Response:
    """GET /calls/{call_id}/whiteboard/pictures/{visit_id}: what can be laid under the board."""
    return await grounds.pictures(request, await _host(request))


async def lay(request: Request) -> Response:
    """POST /calls/{call_id}/whiteboard/ground/{visit_id}: lay a picture of that patient's chart
    under the board. Field: entry."""
    return JSONResponse({"last": await grounds.lay(request, await _host(request))})


async def ground(request: Request) -> Response:
    """GET …/whiteboard/ground/{number}: that picture, for those who see the board."""
    at = await _at(request)
    number = request.path_params["number"]
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        raise NotFound
    return grounds.shown(await services_of(request).calls.whiteboard.ground(at.seat, int(number)))


def _routes() -> list[Route]:
    table: list[Route] = []
    sides = ((staff_route, _STAFF), (visitor_route, _PATIENT), (guest_route, _GUEST))
    for route, base in sides:
        table += [
            route(base, panel, methods=["GET"]),
            route(base + "/marks", marks, methods=["GET"]),
            route(base + "/marks", draw, methods=["POST"]),
            route(base + "/ground/{number}", ground, methods=["GET"]),
        ]
    return [
        *table,
        staff_route(_STAFF + "/open", show, methods=["POST"]),
        staff_route(_STAFF + "/pictures/{visit_id}", pictures, methods=["GET"]),
        staff_route(_STAFF + "/ground/{visit_id}", lay, methods=["POST"]),
        staff_route(_STAFF + "/close", close, methods=["POST"]),
        staff_route(_STAFF + "/save/{visit_id}", save, methods=["POST"]),
    ]


routes = _routes()
