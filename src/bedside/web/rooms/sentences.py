"""Sentences of the audit log and of a patient’s day."""

from bedside.audit import Action
from bedside.edge.feature import Sentence
from bedside.kernel.language import N_

SENTENCES = {
    Action.ROOM_MESSAGED: Sentence("megaphone", N_("{who} wrote to everyone waiting")),
    Action.ROOM_MESSAGE_WITHDRAWN: Sentence(
        "megaphone", N_("{who} took back a message to everyone waiting")
    ),
    Action.QUEUE_OPENED: Sentence("eye", N_("{who} looked at a waiting room")),
    Action.VISIT_ADMITTED: Sentence("video", N_("{who} admitted {patient}")),
    Action.VISIT_MOVED: Sentence("arrow-up", N_("{who} moved {patient} in the queue")),
    Action.VISIT_PUT_FIRST: Sentence("arrow-up", N_("{who} wants {patient} to be seen first")),
    Action.VISIT_PUT_BACK: Sentence(
        "undo-2", N_("{who} put {patient} back to the place of the arrival")
    ),
    Action.VISIT_MARKED_URGENT: Sentence("triangle-alert", N_("{who} marked {patient} as urgent")),
    Action.VISIT_NOT_URGENT: Sentence("undo-2", N_("{who} took the mark “urgent” from {patient}")),
    Action.VISIT_RETURNED: Sentence("armchair", N_("{who} returned {patient} to the waiting room")),
    Action.VISIT_TRANSFERRED: Sentence(
        "arrow-right-left", N_("{who} transferred {patient} to another room")
    ),
    Action.VISIT_TAKEN_BACK: Sentence("undo-2", N_("{who} took {patient} back")),
    Action.VISIT_REMOVED: Sentence("user-minus", N_("{who} removed {patient} from a visit")),
}
TODAY = {
    Action.VISIT_ADMITTED: N_("{who} admitted the patient"),
    Action.VISIT_TRANSFERRED: N_("{who} transferred the patient to another room"),
    Action.VISIT_TAKEN_BACK: N_("{who} took the patient back"),
    Action.VISIT_REMOVED: N_("{who} removed the patient from the visit"),
}
