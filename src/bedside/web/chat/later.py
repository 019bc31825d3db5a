"""Messages that leave later, for staff (feature C8): the list “To be sent”, what waits in one
conversation, and what is done with one."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bedside.conversations.later import Change, Later, NoConsent, moment_in
from bedside.conversations.later_checks import Obstacle
from bedside.conversations.later_rows import PAGE
from bedside.conversations.options import office_hours
from bedside.conversations.writing import LONGEST
from bedside.edge.context import services_of
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import Form, form_of
from bedside.edge.fragments import prepare
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.edge.shell import shell
from bedside.edge.signed_in import staff_of
from bedside.errors import BedsideError, Conflict, WrongInput
from bedside.kernel import clock, written
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.people.clinics import Clinic
from bedside.people.permissions import StaffAccess
from bedside.services import Services

LATER = flash_message("later_written", N_("Kept. It leaves at the time you chose."))
_CHANGED = flash_message("later_changed", N_("Saved. It leaves at the time that is shown now."))
_SENT = flash_message("later_sent", N_("Sent."))
_NO_CONSENT = flash_message("later_no_consent", NoConsent.sentence, "attention")
_DROPPED = flash_message("later_dropped", N_("Dropped. It is not sent."))
OBSTACLES = {
    Obstacle.WROTE: N_("The patient wrote since. Send anyway?"),
    Obstacle.CLOSED: N_("The conversation was closed since. Send anyway, and open it again?"),
    Obstacle.GONE: N_("The conversation is not there any more."),
    Obstacle.DECEASED: N_("The patient has died. It was not sent."),
    Obstacle.REFUSED: N_(
        "The patient does not consent to messages. It was not sent. Call, or ask the patient and "
        "change the card."
    ),
    Obstacle.NOBODY: N_("Nobody can open the app for this patient. It was not sent."),
    Obstacle.HELPER: N_("Somebody else reads along for the patient since. Send anyway?"),
    Obstacle.REPLY_OVER: N_("The last day for a reply is over. Send anyway?"),
    Obstacle.FILES: N_(
        "A file that was to go along is not in this chart any more. Send without it?"
    ),
}
_LATE = 10 * clock.MINUTE
"""After this a message whose time has come should have left: the worker does not run."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A message that waits, as a list shows it. `day` and `time` are for the fields; `question` is
    what staff have to decide, "" while its time has not come; `may_leave` is False if no press of
    theirs can send it. `typed` and `error` are of a change
    that was refused."""

    later: Later
    patient_name: str
    author: str
    day: str
    time: str
    question: str
    may_leave: bool
    is_late: bool
    typed: str
    error: str = ""


def typed_moment(form: Form, zone: str) -> int:
    """Return the moment that a form says: one of the suggestions, or a day and a time. Raises
    WrongInput."""
    day, _t, time = form.line("when").partition("T")
    if not day:
        day, time = form.line("later_day"), form.line("later_time")
    return moment_in(day, time, zone)


def suggestions(clinic: Clinic) -> list[tuple[str, str]]:
    """Return the times that a form suggests, as they are posted and as people read them; at the
    end "" for an own day and time."""
    zone, hours = clinic.options.time_zone, office_hours(clinic)
    here = clock.in_zone(zone)
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
    found = [(_("In two hours"), clock.now() + 2 * clock.HOUR)]
    for words, days in ((N_("Tomorrow at opening"), 1), (N_("In a week at opening"), 7)):
        opens = hours.opens(round((midnight + timedelta(days=days)).timestamp() * 1000))
        on_the_day = clock.in_zone(zone, opens).date() == (midnight + timedelta(days=days)).date()
        if opens and (on_the_day or days == 7):
            found.append((_(words), opens))
        elif opens:
            found.append((_("At the next opening"), opens))
    choices = [
        (f"{local:%Y-%m-%dT%H:%M}", f"{words}: {written.moment(local)}")
        for words, local in ((words, clock.in_zone(zone, at)) for words, at in found)
    ]
    return [*choices, ("", _("On a day and time"))]


async def shown_of(services: Services, clinic: Clinic, found: list[Later]) -> list[Shown]:
    """Return messages that wait with the names of their patients and authors."""
    patients = await services.people.patients.named(clinic.id, {one.patient_id for one in found})
    authors = await services.people.staff.named(clinic.id, {one.staff_id for one in found})
    return [
        _shown(one, clinic, patients.get(one.patient_id, ""), authors.get(one.staff_id, ""))
        for one in found
    ]


def _shown(one: Later, clinic: Clinic, patient: str, author: str) -> Shown:
    local = clock.in_zone(clinic.options.time_zone, one.send_at)
    question = _(OBSTACLES[Obstacle(one.obstacle)]) if one.obstacle else ""
    return Shown(
        later=one,
        patient_name=patient,
        author=author or _("Somebody"),
        day=f"{local:%Y-%m-%d}",
        time=f"{local:%H:%M}",
        question=question,
        may_leave=one.obstacle not in (Obstacle.DECEASED, Obstacle.REFUSED),
        is_late=not question and one.send_at < clock.now() - _LATE,
        typed=one.text.words,
    )


async def page(request: Request) -> Response:
    """GET /chat/later?page=: what is to be sent to all patients whom the person sees."""
    staff = await shell(request, "chat")
    return await _page(request, staff)


async def listing(request: Request) -> Response:
    """GET /chat/later/list?page=: the list alone, for live updates."""
    staff = await prepare(request)
    return render(request, "chat/later_list.html", **await _list(request, staff))


async def of_conversation(request: Request) -> Response:
    """GET /chat/{conversation_id}/later: what waits in a conversation, for live updates."""
    staff = await prepare(request)
    services, conversation_id = services_of(request), request.path_params["conversation_id"]
    chart = await services.conversations.all.chart_of(staff, conversation_id)
    found = await services.conversations.later.of_conversation(chart, conversation_id)
    conversation = await services.conversations.all.get(chart, conversation_id)
    clinic = await services.people.clinics.get(staff.clinic_id)
    return render(
        request,
        "chat/later_here.html",
        waiting=await shown_of(services, clinic, found),
        back=f"/chat/{conversation_id}",
        seen=conversation.last_number,
        longest=LONGEST,
    )


async def change(request: Request) -> Response:
    """POST /chat/later/{later_id}: save other words or another time, send it now, or drop it.
    Fields: do, body, later_day, later_time, round, seen, back. What is refused stays typed."""
    staff = await staff_of(request)
    form = await form_of(request)
    services, later_id = services_of(request), request.path_params["later_id"]
    do = services.conversations.later
    chart = await do.chart_of(staff, later_id)
    back, wanted = _back(form.line("back")), form.line("do")
    if wanted == "now":
        try:
            conversation_id = await do.send_now(chart, later_id)
        except NoConsent:
            return redirect(back, _NO_CONSENT)
        return redirect(back if back != "/chat/later" else f"/chat/{conversation_id}", _SENT)
    if wanted == "drop":
        await do.drop(chart, later_id)
        return redirect(back, _DROPPED)
    clinic = await services.people.clinics.get(staff.clinic_id)
    try:
        send_at = typed_moment(form, clinic.options.time_zone)
        to = Change(form["body"], send_at, form.number("round") or 0, form.number("seen"))
        await do.change(chart, later_id, to)
    except (WrongInput, Conflict) as error:
        await shell(request, "chat")
        return await _page(request, staff, later_id, form, error)
    return redirect(back, _CHANGED)


def _back(typed: str) -> str:
    """Return the page of the conversation or patient on which somebody pressed; the list for
    whatever is none."""
    return typed if typed.startswith(("/chat/cnv_", "/patients/pat_")) else "/chat/later"


async def _page(
    request: Request,
    staff: StaffAccess,
    later_id: str = "",
    form: Form | None = None,
    error: BedsideError | None = None,
) -> Response:
    values = await _list(request, staff)
    if form is not None and error is not None:
        values["waiting"] = [
            _refused(one, form, _(error.sentence)) if one.later.id == later_id else one
            for one in values["waiting"]
        ]
    return render(request, "chat/later.html", status=error.status if error else 200, **values)


def _refused(one: Shown, form: Form, sentence: str) -> Shown:
    return Shown(
        one.later,
        one.patient_name,
        one.author,
        form.line("later_day"),
        form.line("later_time"),
        one.question,
        one.may_leave,
        one.is_late,
        form["body"],
        sentence,
    )


async def _list(request: Request, staff: StaffAccess) -> dict[str, Any]:
    services = services_of(request)
    given = request.query_params.get("page", "0")
    number = int(given) if given.isdecimal() and len(given) < 4 else 0
    clinic = await services.people.clinics.get(staff.clinic_id)
    found = await services.conversations.later.waiting(staff, number)
    return {
        "waiting": await shown_of(services, clinic, found),
        "page_number": number,
        "most": PAGE,
        "longest": LONGEST,
    }


routes = [
    staff_route("/chat/later", page, methods=["GET"]),
    staff_route("/chat/later/list", listing),
    staff_route("/chat/later/{later_id}", change, methods=["POST"]),
    staff_route("/chat/{conversation_id}/later", of_conversation),
]
