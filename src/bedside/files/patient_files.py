"""Opening files on the patient's side: in the app, and behind a link that the patient gave to
somebody.

Both get the version for others, without location data and as a format that every device opens;
the original stays with the clinic.
"""

from collections import OrderedDict
from dataclasses import replace

from bedside.audit import Action, AuditLog
from bedside.charts.patient_side import OwnEntry, PatientSide
from bedside.errors import NotFound
from bedside.files.refusals import REFUSALS
from bedside.files.repository import Repository
from bedside.files.retrieval import SHOWN, Opened, Retrieval
from bedside.kernel import clock
from bedside.kernel.language import gettext as _
from bedside.people.permissions import PatientAccess, ShareAccess

_SAME_OPENING = 30 * clock.MINUTE
_REMEMBERED = 10_000


class PatientFiles:
    """Opens files of the patient's view of the chart."""

    def __init__(
        self, audit: AuditLog, side: PatientSide, repository: Repository, retrieval: Retrieval
    ) -> None:
        self._audit = audit
        self._side = side
        self._repository = repository
        self._retrieval = retrieval
        self._recorded: OrderedDict[tuple[str, str, str], int] = OrderedDict()

    async def open(
        self, patient: PatientAccess, entry_id: str, form: str = "", *, to_view: bool = False
    ) -> Opened:
        """Open an entry's file, or a `form` of it, for the app; one audit line for an opening,
        none for thumbnails. Raises NotFound, NotOpened."""
        if form == "original":
            raise NotFound
        entry = await self._side.entry(patient, entry_id)
        opened = await self._opened(entry, form)
        shown = to_view and opened.media_type in SHOWN
        action = Action.FILE_VIEWED if shown else Action.FILE_DOWNLOADED
        if form != "thumbnail" and self._is_new(patient, entry_id, action):
            await self._audit.note(
                patient.clinic_id,
                patient.actor,
                action,
                patient_id=patient.patient_id,
                subject_id=entry.file_id,
                entry=entry_id,
            )
        return replace(opened, shown=shown)

    async def pictures(self, patient: PatientAccess, entry_id: str) -> list[str]:
        """Return the forms of a file that a page can show, in order: its preview, or its pages.
        Raises NotFound, NotOpened."""
        entry = await self._side.entry(patient, entry_id)
        made = await self._repository.derivatives(entry.file_id)
        pages = sorted((r for r in made if r.startswith("page-")), key=lambda r: int(r[5:]))
        return pages or ["preview"] * ("preview" in made)

    async def shared(self, share: ShareAccess, entry: OwnEntry) -> Opened:
        """Open a file that the patient gave to somebody. The caller records it. Raises NotFound,
        NotOpened."""
        if not await self._side.some(share, (entry.id,)):
            raise NotFound
        return await self._opened(entry, "")

    async def with_thumbnail(self, entries: list[OwnEntry]) -> frozenset[str]:
        """Return the ids of those entries that have a thumbnail."""
        by_file = {entry.file_id: entry.id for entry in entries}
        made = await self._repository.having("thumbnail", list(by_file))
        return frozenset(by_file[file_id] for file_id in made)

    async def why_not(self, file_ids: list[str]) -> dict[str, str]:
        """Return why files were refused, or are not scanned yet, as a sentence by the file's id;
        the caller may see that there are such files."""
        why: dict[str, str] = {}
        for file_id in file_ids:
            row = await self._repository.row(file_id)
            why[file_id] = _(REFUSALS[row.refusal]) if row.refusal in REFUSALS else ""
        return why

    async def _opened(self, entry: OwnEntry, form: str) -> Opened:
        row = await self._retrieval.openable(entry.file_id)
        return await self._retrieval.in_form(row, await self._repository.record(row), form)

    def _is_new(self, patient: PatientAccess, entry_id: str, action: Action) -> bool:
        key = (patient.account.session_id, entry_id, str(action))
        last = self._recorded.get(key, 0)
        self._recorded[key] = clock.now()
        self._recorded.move_to_end(key)
        if len(self._recorded) > _REMEMBERED:
            self._recorded.popitem(last=False)
        return clock.now() - last >= _SAME_OPENING
