"""Files in the patient's app: what came from the clinic and what was sent to it, and “This is not
mine”."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bedside.charts.patient_side import OwnEntry
from bedside.charts.reports import LONGEST, What
from bedside.edge.accounts import page_in_app, patient_side_of
from bedside.edge.app_shell import app_page
from bedside.edge.context import services_of
from bedside.edge.downloads import SealedResponse
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import form_of
from bedside.edge.rendering import render
from bedside.edge.routes import app_route
from bedside.errors import WrongInput
from bedside.files.media_types import Kind, kind
from bedside.kernel.ids import is_id
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _

PAGE = 30
REPORTED = flash_message(
    "not_mine_reported",
    N_("Thank you. You do not see this file any more, and the clinic looks at it."),
)
_WHATS = (
    (What.NOT_MINE, N_("It is about somebody else")),
    (What.WRONG, N_("It is mine, and something in it is wrong")),
)


async def listed(request: Request) -> Response:
    """GET /app/{patient_id}/files?older=: newest first."""
    at = await app_page(request, "files")
    services = services_of(request)
    older = _place(request.query_params.get("older", ""))
    found = await services.charts.patient_side.entries(at.side, limit=PAGE + 1, older_than=older)
    shown = found[:PAGE]
    reports = [] if older else await services.charts.reports.of_patient(at.side)
    last = shown[-1] if len(found) > PAGE else None
    return render(
        request,
        "sharing/files.html",
        entries=shown,
        pictured=await services.files.of_patients.with_thumbnail(shown),
        reports=reports,
        older=f"{last.received_at}-{last.id}" if last else "",
        here=page_in_app(at.side.patient_id),
        parts=at.side.parts,
    )


def _place(given: str) -> tuple[int, str] | None:
    at, _dash, than = given.partition("-")
    right = at.isascii() and at.isdecimal() and len(at) < 16 and is_id(than, "ent")
    return (int(at), than) if right else None


async def one(request: Request) -> Response:
    """GET /app/{patient_id}/files/{entry_id}."""
    at = await app_page(request, "files")
    services = services_of(request)
    entry = await services.charts.patient_side.entry(at.side, request.path_params["entry_id"])
    forms = await services.files.of_patients.pictures(at.side, entry.id)
    return render(
        request,
        "sharing/file.html",
        entry=entry,
        forms=forms,
        is_film=kind(entry.media_type) is Kind.VIDEO,
        here=page_in_app(at.side.patient_id),
        parts=at.side.parts,
    )


async def content(request: Request) -> Response:
    """GET /app/{patient_id}/files/{entry_id}/content?form=&view=: the file, or a picture of it."""
    side = await patient_side_of(request)
    opened = await services_of(request).files.of_patients.open(
        side,
        request.path_params["entry_id"],
        request.query_params.get("form", ""),
        to_view="view" in request.query_params,
    )
    return SealedResponse(request, opened)


async def report_form(request: Request) -> Response:
    """GET /app/{patient_id}/files/{entry_id}/report: “This is not mine”."""
    at = await app_page(request, "files")
    services = services_of(request)
    entry = await services.charts.patient_side.entry(at.side, request.path_params["entry_id"])
    return _report(request, entry, at.side.patient_id, services.charts.reports.new_draft())


async def report(request: Request) -> Response:
    """POST /app/{patient_id}/files/{entry_id}/report. Idempotent."""
    at = await app_page(request, "files")
    form, services = await form_of(request), services_of(request)
    entry_id, draft = request.path_params["entry_id"], form.line("draft")
    what = What(form["what"]) if form["what"] in set(What) else What.NOT_MINE
    try:
        await services.charts.reports.by_patient(at.side, entry_id, what, form["words"], draft)
    except WrongInput as error:
        entry = await services.charts.patient_side.entry(at.side, entry_id)
        given = {"words": form["words"], "what": what, "error": _(error.sentence)}
        return _report(request, entry, at.side.patient_id, draft, **given)
    return redirect(page_in_app(at.side.patient_id, "/files"), REPORTED)


def _report(
    request: Request, entry: OwnEntry, patient_id: str, draft: str, **given: Any
) -> Response:
    return render(
        request,
        "sharing/not_mine.html",
        status=WrongInput.status if given else 200,
        entry=entry,
        draft=draft,
        here=page_in_app(patient_id),
        whats=[(key, _(label)) for key, label in _WHATS],
        longest=LONGEST,
        **{"words": "", "what": What.NOT_MINE, "error": "", **given},
    )


_FILE = "/app/{patient_id}/files/{entry_id}"

routes = [
    app_route("/app/{patient_id}/files", listed, methods=["GET"]),
    app_route(_FILE, one, methods=["GET"]),
    app_route(f"{_FILE}/content", content, methods=["GET"]),
    app_route(f"{_FILE}/report", report_form, methods=["GET"]),
    app_route(f"{_FILE}/report", report, methods=["POST"]),
]
