"""“Our app”: what it is for and how a patient gets it, for anybody: on the screen, as a leaflet on
paper, and as a poster with a code to scan. It looks up nothing about any patient."""

from starlette.requests import Request
from starlette.responses import Response

from bedside.edge.accounts import OUR_APP
from bedside.edge.context import services_of
from bedside.edge.languages import speak_at_clinic
from bedside.edge.qr_codes import qr_code_data
from bedside.edge.rendering import render
from bedside.edge.routes import open_route
from bedside.edge.signed_in import APP
from bedside.errors import NotFound
from bedside.kernel.ids import is_id
from bedside.people.clinics import Clinic
from bedside.people.emergencies import IN_APP, emergency


async def leaflet(request: Request) -> Response:
    """GET /our-app and /our-app/{clinic_id}: what it does, and the steps to it."""
    return await _page(request, "patient_app/leaflet.html")


async def poster(request: Request) -> Response:
    """GET /our-app/{clinic_id}/poster: a sheet for the wall, with little to read from afar."""
    return await _page(request, "patient_app/poster.html")


async def _page(request: Request, template: str) -> Response:
    clinic = await _clinic(request)
    await speak_at_clinic(request, clinic.id)
    address = f"{services_of(request).settings.base_url}{OUR_APP}/{clinic.id}"
    return render(
        request,
        template,
        clinic_name=clinic.name,
        phone=clinic.options.phone,
        emergency_text=emergency(clinic, IN_APP),
        address=address,
        picture=qr_code_data(address),
        app=APP,
    )


async def _clinic(request: Request) -> Clinic:
    """Return the clinic in the address, or the only one there is. Raises NotFound."""
    clinics = services_of(request).people.clinics
    clinic_id = request.path_params.get("clinic_id", "")
    if is_id(clinic_id, "cli"):
        return await clinics.get(clinic_id)
    all_of_them = await clinics.all()
    if clinic_id or len(all_of_them) != 1:
        raise NotFound
    return all_of_them[0]


routes = [
    open_route(OUR_APP, leaflet),
    open_route(OUR_APP + "/{clinic_id}", leaflet),
    open_route(OUR_APP + "/{clinic_id}/poster", poster),
]
