"""Conversations: messages between patients and staff."""

from dataclasses import dataclass

from bedside.conversations.visit_chat import VisitChat


@dataclass(frozen=True, slots=True)
class ConversationServices:
    """`services.conversations`."""

    visit_chat: VisitChat
