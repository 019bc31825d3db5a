"""Location data in a video's boxes, to be blanked in place (ISO 14496-12; QTFF).

A video may be large, so no copy of it is made: places are blanked while it is read, and every
offset stays. What is known to be needed for playing is kept, with the time of capture. Everything
else goes, because makers of phones, cameras and drones put positions into many boxes of their own.
A blanked place begins with the name “free” and is empty otherwise: this turns a whole box into
free space, which players skip.
"""

import re
from collections.abc import Iterator
from itertools import islice

from bedside.adapters.rendering.iso_media import Box, boxes

Place = tuple[int, int]
FREE = b"free"
LARGEST_INDEX = 64 * 1024 * 1024
"""Bytes of one box that are looked into; the index of an hour takes some."""

_TOP_LEVEL = frozenset(
    {b"ftyp", b"styp", b"moov", b"moof", b"mdat", b"mfra", b"sidx", b"ssix", b"prft", b"wide"}
)
"""The boxes of a file that are kept; of these, `moov` and `moof` are looked into."""
_KEPT_IN = {
    b"moov": frozenset({b"mvhd", b"trak", b"mvex", b"iods", b"udta", b"meta", b"free"}),
    b"trak": frozenset(
        {b"tkhd", b"edts", b"mdia", b"tref", b"udta", b"meta", b"tapt", b"load", b"trgr", b"free"}
    ),
    b"moof": frozenset({b"mfhd", b"traf", b"meta", b"free"}),
    b"traf": frozenset(
        {b"tfhd", b"tfdt", b"trun", b"sbgp", b"sgpd", b"subs", b"saiz", b"saio", b"meta", b"free"}
    ),
    b"mdia": frozenset({b"mdhd", b"hdlr", b"minf", b"elng", b"udta", b"free"}),
    b"udta": frozenset({b"meta", b"\xa9day", b"free"}),
    b"meta": frozenset({b"hdlr", b"keys", b"ilst", b"free"}),
    b"ilst": frozenset({b"\xa9day"}),
}
_LOOKED_INTO = frozenset({b"mdia", b"udta", b"meta", b"traf"})
_KEYS_KEPT = frozenset({b"com.apple.quicktime.creationdate"})
_TRACKS_KEPT = frozenset({b"vide", b"soun", b"tmcd", b"subt", b"sbtl", b"text", b"clcp"})
"""Pictures, sound, time code, subtitles. Other tracks record where the camera is and how it
moves."""

_HANDLER = re.compile(rb"hdlr.{8}([a-z]{4})", re.DOTALL)


class CannotBlank(Exception):
    """The structure is not understood well enough to be sure that nothing is left."""


class Places:
    """Collects the places of a video whose boxes stream past."""

    def __init__(self) -> None:
        self._found: list[Place] = []
        self._unknown = False
        self._content = bytearray()
        self._name, self._start, self._left = b"", 0, 0
        self._hidden_tracks = self._fragments = False
        self.handlers: set[bytes] = set()
        """The kinds of the tracks, and of what describes them."""

    def begin(self, name: bytes, start: int, end: int, *, long: bool) -> None:
        """Begin a box of the file, whose content goes from `start` to `end`; `long` if its length
        field has eight bytes."""
        if name in (b"moov", b"moof"):
            self._unknown |= end - start > LARGEST_INDEX
            self._fragments |= name == b"moof"
            self._content.clear()
            self._name, self._start = name, start
            self._left = 0 if self._unknown else end - start
        elif name not in _TOP_LEVEL and end > start:
            self._found.append((start if long else start - 4, end))

    def feed(self, content: bytes | memoryview) -> None:
        """Take some of the content of the current box."""
        if not self._left:
            return
        self._content += content[: self._left]
        self._left -= min(self._left, len(content))
        if not self._left:
            self._look_into(bytes(self._content))

    def _look_into(self, data: bytes) -> None:
        box = Box(self._name, 0, len(data))
        self.handlers.update(_HANDLER.findall(data))
        try:
            for start, end in _in_box(data, box):
                self._found.append((self._start + start, self._start + end))
            if self._name == b"moov":
                hidden = list(_hidden_tracks(data, box))
                self._hidden_tracks |= bool(hidden)
                for track in hidden:
                    self._found += _samples(data, track)
        except CannotBlank:
            self._unknown = True

    def trailer(self, start: int, end: int) -> None:
        """Add what follows the last box, behind the place for a length."""
        if end - start > 4:
            self._found.append((start + 4, end))

    def all(self, size: int) -> list[Place]:
        """Return the places of a file of `size` bytes, in order and not overlapping. Raises
        CannotBlank."""
        if self._unknown or (self._hidden_tracks and self._fragments):
            raise CannotBlank
        places: list[Place] = []
        for start, end in sorted((start, min(end, size)) for start, end in self._found):
            if places and start < places[-1][1]:
                places[-1] = (places[-1][0], max(end, places[-1][1]))
            elif start < end:
                places.append((start, end))
        return places


def _in_box(data: bytes, box: Box) -> Iterator[Place]:
    start, kept = box.start, _KEPT_IN[box.name]
    if box.name == b"meta" and data[start + 4 : start + 8] != b"hdlr":
        start += 4  # a full box in MP4, a plain one in QuickTime
    inside = list(_children(data, start, box.end))
    named = {child.name: child for child in inside}
    for child in inside:
        if child.name not in kept:
            yield child.start - 4, child.end
        elif child.name == b"ilst":
            yield from _in_list(data, child, named.get(b"keys"))
        elif child.name == b"free":
            yield from _filled(data, child)
        elif child.name == b"trak":
            if _is_kept(data, child):
                yield from _in_box(data, child)
            else:
                yield child.start - 4, child.end
        elif child.name in _LOOKED_INTO:
            yield from _in_box(data, child)


def _filled(data: bytes, box: Box) -> Iterator[Place]:
    if any(data[box.start : box.end]):
        yield box.start - 4, box.end


def _children(data: bytes, start: int, end: int) -> Iterator[Box]:
    """Yield the boxes that fill a box; user data may end with four zero bytes (QTFF)."""
    at = start
    for box in boxes(data, start, end):
        if box.start - 8 != at or box.end > end:
            raise CannotBlank
        yield box
        at = box.end
    if any(data[at:end]):
        raise CannotBlank


def _in_list(data: bytes, items: Box, keys: Box | None) -> Iterator[Place]:
    """Yield the values of a metadata list. With `keys` its items are numbered, otherwise named."""
    names = _names(data, keys) if keys else []
    for item in _children(data, items.start, items.end):
        number = int.from_bytes(item.name, "big")
        if keys is None:
            if item.name not in _KEPT_IN[b"ilst"]:
                yield item.start - 4, item.end
        elif not 1 <= number <= len(names) or names[number - 1] not in _KEYS_KEPT:
            for value in _children(data, item.start, item.end):
                yield value.start - 4, value.end


def _names(data: bytes, keys: Box) -> list[bytes]:
    """Return the names in a table of keys: each is a box named after its kind."""
    return [data[key.start : key.end] for key in _children(data, keys.start + 8, keys.end)]


# --- tracks ------------------------------------------------------------------------------------


def _is_kept(data: bytes, track: Box) -> bool:
    handler = _down(data, track, b"mdia", b"hdlr")
    return data[handler.start + 8 : handler.start + 12] in _TRACKS_KEPT


def _hidden_tracks(data: bytes, movie: Box) -> Iterator[Box]:
    for track in _children(data, movie.start, movie.end):
        if track.name == b"trak" and not _is_kept(data, track):
            yield track


def _samples(data: bytes, track: Box) -> Iterator[Place]:
    """Yield where in the file the samples of a track are (14496-12, 8.6 and 8.7)."""
    table = _down(data, track, b"mdia", b"minf", b"stbl")
    tables = {box.name: box for box in _children(data, table.start, table.end)}
    if not {b"stsz", b"stsc"} <= tables.keys() or not {b"stco", b"co64"} & tables.keys():
        raise CannotBlank
    if b"co64" in tables:
        offsets = [high << 32 | low for high, low in _rows(data, tables[b"co64"], 2)]
    else:
        offsets = [offset for (offset,) in _rows(data, tables[b"stco"], 1)]
    runs = {first: count for first, count, _ in _rows(data, tables[b"stsc"], 3)}
    same, left = _numbers(data, tables[b"stsz"].start + 4, 2)
    sizes = iter(()) if same else _rows(data, tables[b"stsz"], 1, head=12)
    in_chunk = 0
    for number, offset in enumerate(offsets, 1):
        in_chunk = min(runs.get(number, in_chunk), left)
        left -= in_chunk
        length = same * in_chunk or sum(size for (size,) in islice(sizes, in_chunk))
        if length:
            yield offset, offset + length


def _numbers(data: bytes, at: int, count: int) -> tuple[int, ...]:
    return tuple(int.from_bytes(data[i : i + 4], "big") for i in range(at, at + 4 * count, 4))


def _rows(data: bytes, table: Box, width: int, head: int = 8) -> Iterator[tuple[int, ...]]:
    """Yield the rows of a table, each of `width` numbers; the count is at the end of its head."""
    (count,) = _numbers(data, table.start + head - 4, 1)
    first = table.start + head
    if first + 4 * width * count > table.end:
        raise CannotBlank
    return (_numbers(data, first + 4 * width * row, width) for row in range(count))


def _down(data: bytes, box: Box, *names: bytes) -> Box:
    for name in names:
        found = next((c for c in _children(data, box.start, box.end) if c.name == name), None)
        if found is None:
            raise CannotBlank
        box = found
    return box
