"""Asking the staff for a link, at the door of a room: for people whose number or address has
changed, so that no link comes by itself (`links_again`).

The answer is the same whether the clinic knows the person or not.
"""

import re
from dataclasses import dataclass
from datetime import date

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bedside.edge.context import address_of, services_of
from bedside.edge.dates import TypedDate
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import Form, form_of
from bedside.edge.links_again import TOO_MANY_LINKS
from bedside.edge.protection import LOST_LINKS, require_rate
from bedside.edge.rendering import render
from bedside.edge.routes import open_route, staff_route
from bedside.edge.signed_in import staff_of
from bedside.edge.visit_devices import door_of
from bedside.errors import Conflict, TooMany, WrongInput
from bedside.kernel import language, phones
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.notifications.addresses import RuledOut
from bedside.notifications.text_limits import ManyTexts
from bedside.people import names
from bedside.people.clinics import Clinic
from bedside.people.patients import NO_NAME
from bedside.requests.lost_links import Asker
from bedside.visits.rooms import Room
from bedside.web.requests.staff import MANY_TEXTS, RULED_OUT

NAME_MAX = 200
_FIELDS = {"name": "name", "birth": "birth_day", "contact": "contact"}
"""The fields that can be wrong, and where the summary leads for each."""
SENT = flash_message("lost_link_sent", N_("A new link is on its way. The old one is closed."))
DISMISSED = flash_message(
    "lost_link_dismissed", N_("It is off the list. Nothing was sent."), "info"
)
ANSWERED = flash_message(
    "lost_link_answered",
    N_("This was answered already, or the request has moved on. Nothing more was sent."),
    "attention",
)
NO_ADDRESS = flash_message(
    "lost_link_no_address",
    N_("No message can go to the patient's number or address. Correct or confirm it on the card."),
    "attention",
)


@dataclass(frozen=True, slots=True)
class Entered:
    """The content of the fields, as it was typed."""

    name: str = ""
    day: str = ""
    month: str = ""
    year: str = ""
    contact: str = ""

    @classmethod
    def of(cls, form: Form) -> "Entered":
        """Return the fields of a form."""
        born = TypedDate.of(form)
        return cls(
            names.cleaned(form["name"]), born.day, born.month, born.year, form.line("contact")
        )

    def checked(self, clinic: Clinic) -> tuple[Asker | None, dict[str, str]]:
        """Return who asks, and a sentence for each wrong field."""
        found: dict[str, str] = {}
        if not self.name:
            found["name"] = _("Enter your name.")
        elif not names.is_name(self.name):
            found["name"] = _(NO_NAME)
        elif len(self.name) > NAME_MAX:
            found["name"] = _("This name is too long: at most 200 characters.")
        born: date | None = None
        typed = TypedDate(self.day, self.month, self.year)
        if typed.is_empty:
            found["birth"] = _("Enter your date of birth.")
        else:
            born, wrong = typed.read(clinic)
            if wrong:
                found["birth"] = _(wrong)
        contact = self._contact(clinic, found)
        if found or born is None:
            return None, found
        return Asker(self.name, born, contact), {}

    def _contact(self, clinic: Clinic, found: dict[str, str]) -> str:
        """Return an e-mail address, or a phone number in its stored form."""
        if "@" in self.contact:
            if not re.fullmatch(r"[^@\s]{1,100}@[^@\s]{1,100}", self.contact):
                found["contact"] = _("Enter an e-mail address like name@example.org.")
            return self.contact
        country = clinic.options.home
        try:
            return phones.read(self.contact, country).stored if self.contact else ""
        except phones.Unreadable as error:
            found["contact"] = phones.hint(_(error.sentence), country)
            return ""


async def form_page(request: Request) -> Response:
    """GET /r/{slug}/lost-link/staff: who asks."""
    room = await room_of(request)
    return await _page(request, room, Entered()) if room else no_room(request)


async def ask(request: Request) -> Response:
    """POST /r/{slug}/lost-link/staff: staff are told, and decide."""
    services = services_of(request)
    room = await room_of(request)
    if room is None:
        return no_room(request)
    entered = Entered.of(await form_of(request))
    clinic = await services.people.clinics.get(room.clinic_id)
    asker, errors = entered.checked(clinic)
    if asker is None:
        return await _page(request, room, entered, errors)
    try:
        require_rate(request, LOST_LINKS, address_of(request), _(TOO_MANY_LINKS))
    except TooMany as error:
        said = _(error.sentence)
        return await _page(request, room, entered, status=error.status, problem=said)
    await services.requests.lost.ask(room.clinic_id, room.id, asker, address_of(request))
    return RedirectResponse(f"{door_of(room.slug)}/lost-link/staff/asked", status_code=303)


async def asked(request: Request) -> Response:
    """GET /r/{slug}/lost-link/staff/asked: what happens now, the same for everybody."""
    room = await room_of(request)
    if room is None:
        return no_room(request)
    return await _page(request, room, template="requests/lost_link_asked.html")


async def room_of(request: Request) -> Room | None:
    """Return the room of the address; None if there is none."""
    return await services_of(request).visits.rooms.by_slug(request.path_params["slug"])


def no_room(request: Request) -> Response:
    """Lead to the door, which explains that there is no such room."""
    return RedirectResponse(door_of(request.path_params["slug"]), status_code=303)


async def _page(
    request: Request,
    room: Room,
    entered: Entered | None = None,
    errors: dict[str, str] | None = None,
    *,
    template: str = "requests/lost_link.html",
    status: int = 200,
    problem: str = "",
) -> Response:
    services = services_of(request)
    clinic = await services.people.clinics.get(room.clinic_id)
    errors = errors or {}
    return render(
        request,
        template,
        status=WrongInput.status if errors else status,
        lang=language.spoken(),
        clinic_name=clinic.name,
        phone=clinic.options.phone,
        date_order=clinic.options.date_order,
        door=door_of(room.slug),
        emergency_text=await services.visits.rooms.emergency_text(room),
        entered=entered,
        errors=errors,
        problem=problem,
        summary=[(_FIELDS[key], sentence) for key, sentence in errors.items()],
    )


# --- staff ---------------------------------------------------------------------------------------

_DESK = "/requests?view=waiting"


async def send_again(request: Request) -> Response:
    """POST /lost-links/{lost_id}/send: a new link to the addresses in the chart."""
    staff, form = await staff_of(request), await form_of(request)
    try:
        await services_of(request).requests.lost.send_again(
            staff, request.path_params["lost_id"], form.line("patient"), form.line("request")
        )
    except Conflict:
        return redirect(_DESK, ANSWERED)
    except ManyTexts:
        return redirect(_DESK, MANY_TEXTS)
    except RuledOut:
        return redirect(_DESK, RULED_OUT)
    except WrongInput:
        return redirect(_DESK, NO_ADDRESS)
    return redirect(_DESK, SENT)


async def dismiss(request: Request) -> Response:
    """POST /lost-links/{lost_id}/dismiss: nothing is sent."""
    staff = await staff_of(request)
    try:
        await services_of(request).requests.lost.dismiss(staff, request.path_params["lost_id"])
    except Conflict:
        return redirect(_DESK, ANSWERED)
    return redirect(_DESK, DISMISSED)


_DOOR = "/r/{slug}/lost-link/staff"
routes = [
    open_route(_DOOR, form_page, methods=["GET"]),
    open_route(_DOOR, ask, methods=["POST"]),
    open_route(_DOOR + "/asked", asked, methods=["GET"]),
    staff_route("/lost-links/{lost_id}/send", send_again, methods=["POST"]),
    staff_route("/lost-links/{lost_id}/dismiss", dismiss, methods=["POST"]),
]
