"""Sentences of the audit log and of a patient’s day."""

from bedside.audit import Action
from bedside.edge.feature import Sentence
from bedside.kernel.language import N_

SENTENCES = {
    Action.CONTACT_CHANGED: Sentence(
        "message-circle", N_("{who} changed how {patient} is contacted")
    ),
    Action.PLAN_UNREACHED: Sentence(
        "triangle-alert", N_("No message reached {patient}"), "attention"
    ),
    Action.PLAN_SETTLED: Sentence("check", N_("{who} took care of what had not reached {patient}")),
    Action.PLAN_AGAIN: Sentence("mail", N_("{who} had {patient} told again")),
}
TODAY = {
    Action.CONTACT_CHANGED: N_("{who} changed how the patient is contacted"),
    Action.PLAN_UNREACHED: N_("No message reached the patient"),
    Action.PLAN_SETTLED: N_("{who} took care of what had not reached the patient"),
}
