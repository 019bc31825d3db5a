"""Sentences of the audit log and of a patient’s day."""

from bedside.audit import Action
from bedside.edge.feature import Sentence
from bedside.kernel.language import N_

SENTENCES = {
    Action.APP_INVITATION_SENT: Sentence("send", N_("{who} invited {patient} to the app")),
    Action.ACCOUNT_OPENED: Sentence("smartphone", N_("{who} set up the app")),
    Action.ACCOUNT_CLOSED: Sentence(
        "smartphone", N_("{who} closed the app of {patient}"), "attention"
    ),
    Action.ACCOUNT_SIGNED_IN: Sentence("log-in", N_("{who} signed in to the app")),
    Action.ACCOUNT_SIGN_IN_FAILED: Sentence(
        "log-in", N_("Somebody failed to sign in to the app"), "attention"
    ),
    Action.ACCOUNT_CODE_SENT: Sentence("key", N_("A code for the app was sent to {patient}")),
    Action.ACCOUNT_SESSION_ENDED: Sentence("log-out", N_("{who} signed a device out of the app")),
    Action.ACCOUNT_PASSKEY_ADDED: Sentence("fingerprint", N_("{who} added a passkey for the app")),
    Action.ACCOUNT_PASSKEY_REMOVED: Sentence(
        "fingerprint", N_("{who} removed a passkey for the app")
    ),
}
TODAY = {
    Action.ACCOUNT_OPENED: N_("{who} set up the app"),
}
