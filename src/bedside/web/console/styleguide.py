"""Every component in every state, for page authors. Served in development only."""

from starlette.requests import Request
from starlette.responses import Response

from bedside.edge.context import services_of
from bedside.edge.rendering import render
from bedside.edge.routes import open_route
from bedside.errors import NotFound


async def _styleguide(request: Request) -> Response:
    if not services_of(request).settings.development:
        raise NotFound
    return render(request, "console/styleguide.html")


routes = [open_route("/styleguide", _styleguide, methods=["GET"])]
