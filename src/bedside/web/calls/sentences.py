"""Sentences of the audit log."""

from bedside.audit import Action
from bedside.edge.feature import Sentence
from bedside.kernel.language import N_

SENTENCES = {
    Action.CALL_STARTED: Sentence("video", N_("{who} started a call with {patient}")),
    Action.CALL_JOINED: Sentence("video", N_("{who} joined a call")),
    Action.CALL_LEFT: Sentence("log-out", N_("{who} left a call")),
    Action.CALL_ENDED: Sentence("phone-off", N_("A call ended")),
    Action.GUEST_INVITED: Sentence("link", N_("{who} invited a guest to a call")),
    Action.GUEST_KNOCKED: Sentence("user", N_("A guest asked to be let into a call")),
    Action.CALL_NEWCOMER_ASKED: Sentence(
        "users", N_("{who} asked a patient into a call with others")
    ),
    Action.CALL_NEWCOMER_AGREED: Sentence("user-check", N_("{who} agreed to somebody in the call")),
    Action.CALL_NEWCOMER_REFUSED: Sentence(
        "user-x", N_("{who} did not agree to somebody in the call")
    ),
    Action.GUEST_ADMITTED: Sentence("user-check", N_("{who} let a guest into a call")),
    Action.GUEST_REFUSED: Sentence("user-x", N_("{who} did not let a guest into a call")),
    Action.GUEST_REVOKED: Sentence("user-x", N_("{who} withdrew the invitation of a guest")),
}
