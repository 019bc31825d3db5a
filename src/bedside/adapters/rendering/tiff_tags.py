"""The tags of a TIFF: read, or removed in place if they can hold a location (TIFF 6.0,
section 2)."""

from collections.abc import Iterator
from typing import Literal

_GPS, _XMP, _IPTC, _PHOTOSHOP, _MAKER_NOTE = 0x8825, 0x02BC, 0x83BB, 0x8649, 0x927C
_EXIF_POINTER, _SUB_DIRECTORIES = 0x8769, 0x014A
_REMOVED = frozenset({_GPS, _XMP, _IPTC, _PHOTOSHOP, _MAKER_NOTE})
_SIZES = {
    **{1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4},
    **{16: 8, 17: 8, 18: 8},  # of BigTIFF
}
_BIG = 43
_MAX_DIRECTORIES = 5_000
_MOST_VALUES = 16
_MOST_STRIPS = 100_000
_PLACES = ((0x0111, 0x0117), (0x0144, 0x0145))
"""Offsets and lengths, of strips and of tiles."""
_PIXELS = frozenset(tag for pair in _PLACES for tag in pair)
_MOST_ENTRIES = 100_000
"""Of all directories together, which may overlap."""


def tiff_without_location(data: bytes) -> bytes:
    """Return `data` with GPS, XMP, IPTC, Photoshop and maker's tags blanked and every offset
    unchanged; handles BigTIFF, whose numbers are wider, too."""
    return bytes(_Tiff(bytearray(data)).cleaned())


def directories(data: bytes) -> list[dict[int, int]]:
    """Return the directories of the pictures in it, each with the first value of every tag that
    holds whole numbers. What is truncated is left out."""
    return list(_Tiff(bytearray(data)).directories())


def end_of_pixels(data: bytes) -> int:
    """Return where the pixels of the first picture end by its directory; 0 if it does not say."""
    return _Tiff(bytearray(data)).end_of_pixels()


def has_whole_directory(data: bytes) -> bool:
    """Whether the first directory and all its values are within the file."""
    return _Tiff(bytearray(data)).has_whole_directory()


class _Tiff:
    def __init__(self, data: bytearray) -> None:
        self._data = data
        self._order: Literal["little", "big"] = "little" if data.startswith(b"II") else "big"
        self._seen: set[int] = set()
        self._wide = 8 if self._number(2, 2) == _BIG else 4  # bytes of an offset, and of a count
        self._counted = 8 if self._wide == 8 else 2  # bytes of the number of a directory's entries
        self._entry = 4 + 2 * self._wide

    def cleaned(self) -> bytearray:
        at = self._first()
        while at and at not in self._seen and len(self._seen) < _MAX_DIRECTORIES:
            at = self._clean_directory(at)
        return self._data

    def directories(self) -> Iterator[dict[int, int]]:
        """Yield the directories one after the other, each followed by those below it."""
        waiting, left = [self._first()], _MOST_ENTRIES
        while waiting and len(self._seen) < _MAX_DIRECTORIES and left > 0:
            start = waiting.pop()
            if not start or start in self._seen:
                continue
            self._seen.add(start)
            first, end = self._entries(start)
            if first == end:
                continue
            waiting.append(self._number(end, self._wide))
            left -= (end - first) // self._entry
            found: dict[int, int] = {}
            for at in range(first, end, self._entry):
                tag = self._number(at, 2)
                found[tag] = self._first_value(at)
                if tag == _SUB_DIRECTORIES:
                    waiting += self._values(at)
            yield found

    def end_of_pixels(self) -> int:
        """Return where the last strip or tile of the first directory ends."""
        first, end = self._entries(self._first())
        found: dict[int, list[int]] = {}
        for at in range(first, end, self._entry):
            if self._number(at, 2) in _PIXELS:
                found[self._number(at, 2)] = self._values(at, _MOST_STRIPS)
        for offsets, lengths in _PLACES:
            ends = zip(found.get(offsets, ()), found.get(lengths, ()), strict=False)
            if last := max((start + length for start, length in ends), default=0):
                return last
        return 0

    def has_whole_directory(self) -> bool:
        """Whether the first directory and all its values are within the file."""
        first, end = self._entries(self._first())
        entries = range(first, end, self._entry)
        return first < end and all(
            self._length(at) <= self._wide or self._value(at) + self._length(at) <= len(self._data)
            for at in entries
        )

    def _first(self) -> int:
        """Return where the first directory is."""
        return self._number(8 if self._wide == 8 else 4, self._wide)

    def _first_value(self, entry: int) -> int:
        return next(iter(self._values(entry)), 0)

    def _values(self, entry: int, most: int = _MOST_VALUES) -> list[int]:
        """Return the first values of an entry."""
        size = _SIZES.get(self._number(entry + 2, 2), 1)
        count = min(self._number(entry + 4, self._wide), most)
        at = entry + 4 + self._wide
        if self._length(entry) > self._wide:
            at = self._value(entry)
        return [self._number(at + place * size, size) for place in range(count)]

    def _number(self, at: int, length: int) -> int:
        return int.from_bytes(self._data[at : at + length], self._order)

    def _entries(self, start: int) -> tuple[int, int]:
        """Return where a directory's entries begin and end; an empty range if it is truncated."""
        first = start + self._counted
        end = first + self._number(start, self._counted) * self._entry
        return (first, end) if end <= len(self._data) else (first, first)

    def _value(self, entry: int) -> int:
        """Return the offset that an entry holds."""
        return self._number(entry + 4 + self._wide, self._wide)

    def _length(self, entry: int) -> int:
        """Return the number of bytes of an entry's values."""
        kind, count = self._number(entry + 2, 2), self._number(entry + 4, self._wide)
        return count * _SIZES.get(kind, 1)

    def _clean_directory(self, start: int) -> int:
        """Blank a directory's tags. Returns where the next directory is, 0 at the end."""
        self._seen.add(start)
        first, end = self._entries(start)
        if first == end:
            return 0
        kept = bytearray()
        for at in range(first, end, self._entry):
            tag = self._number(at, 2)
            if tag in _REMOVED:
                self._blank(at)
                continue
            if tag == _EXIF_POINTER and self._value(at) not in self._seen:
                self._clean_directory(self._value(at))
            kept += self._data[at : at + self._entry]
        following = self._data[end : end + self._wide]
        if len(kept) < end - first:
            entries = len(kept) // self._entry
            self._data[start:first] = entries.to_bytes(self._counted, self._order)
            rest = bytes(end - first - len(kept))
            self._data[first : end + self._wide] = kept + following + rest
        return int.from_bytes(following, self._order)

    def _blank(self, entry: int) -> None:
        """Zero what the entry points to: the value, or the whole GPS directory with its values."""
        if self._number(entry, 2) == _GPS:
            self._blank_directory(self._value(entry))
        elif self._length(entry) > self._wide:
            self._zero(self._value(entry), self._length(entry))

    def _blank_directory(self, start: int) -> None:
        first, end = self._entries(start)
        if first == end:
            return
        for at in range(first, end, self._entry):
            if self._length(at) > self._wide:
                self._zero(self._value(at), self._length(at))
        self._zero(start, end + self._wide - start)

    def _zero(self, at: int, length: int) -> None:
        end = min(at + length, len(self._data))
        if at < end:
            self._data[at:end] = bytes(end - at)
