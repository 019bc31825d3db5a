"""The door of a waiting room, at its public address: open or closed, and the check-in form."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bedside.accounts.access import Whose
from bedside.edge.accounts import account_of
from bedside.edge.context import address_of, services_of
from bedside.edge.dates import TypedDate, first_box
from bedside.edge.forms import Form, form_of
from bedside.edge.languages import speak_at_clinic
from bedside.edge.protection import CHECKING_IN, require_rate
from bedside.edge.rendering import render
from bedside.edge.routes import app_route, open_route
from bedside.edge.signed_in import APP
from bedside.edge.visit_devices import (
    door_of,
    keep_known,
    keep_visitor,
    known_at_door,
    page_of,
)
from bedside.errors import NotSignedIn, TooMany, WrongInput
from bedside.kernel import language, phones
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.people.clinics import Clinic
from bedside.visits.check_in import CheckIn, CheckInForm, RoomClosed, RoomFull, problems
from bedside.visits.devices import KnownHere
from bedside.visits.rooms import Room

_FIELDS = ("name", "birth", "phone", "reason", "consented")
"""The fields that can be wrong, in the order of the form."""
SOMEBODY_ELSE = "else"
SIGNED_IN = "app"
_TOO_MANY = N_(
    "Many people have checked in from this network just now. Please wait a moment, then press the "
    "button again."
)


@dataclass(frozen=True, slots=True)
class Entered:
    """The content of the fields, as it was typed."""

    draft: str
    name: str = ""
    day: str = ""
    month: str = ""
    year: str = ""
    phone: str = ""
    reason: str = ""
    consented: bool = False

    def checked(self, room: Room, clinic: Clinic) -> tuple[CheckInForm, dict[str, str]]:
        """Return the form as it is to be sent, and a sentence for each wrong field."""
        typed = TypedDate(self.day, self.month, self.year)
        born, wrong = (None, "") if typed.is_empty else typed.read(clinic)
        form = CheckInForm(
            draft=self.draft,
            name=self.name,
            birth_date=born,
            phone=self.phone,
            reason=self.reason,
            consented=self.consented,
        )
        found = problems(room, form, clinic.options)
        if wrong:
            found["birth"] = wrong
        country = clinic.options.home
        return form, {
            field: phones.hint(_(found[field]), country) if field == "phone" else _(found[field])
            for field in _FIELDS
            if field in found
        }


def _entered(room: Room, form: Form) -> Entered:
    """Return only what this room asks for; anything else that was sent is left out."""
    asks = room.options
    born = asks.ask_birth_date != "no"
    return Entered(
        draft=form.line("draft"),
        name=form.line("name"),
        day=form.line("birth_day") if born else "",
        month=form.line("birth_month") if born else "",
        year=form.line("birth_year") if born else "",
        phone=form.line("phone") if asks.ask_phone != "no" else "",
        reason=form["reason"].strip() if asks.ask_reason != "no" else "",
        consented=form["consented"] == "yes",
    )


async def door(request: Request) -> Response:
    """GET /r/{slug}: the form. On a device that knows somebody, the question whether it is they;
    with `?who=else` it is somebody else, with `?who=app` whoever is signed in to the app."""
    room = await services_of(request).visits.rooms.by_slug(request.path_params["slug"])
    if room is None:
        return _unknown(request)
    await speak_at_clinic(request, room.clinic_id)
    known = await known_at_door(request, room.clinic_id)
    who = request.query_params.get("who")
    people = await signed_in_here(request, room) if room.open else []
    if who == SOMEBODY_ELSE:
        known = [one for one in known if not one.ended]
    elif people and (not known or who == SIGNED_IN):
        return await _signed_in_page(request, room)
    elif known and (room.open or not known[0].ended):
        return await _page(request, room, "who_comes", known=known, with_app=bool(people))
    if not room.open:
        return await _page(request, room, "room_closed")
    return await _page(request, room, "check_in", Entered(CheckIn.new_draft()), known=known)


async def check_in(request: Request) -> Response:
    """POST /r/{slug}: enter the queue. Errors are explained, and everything typed is kept."""
    services = services_of(request)
    room = await services.visits.rooms.by_slug(request.path_params["slug"])
    if room is None:
        return _unknown(request)
    await speak_at_clinic(request, room.clinic_id)
    entered = _entered(room, await form_of(request))
    clinic = await services.people.clinics.get(room.clinic_id)
    form, errors = entered.checked(room, clinic)
    if not room.open:
        return await _page(request, room, "room_closed", status=RoomClosed.status)
    if errors:
        return await _page(request, room, "check_in", entered, errors)
    return await _enter(request, room, entered, form)


async def _enter(request: Request, room: Room, entered: Entered, form: CheckInForm) -> Response:
    services = services_of(request)
    known = await known_at_door(request, room.clinic_id)
    there = await services.visits.check_in.same_here(
        room.clinic_id, form, [one.visit_id for one in known if not one.ended]
    )
    if there:  # the same person again on the same device: nobody needs two places
        return RedirectResponse(f"{page_of(there)}?door={room.slug}", status_code=303)
    try:
        require_rate(request, CHECKING_IN, address_of(request), _(_TOO_MANY))
        checked_in = await services.visits.check_in.check_in(room, form, address_of(request))
    except RoomClosed as error:
        return await _page(request, room, "room_closed", status=error.status)
    except (RoomFull, TooMany) as error:
        said = _(error.sentence)
        return await _page(request, room, "check_in", entered, status=error.status, problem=said)
    response = RedirectResponse(page_of(checked_in.visit_id), status_code=303)
    keep_visitor(response, services.settings, *checked_in)
    await keep_known(response, services, door_of(room.slug), room.clinic_id, checked_in.visit_id)
    return response


# --- who is signed in to the app ------------------------------------------------------------------


async def signed_in_here(request: Request, room: Room) -> list[Whose]:
    """Return the people for whom somebody signed in to the app on this device can check in."""
    try:
        account = await account_of(request)
    except NotSignedIn:
        return []
    if account.clinic_id != room.clinic_id:
        return []
    return await services_of(request).accounts.sides.whose(account)


async def check_in_signed_in(request: Request) -> Response:
    """POST /app/check-in/{slug}: enter the queue as who is signed in to the app, or for a patient
    who has let them in. Nothing is typed but what the room asks for about today."""
    services = services_of(request)
    room = await services.visits.rooms.by_slug(request.path_params["slug"])
    if room is None:
        return _unknown(request)
    await speak_at_clinic(request, room.clinic_id)
    form = await form_of(request)
    account = await account_of(request)
    if not form.line("patient"):
        nobody = {"patient": _("Choose for whom you are here.")}
        return await _signed_in_page(request, room, form, nobody)
    side = await services.accounts.sides.of(account, form.line("patient"))
    try:
        checked_in = await services.visits.check_in.with_account(
            side, room, reason=form["reason"], consented=form["consented"] == "yes"
        )
    except RoomClosed as error:
        return await _page(request, room, "room_closed", status=error.status)
    except WrongInput as error:
        return await _signed_in_page(request, room, form, {error.field: _(error.sentence)})
    response = RedirectResponse(page_of(checked_in.visit_id), status_code=303)
    keep_visitor(response, services.settings, *checked_in)
    return response


async def _signed_in_page(
    request: Request,
    room: Room,
    form: Form | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    people = await signed_in_here(request, room)
    own = people[0].patient_id if people and people[0].own else ""
    entered = Entered(
        "",
        reason=form["reason"] if form else "",
        consented=bool(form and form["consented"] == "yes"),
    )
    return await _page(
        request,
        room,
        "signed_in",
        entered,
        errors,
        people=[(one.patient_id, one.name) for one in people],
        chosen=form.line("patient") if form else own,
    )


def _unknown(request: Request) -> Response:
    return render(
        request, "visits/room_unknown.html", status=404, lang=language.spoken(), clinic_name=""
    )


async def _page(
    request: Request,
    room: Room,
    name: str,
    entered: Entered | None = None,
    errors: dict[str, str] | None = None,
    *,
    status: int = 200,
    problem: str = "",
    known: Sequence[KnownHere] = (),
    **more: Any,
) -> Response:
    services = services_of(request)
    clinic = await services.people.clinics.get(room.clinic_id)
    place = await services.visits.rooms.place(room)
    heading = _("%(name)s’s waiting room") % {"name": place.name} if place.personal else room.name
    errors = errors or {}
    return render(
        request,
        f"visits/{name}.html",
        status=WrongInput.status if errors else status,
        lang=language.spoken(),
        clinic_name=clinic.name,
        phone=clinic.options.phone,
        date_order=clinic.options.date_order,
        phone_example=phones.example(clinic.options.home),
        room=room,
        known=known,
        zone=clinic.options.time_zone,
        heading=heading,
        emergency_text=await services.visits.rooms.emergency_text(room),
        entered=entered,
        errors=errors,
        problem=problem,
        summary=[
            (first_box(clinic) if field == "birth" else field, sentence)
            for field, sentence in errors.items()
        ],
        **more,
    )


routes = [
    open_route("/r/{slug}", door, methods=["GET"]),
    open_route("/r/{slug}", check_in, methods=["POST"]),
    app_route(APP + "/check-in/{slug}", check_in_signed_in, methods=["POST"]),
]
