"""The marker segments of a JPEG (ITU T.81, annex B)."""

import re
from collections.abc import Iterator

_NEXT_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]", re.DOTALL)
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9


def segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield each marker with its segment and entropy-coded data, up to and including the end of
    the image."""
    at = 2
    while at + 4 <= len(data):
        while data[at + 1 : at + 2] == b"\xff":
            at += 1  # fill bytes
        marker = data[at + 1] if at + 1 < len(data) else _END_OF_IMAGE
        if data[at] != 0xFF or marker == _END_OF_IMAGE:
            break
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == _START_OF_SCAN:
            following = _NEXT_MARKER.search(data, end)
            end = following.start() if following else len(data)
        yield marker, data[at:end]
        at = end
    yield _END_OF_IMAGE, b"\xff\xd9"


def end_of_jpeg(data: bytes) -> int:
    """Return the size in bytes of the first picture; what follows is not part of it."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != _END_OF_IMAGE:
        if data[at + 1] == 0xFF:
            at += 1
            continue
        scans = data[at + 1] == _START_OF_SCAN
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if scans:
            following = _NEXT_MARKER.search(data, at)
            at = following.start() if following else len(data)
    return min(at + 2, len(data))
