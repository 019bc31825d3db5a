"""Settings → First steps: what a new clinic still lacks; and test messages to oneself."""

from starlette.requests import Request
from starlette.responses import Response

from bedside.edge.context import services_of
from bedside.edge.first_steps import first_steps
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import form_of
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.edge.signed_in import staff_of
from bedside.errors import WrongInput
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.web.settings.staff import administrator

TRIED = flash_message(
    "trial_sent", N_("A test message is on its way. Below is what became of it."), "info"
)


async def page(request: Request) -> Response:
    """GET /settings/first-steps."""
    clinic = await administrator(request)
    steps = await first_steps(services_of(request), clinic)
    return render(request, "settings/first_steps.html", steps=steps, tab="first")


async def trial(request: Request) -> Response:
    """POST /settings/health/test: a message to the administrator's own mailbox or phone."""
    services = services_of(request)
    clinic = services.people.permissions.administer(await staff_of(request))
    member = await services.people.staff.get(clinic.clinic_id, clinic.staff.staff_id)
    name = (await services.people.clinics.get(clinic.clinic_id)).name
    if (await form_of(request))["channel"] == "sms":
        phone = (await services.notifications.staff_alerts.of(clinic.staff)).phone
        if not phone:
            raise WrongInput(_("Confirm your own mobile number first, under Your sessions."))
        await services.notifications.trials.send(clinic, "sms", phone, name)
    else:
        await services.notifications.trials.send(clinic, "email", member.email, name)
    return redirect("/settings/health", TRIED)


routes = [
    staff_route("/settings/first-steps", page),
    staff_route("/settings/health/test", trial, methods=["POST"]),
]
