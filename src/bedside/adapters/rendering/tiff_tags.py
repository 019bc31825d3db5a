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

    def _first(self) -> int:
        """Return where the first directory is."""
        return self._number(8 if self._wide == 8 else 4, self._wide)

    def _first_value(self, entry: int) -> int:
        return next(iter(self._values(entry)), 0)

    def _values(self, entry: int) -> list[int]:
        """Return the first values of an entry."""
        size = _SIZES.get(self._number(entry + 2, 2), 1)
        count = min(self._number(entry + 4, self._wide), _MOST_VALUES)
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
