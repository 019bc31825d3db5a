"""Settings → Messages: by which plan patients learn of what, when the next way to them is tried,
and what that means for a message that is sent at a certain time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from bedside.edge.context import services_of
from bedside.edge.flash import redirect
from bedside.edge.forms import form_of
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.kernel import clock
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.notifications.plans.options import PlanOptions
from bedside.notifications.plans.outlook import Foreseen, forecast
from bedside.notifications.plans.table import PlanKind
from bedside.people.clinics import Clinic
from bedside.people.contact import ContactRules, Hours
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
KINDS = (
    ("plan_of_message", N_("Messages in the chat")),
    ("plan_of_photo", N_("Photo requests")),
    ("plan_of_form", N_("Forms")),
    ("plan_of_summary", N_("Summaries of visits")),
    ("plan_of_letter", N_("Letters")),
    ("plan_of_appointment", N_("Appointments")),
    ("plan_of_invitation", N_("Invitations to a waiting room")),
    ("plan_of_app_invitation", N_("Invitations to the app")),
)
PLANS = (
    (PlanKind.NORMAL, N_("It can wait")),
    (PlanKind.URGENT, N_("Urgent")),
    (PlanKind.APPOINTMENT, N_("Appointment")),
)
_IN_ORDER = N_("What can wait must not be faster than what is urgent. Enter at least %(least)s.")
_CONFIRMED = N_(
    "A text message takes longer to be confirmed than to get out. Enter at least %(least)s."
)
_MOMENT = N_("Choose a day and a time.")
_QUIET = N_("Enter two different times like 21:00 and 8:00, or leave both empty.")


@dataclass(frozen=True, slots=True)
class Question:
    """The fields of the preview, as they were typed."""

    plan: str = PlanKind.NORMAL
    at: str = ""
    quiet_from: str = ""
    quiet_until: str = ""

    def moment(self, zone: str) -> int:
        """Return the moment in milliseconds, 0 if it is none."""
        try:
            local = datetime.strptime(self.at, "%Y-%m-%dT%H:%M").replace(tzinfo=ZoneInfo(zone))
        except ValueError:
            return 0
        return int(local.timestamp()) * clock.SECOND

    def rules(self) -> ContactRules | None:
        """Return rules with these quiet hours, None if they are none."""
        if not self.quiet_from and not self.quiet_until:
            return ContactRules()
        try:
            start, end = (
                datetime.strptime(typed, "%H:%M") for typed in (self.quiet_from, self.quiet_until)
            )
            minutes = [one.hour * 60 + one.minute for one in (start, end)]
            return ContactRules(quiet=Hours(start=minutes[0], end=minutes[1]))
        except ValueError:
            return None


async def page(request: Request) -> Response:
    """GET /settings/messages: with `at` in the address also a preview. Fields: plan, at,
    quiet_from, quiet_until."""
    access = await administrator(request)
    clinic = await services_of(request).people.clinics.get(access.clinic_id)
    return _page(request, clinic, _shown(clinic), {})


async def change(request: Request) -> Response:
    """POST /settings/messages."""
    access = await administrator(request)
    clinic = await services_of(request).people.clinics.get(access.clinic_id)
    given = await form_of(request)
    shown: dict[str, Any] = {name: given.line(name) for name in _shown(clinic)}
    errors = {**number_errors(NUMBERS, shown), **_kind_errors(shown)}
    errors = errors or _nonsense(read_numbers(NUMBERS, shown))
    if errors:
        return _page(request, clinic, shown, errors)
    wanted = {name: shown[name] for name, _label in KINDS}
    await save_options(request, access, (PlanOptions,), {**read_numbers(NUMBERS, shown), **wanted})
    return redirect("/settings/messages", SAVED)


def _shown(clinic: Clinic) -> dict[str, Any]:
    options = clinic.of(PlanOptions)
    kinds = {name: str(getattr(options, name)) for name, _label in KINDS}
    return {**{number.name: number.of(clinic) for number in NUMBERS}, **kinds}


def _kind_errors(shown: Mapping[str, Any]) -> dict[str, str]:
    known = set(PlanKind)
    return {name: _("Please choose one.") for name, _label in KINDS if shown[name] not in known}


def _nonsense(hours: Mapping[str, int]) -> dict[str, str]:
    """Return a sentence for each time that contradicts another one."""
    errors: dict[str, str] = {}
    if hours["plan_normal_hours"] < hours["plan_urgent_hours"]:
        errors["plan_normal_hours"] = _(_IN_ORDER) % {"least": hours["plan_urgent_hours"]}
    if hours["plan_undelivered_hours"] < hours["plan_out_hours"]:
        errors["plan_undelivered_hours"] = _(_CONFIRMED) % {"least": hours["plan_out_hours"]}
    return errors


def _foreseen(clinic: Clinic, question: Question, errors: dict[str, str]) -> list[Foreseen]:
    """Return what would happen to a message; adds a sentence for what was not understood."""
    zone, rules = clinic.options.time_zone, question.rules()
    moment = question.moment(zone)
    if not moment:
        errors["at"] = _(_MOMENT)
    if rules is None:
        errors["quiet_from"] = _(_QUIET)
    if not moment or rules is None or question.plan not in set(PlanKind):
        return []
    times = clinic.of(PlanOptions).times(PlanKind(question.plan))
    return forecast(times, rules, zone, moment)


def _page(
    request: Request, clinic: Clinic, shown: dict[str, Any], errors: dict[str, str]
) -> Response:
    asked = {name: request.query_params.get(name, "")[:20] for name in Question.__slots__}
    question = Question(**asked) if "at" in request.query_params else Question()
    wrong: dict[str, str] = {}
    foreseen = _foreseen(clinic, question, wrong) if "at" in request.query_params else []
    return render(
        request,
        "settings/messages.html",
        status=422 if errors or wrong else 200,
        shown=shown,
        errors=errors,
        numbers=number_fields(NUMBERS),
        kinds=[(name, _(label)) for name, label in KINDS],
        plans=[(str(kind), _(label)) for kind, label in PLANS],
        question=question,
        foreseen=foreseen,
        wrong=wrong,
        zone=clinic.options.time_zone,
        tab="messages",
    )


routes = [
    staff_route("/settings/messages", page),
    staff_route("/settings/messages", change, methods=["POST"]),
]
