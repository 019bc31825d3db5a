"""Sentences of the audit log and of a patient’s day."""

from bedside.audit import Action
from bedside.edge.feature import Sentence
from bedside.kernel.language import N_

SENTENCES = {
    Action.NOTIFICATION_SENT: Sentence("mail", N_("A message to {patient} went out")),
    Action.NOTIFICATION_FAILED: Sentence(
        "triangle-alert", N_("A message to {patient} could not be delivered"), "attention"
    ),
    Action.NOTIFICATION_RESENT: Sentence("mail", N_("{who} sent a message to {patient} again")),
    Action.OUTBOX_OPENED: Sentence("archive", N_("{who} opened the outbox")),
}
TODAY = {
    Action.NOTIFICATION_FAILED: N_("A message could not be delivered"),
}
