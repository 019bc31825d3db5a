"""Settings → Appointments: the types that can be booked (feature T1)."""

from starlette.requests import Request
from starlette.responses import Response

from bedside.care.appointments.types import (
    LONGEST_MINUTES,
    LONGEST_TEXT,
    PREFIX,
    REMIND_HOURS,
    AppointmentType,
)
from bedside.edge.context import services_of
from bedside.edge.flash import redirect
from bedside.edge.forms import Form, form_of
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.errors import WrongInput
from bedside.kernel.ids import new_id
from bedside.kernel.language import gettext as _
from bedside.kernel.language import ngettext
from bedside.people.permissions import ClinicAccess
from bedside.web.settings.staff import SAVED, administrator

_HERE = "/settings/appointments"
_NEW = "new"


async def page(request: Request) -> Response:
    """GET /settings/appointments."""
    return await _page(request, await administrator(request))


async def add(request: Request) -> Response:
    """POST /settings/appointments: a new type. Fields: id, name, minutes, text, place, room,
    remind_hours. Idempotent by its id."""
    access = await administrator(request)
    given = await form_of(request)
    try:
        await services_of(request).care.types.add(access, _type(given), given.line("id"))
    except WrongInput as error:
        return await _page(request, access, _NEW, given, error)
    return redirect(_HERE, SAVED)


async def change(request: Request) -> Response:
    """POST /settings/appointments/{type_id}: what is booked from now on, or `do=retire`."""
    access = await administrator(request)
    given, type_id = await form_of(request), request.path_params["type_id"]
    types = services_of(request).care.types
    if given.line("do") == "retire":
        await types.retire(access, type_id)
        return redirect(_HERE, SAVED)
    try:
        await types.change(access, type_id, _type(given))
    except WrongInput as error:
        return await _page(request, access, type_id, given, error)
    return redirect(_HERE, SAVED)


def _type(given: Form) -> AppointmentType:
    hours = given.number("remind_hours")
    return AppointmentType(
        name=given["name"],
        minutes=given.number("minutes") or 0,
        text=given["text"],
        place=given["place"],
        room_id=given.line("room"),
        remind_hours=-1 if hours is None else hours,
    )


async def _page(
    request: Request,
    access: ClinicAccess,
    refused: str = "",
    given: Form | None = None,
    error: WrongInput | None = None,
) -> Response:
    """Show the page; what was refused stays typed where it was."""
    services = services_of(request)
    kept = await services.care.types.offered(access.clinic_id)
    typed = {_NEW: AppointmentType("")} | {one.id: one for one in kept}
    if given is not None:
        typed[refused] = _type(given)
    rooms = await services.visits.rooms.of_clinic(access.staff)
    return render(
        request,
        "settings/appointments.html",
        status=422 if error else 200,
        ids=[one.id for one in kept],
        typed=typed,
        refused=refused,
        error=error,
        draft=given.line("id") if given and refused == _NEW else new_id(PREFIX),
        rooms=[("", _("No room of Bedside")), *((one.room.id, one.room.name) for one in rooms)],
        reminders=[(str(hours), _before(hours)) for hours in REMIND_HOURS],
        longest=LONGEST_TEXT,
        most_minutes=LONGEST_MINUTES,
        tab="appointments",
    )


def _before(hours: int) -> str:
    """Return how long before an appointment its reminder goes."""
    if not hours:
        return _("No reminder")
    days, rest = divmod(hours, 24)
    if days and not rest:
        return ngettext("%(num)s day before", "%(num)s days before", days) % {"num": days}
    return ngettext("%(num)s hour before", "%(num)s hours before", hours) % {"num": hours}


routes = [
    staff_route(_HERE, page, methods=["GET"]),
    staff_route(_HERE, add, methods=["POST"]),
    staff_route(f"{_HERE}/{{type_id}}", change, methods=["POST"]),
]
