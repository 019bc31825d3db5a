"""Colleagues: who is where, a question to one of them, and what they have asked and answered."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bedside.colleagues.presence import Colleague, Whereabouts
from bedside.edge.colleague_words import whereabouts_of
from bedside.edge.context import services_of
from bedside.edge.errors import wants_json
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import form_of
from bedside.edge.fragments import prepare, wants_fragment
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.edge.shell import STATUS_NAMES, shell
from bedside.edge.signed_in import staff_of
from bedside.errors import Conflict, WrongInput
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.people.permissions import StaffAccess

STATUS_CHANGED = flash_message(
    "status_changed", N_("Your colleagues see it now. It holds for up to twelve hours.")
)
ASKED = flash_message("colleague_asked", N_("Sent. The answer is shown on every page of yours."))


# --- who is where --------------------------------------------------------------------------------


async def in_room(request: Request) -> Response:
    """GET /rooms/{room_id}/colleagues: who is in a room of the clinic now."""
    staff = await prepare(request)
    services = services_of(request)
    room = await services.visits.rooms.get(staff.clinic_id, request.path_params["room_id"])
    people = await services.colleagues.presence.in_rooms(staff)
    return render(request, "components/colleagues_here.html", here=people.get(room.id, []))


async def choose(request: Request) -> Response:
    """POST /account/status: available, away, or not to be disturbed. Field: status."""
    staff = await staff_of(request)
    chosen = (await form_of(request))["status"]
    await services_of(request).colleagues.presence.choose(staff, chosen)
    if wants_json(request):
        await prepare(request)
        return JSONResponse(
            {"label": _(STATUS_NAMES[chosen]), "sentence": _(STATUS_SENTENCES[chosen])}
        )
    return redirect("/account", STATUS_CHANGED)


STATUS_SENTENCES = {
    "": N_("Your colleagues see that you are available."),
    "away": N_("Your colleagues see that you are away, for up to twelve hours."),
    "do_not_disturb": N_(
        "No questions from colleagues reach you until you change this, or for twelve hours. "
        "Patients who arrive are announced as before."
    ),
}


# --- asking --------------------------------------------------------------------------------------


async def form(request: Request) -> Response:
    """GET /colleagues/ask: over the page for scripts, else a page of its own. `to` is the colleague
    who is chosen already."""
    return await _form(request, request.query_params.get("to", ""))


async def people(request: Request) -> Response:
    """GET /colleagues/ask/people: the colleagues alone, as they are now."""
    staff = await prepare(request)
    return render(request, "colleagues/people.html", people=await _people(request, staff), to="")


async def ask(request: Request) -> Response:
    """POST /colleagues/ask. If it is not possible, the form comes back with everything chosen and
    typed. Fields: to, text, draft."""
    staff = await staff_of(request)
    given = await form_of(request)
    to, text, draft = given["to"], given["text"], given["draft"]
    try:
        if not to:
            raise WrongInput(N_("Please choose a colleague."), field="to")
        await services_of(request).colleagues.questions.ask(staff, to, text, draft)
    except (Conflict, WrongInput) as problem:
        said = _(problem.sentence)
        return await _form(request, to, text=text, draft=draft, error=said, status=problem.status)
    if not wants_fragment(request):
        return redirect("/", ASKED)
    await prepare(request)
    return JSONResponse({"sentence": _("Sent. The answer is shown on every page of yours.")})


async def _form(
    request: Request,
    to: str,
    *,
    text: str = "",
    draft: str = "",
    error: str = "",
    status: int = 200,
) -> Response:
    fragment = wants_fragment(request)
    staff = await (prepare(request) if fragment else shell(request))
    return render(
        request,
        "colleagues/ask_dialog.html" if fragment else "colleagues/ask.html",
        status=status,
        people=await _people(request, staff),
        to=to,
        text=text,
        draft=draft or services_of(request).colleagues.questions.new_draft(),
        error=error,
        topic=f"colleagues:{staff.clinic_id}",
    )


async def _people(request: Request, staff: StaffAccess) -> list[dict[str, Any]]:
    """Return one's colleagues, those who are there first."""
    services = services_of(request)
    found = await services.colleagues.presence.of_clinic(staff)
    rooms = {one.room.id: one.room.name for one in await services.visits.rooms.of_clinic(staff)}
    order = list(Whereabouts)
    return [
        {
            "id": one.staff_id,
            "name": one.name,
            "said": _said(one, rooms.get(one.room_id, "")),
            "possible": one.state is not Whereabouts.DO_NOT_DISTURB,
        }
        for one in sorted(found, key=lambda one: order.index(one.state))
    ]


def _said(one: Colleague, room: str) -> str:
    state = whereabouts_of(one)
    if one.state is Whereabouts.AWAY:
        return _("Away: reads it when back, for up to a day")
    return f"{state} · {room}" if room else state


# --- answering -----------------------------------------------------------------------------------


async def questions(request: Request) -> Response:
    """GET /colleagues/questions: what colleagues have asked and answered, shown on every page until
    somebody deals with it; nothing if there is none."""
    staff = await prepare(request)
    found = await services_of(request).colleagues.questions.open(staff)
    return render(request, "colleagues/questions.html", questions=found)


async def answer(request: Request) -> Response:
    """POST /colleagues/questions/{question_id}/answer. Field: text."""
    staff = await staff_of(request)
    text = (await form_of(request))["text"]
    found = services_of(request).colleagues.questions
    await found.answer(staff, request.path_params["question_id"], text)
    return Response(status_code=204) if wants_json(request) else redirect("/")


async def close(request: Request) -> Response:
    """POST /colleagues/questions/{question_id}/close: the answer was read."""
    staff = await staff_of(request)
    found = services_of(request).colleagues.questions
    await found.close(staff, request.path_params["question_id"])
    return Response(status_code=204) if wants_json(request) else redirect("/")


_QUESTION = "/colleagues/questions/{question_id}"
routes = [
    staff_route("/rooms/{room_id}/colleagues", in_room),
    staff_route("/account/status", choose, methods=["POST"]),
    staff_route("/colleagues/ask", form),
    staff_route("/colleagues/ask", ask, methods=["POST"]),
    staff_route("/colleagues/ask/people", people),
    staff_route("/colleagues/questions", questions),
    staff_route(f"{_QUESTION}/answer", answer, methods=["POST"]),
    staff_route(f"{_QUESTION}/close", close, methods=["POST"]),
]
