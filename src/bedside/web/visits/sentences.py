"""Sentences of the audit log and of a patient’s day."""

from bedside.audit import Action
from bedside.edge.feature import Sentence
from bedside.kernel.language import N_

SENTENCES = {
    Action.VISIT_CHECKED_IN: Sentence("armchair", N_("{patient} checked in")),
    Action.VISIT_CAME_BACK: Sentence("armchair", N_("{patient} came back to a visit by a link")),
    Action.VISIT_REFUSED: Sentence(
        "circle-x", N_("A wrong date of birth was given to come back to a visit"), "attention"
    ),
    Action.VISIT_IDENTIFIED: Sentence(
        "user-check", N_("{who} said that a visit is one of {patient}")
    ),
    Action.VISIT_REASSIGNED: Sentence(
        "folder-input", N_("{who} moved a visit from or to the chart of {patient}"), "attention"
    ),
    Action.VISIT_DISCARDED: Sentence(
        "trash-2", N_("{who} destroyed what a visit without a chart held"), "attention"
    ),
    Action.VISIT_LEFT: Sentence("log-out", N_("{patient} left the visit")),
    Action.VISIT_COMPLETED: Sentence("circle-check", N_("{who} ended the visit of {patient}")),
    Action.VISIT_EXPIRED: Sentence("hourglass", N_("The visit of {patient} ran out")),
    Action.VISIT_MERGED: Sentence(
        "armchair", N_("{who} gave {patient}, who had checked in twice, one place")
    ),
    Action.VISIT_OPENED: Sentence("eye", N_("{who} looked at a visit of {patient}")),
    Action.VISITS_LISTED: Sentence("eye", N_("{who} looked at the visits of {patient}")),
}
TODAY = {
    Action.VISIT_CHECKED_IN: N_("{who} checked in"),
    Action.VISIT_CAME_BACK: N_("{who} came back to the visit by a link"),
    Action.VISIT_IDENTIFIED: N_("{who} said that a visit is one of this patient"),
    Action.VISIT_REASSIGNED: N_("{who} moved a visit to the right chart"),
    Action.VISIT_LEFT: N_("{who} left the visit"),
    Action.VISIT_COMPLETED: N_("{who} ended the visit"),
    Action.VISIT_EXPIRED: N_("The visit ran out"),
    Action.VISIT_MERGED: N_("{who} gave two check-ins one place"),
}
