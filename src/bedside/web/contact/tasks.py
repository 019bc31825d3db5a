"""Whom no message reached: taken care of, or told again."""

from starlette.requests import Request
from starlette.responses import Response

from bedside.edge.context import services_of
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import form_of
from bedside.edge.routes import staff_route
from bedside.edge.signed_in import staff_of
from bedside.errors import WrongInput
from bedside.kernel.ids import is_id
from bedside.kernel.language import N_
from bedside.people.permissions import ChartAccess
from bedside.services import Services

SETTLED = flash_message("plan_settled", N_("Noted. Nothing more is sent about it."))
NEXT = flash_message("plan_next", N_("The next way is tried now."))
AGAIN = flash_message("plan_again", N_("The messages go out again, one way after the other."))

_SAID = {"settle": SETTLED, "next": NEXT, "again": AGAIN}


async def act(request: Request) -> Response:
    """POST /patients/{patient_id}/plans/{plan_id}: `do` is `settle`, `again` or `next`; `back` the
    page to return to (`request`, or the id of a conversation)."""
    staff = await staff_of(request)
    services = services_of(request)
    chart = await services.people.permissions.chart(staff, request.path_params["patient_id"])
    tasks, plan_id = services.notifications.plan_tasks, request.path_params["plan_id"]
    form = await form_of(request)
    wanted = form["do"]
    if wanted not in _SAID:
        raise WrongInput(field="do")
    if wanted == "settle":
        await tasks.settle(chart, plan_id)
    elif wanted == "next":
        await tasks.go_on(chart, plan_id)
    else:
        await _again(services, chart, plan_id)
    return redirect(await _back(services, chart, plan_id, form["back"]), _SAID[wanted])


async def _back(services: Services, chart: ChartAccess, plan_id: str, given: str) -> str:
    """Return the page to go back to: a conversation by its id, the page of the request, or the
    inbox."""
    item_id = await services.notifications.plan_tasks.item_of(chart, plan_id)
    if given == "request" and services.requests.kinds.has(item_id):
        return f"/patients/{chart.patient_id}/requests/{item_id}"
    return f"/chat/{given}" if is_id(given, "cnv") else "/inbox"


async def _again(services: Services, chart: ChartAccess, plan_id: str) -> None:
    """Begin a plan again; one of a request with a new link, because older ones may have ended."""
    item_id = await services.notifications.plan_tasks.item_of(chart, plan_id)
    if services.requests.kinds.has(item_id):
        await services.requests.all.reissue(chart, item_id)
    else:
        await services.notifications.plan_tasks.send_again(chart, plan_id)


routes = [staff_route("/patients/{patient_id}/plans/{plan_id}", act, methods=["POST"])]
