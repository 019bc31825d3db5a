"""The feature “weights”: its pages."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bedside.edge.context import services_of
from bedside.edge.devices import pages_of
from bedside.edge.feature import Feature
from bedside.edge.forms import form_of
from bedside.edge.request_pages import QuestionTexts, for_devices, request_pages
from bedside.edge.routes import link_route
from bedside.people.permissions import LinkAccess
from tests.links.second_kind.kind import WEIGHTS


@for_devices(WEIGHTS)
async def home(request: Request, link: LinkAccess) -> Response:
    """GET /my/{request_id}: the form for the weight."""
    parts = services_of(request).requests.kinds.parts(WEIGHTS)
    weight = (await parts.weights.snapshot(link))["weight"]
    return HTMLResponse(f"You weigh {weight}." if weight else "What do you weigh?")


@for_devices(WEIGHTS)
async def answer(request: Request, link: LinkAccess) -> Response:
    """POST /my/{request_id}/weight."""
    form = await form_of(request)
    await services_of(request).requests.kinds.parts(WEIGHTS).weights.answer(link, form["weight"])
    return RedirectResponse(pages_of(link.subject_id), status_code=303)


feature = Feature(
    routes=(link_route("/my/{request_id}/weight", answer, methods=["POST"]),),
    link_pages=(
        request_pages(
            WEIGHTS,
            QuestionTexts(asks="%(who)s asks what you weigh.", promise="Your weight stays here."),
            home,
        ),
    ),
)
