"""Search by words, over keyed tokens: the index holds no readable text (F10)."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bedside.charts.models import chart_entries, entry_words
from bedside.database.sealed import ClinicKeys, Vault
from bedside.database.statements import prepared, unindexed
from bedside.kernel.unit_of_work import Reader, Transactions, UnitOfWork
from bedside.kernel.words import (
    BETWEEN,
    LONGEST,
    WORD,
    fold,
    has_short_part,
    one_decimal,
    written_words,
)
from bedside.people.permissions import ChartAccess, StaffAccess
from bedside.people.reach import Condition, Reach, among_the_few
from bedside.people.visibility import is_visible

_MOST_QUERY_WORDS = 8
_COMMON = 2_000
"""A word in more entries than these is looked for in entries, instead of the other way round."""

_add = prepared(
    upsert(entry_words).on_conflict_do_nothing(index_elements=["token", "patient_id", "entry_id"])
)
_drop = prepared(delete(entry_words).where(entry_words.c.entry_id == bindparam("of")))
_move = prepared(
    update(entry_words)
    .where(entry_words.c.entry_id == bindparam("of"))
    .values(entry_id=bindparam("new_entry"), patient_id=bindparam("new_patient"))
)

_rows = prepared(
    select(func.count().label("rows")).select_from(
        select(entry_words.c.entry_id)
        .where(entry_words.c.token == bindparam("of"))
        .limit(bindparam("most"))
        .subquery()
    )
)


def query_words(text: str) -> list[str]:
    """Return the words of a query, each of which must be in an entry; at most eight.

    A compound such as “follow-up” is searched by its parts, so that “follow up” is found too,
    unless a part is too short to be indexed by itself: “1.5” and “27.3.1985” stay whole.
    """
    wanted: dict[str, None] = {}
    for word in WORD.findall(one_decimal(fold(text))):
        for part in [word] if has_short_part(word) else BETWEEN.split(word):
            wanted[part[:LONGEST]] = None
    return list(wanted)[:_MOST_QUERY_WORDS]


def marked(text: str, words: list[str]) -> list[tuple[str, bool]]:
    """Split a text into pieces: (piece, whether it is one of these folded words)."""
    parts = {part for word in words for part in (word, *BETWEEN.split(word))}
    pieces: list[tuple[str, bool]] = []
    end = 0
    for match in written_words(text):
        if fold(match.group()) in parts:
            pieces += [(text[end : match.start()], False), (match.group(), True)]
            end = match.end()
    return [piece for piece in [*pieces, (text[end:], False)] if piece[0]]


class FoundEntry(NamedTuple):
    """An entry that a search over all charts has found."""

    id: str
    patient_id: str


class SearchIndex:
    """Adds words and finds entries by them."""

    def __init__(self, database: Transactions, vault: Vault, reach: Reach) -> None:
        self._database = database
        self._vault = vault
        self._reach = reach

    async def add(
        self,
        work: UnitOfWork,
        keys: ClinicKeys,
        patient_id: str,
        entry_id: str,
        words: Iterable[str],
    ) -> None:
        """Index words (`kernel.words.words_of`) for an entry; existing ones stay.

        SQLite never waits, so pass some hundred at a time: many would block everybody.
        """
        for word in words:
            await work.execute(
                _add,
                token=keys.token("entry.word", word),
                patient_id=patient_id,
                entry_id=entry_id,
            )

    async def move(self, work: UnitOfWork, entry_id: str, new_entry: str, new_patient: str) -> None:
        """Move an entry's words along with it to another chart."""
        await work.execute(_move, of=entry_id, new_entry=new_entry, new_patient=new_patient)

    async def drop(self, work: UnitOfWork, entry_id: str) -> None:
        """Forget the words of an entry whose content was destroyed."""
        await work.execute(_drop, of=entry_id)

    async def in_chart(self, chart: ChartAccess, query: str) -> tuple[str, ...]:
        """Return ids of the entries of one chart that contain all words of the query, newest
        first."""
        tokens = await self._tokens(chart.clinic_id, query)
        if not tokens:
            return ()
        found = (
            select(chart_entries.c.id)
            .where(
                chart_entries.c.clinic_id == chart.clinic_id,
                chart_entries.c.patient_id == chart.patient_id,
                chart_entries.c.moved_to == "",
            )
            .order_by(chart_entries.c.received_at.desc())
            .limit(200)
        )
        for token in tokens:
            found = found.where(
                chart_entries.c.id.in_(
                    select(entry_words.c.entry_id).where(
                        entry_words.c.token == token,
                        entry_words.c.patient_id == chart.patient_id,
                    )
                )
            )
        async with self._database.read() as db:
            return tuple(row.id for row in await db.all(found))

    async def everywhere(self, staff: StaffAccess, query: str, limit: int = 50) -> list[FoundEntry]:
        """Return matching entries over all charts this person may see, last added first."""
        tokens = await self._tokens(staff.clinic_id, query)
        if not tokens:
            return []
        few = await self._reach.sees_few(staff)
        async with self._database.aside() as db:
            rare = {token: await _rows_of(db, token) for token in tokens}
            tokens.sort(key=lambda token: rare[token])
            lead = None if rare[tokens[0]] > _COMMON and not few else tokens[0]
            found = _anywhere(tokens, lead, among_the_few if few else is_visible)
            return await db.all(
                prepared(found, FoundEntry),
                staff=staff.staff_id,
                clinic=staff.clinic_id,
                limit=limit,
            )

    async def _tokens(self, clinic_id: str, query: str) -> list[int]:
        keys = await self._vault.clinic(clinic_id)
        return [keys.token("entry.word", word) for word in query_words(query)]


async def _rows_of(db: Reader, token: int) -> int:
    row = await db.one(_rows, of=token, most=_COMMON + 1)
    return row.rows if row else 0


def _anywhere(tokens: list[int], lead: int | None, visible: Condition) -> Any:
    """Select entries of all charts that have these words, by the entries of the rarest one.

    Without such a `lead` even the rarest is in very many: then the clinic's entries are walked,
    last added first, because a list of those that have it is soon full.
    """
    entries = chart_entries.c
    found = (
        select(entries.id, entries.patient_id)
        .where(
            unindexed(entries.clinic_id) == bindparam("clinic"),
            unindexed(entries.moved_to) == "",
        )
        .order_by(entries.id.desc())
        .limit(bindparam("limit"))
    )
    if lead is None:
        found = found.where(visible(entries.patient_id))
    else:
        leading = entry_words.alias("leading")
        found = found.select_from(
            leading.join(chart_entries, entries.id == leading.c.entry_id)
        ).where(leading.c.token == lead, visible(leading.c.patient_id))
    for token in tokens:
        if token != lead:
            found = found.where(
                select(entry_words.c.token)
                .where(
                    entry_words.c.token == token,
                    entry_words.c.patient_id == entries.patient_id,
                    entry_words.c.entry_id == entries.id,
                )
                .exists()
            )
    return found
