"""Entries of the chart: filing, labelling, reviewing, moving."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update

from bedside.audit import Action, Actor, AuditLog
from bedside.charts.categories import Category
from bedside.charts.events import EntryAdded, EntryChanged, EntryRemoved, InboxChanged
from bedside.charts.models import chart_entries, entry_versions
from bedside.charts.search import SearchIndex
from bedside.database.sealed import ClinicKeys, Vault
from bedside.database.statements import prepared
from bedside.errors import Conflict, NotFound, WrongInput
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.kernel.language import gettext as _
from bedside.kernel.unit_of_work import Reader, Row, Transactions, UnitOfWork
from bedside.people.permissions import ChartAccess, StaffAccess, visible_patients

_COLUMN = "chart_entries.record"
_DEAD = ("refused", "infected")
"""States whose content was destroyed; there is nothing to review in them."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file that goes into a chart. Times in milliseconds, `size` in bytes."""

    clinic_id: str
    patient_id: str
    file_id: str
    name: str
    size: int
    media_type: str
    state: str
    channel: str
    category: str
    source_id: str
    actor: Actor
    received_at: int
    comment: str = ""
    taken_at: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as staff see it. `name` is the file name; `label` what staff call it."""

    id: str
    patient_id: str
    file_id: str
    state: str
    media_type: str
    size: int
    category: str
    channel: str
    source_id: str
    sender_kind: str
    sender_id: str
    received_at: int
    reviewed_at: int
    reviewed_by: str
    moved_from: str
    moved_to: str
    version: int
    name: str
    label: str = ""
    comment: str = ""
    note: str = ""
    taken_at: int = 0

    @property
    def title(self) -> str:
        """What a list shows: the label when there is one, else the file name."""
        return self.label or self.name

    @property
    def reviewed(self) -> bool:
        """Whether somebody of staff marked it reviewed."""
        return self.reviewed_at > 0


@dataclass(frozen=True, slots=True)
class ChartFilter:
    """What a chart page asks for; empty values do not filter. Times in milliseconds."""

    kinds: tuple[str, ...] = ()
    """Media types."""
    category: str = ""
    channel: str = ""
    sender_kind: str = ""
    unreviewed: bool = False
    since: int = 0
    until: int = 0
    entry_ids: tuple[str, ...] | None = None
    limit: int = 200


@dataclass(frozen=True, slots=True)
class Version:
    """How an entry was before a change."""

    version: int
    changed_at: int
    changed_by: str
    category: str
    record: dict[str, Any] = field(default_factory=dict[str, Any])


_add = prepared(insert(chart_entries))
_add_version = prepared(insert(entry_versions))
_one = prepared(
    select(chart_entries).where(
        chart_entries.c.id == bindparam("of"),
        chart_entries.c.patient_id == bindparam("patient"),
        chart_entries.c.clinic_id == bindparam("clinic"),
    )
)
_of_file = prepared(
    select(chart_entries).where(
        chart_entries.c.file_id == bindparam("file"), chart_entries.c.moved_to == ""
    )
)
_set_state = prepared(
    update(chart_entries)
    .where(chart_entries.c.id == bindparam("of"))
    .values(state=bindparam("new_state"), media_type=bindparam("new_media_type"))
)
_set_record = prepared(
    update(chart_entries)
    .where(chart_entries.c.id == bindparam("of"), chart_entries.c.version == bindparam("seen"))
    .values(
        record=bindparam("new_record"),
        category=bindparam("new_category"),
        version=chart_entries.c.version + 1,
    )
)
_set_reviewed = prepared(
    update(chart_entries)
    .where(chart_entries.c.id == bindparam("of"))
    .values(reviewed_at=bindparam("moment"), reviewed_by=bindparam("person"))
)
_set_moved = prepared(
    update(chart_entries)
    .where(chart_entries.c.id == bindparam("of"), chart_entries.c.moved_to == "")
    .values(moved_to=bindparam("new_place"))
)
_versions = prepared(
    select(entry_versions)
    .where(
        entry_versions.c.entry_id == bindparam("of"),
        entry_versions.c.clinic_id == bindparam("clinic"),
    )
    .order_by(entry_versions.c.version.desc())
)
_unreviewed = [
    chart_entries.c.clinic_id == bindparam("clinic"),
    chart_entries.c.reviewed_at == 0,
    chart_entries.c.moved_to == "",
    chart_entries.c.state.notin_(_DEAD),
    chart_entries.c.patient_id.in_(visible_patients()),
]
_inbox = prepared(
    select(chart_entries)
    .where(*_unreviewed)
    .order_by(chart_entries.c.received_at.desc())
    .limit(bindparam("limit"))
)
_inbox_count = prepared(
    select(func.count().label("unreviewed")).select_from(chart_entries).where(*_unreviewed)
)
_chart_unreviewed = prepared(
    select(func.count().label("unreviewed"))
    .select_from(chart_entries)
    .where(
        chart_entries.c.clinic_id == bindparam("clinic"),
        chart_entries.c.patient_id == bindparam("patient"),
        chart_entries.c.reviewed_at == 0,
        chart_entries.c.moved_to == "",
        chart_entries.c.state.notin_(_DEAD),
    )
)


class Charts:
    """The charts of all patients."""

    def __init__(
        self, database: Transactions, vault: Vault, audit: AuditLog, index: SearchIndex
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._index = index

    async def file(self, work: UnitOfWork, incoming: Incoming) -> str:
        """Put a file into the chart of its patient; the id of the entry.

        Filing the same file twice gives the entry that is there: an intake that was killed and
        runs again files once.
        """
        known = await work.one(_of_file, file=incoming.file_id)
        if known:
            return known.id
        keys = await self._vault.clinic(incoming.clinic_id)
        entry_id = new_id("ent")
        record = {
            "name": incoming.name,
            "label": "",
            "comment": incoming.comment,
            "note": "",
            "taken_at": incoming.taken_at,
        }
        await work.execute(
            _add,
            id=entry_id,
            clinic_id=incoming.clinic_id,
            patient_id=incoming.patient_id,
            file_id=incoming.file_id,
            state=incoming.state,
            media_type=incoming.media_type,
            size=incoming.size,
            category=incoming.category,
            channel=incoming.channel,
            source_id=incoming.source_id,
            sender_kind=str(incoming.actor.kind),
            sender_id=incoming.actor.id,
            received_at=incoming.received_at,
            record=keys.seal(_COLUMN, entry_id, record),
            reviewed_at=0,
            reviewed_by="",
            moved_from="",
            moved_to="",
            version=1,
        )
        words = f"{incoming.name} {incoming.comment}"
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
        row = await work.one(_of_file, file=incoming.file_id)
        self._tell(work, row, EntryAdded, "added")
        return entry_id

    async def set_file_state(
        self, work: UnitOfWork, file_id: str, state: str, media_type: str
    ) -> None:
        """The intake has learned more about a file: show it in the chart."""
        row = await work.one(_of_file, file=file_id)
        if row:
            await work.execute(_set_state, of=row.id, new_state=state, new_media_type=media_type)
            row = await work.one(_of_file, file=file_id)
            self._tell(work, row, EntryChanged, state)

    async def add_text(self, work: UnitOfWork, clinic_id: str, file_id: str, text: str) -> None:
        """Index the words of a file's content, and tell pages that its preview is ready."""
        row = await work.one(_of_file, file=file_id)
        if row:
            keys = await self._vault.clinic(clinic_id)
            await self._index.add(work, keys, row.patient_id, row.id, text)
            self._tell(work, row, EntryChanged, "preview")

    async def entries(self, chart: ChartAccess, wanted: ChartFilter) -> list[Entry]:
        """Entries of one chart, newest first."""
        keys = await self._vault.clinic(chart.clinic_id)
        async with self._database.read() as db:
            rows = await db.all(_filtered(chart, wanted))
        return [_opened(keys, row) for row in rows]

    async def entry(self, chart: ChartAccess, entry_id: str) -> Entry:
        """One entry. Raises NotFound, also when it is in another chart."""
        keys = await self._vault.clinic(chart.clinic_id)
        async with self._database.read() as db:
            return _opened(keys, await _required(db, chart, entry_id))

    async def versions(self, chart: ChartAccess, entry_id: str) -> list[Version]:
        """How the entry was before each change, newest first."""
        await self.entry(chart, entry_id)
        keys = await self._vault.clinic(chart.clinic_id)
        async with self._database.read() as db:
            rows = await db.all(_versions, of=entry_id, clinic=chart.clinic_id)
        return [
            Version(
                row.version,
                row.changed_at,
                row.changed_by,
                row.category,
                keys.unseal(_COLUMN, entry_id, row.record),
            )
            for row in rows
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
        """Label, annotate, categorise. The former state is kept as a version.

        Raises Conflict when somebody changed the entry since `seen_version` was shown.
        """
        if category not in set(Category):
            raise WrongInput(_("Please choose a category from the list."), field="category")
        if len(label) > 200 or len(note) > 5_000:
            raise WrongInput(_("This text is too long. It was not saved."), field="label")
        keys = await self._vault.clinic(chart.clinic_id)
        async with self._database.unit_of_work() as work:
            row = await _required(work, chart, entry_id)
            record = keys.unseal(_COLUMN, entry_id, row.record)
            record.update(label=label.strip(), note=note.strip())
            changed = await work.execute(
                _set_record,
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
            await self._index.add(work, keys, row.patient_id, entry_id, f"{label} {note}")
            await self._line(work, chart, Action.ENTRY_CHANGED, row, category=category)
            row = await _required(work, chart, entry_id)
            self._tell(work, row, EntryChanged, "changed")

    async def _keep_version(self, work: UnitOfWork, chart: ChartAccess, row: Row) -> None:
        await work.execute(
            _add_version,
            entry_id=row.id,
            version=row.version,
            clinic_id=chart.clinic_id,
            category=row.category,
            record=row.record,
            changed_at=clock.now(),
            changed_by=chart.staff.staff_id,
        )

    async def review(self, chart: ChartAccess, entry_id: str, reviewed: bool = True) -> None:
        """Mark reviewed, or take the mark back. Doing it twice is the same as once."""
        async with self._database.unit_of_work() as work:
            row = await _required(work, chart, entry_id)
            if (row.reviewed_at > 0) == reviewed:
                return
            await work.execute(
                _set_reviewed,
                of=entry_id,
                moment=clock.now() if reviewed else 0,
                person=chart.staff.staff_id if reviewed else "",
            )
            await self._line(work, chart, Action.ENTRY_REVIEWED, row, reviewed=reviewed)
            row = await _required(work, chart, entry_id)
            self._tell(work, row, EntryChanged, "reviewed")

    async def move(self, chart: ChartAccess, entry_id: str, to: ChartAccess, reason: str) -> str:
        """Move a misfiled entry to the chart where it belongs; the id of the new entry.

        The old chart keeps a line that says that something was moved away, by whom and why.
        """
        if not reason.strip():
            raise WrongInput(_("Please say why this is moved."), field="reason")
        if to.patient_id == chart.patient_id:
            raise WrongInput(_("It is in this chart already."), field="patient")
        keys = await self._vault.clinic(chart.clinic_id)
        async with self._database.unit_of_work() as work:
            row = await _required(work, chart, entry_id)
            moved_id = new_id("ent")
            if not await work.execute(_set_moved, of=entry_id, new_place=moved_id):
                raise Conflict(_("Somebody has moved this file already."))
            record = keys.unseal(_COLUMN, entry_id, row.record)
            copied = {
                **row._asdict(),
                "id": moved_id,
                "patient_id": to.patient_id,
                "record": keys.seal(_COLUMN, moved_id, record),
                "moved_from": entry_id,
                "reviewed_at": 0,
                "reviewed_by": "",
                "version": 1,
            }
            await work.execute(_add, **copied)
            await self._index.move(work, entry_id, moved_id, to.patient_id)
            await self._line(work, chart, Action.ENTRY_MOVED, row, reason=reason, to=moved_id)
            work.emit(EntryRemoved(patient_id=chart.patient_id, entry_id=entry_id))
            moved = await _required(work, to, moved_id)
            await self._line(work, to, Action.ENTRY_MOVED, moved, reason=reason, came=entry_id)
            self._tell(work, moved, EntryAdded, "moved")
        return moved_id

    async def inbox(self, staff: StaffAccess, limit: int = 50) -> list[Entry]:
        """Unreviewed entries of all patients that this person may see, newest first."""
        keys = await self._vault.clinic(staff.clinic_id)
        async with self._database.read() as db:
            rows = await db.all(_inbox, staff=staff.staff_id, clinic=staff.clinic_id, limit=limit)
        return [_opened(keys, row) for row in rows]

    async def unreviewed_count(self, staff: StaffAccess) -> int:
        """How many entries wait in the inbox of this person."""
        async with self._database.read() as db:
            row = await db.one(_inbox_count, staff=staff.staff_id, clinic=staff.clinic_id)
        return row.unreviewed if row else 0

    async def unreviewed_in(self, chart: ChartAccess) -> int:
        """How many entries of one chart wait for review."""
        async with self._database.read() as db:
            row = await db.one(_chart_unreviewed, clinic=chart.clinic_id, patient=chart.patient_id)
        return row.unreviewed if row else 0

    async def _line(
        self, work: UnitOfWork, chart: ChartAccess, action: Action, row: Row, **details: Any
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

    def _tell(
        self,
        work: UnitOfWork,
        row: Row | None,
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


def entry_facts(row: Row) -> dict[str, Any]:
    """What events and snapshots tell of an entry: no content."""
    return {
        "file_id": row.file_id,
        "state": row.state,
        "media_type": row.media_type,
        "category": row.category,
        "reviewed": row.reviewed_at > 0,
    }


async def _required(db: Reader, chart: ChartAccess, entry_id: str) -> Row:
    row = await db.one(_one, of=entry_id, patient=chart.patient_id, clinic=chart.clinic_id)
    if row is None:
        raise NotFound
    return row


def _opened(keys: ClinicKeys, row: Row) -> Entry:
    known = row._asdict()
    known.update(keys.unseal(_COLUMN, row.id, known.pop("record")))
    del known["clinic_id"]
    return Entry(**known)


def _filtered(chart: ChartAccess, wanted: ChartFilter) -> Any:
    entries = chart_entries.c
    found = select(chart_entries).where(
        entries.clinic_id == chart.clinic_id, entries.patient_id == chart.patient_id
    )
    if wanted.kinds:
        found = found.where(entries.media_type.in_(wanted.kinds))
    for column in ("category", "channel", "sender_kind"):
        if value := getattr(wanted, column):
            found = found.where(entries[column] == value)
    if wanted.unreviewed:
        found = found.where(
            entries.reviewed_at == 0, entries.moved_to == "", entries.state.notin_(_DEAD)
        )
    if wanted.since:
        found = found.where(entries.received_at >= wanted.since)
    if wanted.until:
        found = found.where(entries.received_at < wanted.until)
    if wanted.entry_ids is not None:
        found = found.where(entries.id.in_(wanted.entry_ids))
    return found.order_by(entries.received_at.desc(), entries.id.desc()).limit(wanted.limit)
