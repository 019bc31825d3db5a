"""Sentences of the audit log and of a patient’s day."""

from bedside.audit import Action
from bedside.edge.feature import Sentence
from bedside.kernel.language import N_

SENTENCES = {
    Action.REQUEST_SENT: Sentence("send", N_("{who} sent a request to {patient}")),
    Action.REQUEST_REVOKED: Sentence("ban", N_("{who} closed a link to {patient}")),
    Action.REQUEST_REMINDED: Sentence("bell", N_("{who} reminded {patient} of a request")),
    Action.REQUEST_REISSUED: Sentence("refresh-cw", N_("{who} sent a new link to {patient}")),
    Action.REQUEST_COMPLETED: Sentence("circle-check", N_("A request to {patient} is done")),
    Action.REQUEST_EXPIRED: Sentence("hourglass", N_("A link to {patient} expired")),
    Action.LINK_MISSED: Sentence("send", N_("Somebody asked for a link again")),
    Action.LINK_MISS_ANSWERED: Sentence(
        "circle-check", N_("{who} answered somebody who had lost a link")
    ),
    Action.LINK_SENT_AGAIN: Sentence(
        "rotate-cw", N_("A link to {patient} was sent again: it was asked for")
    ),
    Action.REQUEST_VIEWED: Sentence("eye", N_("{who} looked at requests")),
}
TODAY = {
    Action.REQUEST_SENT: N_("{who} sent a photo request"),
    Action.REQUEST_COMPLETED: N_("All photos of the request are here"),
    Action.REQUEST_REISSUED: N_("{who} sent a new link"),
    Action.REQUEST_REVOKED: N_("{who} closed the link"),
    Action.LINK_SENT_AGAIN: N_("The link was sent again: it was asked for"),
    Action.REQUEST_EXPIRED: N_("The link expired"),
}
