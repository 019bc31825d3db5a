"""Videos: their container is followed to its end; nothing of them is decoded."""

from bedside.adapters.rendering.incoming import Incoming
from bedside.adapters.rendering.iso_media import VideoWalk, end_of_webm
from bedside.adapters.rendering.limits import MOST_LOST, Refused
from bedside.adapters.rendering.polyglots import hides_archive, is_program_or_page
from bedside.adapters.rendering.video_places import CannotBlank, Places
from bedside.files import media_types as types
from bedside.files.ports import Examination
from bedside.files.sniffing import HEAD_SIZE

_TAIL = 66_000


def examine_video(incoming: Incoming, media_type: str) -> Examination:
    """Check that the container is complete, and find what in it is not for others, in memory that
    grows only with the video's index.

    One of which a little is missing at the end can be played, and is taken with a note. Raises
    Refused, and IncompleteError if bytes are missing from the stream.
    """
    if media_type == types.WEBM:
        return _examine_webm(incoming)
    places = Places()
    walk = VideoWalk(incoming.size, places)
    tail = b""
    for block in incoming.blocks():
        walk.feed(block)
        tail = (tail + block)[-_TAIL:]
    is_cut_off = walk.finish()
    _refuse_second_file(tail, bytes(walk.trailer))
    places.trailer(walk.trailer_at, incoming.size)
    note = "video_cut_off" if is_cut_off else ""
    try:
        return Examination(media_type, note=note, blanked=tuple(places.all(incoming.size)))
    except CannotBlank:
        return Examination(media_type, note=note, sharing_failed=True)


def _examine_webm(incoming: Incoming) -> Examination:
    stated = end_of_webm(incoming.head(HEAD_SIZE))
    size, end = incoming.size, incoming.size if stated is None else stated
    if end - size > end * MOST_LOST:
        raise Refused("damaged_video")
    at, tail, behind = 0, b"", b""
    for block in incoming.blocks():
        if at + len(block) > end and len(behind) < _TAIL:
            behind += block[max(0, end - at) :][:_TAIL]
        at += len(block)
        tail = (tail + block)[-_TAIL:]
    _refuse_second_file(tail, behind)
    note = "video_cut_off" if end > size else ""
    return Examination(types.WEBM, note=note, blanked=((end, size),) if end < size else ())


def _refuse_second_file(tail: bytes, behind: bytes) -> None:
    if hides_archive(tail) or is_program_or_page(behind):
        raise Refused("polyglot")
