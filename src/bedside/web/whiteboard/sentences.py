"""Sentences of the audit log."""

from bedside.audit import Action
from bedside.edge.feature import Sentence
from bedside.kernel.language import N_

SENTENCES = {
    Action.WHITEBOARD_OPENED: Sentence("pencil", N_("{who} opened a whiteboard in a call")),
    Action.WHITEBOARD_CLOSED: Sentence("pencil", N_("A whiteboard was closed and wiped")),
    Action.WHITEBOARD_SAVED: Sentence(
        "pencil", N_("{who} saved a whiteboard in the chart of {patient}")
    ),
}
