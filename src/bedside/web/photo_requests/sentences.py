"""Sentences of the audit log and of a patient’s day."""

from bedside.audit import Action
from bedside.edge.feature import Sentence
from bedside.kernel.language import N_

SENTENCES = {
    Action.REQUEST_STARTED: Sentence("camera", N_("{patient} began to send photos")),
    Action.REQUEST_AGREED: Sentence("check", N_("{patient} agreed to send photos")),
}
TODAY = {
    Action.REQUEST_STARTED: N_("{who} began to send photos"),
}
