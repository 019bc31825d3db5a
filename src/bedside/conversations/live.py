"""Live chat of a visit."""

from typing import Any

from bedside.conversations.events import ChatMessageAdded, ChatRead
from bedside.conversations.visit_chat import VisitChat
from bedside.realtime.topics import TopicKind
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
        return (TopicKind("chat", self.chat, audience),)

    async def chat(self, access: object, visit_id: str) -> dict[str, Any]:
        """Return the snapshot for the side proved by `access`. Raises NotFound."""
        side = await self._whereabouts.side_of(access, visit_id)
        return await self._chat.snapshot(side, visit_id)


def apply(snapshot: dict[str, Any], event_type: str, data: dict[str, Any]) -> dict[str, Any]:
    """Apply an event to a snapshot of the topic."""
    if event_type == ChatMessageAdded.type:
        facts = {key: data[key] for key in ("leg", "sender_kind", "at")}
        return {**snapshot, "messages": {**snapshot["messages"], data["message_id"]: facts}}
    if event_type == ChatRead.type:
        return {**snapshot, "read": {**snapshot["read"], data["reader"]: data["read_at"]}}
    return snapshot
