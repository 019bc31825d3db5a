"""Compressed pixels of DICOM, which lie in fragments one after the other (PS3.5, A.4)."""

import re

_PIXELS = re.compile(
    rb"\xe0\x7f\x10\x00(?:O[BW]\x00\x00)?\xff\xff\xff\xff(?=\xfe\xff\x00\xe0)", re.DOTALL
)
_ITEM, _DELIMITER = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0"


def without_its_last_frames(data: bytes) -> bytes | None:
    """Return a file that ends within its compressed pixels with those frames that are complete;
    None for one that does not, or of which too little is left."""
    found = _last(_PIXELS, data)  # an icon's pixels come first
    if found is None:
        return None
    at = first = found.end()
    fragments = 0
    while data[at : at + 4] == _ITEM and at + 8 <= len(data):
        end = at + 8 + int.from_bytes(data[at + 4 : at + 8], "little")
        if end > len(data):
            break
        fragments += 1
        at = end
    if data[at : at + 4] == _DELIMITER or fragments < 2:
        return None  # complete, or nothing but the table of offsets
    table = 8 + int.from_bytes(data[first + 4 : first + 8], "little")
    head = _with_frames(data[:first], fragments - 1)
    empty = _ITEM + bytes(4)  # the table of offsets is not needed, and names lost frames
    return head + empty + data[first + table : at] + _DELIMITER + bytes(4) if head else None


_FRAMES = re.compile(rb"\x28\x00\x08\x00(?:IS(..)|(..)\x00\x00)", re.DOTALL)


def _with_frames(head: bytes, frames: int) -> bytes:
    """Return the header with this number of frames; b"" if it had no more than one."""
    found = _last(_FRAMES, head)
    if found is None:
        return b""
    length = int.from_bytes(found[1] or found[2], "little")
    stated = head[found.end() : found.end() + length].strip(b" \x00")
    if not stated.isdigit() or int(stated) < max(2, frames):
        return b""
    written = str(frames).encode().ljust(length)
    return head[: found.end()] + written + head[found.end() + length :]


def _last(wanted: re.Pattern[bytes], data: bytes) -> re.Match[bytes] | None:
    matches = list(wanted.finditer(data))
    return matches[-1] if matches else None
