"""Sentences of the audit log and of a patient’s day."""

from bedside.audit import Action
from bedside.edge.feature import Sentence
from bedside.kernel.language import N_

SENTENCES = {
    Action.LETTER_BEGUN: Sentence("pencil", N_("{who} began a letter to {patient}")),
    Action.LETTER_OPENED: Sentence("eye", N_("{who} opened a letter to {patient}")),
    Action.LETTER_DISCARDED: Sentence("trash-2", N_("{who} discarded a letter to {patient}")),
    Action.LETTER_SENT: Sentence("send", N_("{who} sent a letter to {patient}")),
    Action.LETTER_READ: Sentence("eye", N_("{patient} read a letter")),
    Action.LETTERS_LISTED: Sentence("mail", N_("{who} looked at the letters to {patient}")),
    Action.LETTER_TEMPLATE_CHANGED: Sentence(
        "settings", N_("{who} changed the templates of letters")
    ),
}
TODAY = {
    Action.LETTER_SENT: N_("{who} sent a letter"),
    Action.LETTER_READ: N_("{who} read a letter"),
}
