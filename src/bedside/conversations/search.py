"""Search in messages, over keyed tokens: the index holds no readable text (feature C2)."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from bedside.charts.search import query_words
from bedside.conversations import records
from bedside.conversations.models import (
    conversation_messages,
    conversation_words,
    conversations,
)
from bedside.conversations.records import Message
from bedside.conversations.rows import MessageRow
from bedside.conversations.sides import Access, is_staff, require_chat, seen_by
from bedside.conversations.writing import WORDS
from bedside.database.sealed import Vault
from bedside.database.statements import prepared, unindexed
from bedside.kernel.unit_of_work import Transactions
from bedside.people.hidden import is_shown
from bedside.people.patients import Patients
from bedside.people.permissions import StaffAccess
from bedside.people.visibility import is_visible

MOST = 50

_m, _c, _w = conversation_messages.c, conversations.c, conversation_words.c


@dataclass(frozen=True, slots=True)
class Found:
    """A message that was found, with its patient's name."""

    conversation_id: str
    patient_name: str
    message: Message


class ConversationSearch:
    """Finds messages by their words."""

    def __init__(self, database: Transactions, vault: Vault, patients: Patients) -> None:
        self._database = database
        self._vault = vault
        self._patients = patients

    async def everywhere(self, staff: StaffAccess, query: str) -> list[Found]:
        """Return the newest messages and notes with all words of the query, over all patients whom
        this person may see."""
        tokens = await self._tokens(staff.clinic_id, query)
        if not tokens:
            return []
        found = _having(tokens).where(is_visible(_c.patient_id))
        async with self._database.aside() as db:
            rows = await db.all(
                prepared(found), staff=staff.staff_id, clinic=staff.clinic_id, most=MOST
            )
        return await self._opened(staff.clinic_id, rows, for_staff=True)

    async def of_patient(self, access: Access, query: str) -> list[Found]:
        """Return the newest messages of one patient with all words of the query; for the patient's
        side without notes and what was retracted. Raises NotShared."""
        require_chat(access)
        tokens = await self._tokens(access.clinic_id, query)
        if not tokens:
            return []
        found = _having(tokens).where(_c.patient_id == bindparam("patient"))
        staff = is_staff(access)
        if not staff:
            found = found.where(
                _m.kind != "note", _m.retracted_at == 0, is_shown(_m.id, _m.conversation_id)
            )
        async with self._database.aside() as db:
            rows = await db.all(
                prepared(found),
                patient=access.patient_id,
                clinic=access.clinic_id,
                most=MOST,
                **seen_by(access),
            )
        return await self._opened(access.clinic_id, rows, for_staff=staff)

    async def _tokens(self, clinic_id: str, query: str) -> list[int]:
        keys = await self._vault.clinic(clinic_id)
        return [keys.token(WORDS, word) for word in query_words(query)]

    async def _opened(self, clinic_id: str, rows: list[Any], *, for_staff: bool) -> list[Found]:
        keys = await self._vault.clinic(clinic_id)
        names = await self._patients.named(clinic_id, {row.patient_id for row in rows})
        return [
            Found(
                row.conversation_id,
                names.get(row.patient_id, ""),
                records.opened(keys, MessageRow(*row[1:]), [], for_staff=for_staff),
            )
            for row in rows
        ]


def _having(tokens: list[int]) -> Any:
    """Select messages that have all of these words, by those that have the first."""
    leading = conversation_words.alias("leading")
    found = (
        select(_c.patient_id, *conversation_messages.c)
        .select_from(
            leading.join(conversation_messages, _m.id == leading.c.message_id).join(
                conversations, _c.id == _m.conversation_id
            )
        )
        .where(leading.c.token == tokens[0], unindexed(_c.clinic_id) == bindparam("clinic"))
        .order_by(leading.c.message_id.desc())
        .limit(bindparam("most"))
    )
    for token in tokens[1:]:
        found = found.where(
            select(_w.token).where(_w.token == token, _w.message_id == _m.id).exists()
        )
    return found
