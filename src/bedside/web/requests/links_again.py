"""“Send me my link again”, at the door of a room: one field, for the number or e-mail address at
which the clinic writes to the patient."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bedside.edge.context import services_of
from bedside.edge.forms import form_of
from bedside.edge.links_again import FIELD, ask_again
from bedside.edge.rendering import render
from bedside.edge.routes import open_route
from bedside.edge.visit_devices import door_of
from bedside.errors import BedsideError, TooMany, WrongInput
from bedside.kernel import language
from bedside.kernel.language import gettext as _
from bedside.visits.rooms import Room
from bedside.web.requests.lost import no_room, room_of


async def form_page(request: Request) -> Response:
    """GET /r/{slug}/lost-link: the form."""
    room = await room_of(request)
    return await _page(request, room, "requests/link_again.html") if room else no_room(request)


async def ask(request: Request) -> Response:
    """POST /r/{slug}/lost-link: what is open is sent again, in the background."""
    room = await room_of(request)
    if room is None:
        return no_room(request)
    typed = (await form_of(request)).line(FIELD)
    try:
        await ask_again(request, typed, room.clinic_id, target=room.id)
    except (WrongInput, TooMany) as error:
        return await _page(request, room, "requests/link_again.html", typed=typed, error=error)
    return RedirectResponse(f"{_here(room)}/asked", status_code=303)


async def asked(request: Request) -> Response:
    """GET /r/{slug}/lost-link/asked: what happens now, the same for everybody."""
    room = await room_of(request)
    if room is None:
        return no_room(request)
    return await _page(request, room, "components/link_again_asked.html")


async def _page(
    request: Request,
    room: Room,
    template: str,
    *,
    typed: str = "",
    error: BedsideError | None = None,
) -> Response:
    services = services_of(request)
    clinic = await services.people.clinics.get(room.clinic_id)
    return render(
        request,
        template,
        status=error.status if error else 200,
        lang=language.spoken(),
        clinic_name=clinic.name,
        phone=clinic.options.phone,
        emergency_text=await services.visits.rooms.emergency_text(room),
        here=_here(room),
        back=door_of(room.slug),
        staff=f"{_here(room)}/staff",
        typed=typed,
        error=_(error.sentence) if error else "",
    )


def _here(room: Room) -> str:
    return f"{door_of(room.slug)}/lost-link"


routes = [
    open_route("/r/{slug}/lost-link", form_page, methods=["GET"]),
    open_route("/r/{slug}/lost-link", ask, methods=["POST"]),
    open_route("/r/{slug}/lost-link/asked", asked, methods=["GET"]),
]
