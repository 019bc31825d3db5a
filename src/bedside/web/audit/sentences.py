"""Sentences of the audit log."""

from bedside.audit import Action
from bedside.edge.feature import Sentence
from bedside.kernel.language import N_

SENTENCES = {
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

DETAILS: dict[str, str] = {
    "address": N_("Network address"),
    "channel": N_("Channel"),
    "channels": N_("Sent through"),
    "number": N_("Mobile number"),
    "device": N_("Device"),
    "form": N_("Opened as"),
    "entry": N_("Entry"),
    "entries": N_("Entries"),
    "engine": N_("Scanner"),
    "signature": N_("Malware"),
    "verdict": N_("Verdict"),
    "reason": N_("Reason"),
    "refusal": N_("Reason"),
    "role": N_("Role"),
    "target": N_("Team or room"),
    "assigned": N_("Assigned"),
    "attached": N_("Files attached"),
    "category": N_("Category"),
    "reviewed": N_("Reviewed"),
    "changed": N_("Changed"),
    "found": N_("Hits"),
    "shown": N_("Shown"),
    "page": N_("Page"),
    "lines": N_("Lines"),
    "to": N_("Moved to"),
    "came": N_("Moved from"),
    "ended": N_("Ended sessions"),
    "broken": N_("Cannot be read"),
    "unread": N_("Cannot be read"),
    "data_keys": N_("Data keys"),
    "enabled": N_("Can sign in"),
    "file": N_("File"),
    "filters": N_("Filters"),
    "invitation": N_("Invitation"),
    "method": N_("Proved by"),
    "mode": N_("Kind of call"),
    "other": N_("The other chart"),
    "outcome": N_("Outcome"),
    "photos": N_("Photos"),
    "read": N_("Read"),
    "report": N_("Reported"),
    "rows": N_("Rows"),
    "table": N_("Table"),
    "text": N_("Text"),
    "transfer": N_("Transfer"),
    "tries_left": N_("Tries left"),
    "visit": N_("Visit"),
    "why": N_("Reason"),
    "guest": N_("Guest"),
    "how": N_("By"),
}
"""Names of further details of lines; others are shown by their key."""
