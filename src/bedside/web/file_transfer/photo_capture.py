"""Photo capture (feature V8): staff ask, the patient agrees on the phone, and the still is in the
chart. It is a live file transfer of its own kind; this is the staff's view of it."""

from starlette.requests import Request
from starlette.responses import Response

from bedside.edge.fragments import wants_fragment
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.edge.visit_sides import framed, side_of
from bedside.transfers.states import Kind
from bedside.web.file_transfer.everyone import transfers_shown


async def panel(request: Request) -> Response:
    """GET /visits/{visit_id}/captures: ask for a still, and list those of this visit."""
    return await _rendered(request, "panel" if wants_fragment(request) else "page")


async def listing(request: Request) -> Response:
    """GET /visits/{visit_id}/captures/list: the stills alone, for the script."""
    return await _rendered(request, "list")


async def _rendered(request: Request, name: str) -> Response:
    await framed(request)
    side = await side_of(request)
    shown = await transfers_shown(request, side, Kind.CAPTURE)
    return render(request, f"file_transfer/photo_{name}.html", **shown)


routes = [
    staff_route("/visits/{visit_id}/captures", panel, methods=["GET"]),
    staff_route("/visits/{visit_id}/captures/list", listing, methods=["GET"]),
]
