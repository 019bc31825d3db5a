"""The boxes of ISO base media files (ISO 14496-12): HEIF pictures, MP4 and QuickTime videos."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from bedside.adapters.rendering.limits import MOST_LOST, Refused

_MAX_BOXES = 100_000


@dataclass(frozen=True, slots=True)
class Box:
    """One box: its four-letter name, where its content starts, and where it ends."""

    name: bytes
    start: int
    end: int


def boxes(data: bytes, start: int, end: int) -> Iterator[Box]:
    """Yield the boxes between two places of `data`; stops early if they make no sense."""
    at = start
    for _ in range(_MAX_BOXES):
        if at + 8 > end:
            return
        length, header = int.from_bytes(data[at : at + 4], "big"), 8
        if length == 1:
            length, header = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        elif length == 0:
            length = end - at
        if length < header:
            return
        yield Box(data[at + 4 : at + 8], at + header, at + length)
        at += length


def picture_is_whole(data: bytes) -> bool:
    """Whether every byte named in the picture's item table exists (14496-12, 8.11.3)."""
    meta = next((box for box in boxes(data, 0, len(data)) if box.name == b"meta"), None)
    if meta is None or meta.end > len(data):
        return False
    table = next(
        (box for box in boxes(data, meta.start + 4, meta.end) if box.name == b"iloc"), None
    )
    return table is None or all(
        end <= len(data) for end in _extent_ends(data[table.start : table.end])
    )


def is_sequence(data: bytes) -> bool:
    """Whether it holds pictures as a track only, and none that is shown by itself (ISO 23008-12,
    7)."""
    names = {box.name for box in boxes(data, 0, len(data))}
    return b"moov" in names and b"meta" not in names


def _extent_ends(table: bytes) -> Iterator[int]:
    """Yield the ends of the file extents in an item location box."""
    position = 0

    def number(length: int) -> int:
        nonlocal position
        position += length
        return int.from_bytes(table[position - length : position], "big")

    version = number(4) >> 24
    sizes = number(2)
    offset_size, length_size = sizes >> 12, sizes >> 8 & 15
    base_size, index_size = sizes >> 4 & 15, sizes & 15
    for _ in range(number(4 if version == 2 else 2)):
        number(4 if version == 2 else 2)  # the item's number
        in_file = number(2) & 15 == 0 if version else True
        number(2)  # data reference
        base = number(base_size)
        for _ in range(number(2)):
            number(index_size if version else 0)
            offset, length = number(offset_size), number(length_size)
            if in_file:
                yield base + offset + length
            if position > len(table):
                return


class Boxes(Protocol):
    """Receives the boxes of a file that streams past."""

    def begin(self, name: bytes, start: int, end: int, *, long: bool) -> None:
        """Begin a box whose content goes from `start` to `end`; `long`: its length field has eight
        bytes."""
        ...

    def feed(self, content: memoryview) -> None:
        """Take some of its content."""
        ...


_NEEDED = frozenset({b"moov", b"moof", b"mdat"})
"""The boxes without whose end something cannot be played."""
_TRAILER_SEEN = 65_536


class VideoWalk:
    """Follows the boxes of a video of `size` bytes that streams past, keeping only small headers.

    What follows the last box is a trailer: zeros, or what a maker's program appends.
    """

    def __init__(self, size: int, listener: Boxes) -> None:
        self.names: list[bytes] = []
        self.trailer = bytearray()
        """The beginning of the trailer."""
        self.trailer_at = size
        self._size = size
        self._listener = listener
        self._at = 0
        self._skip = 0
        self._header = b""
        self._open_ended = False

    def feed(self, block: bytes) -> None:
        """Take the next bytes. Raises Refused if they are not boxes."""
        view = memoryview(block)
        while view and not self._open_ended:
            if self._skip:
                passed = min(self._skip, len(view))
                self._listener.feed(view[:passed])
                self._skip -= passed
                self._at += passed
                view = view[passed:]
                continue
            if self.trailer_at < self._size:
                self.trailer += view[: _TRAILER_SEEN - len(self.trailer)]
                return
            wanted = 16 if self._header[:4] == b"\x00\x00\x00\x01" else 8
            taken = bytes(view[: wanted - len(self._header)])
            self._header += taken
            self._at += len(taken)
            view = view[len(taken) :]
            if len(self._header) == wanted:
                self._begin()

    def _begin(self) -> None:
        length, header = int.from_bytes(self._header[:4], "big"), 8
        if length == 1:
            if len(self._header) < 16:
                return
            length, header = int.from_bytes(self._header[8:16], "big"), 16
        name = self._header[4:8]
        is_named = all(32 <= letter < 127 or letter == 0xA9 for letter in name)
        if not is_named or 0 < length < header or len(self.names) > _MAX_BOXES:
            self._begin_trailer()
            return
        is_cut_off = self._at + length - header > self._size
        if is_cut_off and name not in _NEEDED and self._is_playable():
            self._begin_trailer()
            return
        self._open_ended = length == 0
        self.names.append(name)
        end = self._size if self._open_ended else self._at + max(0, length - header)
        self._listener.begin(name, self._at, end, long=header == 16)
        self._skip = max(0, length - header)
        self._header = b""

    def _begin_trailer(self) -> None:
        if not self._is_playable():
            raise Refused("damaged_video")
        self.trailer_at = self._at - len(self._header)
        self.trailer += self._header
        self._header = b""

    def _is_playable(self) -> bool:
        has_index = b"moov" in self.names or b"moof" in self.names
        return has_index and not {b"mdat", b"moof"}.isdisjoint(self.names)

    def finish(self) -> bool:
        """Return whether some of the end is missing. Raises Refused if too much is, or if it holds
        no video."""
        if not self._is_playable():
            raise Refused("damaged_video")
        if not self._skip:
            return False
        is_indexed = b"moov" in self.names[:-1]
        if not is_indexed or self._skip > (self._size + self._skip) * MOST_LOST:
            raise Refused("damaged_video")
        return True


_EBML, _SEGMENT = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67"


def end_of_webm(head: bytes) -> int | None:
    """Return where a WebM's segment ends by the length in its head (RFC 8794); None for one whose
    length is open, as browsers' recorders leave it. Raises Refused if it is none."""
    if head[:4] != _EBML:
        raise Refused("damaged_video")
    length, width = _variable(head, 4)
    at = 4 + width + length
    if head[at : at + 4] != _SEGMENT:
        raise Refused("damaged_video")
    length, width = _variable(head, at + 4)
    is_open = length == (1 << 7 * width) - 1
    return None if is_open else at + 4 + width + length


def _variable(data: bytes, at: int) -> tuple[int, int]:
    """Read an EBML variable-size number. Returns it and how many bytes it takes."""
    first = data[at] if at < len(data) else 0
    if first == 0:
        raise Refused("damaged_video")
    width = 9 - first.bit_length()
    return int.from_bytes(data[at : at + width], "big") & ((1 << 7 * width) - 1), width
