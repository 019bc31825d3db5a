"""Sentences of the audit log."""

from bedside.audit import Action
from bedside.edge.feature import Sentence
from bedside.kernel.language import N_

SENTENCES = {
    Action.CLINIC_SET_UP: Sentence("building-2", N_("{who} set up the clinic")),
    Action.CLINIC_CHANGED: Sentence("settings", N_("{who} changed settings of the clinic")),
    Action.NUMBERS_READ: Sentence("phone", N_("{who} read the stored phone numbers again")),
    Action.STAFF_ADDED: Sentence("user-plus", N_("{who} added a colleague")),
    Action.STAFF_CHANGED: Sentence("user", N_("{who} changed a colleague")),
    Action.STAFF_RESCUED: Sentence(
        "key", N_("{who} gave a colleague a new password, on the machine itself"), "attention"
    ),
    Action.STAFF_DISABLED: Sentence("ban", N_("{who} ended a colleague's access"), "attention"),
    Action.STAFF_ASSIGNED: Sentence("users", N_("{who} assigned a colleague")),
    Action.STAFF_UNASSIGNED: Sentence("users", N_("{who} ended a colleague's assignment")),
    Action.TEAM_ADDED: Sentence("users", N_("{who} added a team or room")),
    Action.TEAM_CHANGED: Sentence("users", N_("{who} changed a team or room")),
    Action.ROOM_OPENED: Sentence("layout-grid", N_("{who} opened a room")),
    Action.ROOM_CLOSED: Sentence("layout-grid", N_("{who} closed a room")),
    Action.ROOM_CHANGED: Sentence("settings", N_("{who} changed a room")),
}
