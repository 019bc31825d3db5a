"""Transfer of a patient to another room: the dialog, and the sender's follow-up."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bedside.edge.context import services_of
from bedside.edge.errors import wants_json
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import form_of
from bedside.edge.fragments import prepare, wants_fragment
from bedside.edge.rendering import environment, render
from bedside.edge.routes import staff_route
from bedside.edge.shell import shell
from bedside.edge.signed_in import staff_of
from bedside.edge.visit_access import card_of, visit_of
from bedside.errors import Conflict, NotFound, WrongInput
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.people.permissions import RoomAccess
from bedside.services import Services
from bedside.visits.waiting_room import VisitDetails

TRANSFERRED = flash_message(
    "visit_transferred", N_("Transferred. You are told when the patient is admitted there.")
)
TAKEN_BACK = flash_message("visit_taken_back", N_("The patient waits in your room again."))


# --- sending -------------------------------------------------------------------------------------


async def form(request: Request) -> Response:
    """GET /visits/{visit_id}/transfer: over the page for scripts, else a page of its own."""
    fragment = wants_fragment(request)
    staff = await (prepare(request) if fragment else shell(request, "rooms"))
    room, visit = await visit_of(request, staff)
    return await _form(request, room, visit, fragment)


async def rooms_to_choose(request: Request) -> Response:
    """GET /visits/{visit_id}/transfer/rooms: the rooms alone, as they are now; or why there is
    nobody to transfer any more."""
    staff = await prepare(request)
    try:
        room, _visit = await visit_of(request, staff)
    except Conflict as gone:
        over = _(gone.sentence)
        return render(request, "rooms/transfer_rooms.html", rooms=[], chosen="", over=over)
    rooms = await _others(services_of(request), room)
    return render(request, "rooms/transfer_rooms.html", rooms=rooms, chosen="", over="")


async def _others(services: Services, room: RoomAccess) -> list[dict[str, Any]]:
    """Return open rooms first: those are the ones that can be chosen."""
    here = await services.colleagues.presence.in_rooms(room.staff)
    found = [
        {
            "id": one.room.id,
            "name": one.room.name,
            "open": one.room.open,
            "waiting": one.waiting,
            "here": here.get(one.room.id, []),
        }
        for one in await services.visits.rooms.of_clinic(room.staff)
        if one.room.id != room.room_id
    ]
    return sorted(found, key=lambda one: not one["open"])


async def _form(
    request: Request,
    room: RoomAccess,
    visit: VisitDetails,
    fragment: bool,
    *,
    chosen: str = "",
    note: str = "",
    error: str = "",
    status: int = 200,
) -> Response:
    services = services_of(request)
    return render(
        request,
        "rooms/transfer_dialog.html" if fragment else "rooms/transfer.html",
        status=status,
        visit=await card_of(services, room, visit),
        rooms=await _others(services, room),
        chosen=chosen,
        note=note,
        error=error,
        over="",
        topic=f"rooms:{room.clinic_id}",
        colleagues_topic=f"colleagues:{room.clinic_id}",
    )


async def transfer(request: Request) -> Response:
    """POST /visits/{visit_id}/transfer. If it is not possible, the form comes back with everything
    chosen and typed."""
    fragment = wants_fragment(request)
    staff = await (prepare(request) if fragment else shell(request, "rooms"))
    services = services_of(request)
    room, visit = await visit_of(request, staff)
    given = await form_of(request)
    chosen, note, leg = given["room"], given["note"], given["leg"]
    try:
        if not chosen:
            raise WrongInput(N_("Please choose a room."), field="room")
        transfer_id = await services.visits.transfers.transfer(
            room,
            visit.waiting.visit_id,
            chosen,
            note,
            expected_leg=int(leg) if leg.isdecimal() and len(leg) < 6 else visit.waiting.leg,
        )
    except (Conflict, WrongInput) as problem:
        return await _form(
            request,
            room,
            visit,
            fragment,
            chosen=chosen,
            note=note,
            error=_(problem.sentence),
            status=problem.status,
        )
    if not fragment:
        return redirect(f"/rooms/{room.room_id}", TRANSFERRED)
    to = await services.visits.rooms.get(room.clinic_id, chosen)
    card = environment().get_template("rooms/gone.html")
    return JSONResponse(
        {
            "sentence": _("Transferred to %(room)s") % {"room": to.name},
            "card": card.render(
                name=visit.waiting.name, room_name=to.name, transfer_id=transfer_id
            ),
        }
    )


# --- afterwards ----------------------------------------------------------------------------------


async def take_back(request: Request) -> Response:
    """POST /transfers/{transfer_id}/take-back: at once, whatever page it is pressed on."""
    staff = await staff_of(request)
    transfers = services_of(request).visits.transfers
    try:
        room = await transfers.take_back(staff, request.path_params["transfer_id"])
    except Conflict as late:
        if wants_json(request):
            raise
        await shell(request, "rooms")
        sentence = _(late.sentence)
        return render(request, "rooms/too_late.html", status=late.status, sentence=sentence)
    if wants_json(request):
        return Response(status_code=204)
    return redirect(f"/rooms/{room.room_id}", TAKEN_BACK)


async def sent(request: Request) -> Response:
    """GET /transfers/sent: those that nobody has admitted yet, for the page of a room."""
    staff = await prepare(request)
    handed = await services_of(request).visits.transfers.open_of(staff)
    return render(request, "rooms/handed.html", handed=handed)


async def notices(request: Request) -> Response:
    """GET /transfers/notices: those that have waited too long, shown on every page until somebody
    deals with them; nothing if there is none."""
    staff = await prepare(request)
    found = await services_of(request).visits.transfers.open_of(staff)
    late = [one for one in found if one.alerted]
    return render(request, "rooms/notices.html", handed=late)


async def notice(request: Request) -> Response:
    """GET /transfers/{transfer_id}/notice: the message about a transfer that was admitted."""
    staff = await prepare(request)
    transfers = services_of(request).visits.sent_transfers
    one = await transfers.get(staff, request.path_params["transfer_id"])
    if one.state != "admitted":
        raise NotFound
    text = _("%(who)s has admitted %(name)s in %(room)s.")
    who = one.admitted_by or _("A colleague")
    said = text % {"who": who, "name": one.patient_name, "room": one.room_name}
    return JSONResponse({"text": said})


_TRANSFER = "/visits/{visit_id}/transfer"
routes = [
    staff_route(_TRANSFER, form),
    staff_route(_TRANSFER, transfer, methods=["POST"]),
    staff_route(f"{_TRANSFER}/rooms", rooms_to_choose),
    staff_route("/transfers/sent", sent),
    staff_route("/transfers/notices", notices),
    staff_route("/transfers/{transfer_id}/notice", notice),
    staff_route("/transfers/{transfer_id}/take-back", take_back, methods=["POST"]),
]
