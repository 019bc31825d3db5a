"""Videos: their container is followed to its end; nothing of them is decoded."""

import re

from bedside.adapters.rendering.incoming import Incoming
from bedside.adapters.rendering.iso_media import VideoWalk, end_of_webm
from bedside.adapters.rendering.limits import MOST_LOST, Refused
from bedside.adapters.rendering.polyglots import hides_archive, is_program_or_page
from bedside.adapters.rendering.video_places import CannotBlank, Places
from bedside.files import media_types as types
from bedside.files.ports import Examination
from bedside.files.sniffing import HEAD_SIZE

_TAIL = 66_000
_TRACKS, _TRACK_KIND = b"\x16\x54\xae\x6b", re.compile(rb"\x83\x81(.)", re.DOTALL)
_TRACK_KINDS = {b"\x01": b"vide", b"\x02": b"soun", b"\x03": b"vide"}
_SEEN = frozenset({b"vide", b"pict", b"auxv"})
"""The tracks with something to be seen (ISO 14496-12, 8.4.3)."""


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
    _refuse_sound(places.handlers)
    places.trailer(walk.trailer_at, incoming.size)
    note = "video_cut_off" if is_cut_off else ""
    try:
        return Examination(media_type, note=note, blanked=tuple(places.all(incoming.size)))
    except CannotBlank:
        return Examination(media_type, note=note, sharing_failed=True)


def _examine_webm(incoming: Incoming) -> Examination:
    head = incoming.head(HEAD_SIZE)
    stated = end_of_webm(head)
    _refuse_sound(_tracks_of_webm(head))
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


def _refuse_sound(handlers: set[bytes]) -> None:
    """Refuse what can only be listened to, whatever kind of file it is in. Raises Refused."""
    if b"soun" in handlers and not handlers & _SEEN:
        raise Refused("sound")


def _tracks_of_webm(head: bytes) -> set[bytes]:
    """Return the kinds of tracks that a WebM lists (RFC 9559, 5.1.4), by their names in MP4."""
    at = head.find(_TRACKS)
    if at < 0:
        return set()
    return {_TRACK_KINDS.get(kind, b"") for kind in _TRACK_KIND.findall(head, at)}


def _refuse_second_file(tail: bytes, behind: bytes) -> None:
    if hides_archive(tail) or is_program_or_page(behind):
        raise Refused("polyglot")
