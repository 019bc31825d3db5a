"""The statements of the chart.

Conditions of the partial index are literals: a planner can prove that an index over unreviewed
entries serves a statement only if it sees the values.
"""

from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, insert, literal_column, select, tuple_, update

from bedside.charts.models import chart_entries, entry_versions
from bedside.charts.records import DEAD, ChartFilter, Tally
from bedside.database.statements import Among, Prepared, prepared, unindexed
from bedside.people.permissions import ChartAccess
from bedside.people.reach import Condition, TwoWays, among_the_few, two_ways
from bedside.people.visibility import is_visible

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


class Place(NamedTuple):
    """By what an entry of the inbox has its place in the list; nothing of it is sealed."""

    id: str
    patient_id: str
    category: str
    received_at: int


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
_place = tuple_(_entries.received_at, _entries.id)
_OLDER = (
    _entries.received_at <= bindparam("at"),
    _place < tuple_(bindparam("at"), bindparam("than")),
)
_YOUNGER = (
    _entries.received_at >= bindparam("at"),
    _place > tuple_(bindparam("at"), bindparam("than")),
)
IN_INBOX = (
    _entries.clinic_id == bindparam("clinic"),
    *_IS_UNREVIEWED,
    is_visible(_entries.patient_id),
)


def _waiting(visible: Condition, *columns: Any) -> Any:
    # For few patients their own index serves, which the clinic's would hide.
    few = visible is among_the_few
    clinic = unindexed(_entries.clinic_id) if few else _entries.clinic_id
    return select(*columns).where(
        clinic == bindparam("clinic"), *_IS_UNREVIEWED, visible(_entries.patient_id)
    )


def _inbox(oldest: bool, beyond: bool) -> TwoWays[Prepared[EntryRow]]:
    """Prepare a page of the inbox, by age; `beyond` a place for all but the first one."""
    place = (_entries.received_at, _entries.id)
    order = [column.asc() if oldest else column.desc() for column in place]
    further = (_YOUNGER if oldest else _OLDER) if beyond else ()

    def asked(visible: Condition) -> Any:
        waiting = _waiting(visible, chart_entries).where(*further)
        return waiting.order_by(*order).limit(bindparam("limit"))

    return two_ways(asked, EntryRow)


def _unreviewed(visible: Condition) -> Any:
    some = _waiting(visible, _entries.id).limit(bindparam("most"))
    return select(func.count().label("unreviewed")).select_from(some.subquery())


INBOX = {
    (oldest, beyond): _inbox(oldest, beyond) for oldest in (False, True) for beyond in (False, True)
}
"""By whether the oldest come first, and whether it begins beyond a place."""
INBOX_COUNT = two_ways(_unreviewed)


def _newest_places(visible: Condition) -> Any:
    waiting = _waiting(visible, *(_entries[name] for name in Place._fields))
    newest = (_entries.received_at.desc(), _entries.id.desc())
    return waiting.order_by(*newest).limit(bindparam("limit"))


INBOX_PLACES = two_ways(_newest_places, Place)
INBOX_SOME = Among(
    lambda ids: select(chart_entries).where(
        _entries.id.in_(ids),
        unindexed(_entries.clinic_id) == bindparam("clinic"),
        *_IS_UNREVIEWED,
        is_visible(_entries.patient_id),
    ),
    EntryRow,
)
"""Entries of the inbox by their ids, as far as they still wait."""
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
_EQUAL = ("category", "channel", "sender_kind", "sender_id", "size")


def filtered(chart: ChartAccess, wanted: ChartFilter) -> tuple[Prepared[EntryRow], dict[str, Any]]:
    """Select matching entries of one chart, newest first. Returns the statement, which is compiled
    once for each combination of filters, and its values."""
    values: dict[str, Any] = {
        "clinic": chart.clinic_id,
        "patient": chart.patient_id,
        "limit": wanted.limit,
    }
    values |= {f"its_{name}": value for name in _EQUAL if (value := getattr(wanted, name))}
    values |= {name: value for name in ("since", "until") if (value := getattr(wanted, name))}
    if wanted.older_than is not None:
        values["at"], values["than"] = wanted.older_than
    kinds, ids = wanted.kinds, wanted.entry_ids
    among = _filtered(frozenset(values), wanted.unreviewed, len(kinds), ids is not None)
    statement, listed = among.of(ids or ("",))
    values |= {f"kind_{n}": kind for n, kind in enumerate(kinds)}
    return statement, values if ids is None else values | listed


@lru_cache(1_000)
def _filtered(names: frozenset[str], unreviewed: bool, kinds: int, some: bool) -> Among[EntryRow]:
    """Prepare a combination of filters, named by its values; `kinds` is how many there are."""
    found = select(chart_entries).where(*_IN_CHART)
    if kinds:
        found = found.where(_entries.media_type.in_([bindparam(f"kind_{n}") for n in range(kinds)]))
    for name in _EQUAL:
        if f"its_{name}" in names:
            found = found.where(_entries[name] == bindparam(f"its_{name}"))
    if unreviewed:
        found = found.where(*_IS_UNREVIEWED)
    if "since" in names:
        found = found.where(_entries.received_at >= bindparam("since"))
    if "until" in names:
        found = found.where(_entries.received_at < bindparam("until"))
    if "than" in names:
        found = found.where(*_OLDER)
    newest = (_entries.received_at.desc(), _entries.id.desc())
    found = found.order_by(*newest).limit(bindparam("limit"))
    return Among(lambda ids: found.where(_entries.id.in_(ids)) if some else found, EntryRow)
