"""Entries as the list, the gallery and the viewer show them."""

from collections.abc import Iterable
from dataclasses import dataclass

from bedside.charts import categories, channels
from bedside.charts.records import Entry
from bedside.charts.search import marked
from bedside.edge import labels
from bedside.edge.asked import Asked
from bedside.files import media_types
from bedside.files.media_types import Kind
from bedside.files.states import FileState
from bedside.kernel.language import gettext
from bedside.kernel.language import gettext as _
from bedside.people.patients import Patient
from bedside.people.permissions import ChartAccess
from bedside.services import Services

Pieces = tuple[tuple[str, bool], ...]
"""A text in pieces: (piece, whether it is one of the words searched for)."""

_ICONS = {
    Kind.IMAGE: "image",
    Kind.PDF: "file-text",
    Kind.TEXT: "file-text",
    Kind.DOCUMENT: "file-text",
    Kind.VIDEO: "file-video",
}


@dataclass(frozen=True, slots=True)
class Chip:
    """A state in a word and an icon; see components/chip.html."""

    text: str
    tone: str
    icon: str = ""


def state_chip(entry: Entry) -> Chip:
    """Return the state of the scan, in a word."""
    state = entry.state
    return Chip(labels.file_state(state), labels.state_tone(state), labels.state_icon(state))


def icon_of(entry: Entry) -> str:
    """Return the icon for a kind of file."""
    if entry.moved_to:
        return "folder-input"
    if entry.state in (FileState.REFUSED, FileState.INFECTED):
        return "file-x"
    if entry.media_type == media_types.DICOM:
        return "file-image"
    kind = media_types.kind(entry.media_type)
    return _ICONS[kind] if kind else "file-text"


def title_of(entry: Entry) -> str:
    """Return what to call an entry; one that was moved away has no name here any more."""
    return _("Moved to another chart") if entry.moved_to else entry.title


@dataclass(frozen=True, slots=True)
class ListRow:
    """One entry in the list or gallery."""

    entry: Entry
    href: str
    title: Pieces
    category: str
    channel: str
    icon: str
    thumbnail: str
    chips: tuple[Chip, ...] = ()
    hit: Pieces = ()
    hit_from: str = ""
    """Where the hit is if it is not in the content: “Comment”, “Note”."""
    asked: Asked | None = None
    """The request that this and the following entries answer, if it is the first of them."""
    answers: bool = False
    """Whether it answers a request."""

    @property
    def name(self) -> str:
        """The title as plain text."""
        return "".join(piece for piece, _hit in self.title)

    @property
    def safe(self) -> bool:
        """Whether it was scanned and is here: it can be opened, and downloaded with others."""
        return self.entry.state == FileState.FILED and not self.entry.moved_to


def base_of(entry: Entry) -> str:
    """Return the address of an entry."""
    return f"/patients/{entry.patient_id}/entries/{entry.id}"


def content_of(entry: Entry, form: str = "") -> str:
    """Return the address of its content, or of something made from it, for display in the page."""
    return f"{base_of(entry)}/content?form={form}&inline=1"


def _chips(entry: Entry) -> tuple[Chip, ...]:
    """Return only what somebody has to know or do; a scanned file has an unobtrusive icon."""
    if entry.moved_to or (entry.state == FileState.FILED and entry.reviewed):
        return ()
    if entry.state != FileState.FILED:
        return (state_chip(entry),)
    return (Chip(_("Unreviewed"), "attention", "eye"),)


def row_of(entry: Entry, href: str, *, thumbnail: bool, words: list[str]) -> ListRow:
    """Build an entry of the list; `words` are marked in its title."""
    return ListRow(
        entry=entry,
        href=href,
        title=tuple(marked(title_of(entry), words)) if words else ((title_of(entry), False),),
        category=gettext(categories.LABELS[entry.category]),
        channel=gettext(channels.LABELS[entry.channel]),
        icon=icon_of(entry),
        thumbnail=content_of(entry, "thumbnail") if thumbnail else "",
        chips=_chips(entry),
    )


async def names_of(
    services: Services, chart: ChartAccess, patient: Patient, people: Iterable[tuple[str, str]]
) -> dict[str, str]:
    """Return names for (kind, id) of those who sent, reviewed or changed something."""
    people = list(people)
    staff_ids = {person for kind, person in people if kind == "staff" and person}
    named = await services.people.staff.named(chart.clinic_id, staff_ids) if staff_ids else {}
    return {
        **named,
        **await _in_their_place(services, patient, people),
        patient.id: patient.name,
        "bedside": "Bedside",
    }


async def _in_their_place(
    services: Services, patient: Patient, people: Iterable[tuple[str, str]]
) -> dict[str, str]:
    """Return the names of proxies, who may be patients themselves, and for whom they are there."""
    proxies = {person for kind, person in people if kind == "proxy"}
    others = {person for kind, person in people if kind == "patient" and person != patient.id}
    found = await services.accounts.all.named(patient.clinic_id, proxies) if proxies else {}
    if others:
        found |= await services.people.patients.named(patient.clinic_id, others)
    return {
        person: _("%(name)s, for %(patient)s") % {"name": name, "patient": patient.name}
        for person, name in found.items()
    }
