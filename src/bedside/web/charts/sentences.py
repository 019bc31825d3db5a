"""Sentences of the audit log and of a patient’s day."""

from bedside.audit import Action
from bedside.edge.feature import Sentence
from bedside.kernel.language import N_

SENTENCES = {
    Action.CHART_OPENED: Sentence("eye", N_("{who} opened the chart of {patient}")),
    Action.CHART_SEARCHED: Sentence("search", N_("{who} searched documents of {patient}")),
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
}
TODAY = {
    Action.CHART_OPENED: N_("{who} opened the chart"),
    Action.FILE_RECEIVED: N_("A file arrived"),
    Action.FILE_DESTROYED: N_("An infected file was destroyed"),
    Action.FILE_REFUSED: N_("A file was refused"),
    Action.FILE_DOWNLOADED: N_("{who} downloaded a file"),
    Action.ENTRY_REVIEWED: N_("{who} marked a file reviewed"),
    Action.ENTRY_MOVED: N_("{who} moved a misfiled file"),
}
