"""Taking a place along to another browser: out of the one inside an app, which has no camera.

The copied link is `/l/my/{visit}/{secret}`, below the addresses that no log has (docs/operators);
the page that it leads on to has no secret in its address, and lets the device in by a press.
"""

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from bedside.edge.context import address_of, services_of
from bedside.edge.link_secrets import OpenLinkAgain, led_on, secret_of
from bedside.edge.rendering import render
from bedside.edge.routes import open_route, visitor_route
from bedside.edge.visit_devices import keep_visitor, page_of, token_of_visitor
from bedside.errors import NotFound, NotSignedIn
from bedside.kernel import language
from bedside.kernel.ids import is_id
from bedside.people.permissions import VisitorAccess
from bedside.web.visits.patient import for_visitor


@for_visitor
async def link(request: Request, visitor: VisitorAccess) -> Response:
    """POST /visit/{visit}/place-link: the address of the link, as JSON. A visit that is over has no
    place to take along."""
    await services_of(request).visits.own.require_open(visitor)
    devices = services_of(request).visits.devices
    secret = await devices.link(visitor, token_of_visitor(request))
    return JSONResponse({"path": f"/l/my/{visitor.visit_id}/{secret}"})


async def arrive(request: Request) -> Response:
    """GET /l/my/{visit}/{secret}, also by previews: redirect to the page. Looking at a link changes
    nothing."""
    visit_id = request.path_params["visit"]
    if not is_id(visit_id, "vis"):
        raise NotFound
    return led_on(request, _page_of(visit_id), request.path_params["secret"], 0)


async def page(request: Request) -> Response:
    """GET /visit/{visit}/elsewhere: a button, so that no preview takes the place."""
    return render(
        request,
        "visits/place_link.html",
        lang=language.spoken(),
        clinic_name="",
        here=request.url.path,
    )


async def come(request: Request) -> Response:
    """POST /visit/{visit}/elsewhere: go on with the visit in this browser."""
    services, visit_id = services_of(request), request.path_params["visit"]
    try:
        secret = secret_of(request)
        token = await services.visits.devices.come(secret, visit_id, address_of(request))
    except (NotSignedIn, OpenLinkAgain):
        return render(
            request,
            "visits/not_let_in.html",
            status=401,
            lang=language.spoken(),
            clinic_name="",
        )
    response = RedirectResponse(f"{page_of(visit_id)}?view=test", status_code=303)
    keep_visitor(response, services.settings, visit_id, token)
    return response


def _page_of(visit_id: str) -> str:
    return f"{page_of(visit_id)}/elsewhere"


routes = [
    visitor_route("/visit/{visit}/place-link", link, methods=["POST"]),
    open_route("/l/my/{visit}/{secret}", arrive, methods=["GET", "HEAD"]),
    open_route("/visit/{visit}/elsewhere", page, methods=["GET", "HEAD"]),
    open_route("/visit/{visit}/elsewhere", come, methods=["POST"]),
]
