"""Sentences of the audit log."""

from bedside.audit import Action
from bedside.edge.feature import Sentence
from bedside.kernel.language import N_

SENTENCES = {
    Action.PROXY_INVITED: Sentence("users", N_("{who} invited somebody to {patient}’s app")),
    Action.PROXY_CHECKED: Sentence("lock", N_("{patient}’s date of birth was right for a proxy")),
    Action.PROXY_REFUSED: Sentence(
        "lock", N_("{patient}’s date of birth was wrong for a proxy"), "attention"
    ),
    Action.PROXY_LOCKED: Sentence(
        "lock", N_("An invitation to {patient}’s app was locked after wrong answers"), "bad"
    ),
    Action.PROXY_ADDED: Sentence("users", N_("{who} has access to {patient}’s app now")),
    Action.PROXY_CHANGED: Sentence(
        "users", N_("{who} changed what somebody sees in {patient}’s app")
    ),
    Action.PROXY_ENDED: Sentence("users", N_("{who} ended somebody’s access to {patient}’s app")),
    Action.PROXY_TOLD: Sentence(
        "users", N_("{who} told both that what somebody sees in {patient}’s app changes")
    ),
    Action.PROXY_TURNED: Sentence(
        "users", N_("What somebody sees in {patient}’s app changed with a birthday")
    ),
    Action.ITEM_HIDDEN: Sentence("eye-off", N_("{who} hid something in {patient}’s app")),
    Action.ITEM_SHOWN: Sentence("eye", N_("{who} showed something again in {patient}’s app")),
}
