"""The files of a visit that is over, in words for its patient."""

from collections.abc import Sequence
from dataclasses import dataclass

from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.transfers.rows import LiveTransfer
from bedside.transfers.states import Direction, Kind, Phase


@dataclass(frozen=True, slots=True)
class EndedFile:
    """One file: its name, where it went, and whether that is good."""

    name: str
    size: int
    said: str
    good: bool


_FROM_PATIENT = {
    Phase.READY: N_("You sent it. The clinic has it."),
    Phase.DONE: N_("You sent it. The clinic has it."),
    Phase.FILED: N_("You sent it. The clinic has it."),
    Phase.SCANNING: N_("You sent it. It is being checked for viruses."),
    Phase.DECLINED: N_("You did not want to send it."),
    Phase.CANCELLED: N_("Cancelled. Nothing was kept."),
    Phase.REFUSED: N_("It did not pass the check, and was not kept."),
    Phase.DISCARDED: N_("The clinic did not keep it."),
}
_TO_PATIENT = {
    Phase.DONE: N_("You downloaded it. It is in your record, too."),
    Phase.READY: N_("It is in your record at the clinic."),
    Phase.FILED: N_("It is in your record at the clinic."),
    Phase.DECLINED: N_("You did not want it. Nothing was kept."),
    Phase.CANCELLED: N_("The clinic took it back."),
    Phase.REFUSED: N_("It did not pass the check, and was not kept."),
    Phase.DISCARDED: N_("The clinic did not keep it."),
}
_NOT_SENT = N_("It did not arrive. Send it again if the clinic needs it.")
_NOT_GOT = N_("You did not get it before the visit ended. Ask the clinic for it.")
_IN_NO_RECORD = {
    _TO_PATIENT[Phase.DONE]: N_("You downloaded it."),
    _TO_PATIENT[Phase.FILED]: N_("The clinic has it."),
}
"""Before staff have identified the patient."""
_GOOD = frozenset({Phase.READY, Phase.DONE, Phase.FILED})


def ended_files(transfers: Sequence[LiveTransfer], *, identified: bool) -> list[EndedFile]:
    """Return the files of an ended visit, oldest first."""
    return [_ended(one, identified=identified) for one in transfers]


def _ended(transfer: LiveTransfer, *, identified: bool) -> EndedFile:
    if transfer.direction == Direction.TO_PATIENT:
        said = _TO_PATIENT.get(transfer.phase, _NOT_GOT)
        said = said if identified else _IN_NO_RECORD.get(said, said)
    else:
        said = _FROM_PATIENT.get(transfer.phase, _NOT_SENT)
    nameless = _("Photo") if transfer.kind == Kind.CAPTURE else transfer.wanted or _("File")
    name = transfer.name or nameless
    return EndedFile(name, transfer.size, _(said), transfer.phase in _GOOD)
