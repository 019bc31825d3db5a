"""Whom no message reached: taken care of, or told again."""

from starlette.requests import Request
from starlette.responses import Response

from bedside.edge.context import services_of
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import form_of
from bedside.edge.routes import staff_route
from bedside.edge.signed_in import staff_of
from bedside.errors import WrongInput
from bedside.kernel.language import N_

SETTLED = flash_message("plan_settled", N_("Noted. Nothing more is sent about it."))
AGAIN = flash_message("plan_again", N_("The messages go out again, one way after the other."))


async def act(request: Request) -> Response:
    """POST /patients/{patient_id}/plans/{plan_id}: `do` is `settle` or `again`."""
    staff = await staff_of(request)
    services = services_of(request)
    chart = await services.people.permissions.chart(staff, request.path_params["patient_id"])
    tasks, plan_id = services.notifications.plan_tasks, request.path_params["plan_id"]
    wanted = (await form_of(request))["do"]
    if wanted == "settle":
        await tasks.settle(chart, plan_id)
    elif wanted == "again":
        await tasks.send_again(chart, plan_id)
    else:
        raise WrongInput(field="do")
    return redirect("/inbox", SETTLED if wanted == "settle" else AGAIN)


routes = [staff_route("/patients/{patient_id}/plans/{plan_id}", act, methods=["POST"])]
