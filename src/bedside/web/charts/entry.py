"""One file of a chart: viewed, named, reviewed, compared, moved to the right patient."""

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath

from starlette.requests import Request
from starlette.responses import Response

from bedside.charts import categories, channels
from bedside.charts.entries import LONGEST_LABEL, LONGEST_NOTE
from bedside.charts.records import ChartFilter, Entry, Version
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import Form, form_of
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.errors import Conflict, WrongInput
from bedside.files import media_types
from bedside.files.media_types import Kind
from bedside.files.readings import READING, Reading
from bedside.files.retrieval import FileFacts
from bedside.files.states import FileState, Sharing
from bedside.files.text_layers import SEARCHABLE
from bedside.kernel import clock
from bedside.kernel.language import N_, gettext
from bedside.kernel.language import gettext as _
from bedside.web.charts.reading import Shown, shown
from bedside.web.charts.rows import Chip, base_of, content_of, names_of, state_chip
from bedside.web.charts.staff import (
    PART,
    ChartView,
    ListPage,
    chart_view,
    list_context,
    listed,
    shared_context,
)

_LONGEST_TEXT = 200_000
"""Characters of a text that are displayed in the page."""
_PREVIEW_TAKES = 2 * clock.MINUTE
"""After this long without a preview there will be none."""

SAVED = flash_message("entry_saved", N_("Saved."))
REVIEWED = flash_message("entry_reviewed", N_("Marked as reviewed."))
UNREVIEWED = flash_message("entry_unreviewed", N_("Waits for review again."))


class Stage(StrEnum):
    """The viewer's facts about a file."""

    MOVED = "moved"
    WAITING = "waiting"
    UNSCANNED = "unscanned"
    DESTROYED = "destroyed"
    PREPARING = "preparing"
    PICTURE = "picture"
    FRAMES = "frames"
    PAGES = "pages"
    READING = "reading"
    TEXT = "text"
    VIDEO = "video"
    NOTHING = "nothing"


_BEFORE_FILED: dict[str, Stage] = {
    FileState.RECEIVING: Stage.WAITING,
    FileState.SCANNING: Stage.WAITING,
    FileState.UNSCANNED: Stage.UNSCANNED,
    FileState.REFUSED: Stage.DESTROYED,
    FileState.INFECTED: Stage.DESTROYED,
}


def stage_of(entry: Entry, facts: FileFacts) -> Stage:
    """Return what can be shown now."""
    if entry.moved_to:
        return Stage.MOVED
    if entry.state in _BEFORE_FILED:
        return _BEFORE_FILED[entry.state]
    if media_types.kind(entry.media_type) is Kind.VIDEO:
        return Stage.VIDEO
    return _stage_of_filed(entry, facts)


def _stage_of_filed(entry: Entry, facts: FileFacts) -> Stage:
    if "preview" in facts.forms:
        if _has_pages(entry, facts):
            return Stage.PAGES
        return Stage.FRAMES if "strip" in facts.forms else Stage.PICTURE
    if READING in facts.forms and entry.media_type != media_types.PLAIN:
        return Stage.READING
    if facts.text_found:
        return Stage.TEXT
    fresh = clock.now() - facts.scanned_at < _PREVIEW_TAKES
    is_coming = not facts.is_made and fresh
    return Stage.PREPARING if is_coming and not facts.forms and not facts.note else Stage.NOTHING


def _has_pages(entry: Entry, facts: FileFacts) -> bool:
    """Whether it is a document, as are a TIFF of several pages and a PDF inside DICOM."""
    is_pdf = media_types.kind(entry.media_type) is Kind.PDF
    return is_pdf or facts.pages > 0 or "page-2" in facts.forms


def pages_of(entry: Entry, facts: FileFacts) -> list[tuple[int, str]]:
    """Return the numbers of a document's pages and the addresses of their pictures, in order;
    the address of a page that is broken is empty."""
    further = [int(f[5:]) for f in facts.forms if f.startswith("page-") and f[5:].isdigit()]
    forms = {number: f"page-{number}" for number in further}
    if 1 not in facts.pages_missing:
        forms[1] = "preview"
    pages = {number: content_of(entry, form) for number, form in forms.items()}
    last = max(pages, default=0)
    pages |= {number: "" for number in facts.pages_missing if number <= last + 1}
    return sorted(pages.items())


def misnamed(entry: Entry) -> str:
    """Return the extension a file was sent with, if it is of another type; else ""."""
    given = PurePath(entry.name).suffix.lower()
    true = media_types.extension(entry.media_type)
    same = {".jpeg": ".jpg", ".tif": ".tiff", ".heif": ".heic", ".htm": ".html", ".log": ".txt"}
    known = {known.extension for known in media_types.MEDIA_TYPES.values()}
    given = same.get(given, given)
    is_wrong = given in known and given != same.get(true, true)
    return given if entry.state == FileState.FILED and is_wrong else ""


@dataclass(frozen=True, slots=True)
class Viewed:
    """An entry in the viewer. `pages` are numbers and addresses of pictures (`pages_of`); `text`
    is truncated at a limit; `reading` is there for tables, documents and texts."""

    entry: Entry
    facts: FileFacts
    stage: Stage
    chip: Chip
    names: dict[str, str]
    versions: list[Version]
    pages: list[tuple[int, str]]
    text: str
    text_cut: bool
    compares: list[Entry]
    reading: Shown | None = None

    @property
    def base(self) -> str:
        """The address of the entry."""
        return base_of(self.entry)

    @property
    def is_open(self) -> bool:
        """Whether it may be viewed and downloaded."""
        return self.entry.state == FileState.FILED and not self.entry.moved_to

    @property
    def is_given(self) -> bool:
        """Whether others get it, now or in a moment."""
        return self.is_open and self.facts.sharing != Sharing.FAILED

    @property
    def may_review(self) -> bool:
        """Whether there is something to review: its content, or why it was destroyed."""
        return self.is_open or self.stage is Stage.DESTROYED

    @property
    def type_name(self) -> str:
        """The true type, in words."""
        return gettext(media_types.label(self.entry.media_type))

    @property
    def category(self) -> str:
        """The category, in words."""
        return gettext(categories.LABELS[self.entry.category])

    @property
    def channel(self) -> str:
        """The channel, in words."""
        return gettext(channels.LABELS[self.entry.channel])

    @property
    def sender(self) -> str:
        """The sender."""
        return self.names.get(self.entry.sender_id, _("Somebody"))

    @property
    def has_shared_copy(self) -> bool:
        """Whether others download a copy and the original is kept beside it."""
        return self.facts.sharing in (Sharing.COPY, Sharing.BLANKED)

    @property
    def has_original_apart(self) -> bool:
        """Whether the original differs from what others get."""
        is_other = self.has_shared_copy or self.is_searchable
        return is_other or self.facts.sharing == Sharing.FAILED

    @property
    def is_searchable(self) -> bool:
        """Whether others get a copy in which the words of its pages can be selected."""
        return SEARCHABLE in self.facts.forms

    @property
    def original_label(self) -> str:
        """The label of the original, if others get a copy of it."""
        if self.entry.media_type == media_types.DICOM:
            return _("Download original (DICOM)")
        if self.entry.media_type == media_types.PDF:
            copied = self.has_shared_copy or not self.is_searchable
            commands = _("Download original, with its commands")
            return commands if copied else _("Download original, as it arrived")
        if media_types.kind(self.entry.media_type) is Kind.DOCUMENT:
            return _("Download original, with its links")
        return _("Download original, with location data")

    @property
    def copy_said(self) -> str:
        """The description of the copy that others get."""
        if self.entry.media_type == media_types.DICOM:
            if self.facts.pages:
                return _("original kept; others get the PDF in it")
            return _("original kept; others get a picture of it")
        if self.facts.sharing == Sharing.FAILED:
            return _("original kept; others get nothing")
        if self.entry.media_type == media_types.PDF:
            as_text = _("original kept; the download has its words as text to select")
            copied = self.has_shared_copy or not self.is_searchable
            return _("original kept; others get a copy without commands") if copied else as_text
        if media_types.kind(self.entry.media_type) is Kind.DOCUMENT:
            return _("original kept; others get a copy that loads nothing")
        return _("original kept; others get a copy without location data")

    @property
    def picture(self) -> str:
        """The address of the picture for the screen."""
        return content_of(self.entry, "preview")

    @property
    def full_picture(self) -> str:
        """The address of the picture in full size, if a browser can display it."""
        showable = self.facts.sharing == Sharing.AS_IT_IS and self.entry.media_type in (
            media_types.JPEG,
            media_types.PNG,
        )
        return content_of(self.entry) if self.has_shared_copy or showable else ""

    @property
    def misnamed(self) -> str:
        """See `misnamed`."""
        return misnamed(self.entry)


async def _viewed(request: Request, at: ChartView, entry: Entry) -> Viewed:
    services = at.services
    facts = await services.files.retrieval.facts(entry)
    stage = stage_of(entry, facts)
    if not entry.moved_to and entry.state == FileState.FILED:
        await services.files.retrieval.record_view(at.chart, entry)
    reading = await _reading(at, entry, facts)
    if stage is Stage.READING and (reading is None or not reading.html):
        stage = Stage.TEXT if facts.text_found else Stage.NOTHING
    wants_text = stage is Stage.TEXT or request.query_params.get("show") == "text"
    text = ""
    if wants_text and facts.text_found and not entry.moved_to:
        text = await services.files.retrieval.text(at.chart, entry.id)
    versions = [] if entry.moved_to else await services.charts.contents.versions(at.chart, entry.id)
    people = [(entry.sender_kind, entry.sender_id), ("staff", entry.reviewed_by)]
    people += [("staff", entry.moved_by), *(("staff", v.changed_by) for v in versions)]
    return Viewed(
        entry=entry,
        facts=facts,
        stage=stage,
        chip=state_chip(entry),
        names=await names_of(services, at.chart, at.patient, people),
        versions=versions,
        pages=pages_of(entry, facts) if stage is Stage.PAGES else [],
        text=text[:_LONGEST_TEXT].replace("\f", "\n\n"),
        text_cut=len(text) > _LONGEST_TEXT,
        compares=await _others_to_compare(at, entry) if stage is Stage.PICTURE else [],
        reading=reading,
    )


async def _reading(at: ChartView, entry: Entry, facts: FileFacts) -> Shown | None:
    if entry.moved_to or entry.state != FileState.FILED:
        return None
    reading: Reading | None = None
    if READING in facts.forms:
        reading = await at.services.files.retrieval.reading(at.chart, entry.id)
    elif media_types.kind(entry.media_type) is Kind.DOCUMENT and facts.text_found:
        reading = Reading(missing=["only_words"])  # filed before documents had readings
    if reading is None:
        return None
    return await asyncio.to_thread(shown, reading, f"{base_of(entry)}/content?inline=1&form=")


async def _others_to_compare(at: ChartView, entry: Entry) -> list[Entry]:
    images = tuple(
        name for name, known in media_types.MEDIA_TYPES.items() if known.kind is Kind.IMAGE
    )
    found = await at.services.charts.contents.entries(at.chart, ChartFilter(kinds=images, limit=60))
    others = [e for e in found if e.id != entry.id and not e.moved_to]
    pictured = await at.services.files.retrieval.with_thumbnail(others)
    return [e for e in others if e.id in pictured]


# --- the viewer ----------------------------------------------------------------------------------


async def page(request: Request) -> Response:
    """GET …/entries/{entry_id}: the list with one file open. `compare` names a second photo."""
    at = await chart_view(request)
    entry = await at.services.charts.contents.entry(at.chart, request.path_params["entry_id"])
    return await _page(request, at, entry)


async def _page(
    request: Request,
    at: ChartView,
    entry: Entry,
    *,
    status: int = 200,
    typed: Form | None = None,
    error: WrongInput | None = None,
    theirs: bool = False,
) -> Response:
    """Render the page or, for a script, the viewer. `typed` is what was entered and could not be
    saved; `theirs`: because somebody else saved first."""
    alone = request.headers.get(PART) == "viewer"
    shown = ListPage([]) if alone else await listed(at)
    context = await shared_context(request, at)
    context |= await list_context(at, shown, open_id=entry.id)
    context |= {
        "viewed": await _viewed(request, at, entry),
        "beside": await _beside(request, at),
        "show_text": request.query_params.get("show") == "text",
        "typed": _typed(entry, typed),
        "error": {error.field: gettext(error.sentence)} if error else {},
        "theirs": theirs,
        "limits": {"label": LONGEST_LABEL, "note": LONGEST_NOTE},
        **_neighbours(shown, entry),
    }
    if alone:
        return render(request, "charts/viewer_part.html", status=status, **context)
    await at.note_opened()
    return render(request, "charts/entry.html", status=status, **context)


def _typed(entry: Entry, form: Form | None) -> dict[str, str]:
    if form is None:
        return {"label": entry.label, "note": entry.note, "category": entry.category}
    return {name: form[name] for name in ("label", "note", "category")}


def _neighbours(shown: ListPage, entry: Entry) -> dict[str, str]:
    places = {row.entry.id: number for number, row in enumerate(shown.rows)}
    here = places.get(entry.id)
    if here is None:
        return {"newer": "", "older": ""}
    newer = shown.rows[here - 1].href if here else ""
    older = shown.rows[here + 1].href if here + 1 < len(shown.rows) else ""
    return {"newer": newer, "older": older}


async def _beside(request: Request, at: ChartView) -> Viewed | None:
    """Return the photo to compare with."""
    wanted = request.query_params.get("compare", "")
    if not wanted:
        return None
    viewed = await _viewed(request, at, await at.services.charts.contents.entry(at.chart, wanted))
    return viewed if viewed.stage is Stage.PICTURE else None


# --- staff's data
# ----------------------------------------------------------------------------------


async def change(request: Request) -> Response:
    """POST …/change: label, category, note. What could not be saved stays in the form."""
    at = await chart_view(request)
    entry_id = request.path_params["entry_id"]
    form = await form_of(request)
    seen = form["version"]
    try:
        await at.services.charts.contents.change(
            at.chart,
            entry_id,
            label=form["label"],
            note=form["note"].replace("\r\n", "\n"),
            category=form["category"],
            seen_version=int(seen) if seen.isdecimal() and len(seen) < 10 else 0,
        )
    except WrongInput as error:
        entry = await at.services.charts.contents.entry(at.chart, entry_id)
        return await _page(request, at, entry, status=error.status, typed=form, error=error)
    except Conflict as error:
        entry = await at.services.charts.contents.entry(at.chart, entry_id)
        return await _page(request, at, entry, status=error.status, typed=form, theirs=True)
    return redirect(at.entry_address(entry_id), SAVED)


async def review(request: Request) -> Response:
    """POST …/review: mark as reviewed (`reviewed` is yes), or undo that (no)."""
    at = await chart_view(request)
    entry_id = request.path_params["entry_id"]
    reviewed = (await form_of(request))["reviewed"] != "no"
    await at.services.charts.contents.review(at.chart, entry_id, reviewed)
    return redirect(at.entry_address(entry_id), REVIEWED if reviewed else UNREVIEWED)


_ENTRY = "/patients/{patient_id}/entries/{entry_id}"

routes = [
    staff_route(_ENTRY, page),
    staff_route(_ENTRY + "/change", change, methods=["POST"]),
    staff_route(_ENTRY + "/review", review, methods=["POST"]),
]
