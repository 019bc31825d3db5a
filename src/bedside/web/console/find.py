"""The palette: patients, actions and documents, found while somebody types."""

from dataclasses import dataclass
from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from bedside.audit import Action
from bedside.charts.records import Entry
from bedside.charts.search import marked, query_words
from bedside.edge.context import services_of
from bedside.edge.forms import form_of
from bedside.edge.fragments import prepare
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.edge.shell import shell
from bedside.errors import NotFound
from bedside.kernel.language import N_, gettext
from bedside.kernel.words import fold
from bedside.people.patients import Patient
from bedside.people.permissions import StaffAccess
from bedside.people.roles import May, allows

_LONGEST = 200
_PATIENTS = 6
_WITH_ACTIONS = 3
_DOCUMENTS = 5
_COUNTED = 200
"""Documents up to which the palette counts them; what is beyond that is “more than”."""
_ON_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Command:
    """An action for a patient. `begins` are words with which people ask for it, the most usual one
    first; `alone` is what it is called before a patient was named."""

    label: str
    alone: str
    icon: str
    address: str
    begins: str
    may: May

    def words(self) -> list[str]:
        """Return the words that ask for it, folded: those of the language of the page, and then
        the English ones, which people know from other pages."""
        return [fold(word) for word in f"{gettext(self.begins)} {self.begins}".split()]


COMMANDS = (
    Command(
        N_("Request photos from {patient}"),
        N_("Request photos from …"),
        "camera",
        "/patients/{id}/requests/new",
        N_("request photo photos send"),
        May.SEND_REQUESTS,
    ),
    Command(
        N_("Upload a file to {patient}"),
        N_("Upload a file to …"),
        "upload",
        "/patients/{id}/upload",
        N_("upload file add"),
        May.SEE_CHARTS,
    ),
    Command(
        N_("Open the chart of {patient}"),
        N_("Open the chart of …"),
        "folder-input",
        "/patients/{id}",
        N_("chart open"),
        May.SEE_CHARTS,
    ),
)


_FILLING = N_("photos photo request file from to for of a the chart")
"""Words between what is asked for and the name of a patient."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A command for one patient. `born` tells those of the same name apart."""

    label: str
    icon: str
    href: str
    born: date | None


@dataclass(frozen=True, slots=True)
class Fill:
    """A command without its patient. `fill` is what it puts into the field."""

    label: str
    icon: str
    fill: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that contains the words. `piece` is the text around them, in pieces: (text,
    whether it is one of the words)."""

    entry: Entry
    patient: str
    piece: list[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Hits:
    """The newest documents that contain the words. `total` counts to `_COUNTED`."""

    shown: list[Hit]
    total: int

    @property
    def uncounted(self) -> bool:
        """Whether there may be more than `total`."""
        return self.total >= _COUNTED


_NONE = Hits([], 0)


async def find(request: Request) -> Response:
    """POST /find: what the palette shows for `words`. A POST, so that no address contains a
    name."""
    staff = await prepare(request)
    words = (await form_of(request)).line("words")[:_LONGEST]
    services = services_of(request)
    commands, rest = _asked_for(words)
    found = await services.people.patients.find(staff, rest, limit=_PATIENTS + 1) if rest else []
    patients = found[:_PATIENTS]
    hits = _NONE if commands else await _documents(request, staff, rest, _DOCUMENTS)
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
        words=words,
        patients=[] if commands else patients,
        more_patients=len(found) > _PATIENTS and not commands,
        offers=_offers(staff, commands or list(COMMANDS), patients),
        alone=_alone(staff, words),
        hits=hits,
    )


async def results(request: Request) -> Response:
    """POST /find/all: every document with the words, as a page. A POST, as that of the palette."""
    staff = await shell(request, "patients")
    words = (await form_of(request)).line("words")[:_LONGEST]
    hits = await _documents(request, staff, words, _ON_A_PAGE)
    return render(request, "console/results.html", words=words, hits=hits)


def _alone(staff: StaffAccess, words: str) -> list[Fill]:
    """Return the commands that words such as “request photos” ask for, before a patient is named:
    choosing one goes on with the patient's name."""
    typed = [fold(word) for word in words.split()]
    if not typed or len(typed[0]) < 3:
        return []
    known = _filling()
    return [
        Fill(gettext(command.alone), command.icon, f"{gettext(command.begins).split()[0]} ")
        for command in COMMANDS
        if allows(staff.role, command.may)
        and any(begin.startswith(typed[0]) for begin in command.words())
        and all(word in known or word in command.words() for word in typed[1:])
    ]


def _asked_for(words: str) -> tuple[list[Command], str]:
    """Split “photos maya” into one command, and the patient named Maya."""
    first, _, rest = words.partition(" ")
    asked = [c for c in COMMANDS if len(first) > 2 and fold(first) in c.words()]
    return (asked, _without_filling(rest)) if asked and rest.strip() else ([], words)


def _without_filling(rest: str) -> str:
    filling = _filling()
    return " ".join(word for word in rest.split() if fold(word) not in filling)


def _filling() -> set[str]:
    return {fold(word) for word in f"{gettext(_FILLING)} {_FILLING}".split()}


def _offers(staff: StaffAccess, commands: list[Command], patients: list[Patient]) -> list[Offer]:
    few = patients[:_WITH_ACTIONS] if len(commands) == 1 else patients[:1]
    return [
        Offer(
            gettext(command.label).format(patient=patient.name),
            command.icon,
            command.address.format(id=patient.id),
            patient.demographics.birth_date,
        )
        for command in commands
        for patient in few
        if allows(staff.role, command.may)
    ]


async def _documents(request: Request, staff: StaffAccess, words: str, limit: int) -> Hits:
    """Return documents that contain all words, newest first. Showing their text is a look at the
    chart."""
    services = services_of(request)
    if len(words) < 3:
        return _NONE
    rows = await services.charts.search.everywhere(staff, words, _COUNTED)
    shown = rows[:limit]
    names = await services.people.patients.named(staff.clinic_id, {row.patient_id for row in shown})
    found: list[Entry] = []
    for row in shown:
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
    looked_for = query_words(words)
    pieces = await services.files.retrieval.hits(found, looked_for)
    hits = [
        Hit(entry, names[entry.patient_id], _place(entry, pieces[entry.id], looked_for))
        for entry in found
    ]
    return Hits(hits, len(rows))


def _place(entry: Entry, piece: str, words: list[str]) -> list[tuple[str, bool]]:
    """Return where the words are: in the content, else in the comment or in the note."""
    for text in (piece, entry.comment, entry.note):
        place = marked(text, words)
        if any(is_word for _text, is_word in place):
            return place
    return []


routes = [
    staff_route("/find", find, methods=["POST"]),
    staff_route("/find/all", results, methods=["POST"]),
]
