"""Entries of charts that went along with messages of the chat (feature C1) and with letters (L3).

What staff send along is in the patient's view from then on, until its message is taken back or the
link to its letter is closed; in the chart it stays. For a letter, `message_id` is its id, and there
is no conversation.
"""

from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, insert, select, update

from bedside.charts.entries import opened
from bedside.charts.models import chart_entries, entry_reports, sent_entries
from bedside.charts.patient_side import IS_SHOWN
from bedside.charts.records import DEAD, Entry
from bedside.charts.rows import EntryRow
from bedside.database.sealed import Vault
from bedside.database.statements import Among, prepared
from bedside.errors import Conflict, NotFound
from bedside.kernel import clock
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Reader, UnitOfWork
from bedside.people.permissions import ChartAccess, LinkAccess, PatientAccess

_GONE = N_("One of these files was moved, reported or destroyed meanwhile. Please choose again.")


class SentEntryRow(NamedTuple):
    """A stored entry of a message."""

    entry_id: str
    message_id: str
    conversation_id: str
    given: bool
    withdrawn_at: int


class _Reported(NamedTuple):
    entry_id: str


_entries, _sent = chart_entries.c, sent_entries.c
_add = prepared(insert(sent_entries))
_withdraw = prepared(
    update(sent_entries)
    .where(_sent.message_id == bindparam("of"), _sent.withdrawn_at == 0)
    .values(withdrawn_at=bindparam("moment"))
)
_give_again = prepared(
    update(sent_entries).where(_sent.message_id == bindparam("of")).values(withdrawn_at=0)
)
_of_entry = prepared(select(sent_entries).where(_sent.entry_id == bindparam("entry")), SentEntryRow)
_given_with = prepared(
    select(_sent.entry_id)
    .where(_sent.message_id == bindparam("message"), _sent.given, _sent.withdrawn_at == 0)
    .order_by(_sent.entry_id)
)
_categories = prepared(
    select(_entries.category)
    .select_from(sent_entries.join(chart_entries, _entries.id == _sent.entry_id))
    .where(_sent.message_id == bindparam("message"))
)
_origins = prepared(
    select(_entries.id, _entries.source_id)
    .select_from(sent_entries.join(chart_entries, _entries.id == _sent.entry_id))
    .where(_sent.message_id == bindparam("message"))
    .order_by(_entries.id)
)
_some = Among(
    lambda ids: select(chart_entries).where(
        _entries.id.in_(ids),
        _entries.clinic_id == bindparam("clinic"),
        _entries.patient_id == bindparam("patient"),
    ),
    EntryRow,
)
_reported = Among(
    lambda ids: select(entry_reports.c.entry_id).where(
        entry_reports.c.entry_id.in_(ids), entry_reports.c.state != "kept"
    ),
    _Reported,
)


def has_only_hidden(message_id: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether files went along with a message, and all of them are hidden from the person who
    looks. Bind what `people.hidden.as_seen_by` returns."""
    of_message = select(_sent.entry_id).where(_sent.message_id == message_id)
    shown = (
        select(_sent.entry_id)
        .select_from(sent_entries.join(chart_entries, _entries.id == _sent.entry_id))
        .where(_sent.message_id == message_id, IS_SHOWN)
    )
    return and_(of_message.exists(), ~shown.exists())


async def add(
    work: UnitOfWork, message_id: str, conversation_id: str, entry_ids: tuple[str, ...], given: bool
) -> None:
    """Store which entries went along with a message. `given`: to the patient, by staff."""
    about = {"message_id": message_id, "conversation_id": conversation_id}
    rows = [
        {"entry_id": one, **about, "given": given, "withdrawn_at": 0}
        for one in dict.fromkeys(entry_ids)
    ]
    if rows:
        await work.execute_many(_add, rows)


async def withdraw(work: UnitOfWork, message_id: str) -> None:
    """Take what went along with a message out of the patient's view."""
    await work.execute(_withdraw, of=message_id, moment=clock.now())


def has_hidden(message_id: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether one of the files that went along with a letter is hidden from the person who looks.
    Bind what `people.hidden.as_seen_by` returns."""
    return (
        select(_sent.entry_id)
        .select_from(sent_entries.join(chart_entries, _entries.id == _sent.entry_id))
        .where(_sent.message_id == message_id, ~IS_SHOWN)
        .exists()
    )


async def give_again(work: UnitOfWork, message_id: str) -> None:
    """Put what was withdrawn back into the patient's view."""
    await work.execute(_give_again, of=message_id)


async def of_entry(reader: Reader, entry_id: str) -> list[SentEntryRow]:
    """Return the messages with which an entry went along."""
    return await reader.all(_of_entry, entry=entry_id)


async def given_with(reader: Reader, message_id: str) -> tuple[str, ...]:
    """Return the entries that staff gave to the patient with a message or a letter, and did not
    take back."""
    rows = await reader.all(_given_with, message=message_id)
    return tuple(row.entry_id for row in rows)


async def categories(reader: Reader, message_id: str) -> frozenset[str]:
    """Return the categories of what went along with a message."""
    rows = await reader.all(_categories, message=message_id)
    return frozenset(row.category for row in rows)


async def origins(reader: Reader, message_id: str) -> tuple[tuple[str, str], ...]:
    """Return what went along with a message or a letter, each with where it came from or ""."""
    rows = await reader.all(_origins, message=message_id)
    return tuple((row.id, row.source_id) for row in rows)


async def entries(
    reader: Reader,
    vault: Vault,
    access: ChartAccess | PatientAccess | LinkAccess,
    entry_ids: tuple[str, ...],
) -> dict[str, Entry]:
    """Return those of the entries that are in the chart, by id, in whatever state; the caller
    decides what of them is shown."""
    if not entry_ids:
        return {}
    wanted, among = _some.of(entry_ids)
    rows = await reader.all(wanted, clinic=access.clinic_id, patient=access.patient_id, **among)
    keys = await vault.clinic(access.clinic_id)
    return {row.id: opened(keys, row) for row in rows}


async def require_sendable(
    work: UnitOfWork, chart: ChartAccess, entry_ids: tuple[str, ...]
) -> None:
    """Check that staff can send these entries of a chart. Raises NotFound for one that is in no
    chart of this patient, Conflict for one that was moved away, destroyed or reported."""
    rows = await _in_chart(work, chart.clinic_id, chart.patient_id, entry_ids)
    if {row.id for row in rows} != set(entry_ids):
        raise NotFound
    if await _unsendable(work, rows):
        raise Conflict(_GONE)


async def sendable(
    reader: Reader, clinic_id: str, patient_id: str, entry_ids: tuple[str, ...]
) -> tuple[str, ...]:
    """Return those of some entries, chosen earlier, that can still be sent to the patient."""
    rows = await _in_chart(reader, clinic_id, patient_id, entry_ids)
    left = {row.id for row in rows} - await _unsendable(reader, rows)
    return tuple(one for one in entry_ids if one in left)


async def _in_chart(
    reader: Reader, clinic_id: str, patient_id: str, entry_ids: tuple[str, ...]
) -> list[EntryRow]:
    if not entry_ids:
        return []
    wanted, among = _some.of(entry_ids)
    return await reader.all(wanted, clinic=clinic_id, patient=patient_id, **among)


async def _unsendable(reader: Reader, rows: list[EntryRow]) -> set[str]:
    if not rows:
        return set()
    asked, among = _reported.of([row.id for row in rows])
    reported = {row.entry_id for row in await reader.all(asked, **among)}
    return reported | {row.id for row in rows if row.moved_to or row.state in DEAD}
