"""Appointments in the patient's app: on its first page, and a page with all that are to come."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from bedside.care.appointments.states import State
from bedside.care.appointments.texts import when
from bedside.edge.accounts import page_in_app, patient_side_of
from bedside.edge.app_shell import app_page
from bedside.edge.context import services_of
from bedside.edge.feature import AppItem
from bedside.edge.flash import redirect
from bedside.edge.forms import form_of
from bedside.edge.rendering import render
from bedside.edge.routes import app_route
from bedside.edge.signed_in import APP
from bedside.errors import Conflict, WrongInput
from bedside.kernel import clock
from bedside.people.permissions import PatientAccess
from bedside.people.record_parts import Part
from bedside.services import Services
from bedside.web.appointments.answering import answer_of, calendar_response, flash_of, values_of
from bedside.web.appointments.words import state_for_patient

_UNANSWERED = frozenset({State.BOOKED, State.MOVED})


async def app_items(services: Services, side: PatientAccess) -> Sequence[AppItem]:
    """Return the appointments to come, those that wait for an answer first."""
    if Part.APPOINTMENTS not in side.parts:
        return []
    coming = [
        shown.appointment
        for shown in await services.care.answers.coming(side)
        if shown.appointment.ends_at > clock.now()
    ]
    return [
        AppItem(
            id=one.id,
            title=when(one.start),
            detail=f"{one.type.name} · {state_for_patient(one.state)[0]}",
            icon="calendar",
            href=_address(side, one.id),
            at=one.changed_at,
            asks=one.state in _UNANSWERED,
        )
        for one in coming
    ]


async def listed(request: Request) -> Response:
    """GET /app/{patient_id}/appointments: all that are to come or were changed lately."""
    at = await app_page(request, "appointments")
    services = services_of(request)
    shown = await services.care.answers.coming(at.side)
    return render(
        request,
        "appointments/app.html",
        coming=[values_of(services, one) for one in shown],
        here=page_in_app(at.side.patient_id, "/appointments"),
    )


async def one(request: Request) -> Response:
    """GET /app/{patient_id}/appointments/{appointment_id}."""
    return await _page(request)


async def _page(request: Request, typed: str = "", error: WrongInput | None = None) -> Response:
    at = await app_page(request, "appointments")
    services, appointment_id = services_of(request), request.path_params["appointment_id"]
    shown = await services.care.answers.one(at.side, appointment_id)
    return render(
        request,
        "appointments/app_one.html",
        status=error.status if error else 200,
        clinic_address=at.clinic.options.address,
        here=_address(at.side, appointment_id),
        back=page_in_app(at.side.patient_id, "/appointments"),
        **values_of(services, shown, typed, error),
    )


async def answer(request: Request) -> Response:
    """POST /app/{patient_id}/appointments/{appointment_id}/answer. Fields: answer, words."""
    side = await patient_side_of(request)
    step, words = answer_of(await form_of(request))
    appointment_id = request.path_params["appointment_id"]
    try:
        await services_of(request).care.answers.answer(side, appointment_id, step, words)
    except WrongInput as error:
        return await _page(request, words, error)
    except Conflict:
        return redirect(_address(side, appointment_id), flash_of(None))
    return redirect(_address(side, appointment_id), flash_of(step))


async def calendar(request: Request) -> Response:
    """GET /app/{patient_id}/appointments/{appointment_id}/appointment.ics."""
    at = await app_page(request, "appointments")
    services = services_of(request)
    shown = await services.care.answers.one(at.side, request.path_params["appointment_id"])
    return calendar_response(shown, at.clinic)


def _address(side: PatientAccess, appointment_id: str) -> str:
    return page_in_app(side.patient_id, f"/appointments/{appointment_id}")


_ALL = APP + "/{patient_id}/appointments"
_ONE = _ALL + "/{appointment_id}"
routes = [
    app_route(_ALL, listed, methods=["GET"]),
    app_route(_ONE, one, methods=["GET"]),
    app_route(f"{_ONE}/answer", answer, methods=["POST"]),
    app_route(f"{_ONE}/appointment.ics", calendar, methods=["GET"]),
]
