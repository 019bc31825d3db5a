"""Settings → Visits: options of all rooms, and what a clinic can switch off."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bedside.edge.context import services_of
from bedside.edge.flash import redirect
from bedside.edge.forms import form_of
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.kernel.language import N_
from bedside.people.options import MB, Options
from bedside.transfers.options import TransferOptions
from bedside.visits.options import VisitOptions
from bedside.web.settings.numbers import Number, Numbers, number_errors, number_fields, read_numbers
from bedside.web.settings.staff import SAVED, administrator, save_options

SWITCHES: tuple[tuple[type[Options], str], ...] = (
    (VisitOptions, "transfer_allowed"),
    (VisitOptions, "shared_rooms_allowed"),
    (TransferOptions, "keep_unfinished_files"),
)
NUMBERS: Numbers = (
    Number(
        VisitOptions,
        "visit_grace_minutes",
        N_("How long a place is kept without connection"),
        N_("minutes"),
    ),
    Number(
        VisitOptions,
        "unanswered_minutes",
        N_("Alert about a transfer nobody admits after"),
        N_("minutes"),
    ),
    Number(
        VisitOptions,
        "unattended_seconds",
        N_("Tell the owner of an arrival nobody sees after"),
        N_("seconds"),
    ),
    Number(
        TransferOptions,
        "transfer_bytes_limit",
        N_("Size of one file in a file transfer"),
        "MB",
        MB,
    ),
    Number(
        TransferOptions,
        "transfers_at_once",
        N_("Files on their way at once in a visit"),
        N_("files"),
    ),
    Number(
        TransferOptions,
        "visitor_files_limit",
        N_("Files a patient sends in a visit unasked"),
        N_("files"),
    ),
    Number(
        TransferOptions,
        "visitor_bytes_limit",
        N_("All files a patient sends in a visit unasked"),
        "MB",
        MB,
    ),
)


async def page(request: Request) -> Response:
    """GET /settings/visits."""
    access = await administrator(request)
    clinic = await services_of(request).people.clinics.get(access.clinic_id)
    shown: dict[str, Any] = {name: getattr(clinic.of(kind), name) for kind, name in SWITCHES}
    shown |= {number.name: number.of(clinic) for number in NUMBERS}
    return _page(request, shown, {})


async def change(request: Request) -> Response:
    """POST /settings/visits."""
    access = await administrator(request)
    given = await form_of(request)
    shown: dict[str, Any] = {name: name in given for _kind, name in SWITCHES}
    shown |= {number.name: given.line(number.name) for number in NUMBERS}
    errors = number_errors(NUMBERS, shown)
    if errors:
        return _page(request, shown, errors)
    await save_options(
        request, access, (VisitOptions, TransferOptions), shown | read_numbers(NUMBERS, shown)
    )
    return redirect("/settings/visits", SAVED)


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
    staff_route("/settings/visits", page),
    staff_route("/settings/visits", change, methods=["POST"]),
]
