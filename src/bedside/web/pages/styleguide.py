"""Every component in every state, for those who build pages. Served in development only."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bedside.errors import NotFound
from bedside.web.context import services_of
from bedside.web.rendering import render


async def _styleguide(request: Request) -> Response:
    if not services_of(request).settings.development:
        raise NotFound
    return render(request, "styleguide.html")


routes = [Route("/styleguide", _styleguide, methods=["GET"])]
