"""Sentences of the audit log."""

from bedside.audit import Action
from bedside.edge.feature import Sentence
from bedside.kernel.language import N_

SENTENCES = {
    Action.CHAT_SAID: Sentence("message-circle", N_("{who} wrote in the chat of a visit")),
    Action.CHAT_OPENED: Sentence("eye", N_("{who} read the chat of a visit")),
}
