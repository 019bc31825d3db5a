"""“Is this message from us?”: a page for anybody, which looks up nothing about any patient."""

from starlette.requests import Request
from starlette.responses import Response

from bedside.edge.context import services_of
from bedside.edge.forms import form_of
from bedside.edge.languages import speak_at_clinic
from bedside.edge.rendering import render
from bedside.edge.routes import open_route
from bedside.errors import NotFound
from bedside.kernel import language
from bedside.kernel.ids import is_id
from bedside.notifications.genuine import LONGEST, Checked, check
from bedside.people.clinics import Clinic
from bedside.people.emergencies import emergency

PATH = "/from-us"


async def page(request: Request) -> Response:
    """GET /from-us and /from-us/{clinic_id}: how to tell."""
    return await _page(request, await _clinic(request))


async def checked(request: Request) -> Response:
    """POST to the same: whether the links of a pasted message lead here. Nothing is kept."""
    clinic = await _clinic(request)
    pasted = (await form_of(request))["message"][:LONGEST]
    found = check(pasted, services_of(request).settings.base_url) if pasted.strip() else None
    return await _page(request, clinic, pasted, found)


async def _clinic(request: Request) -> Clinic | None:
    """Return the clinic in the address, or the only one there is. Raises NotFound."""
    clinics = services_of(request).people.clinics
    clinic_id = request.path_params.get("clinic_id", "")
    if not clinic_id:
        all_of_them = await clinics.all()
        return all_of_them[0] if len(all_of_them) == 1 else None
    if not is_id(clinic_id, "cli"):
        raise NotFound
    return await clinics.get(clinic_id)


async def _page(
    request: Request, clinic: Clinic | None, pasted: str = "", found: Checked | None = None
) -> Response:
    if clinic is not None:
        await speak_at_clinic(request, clinic.id)
    return render(
        request,
        "contact/from_us.html",
        lang=language.spoken(),
        clinic_name=clinic.name if clinic else "",
        phone=clinic.options.phone if clinic else "",
        emergency_text=emergency(clinic) if clinic else "",
        address=services_of(request).settings.base_url,
        action=request.url.path,
        pasted=pasted,
        found=found,
        longest=LONGEST,
    )


routes = [
    open_route(PATH, page),
    open_route(PATH, checked, methods=["POST"]),
    open_route(PATH + "/{clinic_id}", page),
    open_route(PATH + "/{clinic_id}", checked, methods=["POST"]),
]
