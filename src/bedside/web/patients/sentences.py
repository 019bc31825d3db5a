"""Sentences of the audit log and of a patient’s day."""

from bedside.audit import Action
from bedside.edge.feature import Sentence
from bedside.kernel.language import N_

SENTENCES = {
    Action.PATIENT_ADDED: Sentence("user-plus", N_("{who} added {patient}")),
    Action.PATIENT_CHANGED: Sentence("pencil", N_("{who} changed details of {patient}")),
    Action.PATIENT_ASSIGNED: Sentence("users", N_("{who} changed the teams of {patient}")),
    Action.PATIENTS_SEARCHED: Sentence("search", N_("{who} searched for patients")),
    Action.PATIENTS_LISTED: Sentence("list", N_("{who} looked at the list of patients")),
    Action.PATIENT_OPENED: Sentence("eye", N_("{who} opened the card of {patient}")),
    Action.ACCESS_REFUSED: Sentence(
        "shield-alert", N_("{who} tried to reach {patient} and was refused"), "bad"
    ),
    Action.GLASS_BROKEN: Sentence(
        "shield-alert", N_("{who} looked for the chart of {patient} in the whole clinic"), "bad"
    ),
}
TODAY = {
    Action.PATIENT_ADDED: N_("{who} added the patient"),
    Action.PATIENT_CHANGED: N_("{who} changed the details"),
}
