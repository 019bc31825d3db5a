"""Texts of a live file transfer for each side, in each of its phases (features X2–X5)."""

from dataclasses import dataclass

from bedside.files.refusals import NOTES, REFUSALS
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.transfers.rows import LiveTransfer
from bedside.transfers.states import Direction, Kind, Phase


@dataclass(frozen=True, slots=True)
class Wording:
    """One transfer in words: its state, the colour of it, and whether a bar moves."""

    said: str
    tone: str
    bar: bool


_STAFF_SENDS = {
    Phase.ASKED: N_("Waiting for the patient to accept."),
    Phase.MOVING: N_("Accepted. The file is on its way."),
    Phase.SCANNING: N_("Accepted. The file is being checked for viruses."),
    Phase.READY: N_("Accepted. The patient can download it now."),
    Phase.DONE: N_("Done. The patient has downloaded it, and it is in the chart."),
    Phase.FILED: N_("The patient left the room before the download. The file is in the chart."),
    Phase.DECLINED: N_("The patient declined it. Nothing was kept. You can send another file."),
    Phase.CANCELLED: N_("Cancelled. Nothing was kept."),
    Phase.LEFT: N_("The patient left before the file had arrived. Nothing was kept."),
    Phase.FAILED: N_("The file did not arrive. Please send it again."),
    Phase.DISCARDED: N_("Destroyed, because the visit belonged to no patient of the clinic."),
}
_STAFF_GETS = {
    Phase.ASKED: N_("Waiting for the patient to choose a file."),
    Phase.MOVING: N_("The patient is sending it."),
    Phase.SCANNING: N_("It has arrived and is being checked for viruses."),
    Phase.READY: N_("It has arrived, was checked for viruses, and is in the chart."),
    Phase.DONE: N_("Done. It was downloaded, and it is in the chart."),
    Phase.FILED: N_("The patient left the room. The file had arrived and is in the chart."),
    Phase.DECLINED: N_("The patient declined to send a file. You can ask again."),
    Phase.CANCELLED: N_("Cancelled. Nothing was kept."),
    Phase.LEFT: N_("The patient left before the file had arrived. Nothing was kept."),
    Phase.FAILED: N_("The file did not arrive. Please ask for it again."),
    Phase.DISCARDED: N_("Destroyed, because the visit belonged to no patient of the clinic."),
}
_PATIENT_GETS = {
    Phase.ASKED: N_("Do you want this file?"),
    Phase.MOVING: N_("It is on its way to you. Keep this page open."),
    Phase.SCANNING: N_("It is being checked for viruses. Keep this page open."),
    Phase.READY: N_("It is here. Keep this page open until you have downloaded it."),
    Phase.DONE: N_("You have downloaded it. You can download it again while this page is open."),
    Phase.FILED: N_("It is in your record at the clinic."),
    Phase.DECLINED: N_("You did not want this file. Nothing was kept."),
    Phase.CANCELLED: N_("The clinic has taken it back. There is nothing to do."),
    Phase.LEFT: N_("It did not arrive before you left the room. Ask the clinic for it."),
    Phase.FAILED: N_("It did not arrive. Ask the clinic to send it again."),
    Phase.DISCARDED: N_("The clinic did not keep it."),
}
_PATIENT_SENDS = {
    Phase.ASKED: N_("Choose a file, or take a photo of a paper."),
    Phase.MOVING: N_("Sending. Keep this page open."),
    Phase.SCANNING: N_("Sent. It is being checked for viruses. You may leave this page."),
    Phase.READY: N_("Sent. It is in your record now."),
    Phase.DONE: N_("Sent. It is in your record now."),
    Phase.FILED: N_("Sent. It is in your record now."),
    Phase.DECLINED: N_("You did not want to send a file."),
    Phase.CANCELLED: N_("Cancelled. Nothing was kept."),
    Phase.LEFT: N_("It had not arrived when you left the room. Send it again."),
    Phase.FAILED: N_("It did not arrive. Send it again."),
    Phase.DISCARDED: N_("The clinic did not keep it."),
}
_IN_NO_CHART_TO_STAFF = N_("It goes into the chart as soon as somebody says who the patient is.")
_IN_NO_CHART = {
    _STAFF_SENDS[Phase.DONE]: N_("Done. The patient has downloaded it."),
    _STAFF_SENDS[Phase.FILED]: N_(
        "The patient left the room before the download. The file is kept."
    ),
    _STAFF_GETS[Phase.READY]: N_("It has arrived and was checked for viruses."),
    _STAFF_GETS[Phase.DONE]: N_("Done. It was downloaded."),
    _STAFF_GETS[Phase.FILED]: N_("The patient left the room. The file had arrived and is kept."),
}
"""To staff, before the patient is identified: without mentioning the chart that is not there
yet."""
_HELD_TO_PATIENT = {
    _PATIENT_GETS[Phase.FILED]: N_("The clinic has it."),
    _PATIENT_SENDS[Phase.READY]: N_("Sent. The clinic has it now."),
}
_CAPTURE_TO_STAFF = {
    Phase.ASKED: N_("Waiting for the patient to agree."),
    Phase.DECLINED: N_("The patient did not agree to a photo. You can ask again."),
    Phase.FAILED: N_("The photo did not arrive. Please ask for it again."),
}
_CAPTURE_TO_PATIENT = {
    Phase.ASKED: N_(
        "Show what the clinic wants to see. You look at the photo before it goes into your record."
    ),
    Phase.DECLINED: N_("You did not want a photo. Nothing was taken."),
    Phase.FAILED: N_("The photo did not arrive. The clinic can ask again."),
}
_HARMFUL = "infected"
_HARMFUL_TO_STAFF = N_(
    "The malware scan found something harmful in this file. The file was destroyed. Ask the "
    "patient for another copy from a source that they trust."
)
_REFUSED_TO_PATIENT = N_(
    "This file did not pass the clinic’s check, so it was not kept. Ask the clinic to send "
    "another copy."
)
_UNSCANNED = N_(
    "It has arrived, and cannot be opened yet: the virus scanner is down. It is scanned later."
)
_CHECKED_LATER = N_(
    "The virus check is not available right now. The file is checked later; you need not do "
    "anything."
)
_NOT_CHECKED = N_(
    "The clinic’s virus check cannot look into this file, so it was not opened. Ask the clinic "
    "whether to send it in another form."
)
_SCANNING_AND_LOST = N_("Sent. It is being checked for viruses. Keep this page open.")
"""To a patient, if the clinic keeps no files of unfinished transfers."""
_BAR = frozenset({Phase.ASKED, Phase.MOVING})
_TONES = {
    Phase.DECLINED: "attention",
    Phase.LEFT: "attention",
    Phase.FAILED: "bad",
    Phase.REFUSED: "bad",
    Phase.READY: "good",
    Phase.DONE: "good",
    Phase.FILED: "good",
}


def wording_of(transfer: LiveTransfer, *, to_staff: bool, keep: bool = True) -> Wording:
    """Describe a transfer to one side. `keep`: the clinic keeps a file that has arrived if the
    patient leaves before the end."""
    phase = transfer.phase
    is_unanswered = phase is Phase.ASKED and not to_staff
    bar = phase in _BAR and transfer.size > 0 and not is_unanswered
    if phase is Phase.REFUSED:
        return Wording(_refused(transfer, to_staff=to_staff), "bad", bar=False)
    if phase is Phase.SCANNING and transfer.reason == "unscanned":
        return Wording(_(_UNSCANNED if to_staff else _CHECKED_LATER), "attention", bar=False)
    if phase is Phase.SCANNING and transfer.reason in NOTES:
        words = NOTES[transfer.reason] if to_staff else _NOT_CHECKED
        return Wording(_(words), "attention", bar=False)
    gives = not to_staff and transfer.direction == Direction.FROM_PATIENT
    if phase is Phase.SCANNING and gives and not keep:
        return Wording(_(_SCANNING_AND_LOST), "", bar=False)
    said = _table(transfer, to_staff=to_staff)[phase]
    return Wording(_in_words(transfer, said, to_staff=to_staff), _TONES.get(phase, ""), bar)


def _in_words(transfer: LiveTransfer, said: str, *, to_staff: bool) -> str:
    """Return a sentence of the tables that is also true before the patient is identified."""
    if transfer.patient_id:
        return _(said)
    if not to_staff:
        return _(_HELD_TO_PATIENT.get(said, said))
    if said in _IN_NO_CHART:
        return f"{_(_IN_NO_CHART[said])} {_(_IN_NO_CHART_TO_STAFF)}"
    return _(said)


def _refused(transfer: LiveTransfer, *, to_staff: bool) -> str:
    """Tell the sender what to do about a refused file; the other side cannot do it."""
    from_patient = transfer.direction == Direction.FROM_PATIENT
    if to_staff and from_patient and transfer.reason == _HARMFUL:
        return _(_HARMFUL_TO_STAFF)
    if not to_staff and not from_patient:
        return _(_REFUSED_TO_PATIENT)
    if transfer.reason in REFUSALS:
        return _(REFUSALS[transfer.reason])
    return _("The file was refused. Nothing was kept.")


def _table(transfer: LiveTransfer, *, to_staff: bool) -> dict[Phase, str]:
    gives = transfer.direction == Direction.FROM_PATIENT
    if transfer.kind == Kind.CAPTURE:
        if to_staff:
            return _STAFF_GETS | _CAPTURE_TO_STAFF
        return _PATIENT_SENDS | _CAPTURE_TO_PATIENT
    if to_staff:
        return _STAFF_GETS if gives else _STAFF_SENDS
    return _PATIENT_SENDS if gives else _PATIENT_GETS


RUNNING = frozenset({Phase.ASKED, Phase.MOVING, Phase.SCANNING, Phase.READY})
"""Phases in which something is still to come."""
WANTED = (
    N_("Insurance card"),
    N_("Referral letter"),
    N_("List of medicines"),
    N_("Lab results"),
    N_("Photo of a document"),
)
"""The usual requests of staff."""


def titled(transfer: LiveTransfer, who: str) -> str:
    """Return the title of an offer or a request for the patient, in the past once it is over;
    `who` is the member of staff."""
    over = transfer.phase not in RUNNING
    if transfer.direction == Direction.TO_PATIENT:
        sends, sent = _("%(who)s sends you a file"), _("%(who)s sent you a file")
    elif not transfer.staff_id:
        sends, sent = _("You send a file"), _("You sent a file")
    elif transfer.kind == Kind.CAPTURE:
        sends = _("%(who)s asks to take a photo with your camera")
        sent = _("%(who)s asked to take a photo with your camera")
    else:
        sends, sent = _("%(who)s asks you for a file"), _("%(who)s asked you for a file")
    return (sent if over else sends) % {"who": who}
