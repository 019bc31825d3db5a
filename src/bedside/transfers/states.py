"""The life of a live file transfer, as pure tables (features X2–X5).

Two things happen in parallel: the other side is asked, and the bytes are uploaded and scanned. The
phase, which people see, follows from both.
"""

from enum import StrEnum

from bedside.errors import Conflict, NotAllowed
from bedside.kernel.language import N_


class Direction(StrEnum):
    """The direction of a file."""

    TO_PATIENT = "to_patient"
    FROM_PATIENT = "from_patient"


class Kind(StrEnum):
    """A file that somebody chooses, or a still from the patient's camera."""

    FILE = "file"
    CAPTURE = "capture"


class Bytes(StrEnum):
    """The progress of the file itself."""

    NONE = "none"
    ARRIVING = "arriving"
    SCANNING = "scanning"
    CLEAN = "clean"


class Ended(StrEnum):
    """How a transfer ended; empty while it is running."""

    NO = ""
    DONE = "done"
    """The other side has downloaded the file."""
    FILED = "filed"
    """The visit went on before that; the file, which had arrived completely, is in the chart, or
    with the visit until staff identify the patient."""
    DECLINED = "declined"
    CANCELLED = "cancelled"
    LEFT = "left"
    """The patient left, or was transferred to another room, before the file had arrived."""
    FAILED = "failed"
    REFUSED = "refused"
    """By its type or by the scan; the file was destroyed."""
    DISCARDED = "discarded"
    """It had arrived, and the visit's patient was never identified."""


class NotTheSender(NotAllowed):
    """A colleague has offered this file."""

    code = "not_the_sender"
    sentence = N_(
        "A colleague has offered this file, and only they can send it. To send it yourself, select "
        "it again."
    )


class Phase(StrEnum):
    """The state that both sides see."""

    ASKED = "asked"
    MOVING = "moving"
    SCANNING = "scanning"
    READY = "ready"
    DONE = "done"
    FILED = "filed"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    LEFT = "left"
    FAILED = "failed"
    REFUSED = "refused"
    DISCARDED = "discarded"


def phase(*, agreed: bool, bytes_: str, ended: str) -> Phase:
    """Return the phase of a transfer."""
    if ended:
        return Phase(ended)
    if not agreed:
        return Phase.ASKED
    return {
        Bytes.NONE: Phase.MOVING,
        Bytes.ARRIVING: Phase.MOVING,
        Bytes.SCANNING: Phase.SCANNING,
        Bytes.CLEAN: Phase.READY,
    }[Bytes(bytes_)]


_FORWARD = (Bytes.NONE, Bytes.ARRIVING, Bytes.SCANNING, Bytes.CLEAN)


def may_become(before: str, after: Bytes) -> bool:
    """Whether the bytes may make this step: they only go forward; a repetition changes nothing."""
    return _FORWARD.index(after) > _FORWARD.index(Bytes(before))


def ends_with_the_leg(
    *, direction: str, agreed: bool, bytes_: str, filed: bool, keep: bool
) -> Ended:
    """Return what becomes of a running transfer when the patient leaves the room.

    A file that arrived completely is filed if the clinic keeps files of unfinished transfers
    (feature X5). One offered by staff that the patient never accepted is not.
    """
    arrived = bytes_ in (Bytes.SCANNING, Bytes.CLEAN)
    wanted = agreed or direction == Direction.FROM_PATIENT
    return Ended.FILED if filed or (arrived and wanted and keep) else Ended.LEFT


def require_running(ended: str) -> None:
    """Raise Conflict, with a sentence, if the transfer is over."""
    if ended:
        raise Conflict(_OVER[Ended(ended)], code=f"transfer_is_{ended}")


_OVER = {
    Ended.DONE: N_("This file has arrived already."),
    Ended.FILED: N_("This file is in the chart already."),
    Ended.DECLINED: N_("This file was declined. Nothing of it was kept."),
    Ended.CANCELLED: N_("This file transfer was cancelled. Nothing of it was kept."),
    Ended.LEFT: N_("The patient left before the file had arrived. Nothing of it was kept."),
    Ended.FAILED: N_("This file did not arrive. Please send it again."),
    Ended.REFUSED: N_("This file was refused. Nothing of it was kept."),
    Ended.DISCARDED: N_("The visit belonged to no patient of the clinic. Nothing of it was kept."),
}
