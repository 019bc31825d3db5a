"""Proxies of a patient, for staff: who has access, and a parent's link at the desk."""

from starlette.requests import Request
from starlette.responses import Response

from bedside.edge.context import services_of
from bedside.edge.flash import redirect
from bedside.edge.forms import form_of
from bedside.edge.handing_over import link_to_hand_over
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.edge.shell import shell
from bedside.errors import BedsideError, WrongInput
from bedside.kernel.language import gettext as _
from bedside.people.patients import Patient
from bedside.people.permissions import ChartAccess
from bedside.web.proxies.patient import ENDED, chosen, described
from bedside.web.proxies.words import categories, levels, relations


async def people(request: Request) -> Response:
    """GET /patients/{patient_id}/people: who has access to the patient's app."""
    return await _page(request, *await _patient(request))


async def invite(request: Request) -> Response:
    """POST /patients/{patient_id}/people: make a link, which is shown once."""
    chart, patient = await _patient(request)
    try:
        relation, level = chosen(await form_of(request))
        _grant, secret = await services_of(request).accounts.proxies.invite(chart, relation, level)
    except BedsideError as error:
        return await _page(request, chart, patient, error)
    address, picture = link_to_hand_over(request, secret)
    return await _page(request, chart, patient, link=address, picture=picture)


async def end(request: Request) -> Response:
    """POST /patients/{patient_id}/people/{grant_id}/end: end somebody's access at once."""
    chart, patient = await _patient(request)
    await services_of(request).accounts.proxies.end(chart, request.path_params["grant_id"])
    return redirect(f"/patients/{patient.id}/people", ENDED)


async def _patient(request: Request) -> tuple[ChartAccess, Patient]:
    staff = await shell(request, "patients")
    services = services_of(request)
    chart = await services.people.permissions.chart(staff, request.path_params["patient_id"])
    return chart, await services.people.patients.get(chart)


async def _page(
    request: Request,
    chart: ChartAccess,
    patient: Patient,
    error: BedsideError | None = None,
    *,
    link: str = "",
    picture: str = "",
) -> Response:
    found = await services_of(request).accounts.proxies.of_patient(chart)
    field = error.field if isinstance(error, WrongInput) and error.field else "relation"
    return render(
        request,
        "proxies/of_patient.html",
        status=error.status if error else 200,
        patient=patient,
        proxies=described(found),
        relations=relations(),
        levels=levels(),
        level_words=dict(levels()),
        categories=categories,
        link=link,
        picture=picture,
        errors={field: _(error.sentence)} if error else {},
    )


_PEOPLE = "/patients/{patient_id}/people"

routes = [
    staff_route(_PEOPLE, people, methods=["GET"]),
    staff_route(_PEOPLE, invite, methods=["POST"]),
    staff_route(_PEOPLE + "/{grant_id}/end", end, methods=["POST"]),
]
