"""Sentences of the audit log."""

from bedside.audit import Action
from bedside.edge.feature import Sentence
from bedside.kernel.language import N_

SENTENCES = {
    Action.VISIT_NOTED: Sentence("pencil", N_("{who} wrote a visit note on {patient}")),
}
