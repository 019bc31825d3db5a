"""Chat of visits (feature C5), between a patient in the waiting room or a call, with or without an
account, and the staff of the room. It is kept with the visit.

A transfer begins the next leg with an empty chat: no message reaches the next clinician (feature
V11).
"""

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from sqlalchemy import bindparam, delete, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from bedside.audit import Action, AuditLog
from bedside.audit.looks import Looks
from bedside.conversations.canned_fields import require_filled
from bedside.conversations.events import ChatMessageAdded, ChatRead
from bedside.conversations.models import visit_messages, visit_reads
from bedside.database.sealed import ClinicKeys, Vault
from bedside.database.statements import prepared, unindexed
from bedside.errors import Conflict, NotFound, WrongInput
from bedside.kernel import clock
from bedside.kernel.ids import is_id, new_id
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.kernel.typed import says_nothing
from bedside.kernel.unit_of_work import Reader, Transactions, UnitOfWork
from bedside.people.permissions import ChartAccess, RoomAccess, VisitorAccess
from bedside.visits import rows as visit_rows
from bedside.visits.events import RoomVisitTouched
from bedside.visits.rows import VisitRow
from bedside.visits.states import State
from bedside.visits.whereabouts import require_open, visit_of

LONGEST = 4_000
"""Characters of one message."""
_BODY = "visit_messages.body"
_MOVED_ON = N_(
    "The visit has gone on to another room meanwhile. This message was not sent, so that nobody "
    "else reads it."
)
Side = Literal["staff", "patient"]


class MessageRow(NamedTuple):
    """A stored message."""

    id: str
    clinic_id: str
    visit_id: str
    leg: int
    sender_kind: str
    sender_id: str
    draft_id: str
    body: bytes
    at: int


_add = prepared(insert(visit_messages))
_by_draft = prepared(
    select(visit_messages).where(visit_messages.c.draft_id == bindparam("draft")), MessageRow
)
_of_leg = prepared(
    select(visit_messages)
    .where(
        visit_messages.c.visit_id == bindparam("visit"), visit_messages.c.leg == bindparam("of_leg")
    )
    .order_by(visit_messages.c.at, visit_messages.c.id),
    MessageRow,
)
_of_visit = prepared(
    select(visit_messages)
    .where(
        visit_messages.c.visit_id == bindparam("visit"),
        # Not by the index of the clinic's messages, which has them in this order.
        unindexed(visit_messages.c.clinic_id) == bindparam("clinic"),
    )
    .order_by(visit_messages.c.at, visit_messages.c.id),
    MessageRow,
)
_drop_all = prepared(delete(visit_messages).where(visit_messages.c.visit_id == bindparam("visit")))
_counted = select(visit_messages.c.visit_id, func.count().label("messages")).group_by(
    visit_messages.c.visit_id
)
read_until = prepared(
    select(visit_reads.c.reader, visit_reads.c.read_at).where(
        visit_reads.c.visit_id == bindparam("visit")
    )
)
_mark_read = prepared(
    upsert(visit_reads)
    .values(read_at=bindparam("moment"))
    .on_conflict_do_update(
        index_elements=["visit_id", "reader"], set_={"read_at": bindparam("moment")}
    )
)
_newest = prepared(
    select(func.coalesce(func.max(visit_messages.c.at), 0).label("at")).where(
        visit_messages.c.visit_id == bindparam("visit"),
        visit_messages.c.leg == bindparam("of_leg"),
        visit_messages.c.sender_kind != bindparam("reader"),
    )
)
_unread = prepared(
    select(visit_messages.c.visit_id, visit_messages.c.leg, func.count().label("messages"))
    .select_from(
        visit_messages.outerjoin(
            visit_reads,
            (visit_reads.c.visit_id == visit_messages.c.visit_id)
            & (visit_reads.c.reader == "staff"),
        )
    )
    .where(
        visit_messages.c.clinic_id == bindparam("clinic"),
        visit_messages.c.at > bindparam("since"),
        visit_messages.c.sender_kind == "patient",
        visit_messages.c.at > func.coalesce(visit_reads.c.read_at, 0),
    )
    .group_by(visit_messages.c.visit_id, visit_messages.c.leg)
)


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `sender_id` is a member of staff, or the patient. Its repr omits the text.

    `read` says whether the other side has seen it.
    """

    id: str
    leg: int
    sender_kind: str
    sender_id: str
    body: str
    at: int
    read: bool

    def __repr__(self) -> str:
        return f"Message({self.id})"


@dataclass(frozen=True, slots=True)
class Conversation:
    """The messages of a visit's current leg, oldest first. `is_open`: writing is possible. Until
    staff identify the patient, `patient_id` is "" and only `typed_name` is known."""

    patient_id: str
    typed_name: str
    leg: int
    is_open: bool
    messages: list[Message]


class VisitChat:
    """Stores, shows and counts messages of visits."""

    def __init__(self, database: Transactions, vault: Vault, audit: AuditLog, looks: Looks) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._looks = looks

    async def say(
        self,
        access: RoomAccess | VisitorAccess,
        visit_id: str,
        body: str,
        draft_id: str,
        *,
        leg: int | None = None,
    ) -> str:
        """Write a message. Idempotent per draft. `leg` is the one the page has shown: a message
        meant for one clinician does not go to the next.

        Returns the id of the message. Raises WrongInput for an empty or overlong message, Conflict
        if the visit has ended or is in another leg, NotFound for anybody not involved.
        """
        body = body.replace("\r\n", "\n").strip()
        if says_nothing(body):
            raise WrongInput(_("Please write something first."), field="body")
        if len(body) > LONGEST:
            raise WrongInput(_("Please use at most 4,000 characters."), field="body")
        if isinstance(access, RoomAccess):
            require_filled(body)
        if not is_id(draft_id, "drf"):
            draft_id = new_id("drf")
        keys = await self._vault.clinic(access.clinic_id)
        side, message_id, at = _side(access), new_id("msg"), clock.now()
        async with self._database.unit_of_work() as work:
            visit = await visit_of(work, access, visit_id, for_change=True)
            if (known := await work.one(_by_draft, draft=draft_id)) is not None:
                if known.visit_id != visit.id or not _is_from(known, access):
                    raise NotFound
                return known.id
            require_open(visit)
            if leg is not None and leg != visit.leg:
                raise Conflict(_MOVED_ON, code="moved_on")
            await work.execute(
                _add,
                id=message_id,
                clinic_id=visit.clinic_id,
                visit_id=visit.id,
                leg=visit.leg,
                sender_kind=side,
                sender_id=access.actor.id,
                draft_id=draft_id,
                body=keys.seal(_BODY, message_id, body),
                at=at,
            )
            self._told(work, visit, message_id, side, at)
            await self._audit.record(
                work,
                visit.clinic_id,
                access.actor,
                Action.CHAT_SAID,
                patient_id=visit.patient_id,
                subject_id=message_id,
                visit=visit.id,
            )
        return message_id

    @staticmethod
    def _told(work: UnitOfWork, visit: VisitRow, message_id: str, side: Side, at: int) -> None:
        work.emit(
            ChatMessageAdded(
                visit_id=visit.id, leg=visit.leg, message_id=message_id, sender_kind=side, at=at
            )
        )
        if side == "patient":
            work.emit(RoomVisitTouched(room_id=visit.room_id, visit_id=visit.id, what="chat"))

    async def conversation(self, access: RoomAccess | VisitorAccess, visit_id: str) -> Conversation:
        """Return the messages of the current leg. Raises NotFound. Writes one audit line per ten
        minutes in which a member of staff looks."""
        async with self._database.read() as db:
            visit = await visit_of(db, access, visit_id)
            rows = await db.all(_of_leg, visit=visit.id, of_leg=visit.leg)
            read = await db.all(read_until, visit=visit.id)
        keys = await self._vault.clinic(visit.clinic_id)
        if isinstance(access, RoomAccess):
            await self._looks.note(
                visit.clinic_id,
                access.actor,
                access.staff.session_id,
                Action.CHAT_OPENED,
                patient_id=visit.patient_id,
                visit=visit.id,
            )
        until = {row.reader: row.read_at for row in read}
        said = [opened(keys, row, until) for row in rows]
        name = visit_rows.typed(keys, visit)["name"]
        return Conversation(visit.patient_id, name, visit.leg, visit.state != State.ENDED, said)

    async def of_record(self, chart: ChartAccess, visit_id: str) -> list[Message]:
        """Return all messages in a visit of this patient, for its record in the chart. The caller
        has checked that the visit is the patient's."""
        async with self._database.read() as db:
            rows = await db.all(_of_visit, visit=visit_id, clinic=chart.clinic_id)
        keys = await self._vault.clinic(chart.clinic_id)
        return [opened(keys, row, {}) for row in rows]

    async def read(self, access: RoomAccess | VisitorAccess, visit_id: str) -> None:
        """Record that this side has seen everything so far; the other side is notified if that is
        news."""
        side = _side(access)
        async with self._database.unit_of_work() as work:
            visit = await visit_of(work, access, visit_id, for_change=True)
            newest = await work.one(_newest, visit=visit.id, of_leg=visit.leg, reader=side)
            before = {row.reader: row.read_at for row in await work.all(read_until, visit=visit.id)}
            if newest is None or newest.at <= before.get(side, 0):
                return
            await work.execute(_mark_read, visit_id=visit.id, reader=side, moment=newest.at)
            work.emit(ChatRead(visit_id=visit.id, leg=visit.leg, reader=side, read_at=newest.at))
            if side == "staff":
                work.emit(RoomVisitTouched(room_id=visit.room_id, visit_id=visit.id, what="chat"))

    # --- content of a visit without a chart: see `visits.ports.ContentOfVisits` ----------------

    async def lock_content(self, work: UnitOfWork, row: VisitRow) -> None:
        """Lock nothing more: messages are written under the lock of their visit."""

    async def visit_identified(self, work: UnitOfWork, row: VisitRow) -> None:
        """Do nothing: messages are kept with the visit, whose record is filed in the chart."""

    async def visit_discarded(self, work: UnitOfWork, row: VisitRow) -> None:
        """Delete the messages."""
        await work.execute(_drop_all, visit=row.id)

    async def held(self, reader: Reader, visit_ids: list[str]) -> dict[str, int]:
        """Count messages by visit."""
        found = _counted.where(visit_messages.c.visit_id.in_(visit_ids))
        return {row.visit_id: row.messages for row in await reader.all(found)}

    async def unread_in(self, room: RoomAccess) -> dict[tuple[str, int], int]:
        """Count unread messages of patients by visit and leg, for the queue."""
        since = clock.now() - clock.DAY
        async with self._database.read() as db:
            rows = await db.all(_unread, clinic=room.clinic_id, since=since)
        return {(row.visit_id, row.leg): row.messages for row in rows}

    async def unread_for(self, visitor: VisitorAccess) -> int:
        """Count the clinic's messages that the patient has not read in the current leg."""
        async with self._database.read() as db:
            visit = await visit_of(db, visitor, visitor.visit_id)
            rows = await db.all(_of_leg, visit=visit.id, of_leg=visit.leg)
            read = await db.all(read_until, visit=visit.id)
        until = {row.reader: row.read_at for row in read}.get("patient", 0)
        return sum(row.sender_kind == "staff" and row.at > until for row in rows)

    async def snapshot(self, access: RoomAccess | VisitorAccess, visit_id: str) -> dict[str, Any]:
        """Return the snapshot of `chat:{visit}`: ids of the current leg's messages, and how far
        each side has read."""
        async with self._database.read() as db:
            visit = await visit_of(db, access, visit_id)
            rows = await db.all(_of_leg, visit=visit.id, of_leg=visit.leg)
            read = await db.all(read_until, visit=visit.id)
        return {
            "visit_id": visit.id,
            "messages": {
                row.id: {"leg": row.leg, "sender_kind": row.sender_kind, "at": row.at}
                for row in rows
            },
            "read": {row.reader: row.read_at for row in read},
        }


def _is_from(row: MessageRow, access: RoomAccess | VisitorAccess) -> bool:
    """Whether a message is this person's. A patient's are all of the visit's: the patient may have
    been identified after the first."""
    if isinstance(access, VisitorAccess):
        return row.sender_kind == "patient"
    return row.sender_id == access.staff.staff_id


def _side(access: RoomAccess | VisitorAccess) -> Side:
    return "staff" if isinstance(access, RoomAccess) else "patient"


def opened(keys: ClinicKeys, row: MessageRow, until: dict[str, int]) -> Message:
    """Return a message with its words; `until` says how far each side has read."""
    other = "patient" if row.sender_kind == "staff" else "staff"
    return Message(
        id=row.id,
        leg=row.leg,
        sender_kind=row.sender_kind,
        sender_id=row.sender_id,
        body=keys.unseal(_BODY, row.id, row.body),
        at=row.at,
        read=row.at <= until.get(other, 0),
    )
