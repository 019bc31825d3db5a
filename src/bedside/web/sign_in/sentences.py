"""Sentences of the audit log."""

from bedside.audit import Action
from bedside.edge.feature import Sentence
from bedside.kernel.language import N_

SENTENCES = {
    Action.SIGN_IN_SUCCEEDED: Sentence("key", N_("{who} signed in")),
    Action.SIGN_IN_FAILED: Sentence("key", N_("{who} tried to sign in and failed"), "attention"),
    Action.SIGN_IN_LOCKED: Sentence("lock", N_("Sign-in of {who} was locked"), "bad"),
    Action.SESSION_ENDED: Sentence("log-out", N_("{who} ended a session")),
    Action.PASSWORD_CHANGED: Sentence("key", N_("{who} changed a password")),
    Action.SECOND_FACTOR_ADDED: Sentence("fingerprint", N_("{who} added a second factor")),
    Action.SECOND_FACTOR_REMOVED: Sentence(
        "fingerprint", N_("{who} removed a second factor"), "attention"
    ),
}
