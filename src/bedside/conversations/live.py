"""Live chats: of a visit, and of the conversations with a patient."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from bedside.conversations import rows
from bedside.conversations.events import (
    ChatMessageAdded,
    ChatRead,
    ConversationChanged,
    MessageAdded,
    MessageRetracted,
    ReceiptAdded,
)
from bedside.conversations.rows import MessageRow, ReceiptRow
from bedside.conversations.service import PAGE
from bedside.conversations.sides import (
    Access,
    is_staff,
    require_chat,
    require_own,
    seen_by,
    sender_of,
    viewer_of,
)
from bedside.conversations.states import Kind, may_reply
from bedside.conversations.visit_chat import VisitChat
from bedside.errors import NotFound
from bedside.kernel import clock
from bedside.kernel.unit_of_work import Transactions
from bedside.people.audiences import Audiences
from bedside.people.permissions import (
    PatientAccess,
    Permissions,
    StaffAccess,
    VisitorAccess,
)
from bedside.realtime.topics import Audience, TopicKind
from bedside.visits.live import VisitLive
from bedside.visits.whereabouts import Whereabouts


class ChatLive:
    """The topic `chat:{visit}`, for whoever follows the visit."""

    def __init__(self, chat: VisitChat, whereabouts: Whereabouts, visits: VisitLive) -> None:
        self._chat = chat
        self._whereabouts = whereabouts
        self._visits = visits

    def topics(self) -> tuple[TopicKind, ...]:
        """Return the kind."""
        audience = self._visits.audience_of_visit
        return (TopicKind("chat", self.chat, audience, typing=self.typing),)

    async def chat(self, access: object, visit_id: str) -> dict[str, Any]:
        """Return the snapshot for the side proved by `access`. Raises NotFound."""
        side = await self._whereabouts.side_of(access, visit_id)
        return await self._chat.snapshot(side, visit_id)

    async def typing(self, access: object, visit_id: str) -> dict[str, Any]:
        """Return what the other side learns of somebody who writes. Raises NotFound."""
        side = await self._whereabouts.side_of(access, visit_id)
        visit = await self._visits.visit(access, visit_id)
        who = "patient" if isinstance(side, VisitorAccess) else "staff"
        return {"who": who, "leg": visit["leg"]}


class PatientSide(Protocol):
    """Says who is on a patient's side of the chat now, as an audience names them."""

    async def __call__(
        self, patient_id: str, person: str, items: Sequence[str], /
    ) -> frozenset[str]:
        """Return the accounts that may see the chat, and from whom none of these items is hidden;
        with a `person`, only whether that one is among them."""
        ...


class ConversationLive:
    """The topics `conversation:{id}` and `conversations:{patient}`, for staff who see the patient
    and for the patient's side."""

    def __init__(
        self,
        database: Transactions,
        permissions: Permissions,
        audiences: Audiences,
        patient_side: PatientSide,
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._audiences = audiences
        self._patient_side = patient_side

    def topics(self) -> tuple[TopicKind, ...]:
        """Return the kinds."""
        return (
            TopicKind("conversation", self.conversation, self.audience, typing=self.typing),
            TopicKind("conversations", self.of_patient, self.audience),
        )

    async def audience(self, _about: str, told: Mapping[str, Any], person: str = "") -> Audience:
        """Return those who may now see the chat of the patient that an event names; of a note,
        staff only."""
        patient_id = str(told.get("patient_id", ""))
        staff = await self._audiences.of(patient_id, person)
        if told.get("kind") == Kind.NOTE:
            return staff
        items = [told[name] for name in ("conversation_id", "message_id") if told.get(name)]
        return staff | await self._patient_side(patient_id, person, items)

    async def conversation(self, access: object, conversation_id: str) -> dict[str, Any]:
        """Return the newest messages, and how far each side has come. Raises NotFound."""
        side = await self._side(access, conversation_id)
        staff = is_staff(side)
        async with self._database.read() as db:
            row = require_own(side, await rows.found(db, conversation_id, viewer_of(side)))
            newest = await db.all(
                rows.BEFORE[staff],
                conversation=row.id,
                before=2**31 - 1,
                limit=PAGE,
                **seen_by(side),
            )
            receipts = await db.all(rows.furthest, conversation=row.id)
        return {
            "conversation_id": row.id,
            "state": row.state,
            "reply": row.reply,
            "reply_until": row.reply_until,
            "messages": {one.id: _facts(one) for one in reversed(newest)},
            "seen": _furthest(receipts),
        }

    async def typing(self, access: object, conversation_id: str) -> dict[str, Any]:
        """Return what others learn of somebody who writes in a conversation: the kind of person,
        never which colleague. Raises NotFound for those who may not write in it."""
        side = await self._side(access, conversation_id)
        async with self._database.read() as db:
            row = require_own(side, await rows.found(db, conversation_id, viewer_of(side)))
        if not is_staff(side) and not may_reply(row, clock.now()):
            raise NotFound
        return {"patient_id": row.patient_id, "who": sender_of(side).kind}

    async def of_patient(self, access: object, patient_id: str) -> dict[str, Any]:
        """Return nothing: the topic has events only. Raises NotFound."""
        if isinstance(access, PatientAccess):
            require_chat(access)
            if access.patient_id != patient_id:
                raise NotFound
        elif isinstance(access, StaffAccess):
            await self._permissions.chart(access, patient_id)
        else:
            raise NotFound
        return {}

    async def _side(self, access: object, conversation_id: str) -> Access:
        if isinstance(access, PatientAccess):
            return access
        if not isinstance(access, StaffAccess):
            raise NotFound
        async with self._database.read() as db:
            row = await rows.found(db, conversation_id)
        if row is None or row.clinic_id != access.clinic_id:
            raise NotFound
        return await self._permissions.chart(access, row.patient_id)


def _facts(one: MessageRow) -> dict[str, Any]:
    return {
        "number": one.number,
        "kind": one.kind,
        "sender_kind": one.sender_kind,
        "at": one.at,
        "retracted": bool(one.retracted_at),
    }


def _furthest(receipts: list[ReceiptRow]) -> dict[str, dict[str, int]]:
    return {
        side: {row.what: row.number for row in receipts if row.side == side}
        for side in ("staff", "patient")
    }


def apply(snapshot: dict[str, Any], event_type: str, data: dict[str, Any]) -> dict[str, Any]:
    """Apply an event to a snapshot of the topic of a visit's chat."""
    if event_type == ChatMessageAdded.type:
        facts = {key: data[key] for key in ("leg", "sender_kind", "at")}
        return {**snapshot, "messages": {**snapshot["messages"], data["message_id"]: facts}}
    if event_type == ChatRead.type:
        return {**snapshot, "read": {**snapshot["read"], data["reader"]: data["read_at"]}}
    return snapshot


def apply_to_conversation(
    snapshot: dict[str, Any], event_type: str, data: dict[str, Any]
) -> dict[str, Any]:
    """Apply an event to a snapshot of a conversation, which keeps the newest messages."""
    messages = snapshot["messages"]
    if event_type == MessageAdded.type:
        facts = {key: data[key] for key in ("number", "kind", "sender_kind", "at")}
        all_of_them = {**messages, data["message_id"]: {**facts, "retracted": False}}
        return {**snapshot, "messages": dict(list(all_of_them.items())[-PAGE:])}
    if event_type == MessageRetracted.type and data["message_id"] in messages:
        now = {**messages[data["message_id"]], "retracted": True}
        return {**snapshot, "messages": {**messages, data["message_id"]: now}}
    if event_type == ReceiptAdded.type:
        seen = snapshot["seen"]
        side = {**seen[data["side"]]}
        side[data["what"]] = max(side.get(data["what"], 0), data["number"])
        return {**snapshot, "seen": {**seen, data["side"]: side}}
    if event_type == ConversationChanged.type:
        return {**snapshot, **{key: data[key] for key in ("state", "reply", "reply_until")}}
    return snapshot
