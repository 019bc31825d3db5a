"""The chart page: the files of one patient as list and gallery, search, several at once."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from bedside.audit import Action
from bedside.charts import categories, channels
from bedside.charts.records import ChartFilter, Entry, Sender
from bedside.charts.search import marked, query_words
from bedside.edge.asked import answers_in
from bedside.edge.context import services_of
from bedside.edge.dates import age
from bedside.edge.formats import ago
from bedside.edge.forms import form_of
from bedside.edge.fragments import prepare, wants_fragment
from bedside.edge.marking import MARKS, chosen_of, mark, marked_all
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.edge.rows import drawn
from bedside.edge.shell import shell
from bedside.edge.zipping import zipped
from bedside.errors import NotFound, WrongInput
from bedside.files.media_types import Kind, kind
from bedside.files.names import name_of_type
from bedside.files.options import UploadOptions
from bedside.files.retrieval import NotOpened, Opened
from bedside.files.states import FileState
from bedside.kernel import clock
from bedside.kernel.language import gettext
from bedside.kernel.language import gettext as _
from bedside.kernel.words import fold
from bedside.people.clinics import Clinic
from bedside.people.patients import Patient
from bedside.people.permissions import ChartAccess
from bedside.services import Services
from bedside.web.charts import rows as chart_rows
from bedside.web.charts.filters import (
    PAGE,
    SENDER_NAMES,
    TYPE_NAMES,
    Choices,
    choices_of,
    counted,
)
from bedside.web.charts.rows import ListRow

PART = "bedside-part"
"""Header by which web/charts requests the viewer alone: the list beside it stays as it is."""
MOST_AT_ONCE = 200
"""Files in one download."""
_LONGEST_QUERY = 200
_MOST_FOUND = 50


def is_part(request: Request) -> bool:
    """Whether a script requests a piece of the page, without the frame around it."""
    return PART in request.headers or wants_fragment(request)


@dataclass(frozen=True, slots=True)
class ChartView:
    """Somebody at a chart: what all its pages need."""

    services: Services
    chart: ChartAccess
    patient: Patient
    clinic: Clinic
    choices: Choices

    @property
    def base(self) -> str:
        """The address of the chart."""
        return f"/patients/{self.patient.id}"

    @property
    def zone(self) -> str:
        """The clinic's time zone."""
        return self.clinic.options.time_zone

    @property
    def age(self) -> int | None:
        """The patient's completed years, in the clinic's calendar; None if the date of birth is
        unknown."""
        born = self.patient.demographics.birth_date
        if born is None:
            return None
        today = datetime.fromtimestamp(clock.now() / 1000, ZoneInfo(self.zone)).date()
        return age(born, today)

    async def note_opened(self) -> None:
        """Record that the chart was opened, once for going from file to file."""
        await self.services.audit.looks.note(
            self.chart.clinic_id,
            self.chart.actor,
            self.chart.staff.session_id,
            Action.CHART_OPENED,
            patient_id=self.patient.id,
        )

    def entry_address(self, entry_id: str) -> str:
        """Return the address of an entry that keeps the choices of the list."""
        return self.choices.address(f"{self.base}/entries/{entry_id}", before=self.choices.before)


async def chart_view(request: Request) -> ChartView:
    """Return who is at which chart. Raises NotFound for a chart that this person may not see."""
    staff = await (prepare(request) if is_part(request) else shell(request, "patients"))
    services = services_of(request)
    chart = await services.people.permissions.chart(staff, request.path_params["patient_id"])
    return ChartView(
        services,
        chart,
        await services.people.patients.get(chart),
        await services.people.clinics.get(chart.clinic_id),
        choices_of(request),
    )


# --- the list ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of the list. `older` is the address of the next page, or ""."""

    rows: list[ListRow]
    older: str = ""


async def listed(at: ChartView) -> ListPage:
    """Return the entries that match the choices."""
    wanted = at.choices.wanted(at.zone)
    if at.choices.before:
        try:
            last = await at.services.charts.contents.entry(at.chart, at.choices.before)
            wanted = replace(wanted, older_than=(last.received_at, last.id))
        except NotFound:
            pass  # an old address: begin at the newest
    entries = await at.services.charts.contents.entries(at.chart, wanted)
    shown = entries[:PAGE]
    older = at.choices.address(at.base, before=shown[-1].id) if len(entries) > PAGE else ""
    return ListPage(await rows_of(at, shown), older)


async def rows_of(
    at: ChartView, entries: list[Entry], words: list[str] | None = None
) -> list[ListRow]:
    """Return entries for the list; with `words`, each with the place where they were found."""
    pictured = await at.services.files.retrieval.with_thumbnail(
        e for e in entries if not e.moved_to
    )
    first = f"{at.base}/entries/"
    choices = at.entry_address("").removeprefix(first)  # the same for all of them
    rows = [
        chart_rows.row_of(
            entry,
            f"{first}{entry.id}{choices}",
            thumbnail=entry.id in pictured,
            words=words or [],
        )
        for entry in entries
    ]
    if words:
        return await _with_hits(at, rows, words)
    found = await answers_in(at.services, at.chart.clinic_id, entries)
    return [
        replace(row, asked=found.firsts.get(row.entry.id), answers=row.entry.id in found.ids)
        for row in rows
    ]


async def _with_hits(at: ChartView, rows: list[ListRow], words: list[str]) -> list[ListRow]:
    """Show where the words were found: in the comment, the note, or the content."""
    rows = [_with_said(row, words) for row in rows]
    unseen = [row.entry for row in rows if not row.hit]
    pieces = await at.services.files.retrieval.hits(unseen, words)
    return [
        row if row.hit else replace(row, hit=tuple(marked(pieces[row.entry.id], words)))
        for row in rows
    ]


def _with_said(row: ListRow, words: list[str]) -> ListRow:
    for label, text in ((_("Comment"), row.entry.comment), (_("Note"), row.entry.note)):
        pieces = tuple(marked(text, words))
        if any(hit for _piece, hit in pieces):
            return replace(row, hit=pieces, hit_from=label)
    return row


async def shared_context(request: Request, at: ChartView) -> dict[str, Any]:
    """Return what the frame of every chart page shows: header, tabs, filters, upload."""
    counts = await at.services.charts.contents.counts(at.chart)
    senders = await _sender_choices(at, counts.senders)
    return {
        "at": at,
        "patient": at.patient,
        "base": at.base,
        "choices": at.choices,
        "counts": counts,
        "types": _translated(TYPE_NAMES),
        "categories": _translated(categories.LABELS),
        "channels": _translated(channels.LABELS),
        "senders": senders,
        "choice_counts": counted(counts.tallies),
        "upload_limit": at.clinic.of(UploadOptions).upload_bytes_limit,
        "owner": at.chart.staff.staff_id,
    }


async def list_context(
    at: ChartView, shown: ListPage, *, words: str = "", open_id: str = ""
) -> dict[str, Any]:
    """Return what charts/list.html shows, with its rows rendered. `open_id` is the entry beside
    it."""
    as_gallery = at.choices.view == "gallery" and not open_id and not words
    rows = (
        {
            "row": row,
            "zone": at.zone,
            "when": ago(row.entry.received_at),
            "open": row.entry.id == open_id,
        }
        for row in shown.rows
    )
    return {
        "shown": shown,
        "drawn": await drawn(f"charts/{'tile' if as_gallery else 'row'}.html", rows),
        "as_gallery": as_gallery,
        "words": words,
        "open_id": open_id,
    }


def _translated(names: dict[str, str]) -> list[tuple[str, str]]:
    return [(str(key), gettext(name)) for key, name in names.items()]


async def _sender_choices(at: ChartView, senders: list[Sender]) -> list[tuple[str, str]]:
    staff_ids = {sender.id for sender in senders if sender.kind == "staff"}
    named = await at.services.people.staff.named(at.chart.clinic_id, staff_ids) if staff_ids else {}
    people = sorted(named.items(), key=lambda item: fold(item[1]))
    return [*_translated(SENDER_NAMES), *people]


async def page(request: Request) -> Response:
    """GET /patients/{patient_id}: the list, with space for a file."""
    at = await chart_view(request)
    await at.note_opened()
    context = await list_context(at, await listed(at))
    context |= await shared_context(request, at)
    context["moved"] = await _moved(at)
    return render(request, "charts/chart.html", **context)


@dataclass(frozen=True, slots=True)
class Moved:
    """A file that was just moved: to whom, and its entry there."""

    patient: Patient
    entry: Entry


async def _moved(at: ChartView) -> Moved | None:
    """Return where a file went that was just moved; None if this person may not see it there."""
    if not at.choices.moved:
        return None
    contents = at.services.charts.contents
    try:
        away = await contents.entry(at.chart, at.choices.moved)
        patient_id = await contents.patient_of_file(at.chart.clinic_id, away.file_id)
        chart = await at.services.people.permissions.chart(at.chart.staff, patient_id)
        return Moved(
            await at.services.people.patients.get(chart),
            await contents.entry_of_file(chart, away.file_id),
        )
    except NotFound:
        return None


async def list_part(request: Request) -> Response:
    """GET …/list: the list alone, for live updates."""
    at = await chart_view(request)
    await at.note_opened()
    context = await shared_context(request, at)
    context |= await list_context(at, await listed(at))
    return render(request, "charts/list.html", **context)


async def counts_part(request: Request) -> Response:
    """GET …/counts: how many files there are, and how many wait for review."""
    at = await chart_view(request)
    counts = await at.services.charts.contents.counts(at.chart)
    return render(request, "charts/counts.html", counts=counts)


async def search(request: Request) -> Response:
    """POST …/search: entries that contain all the words. Words stay out of the address."""
    at = await chart_view(request)
    words = (await form_of(request)).line("words")[:_LONGEST_QUERY]
    looked_for = query_words(words)
    if not looked_for:
        return RedirectResponse(at.choices.address(at.base), status_code=303)
    found = await at.services.charts.search.in_chart(at.chart, words)
    wanted = ChartFilter(entry_ids=found, limit=_MOST_FOUND)
    entries = await at.services.charts.contents.entries(at.chart, wanted)
    await at.services.audit.log.note(
        at.chart.clinic_id,
        at.chart.actor,
        Action.CHART_SEARCHED,
        patient_id=at.patient.id,
        found=len(entries),
    )
    shown = ListPage(await rows_of(at, entries, looked_for))
    context = await list_context(at, shown, words=words)
    context |= await shared_context(request, at)
    context["moved"] = None
    return render(request, "charts/chart.html", **context)


# --- several files at once -----------------------------------------------------------------------


async def several(request: Request) -> Response:
    """POST …/several: mark or sort the chosen files, download them as a zip, compare two photos."""
    at = await chart_view(request)
    form = await form_of(request)
    chosen = chosen_of(form)
    entries = await at.services.charts.contents.entries(
        at.chart, ChartFilter(entry_ids=tuple(chosen), limit=MOST_AT_ONCE)
    )
    ready = [e for e in entries if e.state == FileState.FILED and not e.moved_to]
    if form["do"] in MARKS:
        await mark(at.services, at.chart, ready, form)
        return marked_all(request, at.choices.address(at.base))
    if form["do"] == "compare":
        return _to_comparison(at, ready)
    if not ready:
        raise WrongInput(_("Choose at least one file that was scanned, then press Download."))
    await at.services.files.retrieval.require_given(ready)
    made = datetime.fromtimestamp(clock.now() / 1000, ZoneInfo(at.zone))
    name = f"chart-files-{made:%Y-%m-%d-%H%M}.zip"  # of whom is not for a download folder
    return StreamingResponse(
        zipped(_opened_in_turn(at, ready)),
        media_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _to_comparison(at: ChartView, entries: list[Entry]) -> Response:
    photos = [e for e in entries if kind(e.media_type) is Kind.IMAGE]
    if len(photos) != 2:
        raise WrongInput(_("Choose two photos to compare them side by side."))
    older, newer = sorted(photos, key=lambda e: e.received_at)
    return RedirectResponse(f"{at.base}/entries/{older.id}?compare={newer.id}", status_code=303)


async def _opened_in_turn(at: ChartView, entries: list[Entry]) -> AsyncIterator[tuple[Opened, int]]:
    """Open each file when its turn comes: what was not sent is not recorded as downloaded."""
    for entry in entries:
        try:
            opened = await at.services.files.retrieval.open(at.chart, entry.id)
        except (NotFound, NotOpened):  # moved away or destroyed since the list was shown
            continue
        if entry.label:
            opened = replace(opened, name=name_of_type(entry.label, opened.media_type))
        yield opened, entry.taken_at or entry.received_at


# --- upload without script -----------------------------------------------------------------------


async def upload_form(request: Request) -> Response:
    """GET …/upload: a plain form, for browsers without script."""
    at = await chart_view(request)
    return render(request, "charts/upload.html", **await shared_context(request, at))


routes = [
    staff_route("/patients/{patient_id}", page),
    staff_route("/patients/{patient_id}/list", list_part),
    staff_route("/patients/{patient_id}/counts", counts_part),
    staff_route("/patients/{patient_id}/search", search, methods=["POST"]),
    staff_route("/patients/{patient_id}/several", several, methods=["POST"]),
    staff_route("/patients/{patient_id}/upload", upload_form),
]
