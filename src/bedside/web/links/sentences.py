"""Sentences of the audit log and of a patient’s day."""

from bedside.audit import Action
from bedside.edge.feature import Sentence
from bedside.kernel.language import N_

SENTENCES = {
    Action.REQUEST_OPENED: Sentence("link", N_("The link sent to {patient} was opened")),
    Action.REQUEST_ANSWERED: Sentence("message-circle", N_("{patient} answered on a link's page")),
    Action.REQUEST_CHECKED: Sentence("check", N_("{patient} gave the right date of birth")),
    Action.REQUEST_REFUSED: Sentence(
        "circle-x", N_("A wrong date of birth was given on a link to {patient}"), "attention"
    ),
    Action.REQUEST_LOCKED: Sentence("lock", N_("A link to {patient} was locked"), "bad"),
}
TODAY = {
    Action.REQUEST_CHECKED: N_("{who} gave the right date of birth on a link"),
    Action.REQUEST_LOCKED: N_("The link was locked after wrong dates of birth"),
}
