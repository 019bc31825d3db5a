"""The inbox as a lean list, and entries destroyed before anybody could look at them."""

from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import bindparam, literal_column, select

from bedside.charts.entries import opened
from bedside.charts.models import chart_entries
from bedside.charts.records import DEAD, Entry
from bedside.charts.rows import IN_INBOX, INBOX_PLACES, INBOX_SOME, EntryRow, Place
from bedside.database.sealed import ClinicKeys, Vault
from bedside.database.statements import prepared
from bedside.kernel import clock
from bedside.kernel.unit_of_work import Transactions
from bedside.people.patients import SEALED_PATIENTS, name_of
from bedside.people.permissions import StaffAccess
from bedside.people.reach import Reach
from bedside.people.visibility import is_visible

_COLUMN = "chart_entries.record"
_ALARM_FOR = 30 * clock.DAY
_MOST_ALARMS = 20
_KEPT_LINES = 4_000

_columns = chart_entries.c
_LEAN = prepared(
    select(
        _columns.id,
        _columns.patient_id,
        _columns.state,
        _columns.media_type,
        _columns.size,
        _columns.category,
        _columns.channel,
        _columns.received_at,
        _columns.record,
        SEALED_PATIENTS.c.person,
    )
    .select_from(
        chart_entries.join(SEALED_PATIENTS, SEALED_PATIENTS.c.patient == _columns.patient_id)
    )
    .where(*IN_INBOX)
    .order_by(_columns.received_at.desc())
    .limit(bindparam("limit"))
)
_ALARMS = prepared(
    select(chart_entries)
    .where(
        _columns.clinic_id == bindparam("clinic"),
        _columns.reviewed_at == literal_column("0"),
        _columns.moved_to == literal_column("''"),
        _columns.state.in_([literal_column(f"'{state}'") for state in DEAD]),
        _columns.received_at > bindparam("since"),
        is_visible(_columns.patient_id),
    )
    .order_by(_columns.received_at.desc())
    .limit(bindparam("limit")),
    EntryRow,
)


@dataclass(frozen=True, slots=True, eq=False)
class InboxLine:
    """One unreviewed entry, as lists show it. Size in bytes, time in milliseconds.

    The same row gives the same object for as long as it is cached: compared by identity, it serves
    as a cache key for what is derived from it.
    """

    id: str
    patient_id: str
    state: str
    media_type: str
    size: int
    category: str
    channel: str
    received_at: int
    patient: str
    title: str


class Inbox:
    """The entries awaiting a person's review."""

    def __init__(self, database: Transactions, vault: Vault, reach: Reach) -> None:
        self._database = database
        self._vault = vault
        self._reach = reach

    async def lines(self, staff: StaffAccess, limit: int = 50) -> list[InboxLine]:
        """Return unreviewed entries of all patients this person may see, newest first.

        One statement; rows are unsealed once and cached, because programs poll this.
        """
        keys = await self._vault.clinic(staff.clinic_id)
        async with self._database.read() as db:
            rows = await db.all(_LEAN, staff=staff.staff_id, clinic=staff.clinic_id, limit=limit)
        return [_line(keys, *row) for row in rows]

    async def places(self, staff: StaffAccess, limit: int) -> list[Place]:
        """Return by what the newest entries can be put in order, newest first: much quicker than
        the entries themselves."""
        listed = INBOX_PLACES.when(await self._reach.sees_few(staff))
        async with self._database.read() as db:
            return await db.all(listed, staff=staff.staff_id, clinic=staff.clinic_id, limit=limit)

    async def entries(self, staff: StaffAccess, ids: list[str]) -> list[Entry]:
        """Return some entries in the order of their ids, as far as they still wait for this
        person."""
        if not ids:
            return []
        keys = await self._vault.clinic(staff.clinic_id)
        some, among = INBOX_SOME.of(ids)
        async with self._database.read() as db:
            rows = await db.all(some, staff=staff.staff_id, clinic=staff.clinic_id, **among)
        known = {row.id: row for row in rows}
        return [opened(keys, known[one]) for one in ids if one in known]

    async def alarms(self, staff: StaffAccess) -> list[Entry]:
        """Return entries of the last 30 days, newest first, whose content was destroyed (malware)
        or refused after filing, and that nobody has marked as seen."""
        keys = await self._vault.clinic(staff.clinic_id)
        async with self._database.read() as db:
            rows = await db.all(
                _ALARMS,
                staff=staff.staff_id,
                clinic=staff.clinic_id,
                since=clock.now() - _ALARM_FOR,
                limit=_MOST_ALARMS,
            )
        return [opened(keys, row) for row in rows]


@lru_cache(_KEPT_LINES)
def _line(
    keys: ClinicKeys,
    entry_id: str,
    patient_id: str,
    state: str,
    media_type: str,
    size: int,
    category: str,
    channel: str,
    received_at: int,
    record: bytes,
    person: bytes,
) -> InboxLine:
    """Build a line. The sealed columns are part of the cache key: a changed row is another line."""
    said = keys.unseal(_COLUMN, entry_id, record)
    return InboxLine(
        entry_id,
        patient_id,
        state,
        media_type,
        size,
        category,
        channel,
        received_at,
        name_of(keys, patient_id, person),
        said["label"] or said["name"],
    )
