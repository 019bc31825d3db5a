"""Sentences of the audit log."""

from bedside.audit import Action
from bedside.edge.feature import Sentence
from bedside.kernel.language import N_

SENTENCES = {
    Action.INVITATION_SENT: Sentence("send", N_("{who} invited {patient} to a waiting room")),
}
