"""An appointment for the patient, by the link of a message: details, the answer, the calendar."""

from starlette.requests import Request
from starlette.responses import Response

from bedside.care.appointments.kind import APPOINTMENTS
from bedside.edge.context import services_of
from bedside.edge.devices import pages_of
from bedside.edge.flash import flash_messages, redirect
from bedside.edge.forms import form_of
from bedside.edge.rendering import render
from bedside.edge.request_pages import QuestionTexts, for_devices, request_pages
from bedside.edge.routes import link_route
from bedside.errors import Conflict, WrongInput
from bedside.kernel import language
from bedside.kernel.language import N_
from bedside.people.emergencies import emergency
from bedside.people.permissions import LinkAccess
from bedside.web.appointments.answering import answer_of, calendar_response, flash_of, values_of

for_device = for_devices(APPOINTMENTS)


@for_device
async def home(request: Request, link: LinkAccess) -> Response:
    """GET /my/{request_id}: the appointment, and what the patient can answer."""
    return await _page(request, link)


async def _page(
    request: Request, link: LinkAccess, typed: str = "", error: WrongInput | None = None
) -> Response:
    services = services_of(request)
    shown = await services.care.answers.one(link, link.subject_id)
    clinic = await services.people.clinics.get(link.clinic_id)
    return render(
        request,
        "appointments/mine.html",
        status=error.status if error else 200,
        lang=language.spoken(),
        clinic_name=clinic.name,
        phone=clinic.options.phone,
        clinic_address=clinic.options.address,
        emergency_text=emergency(clinic),
        toasts=flash_messages(request),
        here=pages_of(link.subject_id),
        **values_of(services, shown, typed, error),
    )


@for_device
async def answer(request: Request, link: LinkAccess) -> Response:
    """POST /my/{request_id}/answer. Fields: answer, words."""
    form = await form_of(request)
    step, words = answer_of(form)
    try:
        await services_of(request).care.answers.answer(link, link.subject_id, step, words)
    except WrongInput as error:
        return await _page(request, link, words, error)
    except Conflict:
        return redirect(pages_of(link.subject_id), flash_of(None))
    return redirect(pages_of(link.subject_id), flash_of(step))


@for_device
async def calendar(request: Request, link: LinkAccess) -> Response:
    """GET /my/{request_id}/appointment.ics: the appointment for the calendar of the phone."""
    services = services_of(request)
    shown = await services.care.answers.one(link, link.subject_id)
    clinic = await services.people.clinics.get(link.clinic_id)
    return calendar_response(shown, clinic)


LINK_PAGES = request_pages(
    APPOINTMENTS,
    QuestionTexts(
        asks=N_(
            "<strong>%(who)s</strong> has written to you about an appointment. To keep it private, "
            "please enter the date of birth of the person this is for."
        ),
        promise=N_("Nobody reads it without this link and the date of birth."),
    ),
    home=home,
)
routes = [
    link_route("/my/{request_id}/answer", answer, methods=["POST"]),
    link_route("/my/{request_id}/appointment.ics", calendar, methods=["GET"]),
]
