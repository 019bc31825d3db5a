"""Settings → Rooms: personal and shared rooms, their people, address, texts and check-in form."""

from typing import Any

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from bedside.edge.context import services_of
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import Form, form_of
from bedside.edge.rendering import render
from bedside.edge.room_addresses import shown_address
from bedside.edge.routes import staff_route
from bedside.edge.signed_in import confirmed_staff_of
from bedside.errors import WrongInput
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.people.permissions import ClinicAccess
from bedside.services import Services
from bedside.visits.rooms import FOR_NEW_ROOMS, Room, RoomChange, RoomKind, RoomOptions
from bedside.web.settings.staff import PAGE_OPEN, SAVED, administrator

ADDED = flash_message(
    "room_added", N_("The room is added. Open it in the waiting room when you are ready.")
)

_ROOMS = "/settings/rooms"
_TEXTS = ("welcome_text", "closed_text", "consent_text", "emergency_text")
_ASKS = ("ask_birth_date", "ask_phone", "ask_reason")
_SWITCHES = ("show_estimate", "show_position", "text_when_away")


async def rooms(request: Request) -> Response:
    """GET /settings/rooms."""
    clinic = await administrator(request)
    services = services_of(request)
    found = [one.room for one in await services.visits.rooms.of_clinic(clinic.staff)]
    owners = await services.people.staff.named(
        clinic.clinic_id, {room.owner_id for room in found if room.owner_id}
    )
    assigned = await services.people.staff.by_groups(clinic)
    shown = [
        {
            "room": room,
            "owner": owners.get(room.owner_id, ""),
            "people": sum(room.id in targets for targets in assigned.values()),
        }
        for room in found
    ]
    return render(
        request,
        "settings/rooms.html",
        rooms=shown,
        base=shown_address(services),
        tab="rooms",
    )


async def new_room(request: Request) -> Response:
    """GET /settings/rooms/new. Being in charge grants access to charts, so the person has to
    confirm their identity."""
    await confirmed_staff_of(request, f"{_ROOMS}/new")
    clinic = await administrator(request)
    given = {**_of_options(FOR_NEW_ROOMS), "name": "", "kind": "shared", "owner": "", "slug": ""}
    return await _form(request, clinic, None, {**given, "people": []}, {})


async def add_room(request: Request) -> Response:
    """POST /settings/rooms."""
    await confirmed_staff_of(request, f"{_ROOMS}/new", minutes=PAGE_OPEN)
    clinic = await administrator(request)
    services = services_of(request)
    given = _typed(await form_of(request))
    try:
        room = await services.visits.rooms.create(clinic, _wanted(given))
    except WrongInput as error:
        return await _form(request, clinic, None, given, {error.field: _(error.sentence)})
    await _put_in_charge(services, clinic, room, given["people"])
    return redirect(_ROOMS, ADDED)


async def room_page(request: Request) -> Response:
    """GET /settings/rooms/{room_id}."""
    await confirmed_staff_of(request, request.url.path)
    clinic = await administrator(request)
    services = services_of(request)
    room = await services.visits.rooms.get(clinic.clinic_id, request.path_params["room_id"])
    assigned = await services.people.staff.by_groups(clinic)
    given = {
        **_of_options(room.options),
        "name": room.name,
        "kind": str(room.kind),
        "owner": room.owner_id,
        "slug": room.slug,
        "people": [staff_id for staff_id, targets in assigned.items() if room.id in targets],
    }
    return await _form(request, clinic, room, given, {})


async def change_room(request: Request) -> Response:
    """POST /settings/rooms/{room_id}."""
    await confirmed_staff_of(request, request.url.path, minutes=PAGE_OPEN)
    clinic = await administrator(request)
    services = services_of(request)
    room = await services.visits.rooms.get(clinic.clinic_id, request.path_params["room_id"])
    given = _typed(await form_of(request))
    given["kind"] = str(room.kind)
    try:
        room = await services.visits.rooms.change(clinic, room.id, _wanted(given))
    except WrongInput as error:
        return await _form(request, clinic, room, given, {error.field: _(error.sentence)})
    await _put_in_charge(services, clinic, room, given["people"])
    return redirect(_ROOMS, SAVED)


# --- the form ------------------------------------------------------------------------------------


def _of_options(options: RoomOptions) -> dict[str, Any]:
    return options.model_dump()


def _typed(form: Form) -> dict[str, Any]:
    given: dict[str, Any] = {name: form.line(name) for name in ("name", "kind", "owner", "slug")}
    given |= {name: form.line(name) for name in (*_TEXTS, *_ASKS)}
    given |= {name: name in form for name in _SWITCHES}
    return {**given, "people": form.all("people")}


def _wanted(given: dict[str, Any]) -> RoomChange:
    """Return the room as wanted. Raises WrongInput with the wrong field."""
    kind = RoomKind.PERSONAL if given["kind"] == RoomKind.PERSONAL else RoomKind.SHARED
    try:
        options = RoomOptions.model_validate(
            {name: given[name] for name in (*_TEXTS, *_ASKS, *_SWITCHES)}
        )
    except ValidationError as error:
        field = str(error.errors()[0]["loc"][0])
        sentence = N_("This text is too long.") if field in _TEXTS else N_("Please choose one.")
        raise WrongInput(sentence, field=field) from error
    return RoomChange(given["name"], kind, given["owner"], given["slug"].lower(), options)


async def _put_in_charge(
    services: Services, clinic: ClinicAccess, room: Room, people: list[str]
) -> None:
    """Put the ticked people and the owner in charge of the room, and nobody else."""
    assigned = await services.people.staff.by_groups(clinic)
    before = {staff_id for staff_id, targets in assigned.items() if room.id in targets}
    members = await services.people.staff.listed(clinic)
    known = {member.id for member in members if not member.disabled}
    wanted = {*people, room.owner_id} & known
    for staff_id in sorted(wanted - before):
        await services.people.staff.assign(clinic, staff_id, room.id)
    for staff_id in sorted((before & known) - wanted):
        await services.people.staff.unassign(clinic, staff_id, room.id)


async def _form(
    request: Request,
    clinic: ClinicAccess,
    room: Room | None,
    given: dict[str, Any],
    errors: dict[str, str],
) -> Response:
    services = services_of(request)
    members = await services.people.staff.listed(clinic)
    return render(
        request,
        "settings/room.html",
        status=422 if errors else 200,
        room=room,
        given=given,
        errors=errors,
        staff=[(member.id, member.name) for member in members if not member.disabled],
        kinds=[
            (str(RoomKind.SHARED), _("Shared"), _("Several people take its patients in turn.")),
            (str(RoomKind.PERSONAL), _("Personal"), _("Of one clinician, its owner.")),
        ],
        base=shown_address(services),
        tab="rooms",
    )


routes = [
    staff_route(_ROOMS, rooms),
    staff_route(_ROOMS, add_room, methods=["POST"]),
    staff_route(f"{_ROOMS}/new", new_room),
    staff_route(_ROOMS + "/{room_id}", room_page),
    staff_route(_ROOMS + "/{room_id}", change_room, methods=["POST"]),
]
