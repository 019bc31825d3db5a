"""“Who is this?”: connecting a visit from the door to a chart, from the card or a page of
its own."""

from dataclasses import dataclass, field
from functools import wraps

from starlette.requests import Request
from starlette.responses import Response

from bedside.edge.context import Handler, services_of
from bedside.edge.dates import TypedDate
from bedside.edge.errors import wants_json
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import form_of
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.edge.shell import shell
from bedside.edge.signed_in import staff_of
from bedside.edge.visit_access import room_of_visit
from bedside.errors import Conflict, NotFound, WrongInput
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.people.patients import Patient
from bedside.people.permissions import RoomAccess, StaffAccess
from bedside.people.roles import May, allows
from bedside.visits.identification import HasChart, IsIdentified, NoChartFits
from bedside.visits.typed import Typed

_MOST_FOUND = 12
IDENTIFIED = flash_message("visit_identified", N_("The visit is in the chart of this patient now."))
ADDED = flash_message(
    "visit_patient_added", N_("The patient is added, and the visit is in the chart.")
)
WAS_IDENTIFIED = flash_message(
    "visit_was_identified", N_("Somebody has already said who this patient is."), "info"
)
DISCARDED = flash_message(
    "visit_discarded", N_("What belonged to this visit is being destroyed."), "info"
)


@dataclass(frozen=True, slots=True)
class _Entered:
    """The content of the fields: words of the search, and the query in all charts."""

    words: str = ""
    name: str = ""
    day: str = ""
    month: str = ""
    year: str = ""
    reason: str = ""
    errors: dict[str, str] = field(default_factory=dict[str, str])


def _leads_on_when_identified(handler: Handler) -> Handler:
    """Redirect a second identification, by a colleague or by a double press, to the first one's
    result. A script that stays on its page is refused."""

    @wraps(handler)
    async def handle(request: Request) -> Response:
        try:
            return await handler(request)
        except IsIdentified:
            if wants_json(request):
                raise
            room = await room_of_visit(request, await staff_of(request))
            return await _done(request, room, WAS_IDENTIFIED)

    return handle


async def page(request: Request) -> Response:
    """GET /visits/{visit_id}/identify: matching patients, a search, a new patient, all charts."""
    staff = await shell(request, "rooms")
    return await _page(request, staff, _Entered())


async def find(request: Request) -> Response:
    """POST /visits/{visit_id}/identify/find: a POST, so that no address contains names."""
    staff = await shell(request, "rooms")
    words = (await form_of(request)).line("words")[:200]
    found = await services_of(request).people.patients.find(staff, words, limit=_MOST_FOUND)
    return await _page(request, staff, _Entered(words=words), found)


@_leads_on_when_identified
async def confirm(request: Request) -> Response:
    """POST /visits/{visit_id}/identify: “This is …”, with `patient`."""
    staff = await staff_of(request)
    room, visit_id = await room_of_visit(request, staff), request.path_params["visit_id"]
    patient_id = (await form_of(request)).line("patient")
    visits = services_of(request).visits
    await visits.identification.confirm(room, visit_id, patient_id)
    await visits.repeats.settle(room, visit_id)
    return await _done(request, room, IDENTIFIED)


@_leads_on_when_identified
async def new(request: Request) -> Response:
    """POST /visits/{visit_id}/identify/new: a new patient from what was typed; `another=yes`
    confirms that it is not the existing one of this name."""
    staff = await shell(request, "rooms")
    room, visit_id = await room_of_visit(request, staff), request.path_params["visit_id"]
    another = (await form_of(request))["another"] == "yes"
    try:
        await services_of(request).visits.identification.add(room, visit_id, another=another)
    except HasChart as error:
        if wants_json(request):
            raise
        return await _page(request, staff, _Entered(errors={"new": _(error.sentence)}))
    return await _done(request, room, ADDED)


@_leads_on_when_identified
async def whole_clinic(request: Request) -> Response:
    """POST /visits/{visit_id}/identify/clinic: break the glass, with name, date and reason."""
    staff = await shell(request, "rooms")
    room, visit_id = await room_of_visit(request, staff), request.path_params["visit_id"]
    form = await form_of(request)
    typed = TypedDate.of(form)
    name, reason = form.line("name")[:200], form["reason"].strip()
    born, wrong = typed.read(await services_of(request).people.clinics.get(staff.clinic_id))
    errors = {"birth": _(wrong)} if wrong else {}
    try:
        if not wrong:
            await services_of(request).visits.identification.override(
                room, visit_id, name, born, reason
            )
    except WrongInput as error:
        errors["reason"] = _(error.sentence)
    except NoChartFits as error:
        errors["name"] = _(error.sentence)
    if errors:
        entered = _Entered("", name, typed.day, typed.month, typed.year, reason, errors)
        return await _page(request, staff, entered)
    await services_of(request).visits.repeats.settle(room, visit_id)
    return await _done(request, room, IDENTIFIED)


async def nobody(request: Request) -> Response:
    """POST /visits/{visit_id}/identify/nobody: a visit that is over belongs to no patient."""
    staff = await staff_of(request)
    room = await room_of_visit(request, staff)
    await services_of(request).visits.identification.discard(room, request.path_params["visit_id"])
    return redirect(f"/rooms/{room.room_id}", DISCARDED)


async def _done(request: Request, room: RoomAccess, said: str) -> Response:
    """Redirect: beside a call to the chart, in the waiting room to the card, after the visit to
    the room. A script that stays on its page shows the message itself."""
    if wants_json(request):
        return Response(status_code=204)
    services, visit_id = services_of(request), request.path_params["visit_id"]
    try:
        visit = await services.visits.waiting_room.visit(room, visit_id)
    except (Conflict, NotFound):
        return redirect(f"/rooms/{room.room_id}", said)
    if visit.waiting.call_id:
        return redirect(f"/patients/{visit.waiting.patient_id}", said)
    return redirect(f"/visits/{visit_id}/card", said)


async def _page(
    request: Request, staff: StaffAccess, entered: _Entered, found: list[Patient] | None = None
) -> Response:
    services, visit_id = services_of(request), request.path_params["visit_id"]
    room = await room_of_visit(request, staff)
    try:
        typed, over = await services.visits.identification.asked(room, visit_id)
    except IsIdentified:
        return await _done(request, room, "")
    return render(
        request,
        "visits/identify.html",
        status=422 if entered.errors else 200,
        visit_id=visit_id,
        room_id=room.room_id,
        typed=typed,
        over=over,
        suggested=await services.visits.identification.suggested(room, typed),
        found=found,
        entered=entered if entered.name or entered.errors else _as_typed(typed, entered.words),
        may_add=allows(staff.role, May.ADD_PATIENTS),
    )


def _as_typed(typed: Typed, words: str) -> _Entered:
    born = typed.birth_date
    parts = (str(born.day), str(born.month), str(born.year)) if born else ("", "", "")
    return _Entered(words, typed.name, *parts)


_IDENTIFY = "/visits/{visit_id}/identify"
routes = [
    staff_route(_IDENTIFY, page, methods=["GET"]),
    staff_route(_IDENTIFY, confirm, methods=["POST"]),
    staff_route(f"{_IDENTIFY}/find", find, methods=["POST"]),
    staff_route(f"{_IDENTIFY}/new", new, methods=["POST"]),
    staff_route(f"{_IDENTIFY}/clinic", whole_clinic, methods=["POST"]),
    staff_route(f"{_IDENTIFY}/nobody", nobody, methods=["POST"]),
]
