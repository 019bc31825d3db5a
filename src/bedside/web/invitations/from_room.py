"""Inviting a patient of the clinic from a room: a name is typed, and one press sends the link."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from bedside.audit import Action
from bedside.edge.context import services_of
from bedside.edge.errors import wants_json
from bedside.edge.flash import redirect
from bedside.edge.forms import form_of
from bedside.edge.fragments import prepare
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.edge.signed_in import staff_of
from bedside.errors import WrongInput
from bedside.kernel.ids import new_id
from bedside.kernel.language import gettext as _
from bedside.notifications.addresses import ways_to
from bedside.notifications.messenger import CHANNELS
from bedside.people.patients import Patient
from bedside.people.permissions import RoomAccess
from bedside.people.roles import May, allows
from bedside.requests.invitations.details import PREFIX
from bedside.requests.service import Outgoing
from bedside.visits.rooms import Room
from bedside.web.invitations.staff import INVITED

_LONGEST = 200
_SHORTEST = 2
_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Known:
    """A patient of the clinic with the message that one press would send, or with what keeps it
    from being sent. `id` is that of the invitation, so that pressing twice invites once."""

    id: str
    patient: Patient
    message: Outgoing | None
    problem: str = ""
    here: bool = False
    """Whether the patient waits, or is in a call, in one of one's own rooms."""


async def find(request: Request) -> Response:
    """POST /rooms/{room_id}/invite/find: patients for what is typed in `phone`, a name or a number.
    A POST, so that no address contains a name."""
    staff = await prepare(request)
    services = services_of(request)
    access = await services.people.permissions.room(staff, request.path_params["room_id"])
    words = (await form_of(request)).line("phone")[:_LONGEST]
    may = allows(staff.role, May.SEND_REQUESTS) and len(words) >= _SHORTEST
    found = await services.people.patients.find(staff, words, limit=_SHOWN + 1) if may else []
    if found:
        await services.audit.looks.note(
            staff.clinic_id,
            staff.actor,
            staff.session_id,
            Action.PATIENTS_SEARCHED,
            shown=len(found[:_SHOWN]),
        )
    room = await services.visits.rooms.get(access.clinic_id, access.room_id)
    return render(
        request,
        "invitations/found.html",
        room=room,
        found=[await _known(request, access, room, patient) for patient in found[:_SHOWN]],
        more=len(found) > _SHOWN,
        is_name=any(letter.isalpha() for letter in words) and may,
    )


async def _known(request: Request, access: RoomAccess, room: Room, patient: Patient) -> Known:
    services = services_of(request)
    chart = await services.people.permissions.chart(access.staff, patient.id)
    try:
        place = await services.visits.rooms.place(room)
        messages = await services.requests.invitations.preview(chart, room, place, _way(patient))
    except WrongInput as problem:
        return Known("", patient, None, _(problem.sentence))
    here = bool(await services.visits.whereabouts.present(chart))
    return Known(new_id(PREFIX), patient, messages[0], here=here)


def _way(patient: Patient) -> tuple[str, ...]:
    """Return the first channel on which the patient can be reached; SMS for none, whose refusal
    says what is missing."""
    return ways_to(patient.demographics)[:1] or CHANNELS[:1]


async def send(request: Request) -> Response:
    """POST /rooms/{room_id}/invite/patient: invite one of those found. Field: to, the patient and
    the id of the invitation."""
    staff = await staff_of(request)
    services = services_of(request)
    access = await services.people.permissions.room(staff, request.path_params["room_id"])
    patient_id, _colon, invitation_id = (await form_of(request)).line("to").partition(":")
    chart = await services.people.permissions.chart(staff, patient_id)
    patient = await services.people.patients.get(chart)
    room = await services.visits.rooms.get(access.clinic_id, access.room_id)
    place = await services.visits.rooms.place(room)
    await services.requests.invitations.send(chart, room, place, _way(patient), invitation_id)
    if wants_json(request):
        return Response(status_code=204)
    return redirect(f"/rooms/{room.id}", INVITED)


routes = [
    staff_route("/rooms/{room_id}/invite/find", find, methods=["POST"]),
    staff_route("/rooms/{room_id}/invite/patient", send, methods=["POST"]),
]
