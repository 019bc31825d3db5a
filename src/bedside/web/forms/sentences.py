"""Sentences of the audit log and of a patient’s day."""

from bedside.audit import Action
from bedside.edge.feature import Sentence
from bedside.kernel.language import N_

SENTENCES = {
    Action.FORM_SENT: Sentence("send", N_("{who} sent a form to {patient}")),
    Action.REQUEST_SENT_BACK: Sentence("rotate-cw", N_("{who} sent a form back to {patient}")),
    Action.FORM_BEGUN: Sentence("pencil", N_("{patient} began to fill in a form")),
    Action.FORM_ANSWERED: Sentence("check", N_("{patient} sent a form back")),
    Action.FORM_RETURNED: Sentence("circle-check", N_("The filled-in form of {patient} is here")),
}
TODAY = {
    Action.FORM_BEGUN: N_("{who} began to fill in a form"),
    Action.FORM_RETURNED: N_("A filled-in form is here"),
}
