"""Parts of chat."""

from functools import cached_property
from typing import Any

from bedside.bootstrap.live_transfers import LiveTransferParts
from bedside.conversations.visit_chat import VisitChat, access_of
from bedside.realtime.topics import TopicKind, Topics


class ConversationParts(LiveTransferParts):
    """With what patients and staff write to each other."""

    @cached_property
    def visit_chat(self) -> VisitChat:
        chat = VisitChat(self.database, self.vault, self.audit, self.looks)
        self.identification.tell("messages", chat)
        return chat

    @cached_property
    def topics(self) -> Topics:
        topics = super().topics

        async def chat(access: object, visit_id: str) -> dict[str, Any]:
            theirs = await access_of(self.whereabouts, access, visit_id)
            return await self.visit_chat.snapshot(theirs, visit_id)

        audience = self.visit_live.audience_of_visit
        topics.add(TopicKind("chat", chat, audience_of_event=audience))
        return topics
