"""Sentences of the audit log and of a patient’s day."""

from bedside.audit import Action
from bedside.edge.feature import Sentence
from bedside.kernel.language import N_

SENTENCES = {
    Action.SHARE_CREATED: Sentence("share-2", N_("{who} made a link to files of {patient}")),
    Action.SHARE_ENDED: Sentence("ban", N_("{who} ended a link to files of {patient}")),
    Action.SHARE_OPENED: Sentence("link", N_("Somebody opened a link to files of {patient}")),
    Action.SHARE_READ: Sentence("eye", N_("Somebody read a file of {patient} by a link")),
    Action.SHARE_REFUSED: Sentence(
        "shield-alert",
        N_("Somebody entered a wrong passcode at a link to files of {patient}"),
        "attention",
    ),
    Action.ACCESSES_OPENED: Sentence(
        "scroll-text", N_("{who} looked at who opened the record of {patient}")
    ),
    Action.ACCESS_QUESTIONED: Sentence(
        "circle-question-mark", N_("{who} asked about an access to the record of {patient}")
    ),
    Action.ACCESS_EXPLAINED: Sentence(
        "send", N_("{who} answered a question of {patient} about an access")
    ),
    Action.ENTRY_REPORTED: Sentence(
        "flag", N_("{who} reported a file of {patient} as wrong"), "attention"
    ),
    Action.REPORT_ANSWERED: Sentence(
        "check", N_("{who} answered what was reported about a file of {patient}")
    ),
}
TODAY = {
    Action.SHARE_CREATED: N_("{who} made a link to some files"),
    Action.SHARE_OPENED: N_("Somebody opened a link to some files"),
    Action.ACCESS_QUESTIONED: N_("{who} asked who opened the record, and why"),
    Action.ENTRY_REPORTED: N_("{who} reported a file as wrong"),
}
