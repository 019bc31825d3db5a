"""Entries of the chart as the patient sees them: what the patient sent, and what was sent to the
patient (feature F12).

What staff put into the chart for themselves is not there, nor what they wrote about an entry, nor
an entry that was reported (`reports`). Proxies do not see what is hidden from them
(`people.hidden`).
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, exists, or_, select, tuple_

from bedside.charts.channels import Channel
from bedside.charts.entries import ENTRIES, opened
from bedside.charts.models import chart_entries, entry_reports, sent_entries
from bedside.charts.records import DEAD, Entry
from bedside.charts.rows import EntryRow
from bedside.database.sealed import RecordSealBroken, Vault
from bedside.database.statements import Among, prepared
from bedside.errors import NotFound
from bedside.kernel.unit_of_work import Reader, Transactions
from bedside.people.hidden import as_seen_by, is_shown
from bedside.people.permissions import ChartAccess, PatientAccess, ShareAccess
from bedside.people.record_parts import Part

FROM_PATIENT = ("patient", "proxy")
"""Kinds of actors on the patient's side."""
TO_PATIENT = (Channel.LIVE_TRANSFER, Channel.SECURE_LINK)
"""Channels by which staff give something to the patient; what goes along with a message of the chat
is given by that message (`sent`)."""


class _Hidden(NamedTuple):
    id: str


_entries = chart_entries.c
_reported = exists().where(entry_reports.c.entry_id == _entries.id, entry_reports.c.state != "kept")
_given = exists().where(
    sent_entries.c.entry_id == _entries.id,
    sent_entries.c.given,
    sent_entries.c.withdrawn_at == 0,
)
IS_SHOWN = is_shown(_entries.id, _entries.source_id, categories=(_entries.category,))
"""Whether an entry is not hidden from the person who looks. Bind what `as_seen_by` returns."""
_IN_CHART = (_entries.clinic_id == bindparam("clinic"), _entries.patient_id == bindparam("patient"))
_IN_VIEW = (
    *_IN_CHART,
    _entries.state == "filed",
    _entries.moved_to == "",
    or_(_entries.sender_kind.in_(FROM_PATIENT), _entries.channel.in_(TO_PATIENT), _given),
    ~_reported,
    IS_SHOWN,
)
_newest = (_entries.received_at.desc(), _entries.id.desc())
_listed = prepared(
    select(chart_entries).where(*_IN_VIEW).order_by(*_newest).limit(bindparam("limit")), EntryRow
)
_older = prepared(
    select(chart_entries)
    .where(
        *_IN_VIEW,
        _entries.received_at <= bindparam("at"),
        tuple_(_entries.received_at, _entries.id) < tuple_(bindparam("at"), bindparam("than")),
    )
    .order_by(*_newest)
    .limit(bindparam("limit")),
    EntryRow,
)
_sent = prepared(
    select(chart_entries)
    .where(
        *_IN_CHART,
        _entries.channel == Channel.PATIENT_UPLOAD,
        _entries.sender_kind.in_(FROM_PATIENT),
        _entries.source_id == "",
        _entries.moved_to == "",
        ~_reported,
        IS_SHOWN,
    )
    .order_by(*_newest)
    .limit(bindparam("limit")),
    EntryRow,
)
_one = prepared(select(chart_entries).where(_entries.id == bindparam("of"), *_IN_VIEW), EntryRow)
_some = Among(
    lambda ids: select(chart_entries).where(_entries.id.in_(ids), *_IN_VIEW).order_by(_entries.id),
    EntryRow,
)
_hidden = Among(
    lambda ids: select(_entries.id).where(_entries.id.in_(ids), ~IS_SHOWN),
    _Hidden,
)
_all_hidden = prepared(select(_entries.id).where(*_IN_CHART, ~IS_SHOWN))
_category = prepared(select(_entries.category).where(_entries.id == bindparam("of")))
_of_file = prepared(
    select(_entries.category)
    .where(_entries.file_id == bindparam("file"), _entries.moved_to == "")
    .order_by(_entries.id)
    .limit(1)
)
_in_chart = prepared(
    select(chart_entries).where(
        _entries.id == bindparam("of"), *_IN_CHART, _entries.moved_to == ""
    ),
    EntryRow,
)


async def hidden_among(
    reader: Reader, access: PatientAccess, entry_ids: tuple[str, ...]
) -> frozenset[str]:
    """Return those of some entries that are hidden from the person who looks."""
    if not entry_ids or not access.viewer:
        return frozenset()
    asked, among = _hidden.of(list(entry_ids))
    return frozenset(row.id for row in await reader.all(asked, **as_seen_by(access), **among))


async def category_of(reader: Reader, file_id: str) -> str:
    """Return the category of a file of a chart; "" if it is in none."""
    row = await reader.one(_of_file, file=file_id)
    return row.category if row else ""


def category_of_file(file_id: ColumnElement[str]) -> ColumnElement[str]:
    """Return the category of a file of a chart, for statements; NULL if it is in none."""
    return (
        select(_entries.category)
        .where(_entries.file_id == file_id, _entries.moved_to == "")
        .order_by(_entries.id)
        .limit(1)
        .scalar_subquery()
    )


@dataclass(frozen=True, slots=True)
class OwnEntry:
    """An entry as the patient sees it. `own`: sent by the patient's side. Its repr omits the
    words."""

    id: str
    patient_id: str
    file_id: str
    name: str
    comment: str
    media_type: str
    size: int
    category: str
    channel: str
    own: bool
    sender_kind: str
    sender_id: str
    received_at: int
    state: str

    @property
    def is_dead(self) -> bool:
        """Whether it was not accepted, and its content destroyed."""
        return self.state in DEAD

    def __repr__(self) -> str:
        return f"OwnEntry({self.id})"


class PatientSide:
    """The patient's view of the chart."""

    def __init__(self, database: Transactions, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def entries(
        self,
        patient: PatientAccess,
        *,
        limit: int = 50,
        older_than: tuple[int, str] | None = None,
    ) -> list[OwnEntry]:
        """Return entries, newest first; `older_than` is (received_at, id) of the last one of the
        page before."""
        patient.require(Part.FILES)
        which: dict[str, Any] = {
            "clinic": patient.clinic_id,
            "patient": patient.patient_id,
            **as_seen_by(patient),
        }
        async with self._database.read() as db:
            if older_than is None:
                rows = await db.all(_listed, **which, limit=limit)
            else:
                at, than = older_than
                rows = await db.all(_older, **which, limit=limit, at=at, than=than)
        return await self._opened(rows)

    async def sent(self, patient: PatientAccess, limit: int) -> list[OwnEntry]:
        """Return what the patient's side sent from the app by itself, newest first, in whatever
        state it is."""
        patient.require(Part.FILES)
        which = {"clinic": patient.clinic_id, "patient": patient.patient_id, **as_seen_by(patient)}
        async with self._database.read() as db:
            rows = await db.all(_sent, **which, limit=limit)
        return await self._opened(rows)

    async def entry(
        self, patient: PatientAccess, entry_id: str, db: Reader | None = None
    ) -> OwnEntry:
        """Return one entry. Raises NotFound, also for one that was reported."""
        patient.require(Part.FILES)
        if db is None:
            async with self._database.read() as reader:
                return await self.entry(patient, entry_id, reader)
        row = await db.one(
            _one,
            of=entry_id,
            clinic=patient.clinic_id,
            patient=patient.patient_id,
            **as_seen_by(patient),
        )
        if row is None:
            raise NotFound
        return (await self._opened([row]))[0]

    async def some(
        self, access: PatientAccess | ShareAccess, entry_ids: tuple[str, ...]
    ) -> list[OwnEntry]:
        """Return those of some entries that are in the view now, in the order of `entry_ids`; a
        link reaches those that it was made for only."""
        seen = as_seen_by(access if isinstance(access, PatientAccess) else None)
        if isinstance(access, PatientAccess):
            access.require(Part.FILES)
        else:
            entry_ids = tuple(one for one in entry_ids if one in access.entry_ids)
        if not entry_ids:
            return []
        wanted, among = _some.of(list(entry_ids))
        async with self._database.read() as db:
            rows = await db.all(
                wanted, clinic=access.clinic_id, patient=access.patient_id, **seen, **among
            )
        found = {entry.id: entry for entry in await self._opened(rows)}
        return [found[one] for one in entry_ids if one in found]

    async def belongs(
        self, db: Reader, clinic_id: str, patient_id: str, entry_id: str
    ) -> tuple[str, ...]:
        """Return an entry if it is in a patient's chart. Implements `people.hidden.Finder`."""
        row = await db.one(_in_chart, of=entry_id, clinic=clinic_id, patient=patient_id)
        return (row.id,) if row else ()

    async def categories(self, db: Reader, entry_id: str) -> frozenset[str]:
        """Return the category of an entry. Implements `people.hidden.Categories`."""
        row = await db.one(_category, of=entry_id)
        return frozenset({row.category}) if row else frozenset()

    async def hidden(self, db: Reader, access: PatientAccess) -> frozenset[str]:
        """Return all entries that are hidden from somebody. Implements `people.hidden.Lister`."""
        which = {"clinic": access.clinic_id, "patient": access.patient_id}
        rows = await db.all(_all_hidden, **which, **as_seen_by(access))
        return frozenset(row.id for row in rows)

    async def name_in_chart(self, chart: ChartAccess, entry_id: str, db: Reader) -> str:
        """Return the file name of an entry of a chart, for staff. Raises NotFound."""
        row = await db.one(_in_chart, of=entry_id, clinic=chart.clinic_id, patient=chart.patient_id)
        if row is None:
            raise NotFound
        return opened(await self._vault.clinic(chart.clinic_id), row).name

    async def _opened(self, rows: list[EntryRow]) -> list[OwnEntry]:
        if not rows:
            return []
        keys = await self._vault.clinic(rows[0].clinic_id)
        for row in rows:
            if not ENTRIES.holds(keys, row):
                raise RecordSealBroken
        return [_own(opened(keys, row)) for row in rows]


def _own(entry: Entry) -> OwnEntry:
    own = entry.sender_kind in FROM_PATIENT
    return OwnEntry(
        id=entry.id,
        patient_id=entry.patient_id,
        file_id=entry.file_id,
        name=entry.name,
        comment=entry.comment if own else "",
        media_type=entry.media_type,
        size=entry.size,
        category=entry.category,
        channel=entry.channel,
        own=own,
        sender_kind=entry.sender_kind,
        sender_id=entry.sender_id,
        received_at=entry.received_at,
        state=entry.state,
    )
