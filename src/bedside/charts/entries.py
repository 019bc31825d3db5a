"""Entries of the chart: filing, labelling, reviewing, moving."""

from collections.abc import AsyncIterator, Iterable
from typing import Any

from bedside.audit import Action, AuditLog
from bedside.charts import rows
from bedside.charts.categories import Category
from bedside.charts.events import EntryAdded, EntryChanged, EntryRemoved, InboxChanged
from bedside.charts.listeners import MoveListener, StateListener
from bedside.charts.models import chart_entries
from bedside.charts.records import ChartFilter, Counts, Entry, Incoming, Version
from bedside.charts.rows import EntryRow
from bedside.charts.search import SearchIndex
from bedside.database.bound_rows import BoundTable
from bedside.database.sealed import ClinicKeys, RecordSealBroken, Vault
from bedside.errors import Conflict, NotFound, WrongInput
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.kernel.language import gettext as _
from bedside.kernel.unit_of_work import Reader, Transactions, UnitOfWork
from bedside.kernel.words import words_of
from bedside.people.permissions import ChartAccess, StaffAccess, VisitorAccess
from bedside.people.reach import Reach

MOST_COUNTED = 999
"""The largest number of unreviewed entries that is shown: beyond it, nobody plans by the number,
and counting 20,000 would hold up everybody for each page that is open."""
LONGEST_LABEL = 200
LONGEST_NOTE = 5_000
LONGEST_REASON = 500
"""In characters."""
_COLUMN = "chart_entries.record"
_WRITTEN = ("label", "comment", "note")
"""Fields of an entry's record in which people write."""
ENTRIES = BoundTable(
    chart_entries, "id", "clinic_id", "patient_id", "file_id", sealed=("record",), row=EntryRow
)


class Charts:
    """The charts of all patients."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        index: SearchIndex,
        reach: Reach,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._index = index
        self._reach = reach
        self._on_moved: list[MoveListener] = []
        self._on_state: list[StateListener] = []

    def on_moved(self, listener: MoveListener) -> None:
        """Call a listener when an entry is moved."""
        self._on_moved.append(listener)

    def on_state(self, listener: StateListener) -> None:
        """Call a listener when the file of an entry was scanned, or has its picture."""
        self._on_state.append(listener)

    async def file(self, work: UnitOfWork, incoming: Incoming) -> str:
        """File into the chart of the file's patient and return the id of the entry.

        Filing the same file twice returns the existing entry: an intake that was killed and runs
        again files it once.
        """
        known = await work.one(rows.OF_FILE, file=incoming.file_id)
        if known:
            return known.id
        keys = await self._vault.clinic(incoming.clinic_id)
        entry_id = new_id("ent")
        record = {
            "name": incoming.name,
            "label": incoming.label,
            "comment": incoming.comment,
            "note": "",
            "taken_at": incoming.taken_at,
        }
        row = {
            "id": entry_id,
            "clinic_id": incoming.clinic_id,
            "patient_id": incoming.patient_id,
            "file_id": incoming.file_id,
            "state": incoming.state,
            "media_type": incoming.media_type,
            "size": incoming.size,
            "category": incoming.category,
            "channel": incoming.channel,
            "source_id": incoming.source_id,
            "sender_kind": str(incoming.actor.kind),
            "sender_id": incoming.actor.id,
            "received_at": incoming.received_at,
            "record": keys.seal(_COLUMN, entry_id, record),
            "reviewed_at": incoming.received_at if incoming.reviewed else 0,
            "reviewed_by": incoming.actor.id if incoming.reviewed else "",
            "moved_from": "",
            "moved_to": "",
            "version": 1,
        }
        await work.execute(rows.ADD, **ENTRIES.bound(keys, row))
        words = words_of(f"{incoming.name} {incoming.label} {incoming.comment}")
        await self._index.add(work, keys, incoming.patient_id, entry_id, words)
        await self._audit.record(
            work,
            incoming.clinic_id,
            incoming.actor,
            Action.FILE_RECEIVED,
            patient_id=incoming.patient_id,
            subject_id=incoming.file_id,
            channel=incoming.channel,
            entry=entry_id,
        )
        added = await work.one(rows.OF_FILE, file=incoming.file_id)
        self._emit(work, added, EntryAdded, "added")
        return entry_id

    async def set_file_state(
        self, work: UnitOfWork, file_id: str, state: str, media_type: str
    ) -> None:
        """Update the chart with what the intake has learned about a file."""
        row = await work.one(rows.OF_FILE, file=file_id)
        if row:
            await work.execute(
                rows.SET_STATE, of=row.id, new_state=state, new_media_type=media_type
            )
            await self._tell(work, file_id, state)

    async def show_preview(self, work: UnitOfWork, file_id: str) -> None:
        """Publish that the preview of a file is ready."""
        await self._tell(work, file_id, "preview")

    async def _tell(self, work: UnitOfWork, file_id: str, reason: str) -> None:
        row = await work.one(rows.OF_FILE, file=file_id)
        if row:
            self._emit(work, row, EntryChanged, reason)
            for listener in self._on_state:
                await listener(work, row.id)

    async def own_words(self, clinic_id: str, file_id: str) -> list[str]:
        """Return the words of a file's entry itself, as they are indexed now: its name, and what
        people wrote about it."""
        async with self._database.read() as db:
            row = await db.one(rows.OF_FILE, file=file_id)
        if row is None:
            return []
        record = (await self._vault.clinic(clinic_id)).unseal(_COLUMN, row.id, row.record)
        return words_of(" ".join(record.get(key, "") for key in ("name", *_WRITTEN)))

    async def add_words(
        self, work: UnitOfWork, clinic_id: str, file_id: str, words: Iterable[str]
    ) -> None:
        """Make a file searchable by words of its content; some hundred at a time."""
        row = await work.one(rows.OF_FILE, file=file_id)
        if row:
            keys = await self._vault.clinic(clinic_id)
            await self._index.add(work, keys, row.patient_id, row.id, words)

    async def entries(self, chart: ChartAccess, wanted: ChartFilter) -> list[Entry]:
        """Return entries of one chart, newest first."""
        keys = await self._vault.clinic(chart.clinic_id)
        async with self._database.read() as db:
            statement, values = rows.filtered(chart, wanted)
            found = await db.all(statement, **values)
        return [opened(keys, row) for row in found]

    async def entry(self, chart: ChartAccess, entry_id: str) -> Entry:
        """Return one entry. Raises NotFound, also for one in another chart; RecordSealBroken for
        one that was put there without the clinic's keys."""
        keys = await self._vault.clinic(chart.clinic_id)
        async with self._database.read() as db:
            return opened(keys, await _required(db, chart, entry_id))

    async def entry_of_file(self, chart: ChartAccess, file_id: str) -> Entry:
        """Return the entry of a file. Raises NotFound if it is not in this chart (yet)."""
        async with self._database.read() as db:
            row = await db.one(rows.OF_FILE, file=file_id)
        return await self.entry(chart, row.id if row else "")

    async def patient_of_file(self, clinic_id: str, file_id: str) -> str:
        """Return whose chart a file is in now; "" if it is in none. No permission by itself."""
        async with self._database.read() as db:
            row = await db.one(rows.OF_FILE, file=file_id)
        return row.patient_id if row and row.clinic_id == clinic_id else ""

    async def filed(self, clinic_id: str) -> AsyncIterator[tuple[str, str]]:
        """Yield (file, patient) of every entry of a clinic that was never moved to another
        chart."""
        async for found in ENTRIES.pages(self._database, clinic_id):
            for row in found:
                if not row.moved_from and not row.moved_to:
                    yield row.file_id, row.patient_id

    async def count_from_visit(self, visitor: VisitorAccess) -> int:
        """Count the chart's files from a visit, for its patient."""
        async with self._database.read() as db:
            row = await db.one(
                rows.COUNT_FROM,
                clinic=visitor.clinic_id,
                patient=visitor.patient_id,
                source=visitor.visit_id,
            )
        return row.entries if row else 0

    async def versions(self, chart: ChartAccess, entry_id: str) -> list[Version]:
        """Return the states of the entry before each change, newest first."""
        await self.entry(chart, entry_id)
        keys = await self._vault.clinic(chart.clinic_id)
        async with self._database.read() as db:
            found = await db.all(rows.VERSIONS, of=entry_id, clinic=chart.clinic_id)
        return [
            Version(
                row.version,
                row.changed_at,
                row.changed_by,
                row.category,
                keys.unseal(_COLUMN, entry_id, row.record),
            )
            for row in found
        ]

    async def change(
        self,
        chart: ChartAccess,
        entry_id: str,
        *,
        label: str,
        note: str,
        category: str,
        seen_version: int,
    ) -> None:
        """Label, annotate, categorise. The previous state is kept as a version.

        Raises Conflict if somebody changed the entry since `seen_version` was shown.
        """
        if category not in set(Category):
            raise WrongInput(_("Please choose a category from the list."), field="category")
        if len(label) > LONGEST_LABEL:
            raise WrongInput(
                _("This name is too long: at most 200 characters. It was not saved."), field="label"
            )
        if len(note) > LONGEST_NOTE:
            raise WrongInput(
                _("This note is too long: at most 5,000 characters. It was not saved."),
                field="note",
            )
        keys = await self._vault.clinic(chart.clinic_id)
        async with self._database.unit_of_work() as work:
            await work.lock(entry_id)
            row = await _here(work, chart, entry_id)
            record = keys.unseal(_COLUMN, entry_id, row.record)
            record.update(label=label.strip(), note=note.strip())
            changed = await work.execute(
                rows.SET_RECORD,
                of=entry_id,
                seen=seen_version,
                new_record=keys.seal(_COLUMN, entry_id, record),
                new_category=category,
            )
            if not changed:
                raise Conflict(
                    _(
                        "Somebody else changed this entry in the meantime. Yours was not saved: "
                        "look at theirs, then change it again."
                    )
                )
            await self._keep_version(work, chart, row)
            words = words_of(f"{label} {note}")
            await self._index.add(work, keys, row.patient_id, entry_id, words)
            await self._line(work, chart, Action.ENTRY_CHANGED, row, category=category)
            row = await _required(work, chart, entry_id)
            self._emit(work, row, EntryChanged, "changed")

    async def _keep_version(self, work: UnitOfWork, chart: ChartAccess, row: EntryRow) -> None:
        await work.execute(
            rows.ADD_VERSION,
            entry_id=row.id,
            version=row.version,
            clinic_id=chart.clinic_id,
            category=row.category,
            record=row.record,
            changed_at=clock.now(),
            changed_by=chart.staff.staff_id,
        )

    async def review(self, chart: ChartAccess, entry_id: str, reviewed: bool = True) -> None:
        """Mark an entry reviewed, or undo that. Idempotent."""
        async with self._database.unit_of_work() as work:
            await work.lock(entry_id)
            row = await _here(work, chart, entry_id)
            if (row.reviewed_at > 0) == reviewed:
                return
            await work.execute(
                rows.SET_REVIEWED,
                of=entry_id,
                moment=clock.now() if reviewed else 0,
                person=chart.staff.staff_id if reviewed else "",
            )
            await self._line(work, chart, Action.ENTRY_REVIEWED, row, reviewed=reviewed)
            row = await _required(work, chart, entry_id)
            self._emit(work, row, EntryChanged, "reviewed")

    async def move(self, chart: ChartAccess, entry_id: str, to: ChartAccess, reason: str) -> str:
        """Move a misfiled entry to the chart where it belongs and return the id of the new entry.

        The old chart keeps a line that something was moved away, by whom and why.
        """
        if not reason.strip() or len(reason) > LONGEST_REASON:
            raise WrongInput(
                _("Please say in a sentence why this is moved (at most 500 characters)."),
                field="reason",
            )
        if to.patient_id == chart.patient_id:
            raise WrongInput(_("It is in this chart already."), field="patient")
        async with self._database.unit_of_work() as work:
            await work.lock(entry_id)
            row = await _required(work, chart, entry_id)
            return await self._move(work, chart, row, to, reason)

    async def visit_reassigned(
        self, work: UnitOfWork, row: Any, chart: ChartAccess, to: ChartAccess, reason: str
    ) -> None:
        """Move every entry that came from a visit; implements `visits.ports.EntriesOfVisits`."""
        found = await work.all(
            rows.FROM, clinic=chart.clinic_id, patient=chart.patient_id, source=row.id
        )
        for entry in found:
            await self._move(work, chart, entry, to, reason)

    async def _move(
        self, work: UnitOfWork, chart: ChartAccess, row: EntryRow, to: ChartAccess, reason: str
    ) -> str:
        keys = await self._vault.clinic(chart.clinic_id)
        await ENTRIES.check(self._vault, row)
        moved_id = new_id("ent")
        record: dict[str, Any] = keys.unseal(_COLUMN, row.id, row.record)
        record.update(
            moved_at=clock.now(), moved_by=chart.staff.staff_id, move_reason=reason.strip()
        )
        if not await work.execute(
            rows.SET_MOVED,
            of=row.id,
            new_place=moved_id,
            new_record=keys.seal(_COLUMN, row.id, record),
        ):
            raise _gone_elsewhere()
        copied = {
            **row._asdict(),
            "id": moved_id,
            "patient_id": to.patient_id,
            "record": keys.seal(_COLUMN, moved_id, record),
            "moved_from": row.id,
            "reviewed_at": 0,
            "reviewed_by": "",
            "version": 1,
        }
        await work.execute(rows.ADD, **ENTRIES.bound(keys, copied))
        await self._index.move(work, row.id, moved_id, to.patient_id)
        await self._line(work, chart, Action.ENTRY_MOVED, row, reason=reason, to=moved_id)
        work.emit(EntryRemoved(patient_id=chart.patient_id, entry_id=row.id))
        work.emit(  # for those who see this patient and not the other one
            InboxChanged(
                clinic_id=row.clinic_id,
                patient_id=chart.patient_id,
                entry_id=row.id,
                reason="moved",
            )
        )
        moved = await _required(work, to, moved_id)
        await self._line(work, to, Action.ENTRY_MOVED, moved, reason=reason, came=row.id)
        self._emit(work, moved, EntryAdded, "moved")
        for listener in self._on_moved:
            await listener.moved(work, chart, row.id, to, moved_id, reason.strip())
        return moved_id

    async def inbox(
        self,
        staff: StaffAccess,
        limit: int = 50,
        *,
        oldest: bool = False,
        beyond: tuple[int, str] | None = None,
    ) -> list[Entry]:
        """Return unreviewed entries of all patients this person may see, newest (or oldest) first;
        only those `beyond` the place of an entry (received_at, id), if it is given."""
        keys = await self._vault.clinic(staff.clinic_id)
        listed = rows.INBOX[oldest, beyond is not None].when(await self._reach.sees_few(staff))
        asked = {"staff": staff.staff_id, "clinic": staff.clinic_id, "limit": limit}
        place = {"at": beyond[0], "than": beyond[1]} if beyond else {}
        async with self._database.read() as db:
            found = await db.all(listed, **asked, **place)
        return [opened(keys, row) for row in found]

    async def unreviewed_count(self, staff: StaffAccess) -> int:
        """Count the entries waiting in this person's inbox; `MOST_COUNTED` + 1 stands for
        more."""
        counted = rows.INBOX_COUNT.when(await self._reach.sees_few(staff))
        async with self._database.read() as db:
            row = await db.one(
                counted, staff=staff.staff_id, clinic=staff.clinic_id, most=MOST_COUNTED + 1
            )
        return row.unreviewed if row else 0

    async def counts(self, chart: ChartAccess) -> Counts:
        """Count the entries of one chart, and how many of them wait for review."""
        which = {"clinic": chart.clinic_id, "patient": chart.patient_id}
        async with self._database.aside() as db:
            tallies = await db.all(rows.TALLIES, **which)
            waiting = await db.one(rows.CHART_UNREVIEWED, **which)
        return Counts(tuple(tallies), waiting.unreviewed if waiting else 0)

    async def _line(
        self, work: UnitOfWork, chart: ChartAccess, action: Action, row: EntryRow, **details: Any
    ) -> None:
        await self._audit.record(
            work,
            chart.clinic_id,
            chart.actor,
            action,
            patient_id=chart.patient_id,
            subject_id=row.id,
            **details,
        )

    def _emit(
        self,
        work: UnitOfWork,
        row: EntryRow | None,
        kind: type[EntryAdded] | type[EntryChanged],
        reason: str,
    ) -> None:
        assert row is not None  # noqa: S101 - it was written in this transaction
        work.emit(kind(patient_id=row.patient_id, entry_id=row.id, **entry_facts(row)))
        work.emit(
            InboxChanged(
                clinic_id=row.clinic_id,
                patient_id=row.patient_id,
                entry_id=row.id,
                reason=reason,
            )
        )


def entry_facts(row: EntryRow) -> dict[str, Any]:
    """Return what events and snapshots carry of an entry: no content."""
    return {
        "file_id": row.file_id,
        "state": row.state,
        "media_type": row.media_type,
        "category": row.category,
        "reviewed": row.reviewed_at > 0,
    }


async def _required(db: Reader, chart: ChartAccess, entry_id: str) -> EntryRow:
    row = await db.one(rows.ONE, of=entry_id, patient=chart.patient_id, clinic=chart.clinic_id)
    if row is None:
        raise NotFound
    return row


async def _here(db: Reader, chart: ChartAccess, entry_id: str) -> EntryRow:
    """Like `_required`, for an entry that was not moved to another chart."""
    row = await _required(db, chart, entry_id)
    if row.moved_to:
        raise _gone_elsewhere()
    return row


def _gone_elsewhere() -> Conflict:
    return Conflict(_("This file was moved to another chart. Nothing was changed here."))


def opened(keys: ClinicKeys, row: EntryRow) -> Entry:
    """Open an entry's row. Raises RecordSealBroken for one that was put into this chart without
    the clinic's keys."""
    if not ENTRIES.holds(keys, row):
        raise RecordSealBroken
    known = row._asdict()
    known.update(keys.unseal(_COLUMN, row.id, known.pop("record")))
    del known["clinic_id"], known["mac"]
    if row.moved_to:  # its content is another patient's
        known.update(name="", label="", comment="", note="")
    return Entry(**known)
