"""Sentences of the audit log."""

from bedside.audit import Action
from bedside.edge.feature import Sentence
from bedside.kernel.language import N_

SENTENCES = {
    Action.INBOX_OPENED: Sentence("inbox", N_("{who} opened the inbox")),
}
