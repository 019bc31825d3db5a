"""Wires conversations."""

from dataclasses import dataclass

from bedside.bootstrap.base import Base
from bedside.bootstrap.visits import VisitParts
from bedside.conversations.live import ChatLive
from bedside.conversations.visit_chat import VisitChat
from bedside.realtime.topics import TopicKind
from bedside.services.conversations import ConversationServices


@dataclass(frozen=True, slots=True)
class ConversationParts(ConversationServices):
    """The conversation services, with what open pages follow."""

    live: ChatLive

    def topics(self) -> tuple[TopicKind, ...]:
        """Return the kinds of topics."""
        return self.live.topics()


def conversations_of(base: Base, visits: VisitParts) -> ConversationParts:
    """Make the chat between patients and staff."""
    chat = VisitChat(base.database, base.vault, base.audit.log, base.audit.looks)
    return ConversationParts(visit_chat=chat, live=ChatLive(chat, visits.whereabouts, visits.live))
