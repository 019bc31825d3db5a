"""The true type of a file: detected again, parsed completely, and judged by more than its
parser."""

from bedside.adapters.rendering.incoming import Incoming
from bedside.adapters.rendering.limits import Refused
from bedside.adapters.rendering.polyglots import is_polyglot
from bedside.adapters.rendering.second_opinion import objection
from bedside.adapters.rendering.specialists import specialist
from bedside.files import media_types as types
from bedside.files.media_types import Kind, kind
from bedside.files.ports import Examination
from bedside.files.sniffing import HEAD_SIZE, sniff, start_of_pdf


def examine(incoming: Incoming) -> Examination:
    """Examine the file in `incoming`. Raises IncompleteError."""
    sniffed = sniff(incoming.head(HEAD_SIZE), incoming.name)
    if sniffed.refusal:
        return Examination(sniffed.media_type, refusal=sniffed.refusal)
    try:
        return _parsed(incoming, sniffed.media_type)
    except Refused as refused:
        return Examination(sniffed.media_type, refusal=refused.key)


def _parsed(incoming: Incoming, media_type: str) -> Examination:
    if kind(media_type) is Kind.VIDEO:
        from bedside.adapters.rendering.video import examine_video

        return examine_video(incoming, media_type)
    data = incoming.whole()
    found = specialist(media_type).examine(data, media_type)
    if is_polyglot(data, found.media_type):
        raise Refused("polyglot")
    # What stands before a PDF was judged already, and would be mistaken for the whole.
    whole = data[max(0, start_of_pdf(data)) :] if found.media_type == types.PDF else data
    refusal = objection(whole, found.media_type)
    if refusal:
        raise Refused(refusal)
    return found
