"""The palette: patients, actions and documents, found while somebody types."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from bedside.audit import Action
from bedside.charts.records import Entry
from bedside.edge.context import services_of
from bedside.edge.forms import form_of
from bedside.edge.fragments import prepare
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.errors import NotFound
from bedside.kernel.language import N_, gettext
from bedside.kernel.words import fold, words_of
from bedside.people.patients import Patient
from bedside.people.permissions import StaffAccess
from bedside.people.roles import May, allows

_LONGEST = 200
_PATIENTS = 6
_WITH_ACTIONS = 3
_DOCUMENTS = 5


@dataclass(frozen=True, slots=True)
class Command:
    """An action for a patient. `begins` are words with which people ask for it."""

    label: str
    icon: str
    address: str
    begins: tuple[str, ...]
    may: May


COMMANDS = (
    Command(
        N_("Request photos from {patient}"),
        "camera",
        "/patients/{id}/requests/new",
        ("request", "photo", "photos", "send"),
        May.SEND_REQUESTS,
    ),
    Command(
        N_("Upload a file to {patient}"),
        "upload",
        "/patients/{id}/upload",
        ("upload", "file", "add"),
        May.SEE_CHARTS,
    ),
    Command(
        N_("Open the chart of {patient}"),
        "folder-input",
        "/patients/{id}",
        ("chart", "open"),
        May.SEE_CHARTS,
    ),
)


@dataclass(frozen=True, slots=True)
class Offer:
    """A command for one patient."""

    label: str
    icon: str
    href: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that contains the words. `piece` is the text around them."""

    entry: Entry
    patient: str
    piece: str


async def find(request: Request) -> Response:
    """POST /find: what the palette shows for `words`. A POST, so that no address contains a
    name."""
    staff = await prepare(request)
    words = (await form_of(request)).line("words")[:_LONGEST]
    services = services_of(request)
    commands, rest = _asked_for(words)
    patients = await services.people.patients.find(staff, rest, limit=_PATIENTS) if rest else []
    hits = [] if commands else await _documents(request, staff, rest)
    if patients:
        await services.audit.looks.note(
            staff.clinic_id,
            staff.actor,
            staff.session_id,
            Action.PATIENTS_SEARCHED,
            shown=len(patients),
        )
    return render(
        request,
        "console/found.html",
        patients=[] if commands else patients,
        offers=_offers(staff, commands or list(COMMANDS), patients),
        hits=hits,
    )


def _asked_for(words: str) -> tuple[list[Command], str]:
    """Split “photos maya” into one command, and the patient named Maya."""
    first, _, rest = words.partition(" ")
    asked = [c for c in COMMANDS if len(first) > 2 and fold(first) in c.begins]
    return (asked, _without_filling(rest)) if asked and rest.strip() else ([], words)


def _without_filling(rest: str) -> str:
    filling = {
        fold(word)
        for word in gettext(N_("photos photo request file from to for of a the chart")).split()
    }
    return " ".join(word for word in rest.split() if fold(word) not in filling)


def _offers(staff: StaffAccess, commands: list[Command], patients: list[Patient]) -> list[Offer]:
    few = patients[:_WITH_ACTIONS] if len(commands) == 1 else patients[:1]
    return [
        Offer(
            gettext(command.label).format(patient=patient.name),
            command.icon,
            command.address.format(id=patient.id),
        )
        for command in commands
        for patient in few
        if allows(staff.role, command.may)
    ]


async def _documents(request: Request, staff: StaffAccess, words: str) -> list[Hit]:
    """Return documents that contain all words, newest first. Showing their text is a look at the
    chart."""
    services = services_of(request)
    if len(words) < 3:
        return []
    rows = await services.charts.search.everywhere(staff, words, _DOCUMENTS)
    names = await services.people.patients.named(staff.clinic_id, {row.patient_id for row in rows})
    found: list[Entry] = []
    for row in rows:
        try:
            chart = await services.people.permissions.chart(staff, row.patient_id)
            found.append(await services.charts.contents.entry(chart, row.id))
        except NotFound:
            continue  # moved or destroyed since the index was read
        await services.audit.looks.note(
            staff.clinic_id,
            staff.actor,
            staff.session_id,
            Action.CHART_SEARCHED,
            patient_id=row.patient_id,
            found=1,
        )
    pieces = await services.files.retrieval.hits(found, words_of(words))
    return [Hit(entry, names[entry.patient_id], pieces[entry.id]) for entry in found]


routes = [staff_route("/find", find, methods=["POST"])]
