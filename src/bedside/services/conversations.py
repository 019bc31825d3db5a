"""Conversations: messages between patients and staff."""

from dataclasses import dataclass

from bedside.conversations.canned import CannedReplies
from bedside.conversations.desk import ConversationDesk
from bedside.conversations.drafts import MessageDrafts
from bedside.conversations.later import LaterMessages
from bedside.conversations.lists import ConversationLists
from bedside.conversations.message_files import MessageFiles
from bedside.conversations.search import ConversationSearch
from bedside.conversations.service import Conversations
from bedside.conversations.topics import Topics
from bedside.conversations.visit_archive import VisitArchive
from bedside.conversations.visit_chat import VisitChat


@dataclass(frozen=True, slots=True)
class ConversationServices:
    """`services.conversations`."""

    visit_chat: VisitChat
    all: Conversations
    drafts: MessageDrafts
    files: MessageFiles
    desk: ConversationDesk
    lists: ConversationLists
    topics: Topics
    search: ConversationSearch
    visit_archive: VisitArchive
    canned: CannedReplies
    later: LaterMessages
