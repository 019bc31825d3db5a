"""Links into a visit in progress: taking a place along to another browser, out of the one inside an
app, which has no camera; and the way back for whoever has lost the page (`visits.ways_back`).

The copied link is `/l/my/{visit}/{secret}`, below the addresses that no log has (docs/operators);
the page that it leads on to has no secret in its address, and lets the device in by a press, or by
the date of birth if the link came in a message.
"""

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from bedside.edge.context import address_of, services_of
from bedside.edge.dates import TypedDate, first_box
from bedside.edge.forms import form_of
from bedside.edge.link_secrets import OpenLinkAgain, led_on, secret_of
from bedside.edge.rendering import render
from bedside.edge.routes import open_route, visitor_route
from bedside.edge.visit_devices import keep_visitor, page_of, token_of_visitor, visitor_of
from bedside.errors import BedsideError, NotFound, NotSignedIn, TooMany, WrongInput
from bedside.kernel import language
from bedside.kernel.ids import is_id
from bedside.kernel.language import gettext as _
from bedside.people.clinics import Clinic
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
    """GET /visit/{visit}/elsewhere: a button, so that no preview takes the place; with the question
    for the date of birth if the link came in a message. A device that has access goes on."""
    clinic = await _clinic_of_way_back(request)
    if clinic is not None and await _has_access(request):
        return RedirectResponse(page_of(request.path_params["visit"]), status_code=303)
    return _ask(request, clinic)


async def come(request: Request) -> Response:
    """POST /visit/{visit}/elsewhere: go on with the visit in this browser."""
    visit_id = request.path_params["visit"]
    clinic = await _clinic_of_way_back(request)
    typed = TypedDate.of(await form_of(request)) if clinic else TypedDate()
    try:
        token = await _let_in(request, clinic, typed)
    except (WrongInput, TooMany) as error:
        return _ask(request, clinic, typed, error)
    except (NotSignedIn, OpenLinkAgain):
        return render(
            request,
            "visits/not_let_in.html",
            status=401,
            lang=language.spoken(),
            clinic_name="",
        )
    response = RedirectResponse(f"{page_of(visit_id)}?view=test", status_code=303)
    keep_visitor(response, services_of(request).settings, visit_id, token)
    return response


async def _clinic_of_way_back(request: Request) -> Clinic | None:
    """Return the clinic of a link that came in a message; None for a link of the other kind."""
    services = services_of(request)
    try:
        secret = secret_of(request)
    except OpenLinkAgain:
        return None
    ways_back = services.visits.own.ways_back
    clinic_id = await ways_back.clinic_of(secret, request.path_params["visit"])
    return await services.people.clinics.get(clinic_id) if clinic_id else None


async def _has_access(request: Request) -> bool:
    try:
        await visitor_of(request)
    except NotSignedIn:
        return False
    return True


async def _let_in(request: Request, clinic: Clinic | None, typed: TypedDate) -> str:
    """Return the token of this device. Raises NotSignedIn, OpenLinkAgain, WrongInput, TooMany."""
    services, visit_id = services_of(request), request.path_params["visit"]
    secret = secret_of(request)
    if clinic is None:
        return await services.visits.devices.come(secret, visit_id, address_of(request))
    born, wrong = typed.read(clinic)
    if born is None:
        raise WrongInput(wrong, field="birth")
    return await services.visits.own.ways_back.answer(secret, visit_id, born, address_of(request))


def _ask(
    request: Request,
    clinic: Clinic | None,
    typed: TypedDate | None = None,
    error: BedsideError | None = None,
) -> Response:
    return render(
        request,
        "visits/place_link.html",
        status=error.status if error else 200,
        lang=language.spoken(),
        clinic_name=clinic.name if clinic else "",
        here=request.url.path,
        asks=clinic is not None,
        typed=typed or TypedDate(),
        date_order=clinic.options.date_order if clinic else "dmy",
        first_box=first_box(clinic) if clinic else "",
        phone=clinic.options.phone if clinic else "",
        error=_(error.sentence) if error else "",
    )


def _page_of(visit_id: str) -> str:
    return f"{page_of(visit_id)}/elsewhere"


routes = [
    visitor_route("/visit/{visit}/place-link", link, methods=["POST"]),
    open_route("/l/my/{visit}/{secret}", arrive, methods=["GET", "HEAD"]),
    open_route("/visit/{visit}/elsewhere", page, methods=["GET", "HEAD"]),
    open_route("/visit/{visit}/elsewhere", come, methods=["POST"]),
]
