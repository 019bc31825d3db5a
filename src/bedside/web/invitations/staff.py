"""“Invite to waiting room”: choose the room and the channels, preview the message, send it."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from bedside.edge.context import services_of
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import Form, form_of
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.edge.shell import shell
from bedside.errors import WrongInput
from bedside.kernel.ids import new_id
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.notifications.addresses import ways_to
from bedside.people.patients import Patient
from bedside.people.permissions import ChartAccess
from bedside.requests.invitations.details import PREFIX
from bedside.visits.rooms import Room, RoomInClinic

INVITED = flash_message("invitation_sent", N_("The invitation is on its way."))


@dataclass(frozen=True, slots=True)
class Draft:
    """An invitation that was not sent yet. `id` is made with the form, so that sending the form
    twice invites once."""

    id: str
    room: str
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Inviting:
    """The invited patient, and the room."""

    chart: ChartAccess
    patient: Patient
    rooms: list[RoomInClinic]

    def room(self, draft: Draft) -> Room:
        """Return the chosen room. Raises WrongInput."""
        for one in self.rooms:
            if one.room.id == draft.room:
                return one.room
        raise WrongInput(N_("Please choose a waiting room from the list."), field="room")


async def form_page(request: Request) -> Response:
    """GET /patients/{patient_id}/invite: one's own room, and the available channels."""
    inviting = await _inviting(request)
    ways = ways_to(inviting.patient.demographics)
    own = [one.room.id for one in inviting.rooms if one.mine] or [""]
    return _form(request, inviting, Draft(new_id(PREFIX), own[0], ways[:1]))


async def preview(request: Request) -> Response:
    """POST /patients/{patient_id}/invite: preview; nothing is sent yet."""
    inviting = await _inviting(request)
    form = await form_of(request)
    draft = _draft(form)
    if "edit" in form:
        return _form(request, inviting, draft)
    try:
        room = inviting.room(draft)
        services = services_of(request)
        place = await services.visits.rooms.place(room)
        messages = await services.requests.invitations.preview(
            inviting.chart, room, place, draft.channels
        )
    except WrongInput as error:
        return _form(request, inviting, draft, error)
    return render(
        request,
        "invitations/preview.html",
        patient=inviting.patient,
        draft=draft,
        room=room,
        messages=messages,
    )


async def send(request: Request) -> Response:
    """POST /patients/{patient_id}/invite/send: send what was previewed."""
    inviting = await _inviting(request)
    draft = _draft(await form_of(request))
    try:
        room = inviting.room(draft)
        services = services_of(request)
        place = await services.visits.rooms.place(room)
        await services.requests.invitations.send(
            inviting.chart, room, place, draft.channels, draft.id
        )
    except WrongInput as error:
        return _form(request, inviting, draft, error)
    return redirect(f"/patients/{inviting.patient.id}/card", INVITED)


def _draft(form: Form) -> Draft:
    return Draft(form.line("id"), form.line("room"), tuple(form.all("channels")))


async def _inviting(request: Request) -> Inviting:
    staff = await shell(request, "patients")
    services = services_of(request)
    chart = await services.people.permissions.chart(staff, request.path_params["patient_id"])
    found = await services.visits.rooms.of_clinic(staff)
    mine_first = sorted(found, key=lambda one: not one.mine)
    return Inviting(chart, await services.people.patients.get(chart), mine_first)


def _form(
    request: Request, inviting: Inviting, draft: Draft, error: WrongInput | None = None
) -> Response:
    return render(
        request,
        "invitations/new.html",
        status=error.status if error else 200,
        patient=inviting.patient,
        draft=draft,
        rooms=[
            (one.room.id, one.room.name, _("Open now") if one.room.open else _("Closed now"))
            for one in inviting.rooms
        ],
        errors={error.field: _(error.sentence)} if error else {},
    )


_INVITE = "/patients/{patient_id}/invite"

routes = [
    staff_route(_INVITE, form_page, methods=["GET"]),
    staff_route(_INVITE, preview, methods=["POST"]),
    staff_route(_INVITE + "/send", send, methods=["POST"]),
]
