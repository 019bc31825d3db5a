"""What a file really is: sniffed again, then parsed whole."""

from bedside.adapters.rendering.incoming import Incoming
from bedside.adapters.rendering.limits import Refused
from bedside.adapters.rendering.specialists import specialist
from bedside.files.ports import Examination
from bedside.files.sniffing import HEAD_SIZE, sniff


def examine(incoming: Incoming) -> Examination:
    """The examination of the file that `incoming` brings. Raises IncompleteError."""
    sniffed = sniff(incoming.head(HEAD_SIZE), incoming.name)
    if sniffed.refusal:
        return Examination(sniffed.media_type, refusal=sniffed.refusal)
    try:
        return specialist(sniffed.media_type).examine(incoming.whole(), sniffed.media_type)
    except Refused as refused:
        return Examination(sniffed.media_type, refusal=refused.key)
