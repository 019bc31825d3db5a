"""A visit in the wrong chart: whose is it, and why is it moved."""

from starlette.requests import Request
from starlette.responses import Response

from bedside.edge.context import services_of
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import Form, form_of
from bedside.edge.past_visits import said_of
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.edge.shell import shell
from bedside.errors import WrongInput
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.people.permissions import ChartAccess
from bedside.visits.correction import REASON_MAX

_MOST_FOUND = 12
REASSIGNED = flash_message(
    "visit_reassigned", N_("The visit is in this chart now, with its notes, files and messages.")
)


async def form(request: Request) -> Response:
    """GET /patients/{patient_id}/visits/{visit_id}/move."""
    return await _page(request, await _chart(request))


async def move(request: Request) -> Response:
    """POST …/move: search for patients (`do` is find), or give the visit to one (move)."""
    chart = await _chart(request)
    given = await form_of(request)
    if given["do"] != "move":
        return await _page(request, chart, given)
    people, visits = services_of(request).people, services_of(request).visits
    visit_id = request.path_params["visit_id"]
    errors: dict[str, str] = {}
    if not given["patient"]:
        errors["patient"] = _("Please choose the patient to whom this visit belongs.")
    if not given["reason"].strip():
        errors["reason"] = _("Please say in a sentence why this is moved.")
    if not errors:
        to = await people.permissions.chart(chart.staff, given["patient"])
        try:
            await visits.correction.reassign(chart, visit_id, to, given["reason"])
            return redirect(f"/patients/{to.patient_id}/visits/{visit_id}", REASSIGNED)
        except WrongInput as error:
            errors[error.field or "reason"] = _(error.sentence)
    return await _page(request, chart, given, errors)


async def _chart(request: Request) -> ChartAccess:
    staff = await shell(request, "patients")
    permissions = services_of(request).people.permissions
    return await permissions.chart(staff, request.path_params["patient_id"])


async def _page(
    request: Request,
    chart: ChartAccess,
    given: Form | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    services = services_of(request)
    record = await services.visit_records.records.get(chart, request.path_params["visit_id"])
    patients = services.people.patients
    words = given.line("words")[:200] if given else record.typed.get("name", "")
    found = await patients.find(chart.staff, words, limit=_MOST_FOUND) if words else []
    return render(
        request,
        "visits/reassign.html",
        status=422 if errors else 200,
        patient=await patients.get(chart),
        visit=record.visit,
        said=said_of(record.visit),
        typed=record.typed.get("name", ""),
        words=words,
        found=[one for one in found if one.id != chart.patient_id],
        chosen=given["patient"] if given else "",
        reason=given["reason"] if given else "",
        longest=REASON_MAX,
        errors=errors or {},
    )


_MOVE = "/patients/{patient_id}/visits/{visit_id}/move"
routes = [
    staff_route(_MOVE, form, methods=["GET"]),
    staff_route(_MOVE, move, methods=["POST"]),
]
