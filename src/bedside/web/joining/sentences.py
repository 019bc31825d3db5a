"""Sentences of the audit log and of a patient’s day."""

from bedside.audit import Action
from bedside.edge.feature import Sentence
from bedside.kernel.language import N_

SENTENCES = {
    Action.CHARTS_JOINED: Sentence(
        "users", N_("{who} joined the chart of {patient} with another one"), "attention"
    ),
    Action.CHARTS_PARTED: Sentence(
        "undo-2", N_("{who} undid a joining with the chart of {patient}"), "attention"
    ),
}
TODAY = {
    Action.CHARTS_JOINED: N_("{who} joined two charts"),
    Action.CHARTS_PARTED: N_("{who} parted two charts again"),
}
