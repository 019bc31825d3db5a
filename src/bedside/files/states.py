"""The states of a file, as a table."""

from enum import StrEnum

from bedside.kernel.language import N_


class FileState(StrEnum):
    """The progress of a file. Only a filed file is ever opened."""

    RECEIVING = "receiving"
    SCANNING = "scanning"
    UNSCANNED = "unscanned"
    FILED = "filed"
    REFUSED = "refused"
    INFECTED = "infected"


class Sharing(StrEnum):
    """The form in which a filed file is given to anybody but its sender.

    A file is filed together with that form; only files older than this rule wait for it.
    """

    WAITING = "waiting"
    AS_IT_IS = "as_it_is"
    BLANKED = "blanked"
    """The bytes of the original, without those that reveal a location."""
    COPY = "copy"
    """The derivative “shared”."""
    FAILED = "failed"
    """No such form could be made, so nothing is given."""


MOVES: dict[FileState, frozenset[FileState]] = {
    FileState.RECEIVING: frozenset({FileState.SCANNING, FileState.REFUSED}),
    FileState.SCANNING: frozenset(
        {FileState.UNSCANNED, FileState.FILED, FileState.REFUSED, FileState.INFECTED}
    ),
    FileState.UNSCANNED: frozenset({FileState.FILED, FileState.REFUSED, FileState.INFECTED}),
    FileState.FILED: frozenset(),
    FileState.REFUSED: frozenset(),
    FileState.INFECTED: frozenset(),
}

LABELS: dict[str, str] = {
    FileState.RECEIVING: N_("Arriving"),
    FileState.SCANNING: N_("Waiting for scan"),
    FileState.UNSCANNED: N_("Not scanned"),
    FileState.FILED: N_("Scanned"),
    FileState.REFUSED: N_("Refused"),
    FileState.INFECTED: N_("Infected, destroyed"),
}


def may_become(state: str, following: FileState) -> bool:
    """Whether the table allows this step; a job that runs twice finds that it does not."""
    return following in MOVES[FileState(state)]
