"""The statements of the chart.

Conditions of the partial index are literals: a planner can prove that an index over unreviewed
entries serves a statement only if it sees the values.
"""

from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, insert, literal_column, select, tuple_, update

from bedside.charts.models import chart_entries, entry_versions
from bedside.charts.records import DEAD, ChartFilter, Tally
from bedside.database.statements import Prepared, prepared
from bedside.people.permissions import ChartAccess, is_visible
from bedside.people.reach import Condition, among_the_few, two_ways

_entries = chart_entries.c


class EntryRow(NamedTuple):
    """A stored entry."""

    id: str
    clinic_id: str
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
    record: bytes
    reviewed_at: int
    reviewed_by: str
    moved_from: str
    moved_to: str
    version: int
    mac: bytes | None


_IS_UNREVIEWED = (
    _entries.reviewed_at == literal_column("0"),
    _entries.moved_to == literal_column("''"),
    _entries.state.notin_([literal_column(f"'{state}'") for state in DEAD]),
)
_IN_CHART = (_entries.clinic_id == bindparam("clinic"), _entries.patient_id == bindparam("patient"))

ADD = prepared(insert(chart_entries))
ADD_VERSION = prepared(insert(entry_versions))
ONE = prepared(select(chart_entries).where(_entries.id == bindparam("of"), *_IN_CHART), EntryRow)
OF_FILE = prepared(
    select(chart_entries).where(_entries.file_id == bindparam("file"), _entries.moved_to == ""),
    EntryRow,
)
FROM = prepared(
    select(chart_entries)
    .where(*_IN_CHART, _entries.source_id == bindparam("source"), _entries.moved_to == "")
    .order_by(_entries.id)
    .with_for_update(),
    EntryRow,
)
COUNT_FROM = prepared(
    select(func.count().label("entries")).where(
        *_IN_CHART, _entries.source_id == bindparam("source"), _entries.state.notin_(DEAD)
    )
)
SET_STATE = prepared(
    update(chart_entries)
    .where(_entries.id == bindparam("of"))
    .values(state=bindparam("new_state"), media_type=bindparam("new_media_type"))
)
SET_RECORD = prepared(
    update(chart_entries)
    .where(_entries.id == bindparam("of"), _entries.version == bindparam("seen"))
    .values(
        record=bindparam("new_record"),
        category=bindparam("new_category"),
        version=_entries.version + 1,
    )
)
SET_REVIEWED = prepared(
    update(chart_entries)
    .where(_entries.id == bindparam("of"))
    .values(reviewed_at=bindparam("moment"), reviewed_by=bindparam("person"))
)
SET_MOVED = prepared(
    update(chart_entries)
    .where(_entries.id == bindparam("of"), _entries.moved_to == "")
    .values(moved_to=bindparam("new_place"), record=bindparam("new_record"))
)
VERSIONS = prepared(
    select(entry_versions)
    .where(
        entry_versions.c.entry_id == bindparam("of"),
        entry_versions.c.clinic_id == bindparam("clinic"),
    )
    .order_by(entry_versions.c.version.desc())
)
IN_INBOX = (
    _entries.clinic_id == bindparam("clinic"),
    *_IS_UNREVIEWED,
    is_visible(_entries.patient_id),
)
_inbox = select(chart_entries).where(*IN_INBOX).limit(bindparam("limit"))
INBOX = prepared(_inbox.order_by(_entries.received_at.desc()), EntryRow)
INBOX_OLDEST = prepared(_inbox.order_by(_entries.received_at), EntryRow)


def _unreviewed(visible: Condition) -> Any:
    # For few patients their own index serves, which the clinic's would hide.
    few = visible is among_the_few
    clinic = _entries.clinic_id.concat("") if few else _entries.clinic_id
    some = select(_entries.id).where(
        clinic == bindparam("clinic"), *_IS_UNREVIEWED, visible(_entries.patient_id)
    )
    return select(func.count().label("unreviewed")).select_from(
        some.limit(bindparam("most")).subquery()
    )


INBOX_COUNT = two_ways(_unreviewed)
CHART_COUNT = prepared(
    select(func.count().label("entries")).select_from(chart_entries).where(*_IN_CHART)
)
CHART_UNREVIEWED = prepared(
    select(func.count().label("unreviewed"))
    .select_from(chart_entries)
    .where(*_IN_CHART, *_IS_UNREVIEWED)
)
_FACTS = (
    _entries.media_type,
    _entries.category,
    _entries.channel,
    _entries.sender_kind,
    _entries.sender_id,
)
TALLIES = prepared(
    select(*_FACTS, func.count().label("entries")).where(*_IN_CHART).group_by(*_FACTS), Tally
)
SENDERS = prepared(
    select(_entries.sender_kind, _entries.sender_id)
    .where(*_IN_CHART)
    .distinct()
    .order_by(_entries.sender_kind, _entries.sender_id)
)


def filtered(chart: ChartAccess, wanted: ChartFilter) -> Prepared[EntryRow]:
    """Select matching entries of one chart, newest first."""
    found = select(chart_entries).where(
        _entries.clinic_id == chart.clinic_id, _entries.patient_id == chart.patient_id
    )
    if wanted.kinds:
        found = found.where(_entries.media_type.in_(wanted.kinds))
    for column in ("category", "channel", "sender_kind", "sender_id"):
        if value := getattr(wanted, column):
            found = found.where(_entries[column] == value)
    if wanted.unreviewed:
        found = found.where(*_IS_UNREVIEWED)
    if wanted.size:
        found = found.where(_entries.size == wanted.size)
    if wanted.since:
        found = found.where(_entries.received_at >= wanted.since)
    if wanted.until:
        found = found.where(_entries.received_at < wanted.until)
    if wanted.entry_ids is not None:
        found = found.where(_entries.id.in_(wanted.entry_ids))
    if wanted.older_than is not None:
        at, entry_id = wanted.older_than
        found = found.where(
            _entries.received_at <= at,
            tuple_(_entries.received_at, _entries.id) < tuple_(at, entry_id),
        )
    found = found.order_by(_entries.received_at.desc(), _entries.id.desc()).limit(wanted.limit)
    return prepared(found, EntryRow)
