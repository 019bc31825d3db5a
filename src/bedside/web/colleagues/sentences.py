"""Sentences of the audit log."""

from bedside.audit import Action
from bedside.edge.feature import Sentence
from bedside.kernel.language import N_

SENTENCES = {
    Action.COLLEAGUE_ASKED: Sentence("message-circle", N_("{who} sent a question to a colleague")),
    Action.COLLEAGUE_ANSWERED: Sentence(
        "message-circle", N_("{who} answered a question of a colleague")
    ),
}
