"""Settings → Visits: options of all rooms, and what a clinic can switch off."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bedside.edge.context import services_of
from bedside.edge.flash import go
from bedside.edge.forms import form_of
from bedside.edge.rendering import render
from bedside.kernel.language import N_
from bedside.people.clinics import MB
from bedside.web.settings.staff import SAVED, Numbers, administrator, number_errors, number_fields

SWITCHES = ("transfer_allowed", "shared_rooms_allowed", "keep_unfinished_files")
NUMBERS: Numbers = (
    ("visit_grace_minutes", N_("How long a place is kept without connection"), N_("minutes"), 1),
    ("unanswered_minutes", N_("Alert about a transfer nobody admits after"), N_("minutes"), 1),
    ("unattended_seconds", N_("Tell the owner of an arrival nobody sees after"), N_("seconds"), 1),
    ("transfer_bytes_limit", N_("Size of one file in a file transfer"), "MB", MB),
    ("transfers_at_once", N_("Files on their way at once in a visit"), N_("files"), 1),
    ("visitor_files_limit", N_("Files a patient sends in a visit unasked"), N_("files"), 1),
    ("visitor_bytes_limit", N_("All files a patient sends in a visit unasked"), "MB", MB),
)


async def page(request: Request) -> Response:
    """GET /settings/visits."""
    access = await administrator(request)
    options = (await services_of(request).clinics.get(access.clinic_id)).options.model_dump()
    shown: dict[str, Any] = {name: options[name] for name in SWITCHES}
    shown |= {name: str(options[name] // unit) for name, _label, _unit, unit in NUMBERS}
    return _page(request, shown, {})


async def change(request: Request) -> Response:
    """POST /settings/visits."""
    access = await administrator(request)
    services = services_of(request)
    given = await form_of(request)
    shown: dict[str, Any] = {name: name in given for name in SWITCHES}
    shown |= {name: given.line(name) for name, *_rest in NUMBERS}
    errors = number_errors(NUMBERS, shown)
    if errors:
        return _page(request, shown, errors)
    changed: dict[str, Any] = shown | {
        name: int(shown[name]) * unit for name, _label, _unit, unit in NUMBERS
    }
    async with services.database.unit_of_work() as work:
        await services.clinics.change(work, access.actor, access.clinic_id, **changed)
    return go("/settings/visits", SAVED)


def _page(request: Request, shown: dict[str, Any], errors: dict[str, str]) -> Response:
    return render(
        request,
        "settings/visits.html",
        status=422 if errors else 200,
        shown=shown,
        errors=errors,
        numbers=number_fields(NUMBERS),
        tab="visits",
    )


routes = [
    Route("/settings/visits", page),
    Route("/settings/visits", change, methods=["POST"]),
]
