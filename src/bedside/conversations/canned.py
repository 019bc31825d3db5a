"""Canned replies (feature C4): words that a clinic keeps, and that its staff insert into what they
write. Nothing of them is sent before somebody has read it in the field."""

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import bindparam, insert, select, update

from bedside.audit import Action, AuditLog
from bedside.conversations.canned_fields import CANNED
from bedside.conversations.models import canned_replies
from bedside.conversations.topics import topic_of
from bedside.database.sealed import ClinicKeys, Vault
from bedside.database.statements import prepared
from bedside.errors import NotFound, WrongInput
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.kernel.language import N_
from bedside.kernel.typed import one_line, says_nothing, several_lines
from bedside.kernel.unit_of_work import Reader, Transactions, UnitOfWork
from bedside.people.permissions import ClinicAccess

MOST = 200
"""Replies in use: the whole list goes to the page that searches it."""
LONGEST_NAME = 80
LONGEST = 2_000
_COLUMN = "canned_replies.record"


class _Row(NamedTuple):
    """A stored reply."""

    id: str
    clinic_id: str
    topic_id: str
    record: bytes
    position: int
    retired_at: int


_r = canned_replies.c
_add = prepared(insert(canned_replies))
_change = prepared(
    update(canned_replies).where(_r.id == bindparam("of"), _r.clinic_id == bindparam("clinic"))
)
_in_use = prepared(
    select(canned_replies)
    .where(_r.clinic_id == bindparam("clinic"), _r.retired_at == 0)
    .order_by(_r.position, _r.id),
    _Row,
)


@dataclass(frozen=True, slots=True)
class Canned:
    """A reply as it is typed: its words have fields in double brackets, by their keys. `topic_id`
    is "" for every topic. Its repr omits the words."""

    name: str
    words: str
    topic_id: str = ""

    def __repr__(self) -> str:
        return "Canned()"


@dataclass(frozen=True, slots=True)
class Kept:
    """A reply that is in use."""

    id: str
    reply: Canned

    @property
    def readable(self) -> str:
        """The words with the names of fields in the current language, to be edited."""
        return CANNED.readable(self.reply.words)


class CannedReplies:
    """Keeps the canned replies of clinics."""

    def __init__(self, database: Transactions, vault: Vault, audit: AuditLog) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit

    async def in_use(self, clinic_id: str) -> list[Kept]:
        """Return the replies of a clinic in their order."""
        keys = await self._vault.clinic(clinic_id)
        async with self._database.read() as db:
            return [_kept(keys, row) for row in await db.all(_in_use, clinic=clinic_id)]

    async def about(self, clinic_id: str, topic_id: str) -> list[Kept]:
        """Return the replies that fit a topic: its own first, then those of every topic. Without
        one, all of them."""
        found = await self.in_use(clinic_id)
        if not topic_id:
            return found
        own = [one for one in found if one.reply.topic_id == topic_id]
        return own + [one for one in found if not one.reply.topic_id]

    async def add(self, clinic: ClinicAccess, reply: Canned) -> str:
        """Add a reply at the end. Returns its id. Raises WrongInput."""
        reply, reply_id = _checked(reply), new_id("can")
        keys = await self._vault.clinic(clinic.clinic_id)
        async with self._database.unit_of_work() as work:
            known = await self._locked(work, clinic)
            if len(known) >= MOST:
                raise WrongInput(
                    N_("There are 200 canned replies already. Retire one first."), field="name"
                )
            await self._require_topic(work, clinic, reply)
            await work.execute(
                _add,
                id=reply_id,
                clinic_id=clinic.clinic_id,
                topic_id=reply.topic_id,
                record=_sealed(keys, reply_id, reply),
                position=max((row.position for row in known), default=0) + 1,
                retired_at=0,
            )
            await self._line(work, clinic, reply_id)
        return reply_id

    async def change(self, clinic: ClinicAccess, reply_id: str, reply: Canned) -> None:
        """Change a reply, for what is written from now on. Raises NotFound, WrongInput."""
        reply = _checked(reply)
        keys = await self._vault.clinic(clinic.clinic_id)
        async with self._database.unit_of_work() as work:
            await self._require_topic(work, clinic, reply)
            record = _sealed(keys, reply_id, reply)
            await self._set(work, clinic, reply_id, topic_id=reply.topic_id, record=record)

    async def retire(self, clinic: ClinicAccess, reply_id: str) -> None:
        """Offer a reply no longer. Raises NotFound."""
        async with self._database.unit_of_work() as work:
            await self._set(work, clinic, reply_id, retired_at=clock.now())

    async def move(self, clinic: ClinicAccess, reply_id: str, *, up: bool) -> None:
        """Change places with the reply before, or after. Raises NotFound."""
        async with self._database.unit_of_work() as work:
            known = await self._locked(work, clinic)
            ids = [row.id for row in known]
            if reply_id not in ids:
                raise NotFound
            here = ids.index(reply_id)
            there = here - 1 if up else here + 1
            if not 0 <= there < len(ids):
                return
            await self._set(work, clinic, reply_id, position=known[there].position)
            await self._set(work, clinic, ids[there], position=known[here].position)

    async def _locked(self, work: UnitOfWork, clinic: ClinicAccess) -> list[_Row]:
        await work.lock(f"canned/{clinic.clinic_id}")
        return await work.all(_in_use, clinic=clinic.clinic_id)

    async def _require_topic(self, db: Reader, clinic: ClinicAccess, reply: Canned) -> None:
        if reply.topic_id and await topic_of(db, clinic.clinic_id, reply.topic_id) is None:
            raise WrongInput(N_("Please choose a topic from the list."), field="topic")

    async def _set(
        self, work: UnitOfWork, clinic: ClinicAccess, reply_id: str, **values: object
    ) -> None:
        if not await work.execute(_change, of=reply_id, clinic=clinic.clinic_id, **values):
            raise NotFound
        await self._line(work, clinic, reply_id)

    async def _line(self, work: UnitOfWork, clinic: ClinicAccess, reply_id: str) -> None:
        await self._audit.record(
            work, clinic.clinic_id, clinic.actor, Action.CANNED_CHANGED, subject_id=reply_id
        )


def _checked(reply: Canned) -> Canned:
    name, words = one_line(reply.name), several_lines(reply.words)
    if not name or len(name) > LONGEST_NAME:
        raise WrongInput(N_("Please give the reply a name of at most 80 characters."), field="name")
    if says_nothing(words):
        raise WrongInput(N_("Please write something first."), field="words")
    if len(words) > LONGEST:
        raise WrongInput(N_("Please use at most 2,000 characters."), field="words")
    return Canned(name, CANNED.stored(words), reply.topic_id)


def _sealed(keys: ClinicKeys, reply_id: str, reply: Canned) -> bytes:
    return keys.seal(_COLUMN, reply_id, {"name": reply.name, "words": reply.words})


def _kept(keys: ClinicKeys, row: _Row) -> Kept:
    record = keys.unseal(_COLUMN, row.id, row.record)
    return Kept(row.id, Canned(record["name"], record["words"], row.topic_id))
