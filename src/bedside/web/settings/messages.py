"""Settings → Messages: when the next way to a patient is tried."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bedside.edge.context import services_of
from bedside.edge.flash import redirect
from bedside.edge.forms import form_of
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.kernel.language import N_
from bedside.notifications.plans.options import PlanOptions
from bedside.web.settings.numbers import Number, Numbers, number_errors, number_fields, read_numbers
from bedside.web.settings.staff import SAVED, administrator, save_options

_HOURS = N_("hours")
NUMBERS: Numbers = tuple(
    Number(PlanOptions, name, label, _HOURS)
    for name, label in (
        ("plan_out_hours", N_("A message that does not get out, or that no device shows")),
        ("plan_undelivered_hours", N_("A text message that nobody confirms")),
        ("plan_normal_hours", N_("Not read, where it can wait")),
        ("plan_urgent_hours", N_("Not read, where it is urgent")),
        ("plan_appointment_push_hours", N_("Appointment: notification not read")),
        ("plan_appointment_sms_hours", N_("Appointment: text message not read")),
        ("plan_appointment_email_hours", N_("Appointment: e-mail not read")),
    )
)


async def page(request: Request) -> Response:
    """GET /settings/messages."""
    access = await administrator(request)
    clinic = await services_of(request).people.clinics.get(access.clinic_id)
    return _page(request, {number.name: number.of(clinic) for number in NUMBERS}, {})


async def change(request: Request) -> Response:
    """POST /settings/messages."""
    access = await administrator(request)
    given = await form_of(request)
    shown: dict[str, Any] = {number.name: given.line(number.name) for number in NUMBERS}
    errors = number_errors(NUMBERS, shown)
    if errors:
        return _page(request, shown, errors)
    await save_options(request, access, (PlanOptions,), read_numbers(NUMBERS, shown))
    return redirect("/settings/messages", SAVED)


def _page(request: Request, shown: dict[str, Any], errors: dict[str, str]) -> Response:
    return render(
        request,
        "settings/messages.html",
        status=422 if errors else 200,
        shown=shown,
        errors=errors,
        numbers=number_fields(NUMBERS),
        tab="messages",
    )


routes = [
    staff_route("/settings/messages", page),
    staff_route("/settings/messages", change, methods=["POST"]),
]
