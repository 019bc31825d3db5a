"""Videos: their container is followed to its end; nothing of them is decoded."""

from bedside.adapters.rendering.incoming import Incoming
from bedside.adapters.rendering.iso_media import VideoWalk, webm_is_whole
from bedside.adapters.rendering.limits import Refused
from bedside.adapters.rendering.polyglots import hides_archive
from bedside.adapters.rendering.video_places import CannotBlank, Places
from bedside.files import media_types as types
from bedside.files.ports import Examination
from bedside.files.sniffing import HEAD_SIZE

_TAIL = 66_000


def examine_video(incoming: Incoming, media_type: str) -> Examination:
    """Check that the container is complete, and find what in it is not for others, in memory that
    grows only with the video's index.

    Raises Refused, and IncompleteError if bytes are missing from the stream.
    """
    if media_type == types.WEBM and not webm_is_whole(incoming.head(HEAD_SIZE), incoming.size):
        raise Refused("damaged_video")
    places = Places()
    walk = VideoWalk(incoming.size, places) if media_type != types.WEBM else None
    tail = b""
    for block in incoming.blocks():
        if walk is not None:
            walk.feed(block)
        tail = (tail + block)[-_TAIL:]
    if walk is not None:
        walk.finish()
    if hides_archive(tail):
        raise Refused("polyglot")
    try:
        return Examination(media_type, blanked=tuple(places.all(incoming.size)))
    except CannotBlank:
        return Examination(media_type, sharing_failed=True)
