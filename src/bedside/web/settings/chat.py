"""Settings → Chat: topics that patients choose, office hours, and the answer outside them."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bedside.conversations.hours import exceptions_in, periods_in
from bedside.conversations.options import ChatOptions, checked_region
from bedside.edge.context import services_of
from bedside.edge.flash import redirect
from bedside.edge.forms import Form, form_of
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.errors import WrongInput
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.kernel.typed import several_lines
from bedside.people.permissions import ClinicAccess
from bedside.web.settings.staff import SAVED, administrator, save_options

DAYS = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)
_LONGEST = 2_000
_MINUTES = 60


async def page(request: Request) -> Response:
    """GET /settings/chat."""
    access = await administrator(request)
    clinic = await services_of(request).people.clinics.get(access.clinic_id)
    return await _page(request, access, clinic.of(ChatOptions).model_dump(), {})


async def change(request: Request) -> Response:
    """POST /settings/chat: hours, exceptions, holidays and the automatic answer."""
    access = await administrator(request)
    shown = _typed(await form_of(request))
    errors = _errors(shown)
    if errors:
        return await _page(request, access, shown, errors)
    shown["chat_holidays"] = checked_region(shown["chat_holidays"])
    await save_options(request, access, (ChatOptions,), shown)
    return redirect("/settings/chat", SAVED)


def _typed(given: Form) -> dict[str, Any]:
    return {
        "chat_hours": tuple(given.line(f"day{n}")[:200] for n in range(7)),
        "chat_exceptions": several_lines(given["chat_exceptions"]),
        "chat_holidays": given.line("chat_holidays"),
        "chat_automatic": "chat_automatic" in given,
        "chat_automatic_text": several_lines(given["chat_automatic_text"]),
    }


def _errors(shown: dict[str, Any]) -> dict[str, str]:
    errors: dict[str, str] = {}

    def check(field: str, read: Any, typed: str) -> None:
        try:
            read(typed)
        except WrongInput as error:
            errors[field] = _(error.sentence)

    for number, typed in enumerate(shown["chat_hours"]):
        check(f"day{number}", periods_in, typed)
    check("chat_exceptions", exceptions_in, shown["chat_exceptions"])
    check("chat_holidays", checked_region, shown["chat_holidays"])
    for field in ("chat_exceptions", "chat_automatic_text"):
        if len(shown[field]) > _LONGEST:
            errors[field] = _("Please use at most 2,000 characters.")
    return errors


async def add_topic(request: Request) -> Response:
    """POST /settings/chat/topics: a new topic. Fields: name, team, hours."""
    access = await administrator(request)
    given = await form_of(request)
    topics = services_of(request).conversations.topics
    try:
        await topics.add(access, given["name"], given.line("team"), _minutes(given))
    except WrongInput as error:
        return await _topic_refused(request, access, error)
    return redirect("/settings/chat", SAVED)


async def change_topic(request: Request) -> Response:
    """POST /settings/chat/topics/{topic_id}: change a topic, or with `retire` offer it no longer.
    Fields: name, team, hours, retire."""
    access = await administrator(request)
    given, topic_id = await form_of(request), request.path_params["topic_id"]
    topics = services_of(request).conversations.topics
    if given["retire"]:
        await topics.retire(access, topic_id)
        return redirect("/settings/chat", SAVED)
    try:
        team = given.line("team")
        await topics.change(access, topic_id, given["name"], team, _minutes(given))
    except WrongInput as error:
        return await _topic_refused(request, access, error)
    return redirect("/settings/chat", SAVED)


def _minutes(given: Form) -> int:
    hours = given.number("hours") if given.line("hours") else 0
    return -1 if hours is None else hours * _MINUTES


async def _topic_refused(request: Request, access: ClinicAccess, error: WrongInput) -> Response:
    clinic = await services_of(request).people.clinics.get(access.clinic_id)
    shown = clinic.of(ChatOptions).model_dump()
    return await _page(request, access, shown, {"topic-name": _(error.sentence)})


async def _page(
    request: Request, access: ClinicAccess, shown: dict[str, Any], errors: dict[str, str]
) -> Response:
    services = services_of(request)
    teams = await services.people.teams.listed(access.clinic_id)
    return render(
        request,
        "settings/chat.html",
        status=422 if errors else 200,
        shown=shown,
        errors=errors,
        days=[_(day) for day in DAYS],
        topics=await services.conversations.topics.offered(access.clinic_id),
        teams=[("", _("Everybody who sees the patient")), *((one.id, one.name) for one in teams)],
        tab="chat",
    )


routes = [
    staff_route("/settings/chat", page, methods=["GET"]),
    staff_route("/settings/chat", change, methods=["POST"]),
    staff_route("/settings/chat/topics", add_topic, methods=["POST"]),
    staff_route("/settings/chat/topics/{topic_id}", change_topic, methods=["POST"]),
]
