"""Sentences of the audit log."""

from bedside.audit import Action
from bedside.edge.feature import Sentence
from bedside.kernel.language import N_

SENTENCES = {
    Action.ALERTS_CHANGED: Sentence("bell", N_("{who} changed how alerts reach them")),
}
