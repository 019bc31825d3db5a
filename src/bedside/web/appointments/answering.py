"""The answer and the calendar file, for the page of a link and for the app."""

from typing import Any

from starlette.responses import Response

from bedside.care.appointments.answers import LONGEST_WORDS, Shown
from bedside.care.appointments.calendar_file import Method, Organizer, calendar_file
from bedside.care.appointments.states import Step
from bedside.edge.flash import flash_message
from bedside.edge.forms import Form
from bedside.edge.room_addresses import public_address
from bedside.errors import WrongInput
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.people.clinics import Clinic
from bedside.services import Services
from bedside.web.appointments.words import words

CONFIRMED = flash_message("appointment_confirmed", N_("Thank you. The clinic knows that you come."))
MOVE_ASKED = flash_message(
    "appointment_move_asked",
    N_("The clinic will give you another time. Until then, this one is still yours."),
)
DECLINED = flash_message(
    "appointment_declined", N_("The clinic knows that you can’t come. The appointment is free now.")
)
TOO_LATE = flash_message(
    "appointment_too_late",
    N_("This appointment is over or cancelled, so nothing was changed. Please call the clinic."),
    "attention",
)
_FLASHES = {Step.CONFIRM: CONFIRMED, Step.ASK_MOVE: MOVE_ASKED, Step.CANT_COME: DECLINED}
_ANSWERS = {step.value: step for step in _FLASHES}


def answer_of(form: Form) -> tuple[Step, str]:
    """Return the answer of a form, and the words with it. Raises WrongInput."""
    step = _ANSWERS.get(form.line("answer"))
    if step is None:
        raise WrongInput
    return step, form["words"]


def flash_of(step: Step | None) -> str:
    """Return the message after an answer; None for one that came too late."""
    return _FLASHES[step] if step else TOO_LATE


def values_of(
    services: Services, shown: Shown, typed: str = "", error: WrongInput | None = None
) -> dict[str, Any]:
    """Return what the template of one appointment needs."""
    return {
        "shown": shown,
        "one": shown.appointment,
        "join": public_address(services, shown.room.slug) if shown.room else "",
        "typed": typed,
        "longest": LONGEST_WORDS,
        "error": _(error.sentence) if error else "",
        **words(),
    }


def calendar_response(shown: Shown, clinic: Clinic) -> Response:
    """Return an appointment as a file for the patient's own calendar. Its name says nothing."""
    organizer = Organizer(clinic.name, phone=clinic.options.phone)
    content = calendar_file(shown.appointment, Method.PUBLISH, organizer)
    return Response(
        content,
        media_type="text/calendar; charset=utf-8; method=PUBLISH",
        headers={
            "content-disposition": 'attachment; filename="appointment.ics"',
            "cache-control": "no-store",
        },
    )
