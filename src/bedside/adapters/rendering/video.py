"""Videos: their container is followed to its end; nothing of them is decoded or kept."""

from bedside.adapters.rendering.incoming import Incoming
from bedside.adapters.rendering.iso_media import VideoWalk, webm_is_whole
from bedside.adapters.rendering.limits import Refused
from bedside.adapters.rendering.polyglots import hides_archive
from bedside.files import media_types as types
from bedside.files.ports import Examination
from bedside.files.sniffing import HEAD_SIZE

_TAIL = 66_000


def examine_video(incoming: Incoming, media_type: str) -> Examination:
    """See that the container is whole, in a memory that does not grow with the video.

    Raises Refused, and IncompleteError when bytes are missing from the stream.
    """
    if media_type == types.WEBM and not webm_is_whole(incoming.head(HEAD_SIZE), incoming.size):
        raise Refused("damaged_video")
    walk = VideoWalk() if media_type != types.WEBM else None
    tail = b""
    for block in incoming.blocks():
        if walk is not None:
            walk.feed(block)
        tail = (tail + block)[-_TAIL:]
    if walk is not None:
        walk.finish()
    if hides_archive(tail):
        raise Refused("polyglot")
    return Examination(media_type)
