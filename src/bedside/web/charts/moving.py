"""A file in the wrong chart: whose it is, why, moved there, and taken back."""

from starlette.requests import Request
from starlette.responses import Response

from bedside.charts.entries import LONGEST_REASON
from bedside.edge.context import services_of
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import Form, form_of
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.errors import NotFound, WrongInput
from bedside.kernel.language import N_, gettext
from bedside.kernel.language import gettext as _
from bedside.people.permissions import ChartAccess
from bedside.web.charts.rows import base_of, content_of, icon_of
from bedside.web.charts.staff import ChartView, chart_view, shared_context

MOVED_BACK = flash_message("entry_moved_back", N_("Undone. The file is in this chart again."))


async def move_form(request: Request) -> Response:
    """GET …/move: find the right patient, say why."""
    at = await chart_view(request)
    return await _move_page(request, at)


async def _move_page(
    request: Request,
    at: ChartView,
    form: Form | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    entry = await at.services.charts.contents.entry(at.chart, request.path_params["entry_id"])
    if entry.moved_to:
        raise NotFound
    words = form.line("words")[:200] if form else ""
    found = await at.services.people.patients.find(at.chart.staff, words) if words else []
    pictured = await at.services.files.retrieval.with_thumbnail([entry])
    context = await shared_context(request, at)
    return render(
        request,
        "charts/move.html",
        status=WrongInput.status if errors else 200,
        entry=entry,
        entry_href=base_of(entry),
        picture=content_of(entry, "thumbnail") if pictured else "",
        icon_name=icon_of(entry),
        words=words,
        found=[patient for patient in found if patient.id != at.patient.id],
        chosen=form["patient"] if form else "",
        reason=form["reason"] if form else "",
        longest=LONGEST_REASON,
        error=errors or {},
        **context,
    )


async def move(request: Request) -> Response:
    """POST …/move: search for patients (`do` is find), move the file (move), or move it back where
    it came from (undo)."""
    at = await chart_view(request)
    form = await form_of(request)
    if form["do"] == "undo":
        return await _move_back(request, at, form)
    if form["do"] != "move":
        return await _move_page(request, at, form)
    if errors := _errors(form):
        return await _move_page(request, at, form, errors)
    entry_id = request.path_params["entry_id"]
    try:
        target = await _target(request, at, form["patient"])
        await at.services.charts.contents.move(at.chart, entry_id, target, form["reason"])
    except WrongInput as error:
        return await _move_page(request, at, form, {error.field: gettext(error.sentence)})
    return redirect(at.choices.address(at.base, moved=entry_id))


def _errors(form: Form) -> dict[str, str]:
    """Return everything that is missing, so that nobody is asked twice."""
    errors: dict[str, str] = {}
    if not form["patient"]:
        errors["patient"] = _("Please choose the patient to whom this file belongs.")
    if not form.line("reason"):
        errors["reason"] = _("Please say in a sentence why this is moved (at most 500 characters).")
    return errors


async def _move_back(request: Request, at: ChartView, form: Form) -> Response:
    target = await _target(request, at, form["patient"])
    entry_id = request.path_params["entry_id"]
    reason = _("Undone: it was moved by mistake")
    back = await at.services.charts.contents.move(at.chart, entry_id, target, reason)
    return redirect(f"/patients/{target.patient_id}/entries/{back}", MOVED_BACK)


async def _target(request: Request, at: ChartView, patient_id: str) -> ChartAccess:
    return await services_of(request).people.permissions.chart(at.chart.staff, patient_id)


_MOVE = "/patients/{patient_id}/entries/{entry_id}/move"

routes = [
    staff_route(_MOVE, move_form, methods=["GET"]),
    staff_route(_MOVE, move, methods=["POST"]),
]
