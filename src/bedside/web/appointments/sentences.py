"""Sentences of the audit log and of a patient’s day."""

from bedside.audit import Action
from bedside.edge.feature import Sentence
from bedside.kernel.language import N_

SENTENCES = {
    Action.APPOINTMENT_TYPE_ADDED: Sentence("calendar", N_("{who} added a type of appointments")),
    Action.APPOINTMENT_TYPE_CHANGED: Sentence(
        "calendar", N_("{who} changed a type of appointments")
    ),
    Action.APPOINTMENT_TYPE_RETIRED: Sentence(
        "archive", N_("{who} retired a type of appointments")
    ),
    Action.APPOINTMENT_BOOKED: Sentence(
        "calendar", N_("{who} booked an appointment for {patient}")
    ),
    Action.APPOINTMENT_TOLD: Sentence("send", N_("{who} told {patient} of an appointment")),
    Action.APPOINTMENT_MOVED: Sentence(
        "calendar-clock", N_("{who} moved an appointment of {patient}")
    ),
    Action.APPOINTMENT_CANCELLED: Sentence(
        "ban", N_("{who} cancelled an appointment of {patient}"), "attention"
    ),
    Action.APPOINTMENT_CONFIRMED: Sentence(
        "check", N_("{who} confirmed an appointment of {patient}")
    ),
    Action.APPOINTMENT_MOVE_ASKED: Sentence(
        "calendar-clock",
        N_("{who} asked for another time for an appointment of {patient}"),
        "attention",
    ),
    Action.APPOINTMENT_DECLINED: Sentence(
        "x", N_("{who} cannot come to an appointment of {patient}"), "attention"
    ),
    Action.APPOINTMENT_NO_SHOW: Sentence(
        "user-x", N_("{who} noted that {patient} did not come"), "attention"
    ),
    Action.APPOINTMENT_DONE: Sentence(
        "circle-check", N_("{who} noted that an appointment of {patient} took place")
    ),
    Action.APPOINTMENTS_LISTED: Sentence("eye", N_("{who} looked at appointments")),
}
TODAY = {
    Action.APPOINTMENT_BOOKED: N_("{who} booked an appointment"),
    Action.APPOINTMENT_MOVED: N_("{who} moved an appointment"),
    Action.APPOINTMENT_CANCELLED: N_("{who} cancelled an appointment"),
    Action.APPOINTMENT_CONFIRMED: N_("The appointment was confirmed"),
    Action.APPOINTMENT_MOVE_ASKED: N_("Another time was asked for"),
    Action.APPOINTMENT_DECLINED: N_("The appointment was declined"),
    Action.APPOINTMENT_NO_SHOW: N_("Nobody came to the appointment"),
    Action.APPOINTMENT_DONE: N_("The appointment took place"),
}
