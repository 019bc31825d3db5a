"""Notes (feature V8): a clinician's own, saved while they are written, filed as the visit note."""

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from bedside.edge.context import services_of
from bedside.edge.errors import wants_json
from bedside.edge.forms import form_of
from bedside.edge.fragments import wants_fragment
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.edge.signed_in import staff_of
from bedside.edge.visit_sides import framed
from bedside.kernel.language import gettext as _
from bedside.visits.notes import NOTE_MAX


async def note(request: Request) -> Response:
    """GET /visits/{visit_id}/note: one's own note on this visit."""
    await framed(request)
    staff, visit_id = await staff_of(request), request.path_params["visit_id"]
    services = services_of(request)
    room = await services.visits.whereabouts.room_of(staff, visit_id)
    own = await services.visit_records.notes.own(room, visit_id)
    handover = await services.visits.handovers.to(room, visit_id)
    name = "panel" if wants_fragment(request) else "page"
    return render(
        request,
        f"notes/{name}.html",
        visit_id=visit_id,
        note=own,
        handover=handover,
        longest=NOTE_MAX,
        words={
            "saving": _("Saving…"),
            "saved": _("Saved. It is in the visit's record."),
            "waiting": _("There is no connection. What you write is kept here, and saved later."),
            "signed_out": _(
                "You were signed out. What you write is kept here. Sign in and open the note "
                "again, and it is saved."
            ),
        },
    )


async def keep(request: Request) -> Response:
    """POST /visits/{visit_id}/note: save the note as it is now. Field: text."""
    staff, visit_id = await staff_of(request), request.path_params["visit_id"]
    services = services_of(request)
    room = await services.visits.whereabouts.room_of(staff, visit_id)
    form = await form_of(request)
    at = await services.visit_records.notes.keep(room, visit_id, form["text"])
    if wants_json(request):
        return JSONResponse({"saved_at": at})
    return RedirectResponse(f"/visits/{visit_id}/note", status_code=303)


routes = [
    staff_route("/visits/{visit_id}/note", note, methods=["GET"]),
    staff_route("/visits/{visit_id}/note", keep, methods=["POST"]),
]
