"""Opening files: what may be seen, in which form, with an audit line.

Only filed files are opened. Anybody but the original's owner gets the “shared” form: without
location data, HEIC as JPEG, DICOM as PNG. A file that has none yet is not served at all: the
original is only for those who request it by name. Every opening writes one audit line.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace

from bedside.audit import Action, AuditLog
from bedside.charts.entries import Charts, Entry
from bedside.charts.records import DEAD, ChartFilter
from bedside.database.sealed import Vault
from bedside.errors import BedsideError, NotFound
from bedside.files import making, media_types
from bedside.files.blanking import BlankedReader
from bedside.files.file_rows import FileRow
from bedside.files.intake import SHARE
from bedside.files.names import name_of_type
from bedside.files.readings import READING, Reading, reading_of
from bedside.files.refusals import NOTES, REFUSALS
from bedside.files.repository import FileRecord, Repository
from bedside.files.sealing import SealedReader
from bedside.files.states import FileState, Sharing
from bedside.files.text_layers import SEARCHABLE, WORDS
from bedside.files.told import not_shared, note_of, pages_missing
from bedside.kernel import clock
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.kernel.unit_of_work import Reader, Transactions
from bedside.kernel.words import place_of
from bedside.people.permissions import ChartAccess, HolderAccess, LinkAccess, TransferAccess

_SAME_OPENING = 30 * clock.MINUTE
"""Further ranges within this time belong to the recorded opening."""
_REMEMBERED = 10_000
_MOST_COMPARED = 50
"""Entries of the same size whose content is compared with that of a new one."""
_SCANNER_AWAY = N_(
    "This file is not scanned: the scanner does not answer. It is scanned by itself later."
)
_READ_FOR_HITS = 4_000_000
"""Characters of text read for the results of one search: some tenths of a second."""
_LONG_TEXT = 4_000
"""Characters that are read faster than a thread starts."""
SHOWN = frozenset(
    {
        media_types.JPEG,
        media_types.PNG,
        media_types.MP4,
        media_types.MOV,
        media_types.WEBM,
    }
)
"""Types that a page may display: they cannot run anything."""


class NotOpened(BedsideError):
    """The file may not be opened (yet); the sentence says why."""

    status = 409
    code = "not_opened"


class NotReady(NotOpened):
    """The file can be opened in a moment, without anybody doing anything."""

    code = "not_ready"
    title = N_("In a moment")
    retry_after = 2


@dataclass(frozen=True, slots=True)
class Opened:
    """A file (or something made from it) that may be read. `size` in bytes; `shown` in the page,
    not downloaded."""

    name: str
    media_type: str
    size: int
    etag: str
    reader: SealedReader | BlankedReader
    shown: bool = False

    def chunks(self, start: int, length: int) -> AsyncIterator[bytes]:
        """Yield plain bytes of a range."""
        return self.reader.chunks(start, length)


@dataclass(frozen=True, slots=True)
class FileFacts:
    """Facts about a file besides its entry. `forms` are the existing derivatives."""

    id: str
    state: str
    engine: str
    scanned_at: int
    refusal: str
    note: str
    pages: int
    width: int
    height: int
    taken_at: int
    sha256: str
    forms: tuple[str, ...]
    sharing: str
    text_found: bool
    looks: str
    pages_missing: tuple[int, ...] = ()
    """Numbers of the pages of which there is no picture because they are broken."""
    is_made: bool = True
    """Whether all pictures were made that can be."""
    unread: int = 0
    """Pages whose words are yet to be read by OCR."""


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A file held by a request, as its patient sees it. `given_id` is the sending device's name
    for it, or ""; `refusal` is a sentence; `looks` is “dark” or “blurred” if the device thought
    so."""

    id: str
    given_id: str
    name: str
    size: int
    media_type: str
    state: str
    comment: str
    taken_at: int
    refusal: str
    preview: bool
    looks: str
    refused: str = ""
    """The key of the refusal."""


class Retrieval:
    """Opens files for those who may see them."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        charts: Charts,
        repository: Repository,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._charts = charts
        self._repository = repository
        self._recorded: OrderedDict[tuple[str, str, str], int] = OrderedDict()

    async def facts(self, entry: Entry) -> FileFacts:
        """Return the scan result, size in pixels and derivatives of an entry's file."""
        row = await self._repository.row(entry.file_id)
        record = await self._repository.record(row)
        made = await self._repository.derivatives(row.id)
        text = await self._repository.text(row)
        return FileFacts(
            id=row.id,
            state=row.state,
            engine=row.engine,
            scanned_at=row.scanned_at,
            refusal=_(REFUSALS[row.refusal]) if row.refusal in REFUSALS else "",
            note=note_of(row),
            pages_missing=pages_missing(row),
            pages=row.pages,
            width=row.width,
            height=row.height,
            taken_at=record.taken_at,
            sha256=record.sha256,
            forms=tuple(role for role in made if not role.startswith(("ocr-", WORDS))),
            is_made=row.made_by != making.NOT_YET,
            unread=sum(role.startswith("ocr-") for role in made),
            sharing=row.sharing,
            text_found=bool(text.strip()),
            looks=record.looks,
        )

    async def same_before(self, chart: ChartAccess, entry: Entry) -> Entry | None:
        """Return an earlier entry of the chart with the same content (SHA-256), or None."""
        wanted = ChartFilter(size=entry.size, limit=_MOST_COMPARED)
        sized = await self._charts.entries(chart, wanted)
        others = [e for e in sized if e.id != entry.id and not e.moved_to and e.state not in DEAD]
        if not others:
            return None
        digest = await self._digest(entry)
        if not digest:
            return None
        for other in others:
            if other.received_at <= entry.received_at and await self._digest(other) == digest:
                return other
        return None

    async def _digest(self, entry: Entry) -> str:
        row = await self._repository.row(entry.file_id)
        return (await self._repository.record(row)).sha256

    async def having_thumbnail(self, file_ids: Iterable[str]) -> frozenset[str]:
        """Return those of these files that have one; the caller may see them."""
        return frozenset(await self._repository.having("thumbnail", list(file_ids)))

    async def with_thumbnail(self, entries: Iterable[Entry]) -> frozenset[str]:
        """Return the ids of those entries that have a thumbnail for a list."""
        by_file = {entry.file_id: entry.id for entry in entries if entry.state == FileState.FILED}
        made = await self._repository.having("thumbnail", list(by_file))
        return frozenset(by_file[file_id] for file_id in made)

    async def open(
        self,
        chart: ChartAccess,
        entry_id: str,
        form: str = "",
        *,
        to_view: bool = False,
        start: int = 0,
    ) -> Opened:
        """Open the file of an entry. `form` is a derivative's role, or "" for the version for
        others.

        `to_view` asks to display it in the page, which is possible for pictures and videos only:
        anything else is a download, whatever was asked for, and is audited as one. One audit line
        is written per opening, before its first byte goes out; `start` is where a range begins.
        Thumbnails are part of an opened chart and write no line. Raises NotFound, NotOpened.
        """
        entry = await self._charts.entry(chart, entry_id)
        if entry.moved_to:
            raise NotFound
        row = await self.openable(entry.file_id)
        record = await self._repository.record(row)
        opened = await self.in_form(row, record, form)
        shown = to_view and opened.media_type in SHOWN
        # Pages and pictures of one file in the viewer are one look, that of `record_view`.
        opening = "view" if shown else form
        if form != "thumbnail" and self._is_new_opening(chart, entry_id, opening, start):
            await self._audit.note(
                chart.clinic_id,
                chart.actor,
                Action.FILE_VIEWED if shown else Action.FILE_DOWNLOADED,
                patient_id=chart.patient_id,
                subject_id=row.id,
                entry=entry_id,
                form=form or "shared",
            )
        return replace(opened, shown=shown)

    async def text(self, chart: ChartAccess, entry_id: str) -> str:
        """Return the words of a file for display in the page. The caller has recorded the view."""
        entry = await self._charts.entry(chart, entry_id)
        return await self._repository.text(await self.openable(entry.file_id))

    async def reading(self, chart: ChartAccess, entry_id: str) -> Reading | None:
        """Return what a table, document or text says, for display in the page; None if it has no
        reading. The caller has recorded the view."""
        entry = await self._charts.entry(chart, entry_id)
        row = await self.openable(entry.file_id)
        found = (await self._repository.derivatives(row.id)).get(READING)
        if found is None:
            return None
        reader = await self._repository.open_derivative(row, found)
        stored = b"".join([bytes(piece) async for piece in reader.chunks()])
        return await asyncio.to_thread(reading_of, stored)

    async def record_view(self, chart: ChartAccess, entry: Entry) -> None:
        """Record that somebody looked at an entry in the viewer."""
        if self._is_new_opening(chart, entry.id, "view", 0):
            await self._audit.note(
                chart.clinic_id,
                chart.actor,
                Action.FILE_VIEWED,
                patient_id=chart.patient_id,
                subject_id=entry.file_id,
                entry=entry.id,
            )

    def _is_new_opening(self, chart: ChartAccess, entry_id: str, form: str, start: int) -> bool:
        key = (chart.staff.session_id, entry_id, form)
        last = self._recorded.get(key, 0)
        recent = clock.now() - last < _SAME_OPENING
        if recent and (start > 0 or form not in ("", "original")):
            return False
        self._recorded[key] = clock.now()
        self._recorded.move_to_end(key)
        if len(self._recorded) > _REMEMBERED:
            self._recorded.popitem(last=False)
        return True

    async def hits(self, entries: Iterable[Entry], words: list[str]) -> dict[str, str]:
        """Return, by entry id, the piece of a file's text around the first of these (folded)
        words; "" for a text without them, and once so much was read that others would have to
        wait."""
        pieces: dict[str, str] = {}
        left = _READ_FOR_HITS
        for entry in entries:
            text = ""
            if left > 0 and words:
                text = await self._repository.text(await self._repository.row(entry.file_id))
            left -= len(text)
            aside = len(text) > _LONG_TEXT
            pieces[entry.id] = (
                await asyncio.to_thread(_around, text, words) if aside else _around(text, words)
            )
        return pieces

    async def openable(self, file_id: str) -> FileRow:
        """Return the row of a file that may be opened. Raises NotFound, NotOpened."""
        row = await self._repository.row(file_id)
        if row.state in (FileState.SCANNING, FileState.RECEIVING):
            raise NotReady(_("This file waits for its scan. It opens by itself in a moment."))
        if row.state == FileState.UNSCANNED:
            why = NOTES.get(row.note, _SCANNER_AWAY)
            raise NotOpened(_(why))
        if row.state != FileState.FILED:
            raise NotOpened(_("This file was destroyed and cannot be opened."))
        return row

    async def in_form(self, row: FileRow, record: FileRecord, form: str) -> Opened:
        """Open a file in a form; the caller has checked and records it."""
        if form in ("", "shared"):
            form = await self._form_for_others(row)
        if form in ("original", "blanked"):
            name, tag = name_of_type(record.name, row.media_type), f'"{row.id}"'
            reader = await self._repository.open(row)
            if form == "original":
                return Opened(name, row.media_type, row.size, tag, reader)
            others = BlankedReader(reader, record.blanked)
            return Opened(name, row.media_type, row.size, f'"{row.id}.blanked"', others)
        made = await self._repository.derivatives(row.id)
        if form not in made:
            raise NotFound
        found = made[form]
        reader = await self._repository.open_derivative(row, found)
        name = name_of_type(record.name, found.media_type)
        return Opened(name, found.media_type, found.size, f'"{row.id}.{form}"', reader)

    async def _form_for_others(self, row: FileRow) -> str:
        """Return the form for others. Raises NotReady, NotOpened while or if there is none."""
        if row.sharing == Sharing.WAITING:
            async with self._database.unit_of_work() as work:
                work.enqueue(SHARE, {"file_id": row.id}, unique=f"share-now:{row.id}")
            raise NotReady(_("A copy of this file for others is being made. It opens by itself."))
        if row.sharing == Sharing.FAILED:
            raise NotOpened(_(NOTES[not_shared(row)]))
        is_pdf = row.media_type == media_types.PDF
        if is_pdf and SEARCHABLE in await self._repository.derivatives(row.id):
            return SEARCHABLE
        forms = {Sharing.COPY: "shared", Sharing.BLANKED: "blanked"}
        return forms.get(Sharing(row.sharing), "original")

    async def require_given(self, entries: Iterable[Entry]) -> None:
        """Check that several files can be served together. Raises NotReady, NotOpened if one
        cannot."""
        for entry in entries:
            await self._form_for_others(await self.openable(entry.file_id))

    # --- files of live transfers ------------------------------------------------------------------

    async def handed_over(
        self, access: TransferAccess, file_id: str, *, start: int = 0, form: str = ""
    ) -> Opened:
        """Open a live transfer's file, or a `form` of `pictures_handed_over`; audited."""
        row = await self._handed(access, file_id)
        made = form if form in await self._pictures(row) else ""
        opened = await self.in_form(row, await self._repository.record(row), made)
        if (shown := bool(form)) and opened.media_type not in SHOWN:
            raise NotFound
        if start == 0 and made in ("", "preview"):
            await self._audit.note(
                access.clinic_id,
                access.actor,
                Action.FILE_VIEWED if shown else Action.FILE_DOWNLOADED,
                patient_id=access.patient_id,
                subject_id=row.id,
                transfer=access.transfer_id,
            )
        return replace(opened, shown=shown)

    async def pictures_handed_over(self, access: TransferAccess, file_id: str) -> list[str]:
        """Return what can be shown of a live transfer's file, in order. Raises as it does."""
        row = await self._handed(access, file_id)
        await self._form_for_others(row)  # what has no version for others is not shown either
        film = media_types.kind(row.media_type) is media_types.Kind.VIDEO
        return ["shown"] if film else await self._pictures(row)

    async def _handed(self, access: TransferAccess, file_id: str) -> FileRow:
        row = await self.openable(file_id)
        if row.clinic_id != access.clinic_id or row.patient_id != access.patient_id:
            raise NotFound
        return row

    async def _pictures(self, row: FileRow) -> list[str]:
        made = await self._repository.derivatives(row.id)
        pages = sorted((r for r in made if r.startswith("page-")), key=lambda r: int(r[5:]))
        return ["preview"] * ("preview" in made) + pages

    # --- held files ----------------------------------------------------------------------------

    async def held(self, holder: HolderAccess, db: Reader | None = None) -> list[HeldFile]:
        """Return what is held (by the request of a link), oldest first."""
        rows = await self._repository.held(holder.clinic_id, holder.subject_id, db)
        seen: list[HeldFile] = []
        for row in rows:
            seen.append(await self._as_held(row, db))
        return seen

    async def _as_held(self, row: FileRow, db: Reader | None = None) -> HeldFile:
        record = await self._repository.record(row)
        made = await self._repository.derivatives(row.id, db)
        return HeldFile(
            id=row.id,
            given_id=record.given_id,
            name=record.name,
            size=row.size,
            media_type=row.media_type,
            state=row.state,
            comment=record.comment,
            taken_at=record.taken_at,
            refusal=_(REFUSALS[row.refusal]) if row.refusal in REFUSALS else "",
            preview="thumbnail" in made,
            looks=record.looks,
            refused=row.refusal,
        )

    async def held_preview(self, link: HolderAccess, file_id: str, form: str) -> Opened:
        """Open a sender's own photo before it is sent. `form`: thumbnail or preview."""
        if form not in ("thumbnail", "preview"):
            raise NotFound
        row = await self.openable(file_id)
        if row.holder_id != link.subject_id or row.clinic_id != link.clinic_id:
            raise NotFound
        return replace(
            await self.in_form(row, await self._repository.record(row), form), shown=True
        )

    async def sent(self, link: LinkAccess, file_ids: Iterable[str]) -> list[HeldFile]:
        """Return what the patient of this link has sent, as it was held: of these files, those
        still in the same patient's chart."""
        rows = [await self._sent_row(link, file_id) for file_id in file_ids]
        return [await self._as_held(row) for row in rows if row is not None]

    async def sent_thumbnail(self, link: LinkAccess, file_id: str) -> Opened:
        """Open the smallest copy of one of these, for the person who has sent it."""
        row = await self._sent_row(link, file_id)
        if row is None:
            raise NotFound
        row = await self.openable(file_id)
        record = await self._repository.record(row)
        return replace(await self.in_form(row, record, "thumbnail"), shown=True)

    async def given(self, link: LinkAccess, file_id: str, form: str = "") -> Opened:
        """Open a file of the chart that staff have given to the patient of this link, or a picture
        of its pages; taking the file itself is audited. Raises NotFound once it is in no chart of
        theirs any more, NotOpened."""
        opened = await self.attached(link, file_id, form)
        if not form:
            await self._audit.note(
                link.clinic_id,
                link.actor,
                Action.FILE_DOWNLOADED,
                patient_id=link.patient_id,
                subject_id=file_id,
                request=link.subject_id,
            )
        return replace(opened, shown=form != "" and opened.media_type in SHOWN)

    async def attached(
        self, access: LinkAccess | ChartAccess, file_id: str, form: str = ""
    ) -> Opened:
        """Open the same without an audit line of its own, for an e-mail whose line says what went
        along. Raises as `given`."""
        row = await self._sent_row(access, file_id)
        if row is None:
            raise NotFound
        return await self.in_form(
            await self.openable(file_id), await self._repository.record(row), form
        )

    async def _sent_row(self, access: LinkAccess | ChartAccess, file_id: str) -> FileRow | None:
        """Return a file in the chart of this patient; None if staff have moved it away."""
        with suppress(NotFound):
            whose = await self._charts.patient_of_file(access.clinic_id, file_id)
            if whose == access.patient_id:
                return await self._repository.row(file_id)
        return None


def _around(text: str, words: list[str], width: int = 70) -> str:
    found = place_of(text, words)
    if found is None:
        return ""
    start, end = max(0, found.start - width), found.end + width
    piece = " ".join(text[start:end].split())
    return ("… " if start else "") + piece + (" …" if end < len(text) else "")
