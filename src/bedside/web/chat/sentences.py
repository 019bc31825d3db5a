"""Sentences of the audit log."""

from bedside.audit import Action
from bedside.edge.feature import Sentence
from bedside.kernel.language import N_

SENTENCES = {
    Action.CHAT_SAID: Sentence("message-circle", N_("{who} wrote in the chat of a visit")),
    Action.CHAT_OPENED: Sentence("eye", N_("{who} read the chat of a visit")),
    Action.CONVERSATION_STARTED: Sentence("message-circle", N_("{who} began a conversation")),
    Action.CONVERSATION_SAID: Sentence("message-circle", N_("{who} wrote in a conversation")),
    Action.CONVERSATION_NOTED: Sentence("lock", N_("{who} wrote a note on a conversation")),
    Action.CONVERSATION_OPENED: Sentence("eye", N_("{who} read a conversation")),
    Action.CONVERSATIONS_LISTED: Sentence("eye", N_("{who} looked at the list of conversations")),
    Action.CONVERSATION_RETRACTED: Sentence("undo-2", N_("{who} took back a message")),
    Action.CONVERSATION_CONFIRMED: Sentence(
        "check", N_("{who} confirmed having read a message of the clinic")
    ),
    Action.CONVERSATION_CHANGED: Sentence(
        "pencil", N_("{who} assigned, closed or postponed a conversation")
    ),
    Action.LATER_CHANGED: Sentence(
        "clock", N_("{who} wrote, changed, sent or dropped a message for later")
    ),
    Action.CANNED_CHANGED: Sentence("pencil", N_("{who} changed a canned reply")),
    Action.TOPIC_CHANGED: Sentence("pencil", N_("{who} changed a topic of the chat")),
}
