"""Audit lines as sentences for people, each with an icon."""

from dataclasses import dataclass

from bedside.audit import Action
from bedside.kernel.language import N_


@dataclass(frozen=True, slots=True)
class Sentence:
    """`text` may name {who} and {patient}; `tone` is "", attention or bad."""

    icon: str
    text: str
    tone: str = ""


SENTENCES: dict[Action, Sentence] = {
    Action.CLINIC_SET_UP: Sentence("building-2", N_("{who} set up the clinic")),
    Action.CLINIC_CHANGED: Sentence("settings", N_("{who} changed settings of the clinic")),
    Action.STAFF_ADDED: Sentence("user-plus", N_("{who} added a colleague")),
    Action.STAFF_CHANGED: Sentence("user", N_("{who} changed a colleague")),
    Action.ALERTS_CHANGED: Sentence("bell", N_("{who} changed how alerts reach them")),
    Action.STAFF_DISABLED: Sentence("ban", N_("{who} ended a colleague's access"), "attention"),
    Action.STAFF_ASSIGNED: Sentence("users", N_("{who} assigned a colleague")),
    Action.STAFF_UNASSIGNED: Sentence("users", N_("{who} ended a colleague's assignment")),
    Action.TEAM_ADDED: Sentence("users", N_("{who} added a team or room")),
    Action.TEAM_CHANGED: Sentence("users", N_("{who} changed a team or room")),
    Action.SIGN_IN_SUCCEEDED: Sentence("key", N_("{who} signed in")),
    Action.SIGN_IN_FAILED: Sentence("key", N_("{who} tried to sign in and failed"), "attention"),
    Action.SIGN_IN_LOCKED: Sentence("lock", N_("Sign-in of {who} was locked"), "bad"),
    Action.SESSION_ENDED: Sentence("log-out", N_("{who} ended a session")),
    Action.PASSWORD_CHANGED: Sentence("key", N_("{who} changed a password")),
    Action.SECOND_FACTOR_ADDED: Sentence("fingerprint", N_("{who} added a second factor")),
    Action.SECOND_FACTOR_REMOVED: Sentence(
        "fingerprint", N_("{who} removed a second factor"), "attention"
    ),
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
    Action.CHART_OPENED: Sentence("eye", N_("{who} opened the chart of {patient}")),
    Action.CHART_SEARCHED: Sentence("search", N_("{who} searched documents of {patient}")),
    Action.INBOX_OPENED: Sentence("inbox", N_("{who} opened the inbox")),
    Action.FILE_RECEIVED: Sentence("upload", N_("{who} sent a file for {patient}")),
    Action.FILE_SCANNED: Sentence("shield-check", N_("{who} scanned a file of {patient}")),
    Action.FILE_FILED: Sentence("folder-input", N_("{who} filed a file of {patient}")),
    Action.FILE_REFUSED: Sentence("file-x", N_("{who} refused a file of {patient}"), "attention"),
    Action.FILE_DESTROYED: Sentence(
        "shield-alert", N_("{who} destroyed an infected file of {patient}"), "bad"
    ),
    Action.FILE_VIEWED: Sentence("eye", N_("{who} looked at a file of {patient}")),
    Action.FILE_DOWNLOADED: Sentence("download", N_("{who} downloaded a file of {patient}")),
    Action.FILE_DISCARDED: Sentence("trash-2", N_("{who} took back a file of {patient}")),
    Action.ENTRY_CHANGED: Sentence("tag", N_("{who} changed an entry of {patient}")),
    Action.ENTRY_REVIEWED: Sentence("check", N_("{who} reviewed an entry of {patient}")),
    Action.ENTRY_MOVED: Sentence(
        "arrow-right-left", N_("{who} moved a file between charts ({patient})"), "attention"
    ),
    Action.UPLOAD_CANCELLED: Sentence("x", N_("{who} cancelled an upload for {patient}")),
    Action.UPLOAD_EXPIRED: Sentence("hourglass", N_("An upload for {patient} was never finished")),
    Action.REQUEST_SENT: Sentence("send", N_("{who} sent a request to {patient}")),
    Action.REQUEST_OPENED: Sentence("link", N_("The link sent to {patient} was opened")),
    Action.REQUEST_ANSWERED: Sentence("message-circle", N_("{patient} answered on a link's page")),
    Action.REQUEST_CHECKED: Sentence("check", N_("{patient} gave the right date of birth")),
    Action.REQUEST_REFUSED: Sentence(
        "circle-x", N_("A wrong date of birth was given on a link to {patient}"), "attention"
    ),
    Action.REQUEST_LOCKED: Sentence("lock", N_("A link to {patient} was locked"), "bad"),
    Action.REQUEST_REVOKED: Sentence("ban", N_("{who} closed a link to {patient}")),
    Action.REQUEST_REMINDED: Sentence("bell", N_("{who} reminded {patient} of a request")),
    Action.REQUEST_REISSUED: Sentence("refresh-cw", N_("{who} sent a new link to {patient}")),
    Action.REQUEST_STARTED: Sentence("camera", N_("{patient} began to send photos")),
    Action.REQUEST_AGREED: Sentence("check", N_("{patient} agreed to send photos")),
    Action.REQUEST_COMPLETED: Sentence("circle-check", N_("A request to {patient} is done")),
    Action.REQUEST_EXPIRED: Sentence("hourglass", N_("A link to {patient} expired")),
    Action.REQUEST_VIEWED: Sentence("eye", N_("{who} looked at requests")),
    Action.ROOM_OPENED: Sentence("layout-grid", N_("{who} opened a room")),
    Action.ROOM_CLOSED: Sentence("layout-grid", N_("{who} closed a room")),
    Action.ROOM_CHANGED: Sentence("settings", N_("{who} changed a room")),
    Action.ROOM_MESSAGED: Sentence("megaphone", N_("{who} wrote to everyone waiting")),
    Action.ROOM_MESSAGE_WITHDRAWN: Sentence(
        "megaphone", N_("{who} took back a message to everyone waiting")
    ),
    Action.QUEUE_OPENED: Sentence("eye", N_("{who} looked at a waiting room")),
    Action.INVITATION_SENT: Sentence("send", N_("{who} invited {patient} to a waiting room")),
    Action.VISIT_CHECKED_IN: Sentence("armchair", N_("{patient} checked in")),
    Action.VISIT_IDENTIFIED: Sentence(
        "user-check", N_("{who} said that a visit is one of {patient}")
    ),
    Action.VISIT_DISCARDED: Sentence(
        "trash-2", N_("{who} destroyed what a visit without a chart held"), "attention"
    ),
    Action.VISIT_ADMITTED: Sentence("video", N_("{who} admitted {patient}")),
    Action.VISIT_RETURNED: Sentence("armchair", N_("{who} returned {patient} to the waiting room")),
    Action.VISIT_TRANSFERRED: Sentence(
        "arrow-right-left", N_("{who} transferred {patient} to another room")
    ),
    Action.VISIT_TAKEN_BACK: Sentence("undo-2", N_("{who} took {patient} back")),
    Action.VISIT_LEFT: Sentence("log-out", N_("{patient} left the visit")),
    Action.VISIT_REMOVED: Sentence("user-minus", N_("{who} removed {patient} from a visit")),
    Action.VISIT_COMPLETED: Sentence("circle-check", N_("{who} ended the visit of {patient}")),
    Action.VISIT_EXPIRED: Sentence("hourglass", N_("The visit of {patient} ran out")),
    Action.VISIT_OPENED: Sentence("eye", N_("{who} looked at a visit of {patient}")),
    Action.VISIT_NOTED: Sentence("pencil", N_("{who} wrote a visit note on {patient}")),
    Action.VISITS_LISTED: Sentence("eye", N_("{who} looked at the visits of {patient}")),
    Action.CHAT_SAID: Sentence("message-circle", N_("{who} wrote in the chat of a visit")),
    Action.CHAT_OPENED: Sentence("eye", N_("{who} read the chat of a visit")),
    Action.WHITEBOARD_OPENED: Sentence("pencil", N_("{who} opened a whiteboard in a call")),
    Action.WHITEBOARD_CLOSED: Sentence("pencil", N_("A whiteboard was closed and wiped")),
    Action.WHITEBOARD_SAVED: Sentence(
        "pencil", N_("{who} saved a whiteboard in the chart of {patient}")
    ),
    Action.LIVE_TRANSFER_OFFERED: Sentence("file-up", N_("{who} offered a file in a visit")),
    Action.LIVE_TRANSFER_ASKED: Sentence("file-down", N_("{who} asked {patient} for a file")),
    Action.LIVE_TRANSFER_ACCEPTED: Sentence("check", N_("{patient} accepted a file transfer")),
    Action.LIVE_TRANSFER_ENDED: Sentence("file-check", N_("A file transfer of {who} ended")),
    Action.CALL_STARTED: Sentence("video", N_("{who} started a call with {patient}")),
    Action.CALL_JOINED: Sentence("video", N_("{who} joined a call")),
    Action.CALL_LEFT: Sentence("log-out", N_("{who} left a call")),
    Action.CALL_ENDED: Sentence("phone-off", N_("A call ended")),
    Action.GUEST_INVITED: Sentence("link", N_("{who} invited a guest to a call")),
    Action.GUEST_KNOCKED: Sentence("user", N_("A guest asked to be let into a call")),
    Action.GUEST_ADMITTED: Sentence("user-check", N_("{who} let a guest into a call")),
    Action.GUEST_REFUSED: Sentence("user-x", N_("{who} did not let a guest into a call")),
    Action.GUEST_REVOKED: Sentence("user-x", N_("{who} withdrew the invitation of a guest")),
    Action.NOTIFICATION_SENT: Sentence("mail", N_("A message to {patient} went out")),
    Action.NOTIFICATION_FAILED: Sentence(
        "triangle-alert", N_("A message to {patient} could not be delivered"), "attention"
    ),
    Action.NOTIFICATION_RESENT: Sentence("mail", N_("{who} sent a message to {patient} again")),
    Action.OUTBOX_OPENED: Sentence("archive", N_("{who} opened the outbox")),
    Action.AUDIT_OPENED: Sentence("scroll-text", N_("{who} opened the audit log")),
    Action.AUDIT_EXPORTED: Sentence("download", N_("{who} exported the audit log"), "attention"),
    Action.ROWS_BOUND: Sentence("key", N_("{who} bound the rows that decide to the clinic’s keys")),
    Action.ROW_REFUSED: Sentence(
        "shield-alert", N_("{who} refused a row that was changed outside Bedside"), "bad"
    ),
    Action.KEYS_ROTATED: Sentence("key", N_("{who} rotated the keys")),
    Action.BACKUP_TAKEN: Sentence("archive", N_("{who} took a backup")),
    Action.BACKUP_RESTORED: Sentence("archive", N_("{who} restored a backup"), "attention"),
}

TODAY: dict[Action, str] = {
    Action.PATIENT_ADDED: N_("{who} added the patient"),
    Action.PATIENT_CHANGED: N_("{who} changed the details"),
    Action.CHART_OPENED: N_("{who} opened the chart"),
    Action.FILE_RECEIVED: N_("A file arrived"),
    Action.FILE_DESTROYED: N_("An infected file was destroyed"),
    Action.FILE_REFUSED: N_("A file was refused"),
    Action.FILE_DOWNLOADED: N_("{who} downloaded a file"),
    Action.ENTRY_REVIEWED: N_("{who} marked a file reviewed"),
    Action.ENTRY_MOVED: N_("{who} moved a misfiled file"),
    Action.REQUEST_SENT: N_("{who} sent a photo request"),
    Action.REQUEST_CHECKED: N_("{who} opened the photo request"),
    Action.REQUEST_STARTED: N_("{who} began to send photos"),
    Action.REQUEST_COMPLETED: N_("All photos of the request are here"),
    Action.REQUEST_REISSUED: N_("{who} sent a new link"),
    Action.REQUEST_REVOKED: N_("{who} closed the link"),
    Action.REQUEST_LOCKED: N_("The link was locked after wrong dates of birth"),
    Action.REQUEST_EXPIRED: N_("The link expired"),
    Action.VISIT_CHECKED_IN: N_("{who} checked in"),
    Action.VISIT_IDENTIFIED: N_("{who} said that a visit is one of this patient"),
    Action.VISIT_ADMITTED: N_("{who} admitted the patient"),
    Action.VISIT_TRANSFERRED: N_("{who} transferred the patient to another room"),
    Action.VISIT_TAKEN_BACK: N_("{who} took the patient back"),
    Action.VISIT_LEFT: N_("{who} left the visit"),
    Action.VISIT_REMOVED: N_("{who} removed the patient from the visit"),
    Action.VISIT_COMPLETED: N_("{who} ended the visit"),
    Action.VISIT_EXPIRED: N_("The visit ran out"),
    Action.NOTIFICATION_FAILED: N_("A message could not be delivered"),
}
"""Audit lines in the card's summary of the day. Looks at the card itself are left to the audit
log."""

DETAILS: dict[str, str] = {
    "address": N_("From"),
    "channel": N_("Channel"),
    "channels": N_("Sent by"),
    "number": N_("Mobile number"),
    "device": N_("Device"),
    "form": N_("Form"),
    "entry": N_("Entry"),
    "entries": N_("Entries"),
    "engine": N_("Scanner"),
    "signature": N_("Found"),
    "verdict": N_("Verdict"),
    "reason": N_("Reason"),
    "refusal": N_("Reason"),
    "role": N_("Role"),
    "target": N_("Team or room"),
    "assigned": N_("Assigned"),
    "category": N_("Category"),
    "reviewed": N_("Reviewed"),
    "changed": N_("Changed"),
    "found": N_("Found"),
    "shown": N_("Shown"),
    "page": N_("Page"),
    "lines": N_("Lines"),
    "to": N_("To"),
    "came": N_("From"),
    "ended": N_("Ended"),
    "broken": N_("Cannot be read"),
}
"""Names of further details of lines; others are shown by their key."""
