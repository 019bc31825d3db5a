"""The chat of a past visit in the patient's app (feature C3), to read. While a visit goes on, its
own page has it."""

from starlette.requests import Request
from starlette.responses import Response

from bedside.edge.accounts import page_in_app
from bedside.edge.app_shell import app_page
from bedside.edge.context import services_of
from bedside.edge.rendering import render
from bedside.edge.routes import app_route
from bedside.edge.signed_in import APP
from bedside.kernel.language import gettext as _


async def one(request: Request) -> Response:
    """GET /app/{patient_id}/chat/visits/{visit_id}: what was written in a visit."""
    page = await app_page(request, "chat")
    services, side = services_of(request), page.side
    visit, said = await services.conversations.visit_archive.messages(
        side, request.path_params["visit_id"]
    )
    ids = {one.sender_id for one in said if one.sender_kind == "staff"}
    names = await services.people.staff.named(side.clinic_id, ids)
    rows = [
        {
            "message": one,
            "who": names.get(one.sender_id, page.clinic.name)
            if one.sender_kind == "staff"
            else _("You"),
            "ours": one.sender_kind != "staff",
            "read": one.read,
        }
        for one in said
    ]
    return render(
        request,
        "chat/app_visit.html",
        visit=visit,
        rows=rows,
        base=page_in_app(side.patient_id, "/chat"),
    )


routes = [app_route(APP + "/{patient_id}/chat/visits/{visit_id}", one, methods=["GET"])]
