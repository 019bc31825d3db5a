"""Looking at a file that was sent, in the page: pictures, which were made of what was scanned."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bedside.edge.context import services_of
from bedside.edge.downloads import SealedResponse, range_start
from bedside.edge.fragments import wants_fragment
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route, visitor_route
from bedside.edge.visit_sides import framed, side_of


async def look(request: Request) -> Response:
    """GET …/transfers/{transfer}/look: the file in the page; a page of its own without script."""
    await framed(request)
    services = services_of(request)
    side = await side_of(request)
    receiver, transfer = await services.transfers.exchange.receiver(
        side.access, request.path_params["transfer"]
    )
    forms = await services.files.retrieval.pictures_handed_over(receiver, transfer.file_id)
    clinic = await services.people.clinics.get(side.access.clinic_id)
    kind = "dialog" if wants_fragment(request) else f"{side.name}_page"
    return render(
        request,
        f"file_transfer/look_{kind}.html",
        transfer=transfer,
        forms=forms,
        base=f"{side.here}/transfers",
        clinic_name=clinic.name,
    )


async def picture(request: Request) -> Response:
    """GET …/transfers/{transfer}/look/picture?form=…: one of its pictures, or the film."""
    services = services_of(request)
    side = await side_of(request)
    receiver, transfer = await services.transfers.exchange.receiver(
        side.access, request.path_params["transfer"]
    )
    opened = await services.files.retrieval.handed_over(
        receiver,
        transfer.file_id,
        start=range_start(request),
        form=request.query_params.get("form") or "preview",
    )
    return SealedResponse(request, opened)


def _routes() -> list[Route]:
    table: list[Route] = []
    sides = ((staff_route, "/visits/{visit_id}"), (visitor_route, "/visit/{visit}"))
    for route, base in sides:
        one = base + "/transfers/{transfer}/look"
        table += [
            route(one, look, methods=["GET"]),
            route(one + "/picture", picture, methods=["GET", "HEAD"]),
        ]
    return table


routes = _routes()
