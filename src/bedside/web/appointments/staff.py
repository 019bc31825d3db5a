"""Appointments of one patient, for staff: booked, moved, cancelled, and what became of them."""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bedside.care.appointments.booking import (
    LONGEST_WORDS,
    MOST_IN_SERIES,
    MOST_WEEKS,
    USUAL_ROOM,
    Booking,
    Move,
    Wanted,
)
from bedside.care.appointments.records import Appointment
from bedside.care.appointments.slots import TimeTaken
from bedside.care.appointments.states import Step
from bedside.edge.context import services_of
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import Form, form_of
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.edge.shell import shell
from bedside.errors import Conflict, WrongInput
from bedside.kernel import clock
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.notifications.addresses import ways_to
from bedside.people.patients import Patient
from bedside.people.permissions import ChartAccess
from bedside.services import Services
from bedside.web.appointments.calendar import who_and_where
from bedside.web.appointments.words import words

BOOKED = flash_message("appointment_booked", N_("Booked."))
MOVED = flash_message("appointment_moved", N_("Moved. The new time is taken, the old one is free."))
CANCELLED = flash_message("appointment_cancelled", N_("Cancelled. The time is free again."))
MARKED = flash_message("appointment_marked", N_("Noted."))
MOVED_ON = flash_message(
    "appointment_moved_on",
    N_("This appointment has changed in the meantime, so nothing was done. Look at it again."),
    "attention",
)
_HERE = "/patients/{patient_id}/appointments"
_MARKS = {"no_show": Step.NO_SHOW, "done": Step.DONE}


@dataclass(frozen=True, slots=True)
class _At:
    """A page about the appointments of one patient."""

    services: Services
    chart: ChartAccess
    patient: Patient
    shared: dict[str, Any]

    @property
    def page(self) -> str:
        """The address of the list."""
        return f"/patients/{self.patient.id}/appointments"


async def _at(request: Request) -> _At:
    staff = await shell(request, "appointments")
    services = services_of(request)
    chart = await services.people.permissions.chart(staff, request.path_params["patient_id"])
    patient = await services.people.patients.get(chart)
    clinic = await services.people.clinics.get(staff.clinic_id)
    people, rooms = await who_and_where(services, staff)
    shared: dict[str, Any] = {
        "patient": patient,
        "people": people,
        "rooms": rooms,
        "names": {**people, **rooms},
        "zone": clinic.options.time_zone,
        "today": clinic.options.today(),
        "longest": LONGEST_WORDS,
        **words(),
    }
    return _At(services, chart, patient, shared)


async def listed(request: Request) -> Response:
    """GET /patients/{patient_id}/appointments: those to come, then those of before."""
    at = await _at(request)
    found, now = await at.services.care.lists.of_chart(at.chart), clock.now()
    coming = [one for one in reversed(found) if one.ends_at > now]
    return render(
        request,
        "appointments/of_patient.html",
        coming=coming,
        before=[one for one in found if one.ends_at <= now],
        **at.shared,
    )


# --- booking -------------------------------------------------------------------------------------


async def new(request: Request) -> Response:
    """GET /patients/{patient_id}/appointments/new: book one."""
    at = await _at(request)
    ways = ways_to(at.patient.demographics)[:1]
    has_birth_date = at.patient.demographics.birth_date is not None
    channels = tuple(ways) if has_birth_date else ()
    draft = Wanted(Booking.new_draft(), "", "", room_id=USUAL_ROOM, channels=channels)
    return await _form(request, at, draft)


async def book(request: Request) -> Response:
    """POST /patients/{patient_id}/appointments/new. Idempotent by its id. Fields: id, type, day,
    time, staff, room, reason, channels, weeks, count, anyway."""
    at, form = await _at(request), await form_of(request)
    wanted = Wanted(
        id=form.line("id"),
        type_id=form.line("type"),
        start=f"{form.line('day')}T{form.line('time')}",
        staff_id=form.line("staff"),
        room_id=form.line("room"),
        reason=form["reason"],
        channels=tuple(form.all("channels")),
        weeks=form.number("weeks") or 1,
        count=form.number("count") or 1,
        anyway="anyway" in form,
    )
    try:
        booked = await at.services.care.booking.book(at.chart, wanted)
    except (WrongInput, TimeTaken) as error:
        return await _form(request, at, wanted, error)
    return redirect(f"{at.page}/{booked}", BOOKED)


async def _form(
    request: Request, at: _At, wanted: Wanted, error: WrongInput | TimeTaken | None = None
) -> Response:
    return render(
        request,
        "appointments/new.html",
        status=error.status if error else 200,
        wanted=wanted,
        types=await at.services.care.types.offered(at.chart.clinic_id),
        most=MOST_IN_SERIES,
        usual=USUAL_ROOM,
        most_weeks=MOST_WEEKS,
        **_errors(error),
        **at.shared,
    )


def _errors(error: WrongInput | Conflict | None) -> dict[str, Any]:
    """Return what a form says is wrong: by field, and whether the time is taken."""
    if error is None:
        return {"errors": {}, "taken": ""}
    if isinstance(error, WrongInput):
        return {"errors": {error.field: _(error.sentence)}, "taken": ""}
    return {"errors": {}, "taken": _(error.sentence)}


# --- one appointment -----------------------------------------------------------------------------


async def one(request: Request) -> Response:
    """GET /patients/{patient_id}/appointments/{appointment_id}."""
    at = await _at(request)
    return await _one(request, at, await _found(request, at))


async def _found(request: Request, at: _At) -> Appointment:
    appointment_id = request.path_params["appointment_id"]
    return await at.services.care.lists.one(at.chart, appointment_id)


async def _one(
    request: Request,
    at: _At,
    appointment: Appointment,
    typed: str = "",
    error: WrongInput | None = None,
) -> Response:
    told = await at.services.requests.lists.named(at.chart.clinic_id, {appointment.id})
    return render(
        request,
        "appointments/one.html",
        status=error.status if error else 200,
        one=appointment,
        told=told.get(appointment.id),
        has_begun=appointment.starts_at <= clock.now(),
        typed=typed,
        **_errors(error),
        **at.shared,
    )


async def move_form(request: Request) -> Response:
    """GET /patients/{patient_id}/appointments/{appointment_id}/move."""
    at = await _at(request)
    found = await _found(request, at)
    return await _move(request, at, found, Move(found.start.text, found.staff_id, found.room_id))


async def move(request: Request) -> Response:
    """POST /patients/{patient_id}/appointments/{appointment_id}/move. Fields: day, time, staff,
    room, words, anyway."""
    at, form = await _at(request), await form_of(request)
    found = await _found(request, at)
    wanted = _moved(form)
    try:
        await at.services.care.booking.move(at.chart, found.id, wanted)
    except (WrongInput, TimeTaken) as error:
        return await _move(request, at, found, wanted, error)
    except Conflict:
        return redirect(f"{at.page}/{found.id}", MOVED_ON)
    return redirect(f"{at.page}/{found.id}", MOVED)


def _moved(form: Form) -> Move:
    return Move(
        start=f"{form.line('day')}T{form.line('time')}",
        staff_id=form.line("staff"),
        room_id=form.line("room"),
        words=form["words"],
        anyway="anyway" in form,
    )


async def _move(
    request: Request,
    at: _At,
    appointment: Appointment,
    wanted: Move,
    error: WrongInput | TimeTaken | None = None,
) -> Response:
    return render(
        request,
        "appointments/move.html",
        status=error.status if error else 200,
        one=appointment,
        wanted=wanted,
        **_errors(error),
        **at.shared,
    )


async def cancel(request: Request) -> Response:
    """POST /patients/{patient_id}/appointments/{appointment_id}/cancel. Fields: words, rest."""
    at, form = await _at(request), await form_of(request)
    found = await _found(request, at)
    booking = at.services.care.booking
    try:
        await booking.cancel(at.chart, found.id, form["words"], rest="rest" in form)
    except WrongInput as error:
        return await _one(request, at, found, form["words"], error)
    except Conflict:
        return redirect(f"{at.page}/{found.id}", MOVED_ON)
    return redirect(f"{at.page}/{found.id}", CANCELLED)


async def mark(request: Request) -> Response:
    """POST /patients/{patient_id}/appointments/{appointment_id}/mark: what became of it. Field: as
    (“done” or “no_show”)."""
    at, form = await _at(request), await form_of(request)
    found, step = await _found(request, at), _MARKS.get(form.line("as"))
    if step is None:
        raise WrongInput
    try:
        await at.services.care.booking.mark(at.chart, found.id, step)
    except Conflict:
        return redirect(f"{at.page}/{found.id}", MOVED_ON)
    return redirect(f"{at.page}/{found.id}", MARKED)


_ONE = f"{_HERE}/{{appointment_id}}"
routes = [
    staff_route(_HERE, listed, methods=["GET"]),
    staff_route(f"{_HERE}/new", new, methods=["GET"]),
    staff_route(f"{_HERE}/new", book, methods=["POST"]),
    staff_route(_ONE, one, methods=["GET"]),
    staff_route(f"{_ONE}/move", move_form, methods=["GET"]),
    staff_route(f"{_ONE}/move", move, methods=["POST"]),
    staff_route(f"{_ONE}/cancel", cancel, methods=["POST"]),
    staff_route(f"{_ONE}/mark", mark, methods=["POST"]),
]
