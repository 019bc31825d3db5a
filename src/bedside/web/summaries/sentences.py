"""Sentences of the audit log and of a patient’s day."""

from bedside.audit import Action
from bedside.edge.feature import Sentence
from bedside.kernel.language import N_

SENTENCES = {
    Action.SUMMARY_SENT: Sentence("send", N_("{who} sent a summary of the visit to {patient}")),
    Action.SUMMARY_READ: Sentence("eye", N_("{patient} read the summary of a visit")),
}
TODAY = {
    Action.SUMMARY_READ: N_("{who} read the summary of a visit"),
}
