"""The chats of past visits in the patient's app: to read, and to find words in (feature C3).

A visit's chat belongs to the patient as soon as staff have said who it was. A proxy reads it who
sees both messages and files: it was written in a room, where the patient was alone with staff. Its
messages have no index of words: a patient has few of them, so they are opened and looked through.
"""

import asyncio
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import bindparam, func, select

from bedside.audit import Action
from bedside.audit.looks import Looks
from bedside.charts.search import query_words
from bedside.conversations.models import visit_messages
from bedside.conversations.visit_chat import Message, MessageRow, opened, read_until
from bedside.database.sealed import Vault
from bedside.database.statements import Among, prepared, unindexed
from bedside.errors import NotFound
from bedside.kernel.unit_of_work import Transactions
from bedside.kernel.words import words_of
from bedside.people.permissions import PatientAccess
from bedside.people.record_parts import Part
from bedside.visits.history import EndedVisit, ended_of_patient, ended_visit

MOST_VISITS = 200
_PARTS = frozenset({Part.CHAT, Part.FILES})
_MOST_FOUND = 50
_AT_ONCE = 50
"""Messages that are opened before somebody else has their turn."""


class CountRow(NamedTuple):
    """How many messages a visit has."""

    visit_id: str
    messages: int


_m = visit_messages.c
_counted = Among(
    lambda ids: (
        select(_m.visit_id, func.count().label("messages"))
        .where(_m.visit_id.in_(ids), unindexed(_m.clinic_id) == bindparam("clinic"))
        .group_by(_m.visit_id)
    ),
    CountRow,
)
_of_visits = Among(
    lambda ids: (
        select(visit_messages)
        .where(_m.visit_id.in_(ids), unindexed(_m.clinic_id) == bindparam("clinic"))
        .order_by(_m.at.desc(), _m.id.desc())
    ),
    MessageRow,
)
_of_visit = prepared(
    select(visit_messages)
    .where(_m.visit_id == bindparam("visit"), unindexed(_m.clinic_id) == bindparam("clinic"))
    .order_by(_m.at, _m.id),
    MessageRow,
)


@dataclass(frozen=True, slots=True)
class VisitTalk:
    """A past visit with the number of messages in its chat."""

    visit: EndedVisit
    messages: int


@dataclass(frozen=True, slots=True)
class FoundInVisit:
    """A message of a visit with the words that were looked for."""

    visit: EndedVisit
    message: Message


class VisitArchive:
    """Shows a patient's side the chats of their ended visits."""

    def __init__(self, database: Transactions, vault: Vault, looks: Looks) -> None:
        self._database = database
        self._vault = vault
        self._looks = looks

    async def listed(self, side: PatientAccess) -> list[VisitTalk]:
        """Return the visits in whose chat something was written, the newest first; none for
        somebody who may not read them."""
        if not side.parts >= _PARTS:
            return []
        async with self._database.aside() as db:
            visits = await ended_of_patient(db, side, MOST_VISITS)
            if not visits:
                return []
            asked, among = _counted.of([one.id for one in visits])
            rows = await db.all(asked, clinic=side.clinic_id, **among)
        counts = {row.visit_id: row.messages for row in rows}
        return [VisitTalk(one, counts[one.id]) for one in visits if one.id in counts]

    async def messages(
        self, side: PatientAccess, visit_id: str
    ) -> tuple[EndedVisit, list[Message]]:
        """Return an ended visit and its messages, oldest first. Raises NotFound, NotShared. Writes
        one audit line per ten minutes in which somebody looks."""
        for part in _PARTS:
            side.require(part)
        async with self._database.read() as db:
            visit = await ended_visit(db, side, visit_id)
            if visit is None:
                raise NotFound
            rows = await db.all(_of_visit, visit=visit.id, clinic=side.clinic_id)
            read = await db.all(read_until, visit=visit.id)
        keys = await self._vault.clinic(side.clinic_id)
        await self._looks.note(
            side.clinic_id,
            side.actor,
            side.account.session_id,
            Action.CHAT_OPENED,
            patient_id=side.patient_id,
            visit=visit.id,
        )
        until = {row.reader: row.read_at for row in read}
        return visit, [opened(keys, row, until) for row in rows]

    async def search(self, side: PatientAccess, query: str) -> list[FoundInVisit]:
        """Return the newest messages that have all words of the query; none for somebody who may
        not read them."""
        wanted = set(query_words(query))
        if not wanted or not side.parts >= _PARTS:
            return []
        async with self._database.aside() as db:
            visits = await ended_of_patient(db, side, MOST_VISITS)
            if not visits:
                return []
            asked, among = _of_visits.of([one.id for one in visits])
            rows = await db.all(asked, clinic=side.clinic_id, **among)
        keys = await self._vault.clinic(side.clinic_id)
        by_id = {one.id: one for one in visits}
        found: list[FoundInVisit] = []
        for number, row in enumerate(rows, 1):
            message = opened(keys, row, {})
            if wanted <= set(words_of(message.body)):
                found.append(FoundInVisit(by_id[row.visit_id], message))
            if len(found) == _MOST_FOUND:
                break
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)
        return found
