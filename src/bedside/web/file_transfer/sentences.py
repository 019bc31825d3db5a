"""Sentences of the audit log."""

from bedside.audit import Action
from bedside.edge.feature import Sentence
from bedside.kernel.language import N_

SENTENCES = {
    Action.LIVE_TRANSFER_OFFERED: Sentence("file-up", N_("{who} offered a file in a visit")),
    Action.LIVE_TRANSFER_ASKED: Sentence("file-down", N_("{who} asked {patient} for a file")),
    Action.LIVE_TRANSFER_ACCEPTED: Sentence("check", N_("{patient} accepted a file transfer")),
    Action.LIVE_TRANSFER_ENDED: Sentence("file-check", N_("A file transfer of {who} ended")),
}
