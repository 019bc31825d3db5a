"""Takes the tags that can hold a place out of a TIFF, in place (TIFF 6.0, section 2)."""

from typing import Literal

_GPS, _XMP, _IPTC, _PHOTOSHOP, _MAKER_NOTE = 0x8825, 0x02BC, 0x83BB, 0x8649, 0x927C
_EXIF_POINTER = 0x8769
_REMOVED = frozenset({_GPS, _XMP, _IPTC, _PHOTOSHOP, _MAKER_NOTE})
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_MAX_DIRECTORIES = 5_000


def tiff_without_location(data: bytes) -> bytes:
    """`data` with GPS, XMP, IPTC, Photoshop and maker's tags blanked, every offset as it was.

    BigTIFF comes back unchanged: no camera writes it.
    """
    if data[2:4] not in {b"*\x00", b"\x00*"}:
        return data
    return bytes(_Tiff(bytearray(data)).cleaned())


class _Tiff:
    def __init__(self, data: bytearray) -> None:
        self._data = data
        self._order: Literal["little", "big"] = "little" if data.startswith(b"II") else "big"
        self._seen: set[int] = set()

    def cleaned(self) -> bytearray:
        at = self._number(4, 4)
        while at and at not in self._seen and len(self._seen) < _MAX_DIRECTORIES:
            at = self._clean_directory(at)
        return self._data

    def _number(self, at: int, length: int) -> int:
        return int.from_bytes(self._data[at : at + length], self._order)

    def _clean_directory(self, start: int) -> int:
        """Blank a directory's tags; gives where the next directory is, 0 at the end."""
        self._seen.add(start)
        count = self._number(start, 2)
        end = start + 2 + count * 12
        if end > len(self._data):
            return 0
        kept = bytearray()
        for at in range(start + 2, end, 12):
            tag = self._number(at, 2)
            if tag in _REMOVED:
                self._blank(at)
                continue
            if tag == _EXIF_POINTER and self._number(at + 8, 4) not in self._seen:
                self._clean_directory(self._number(at + 8, 4))
            kept += self._data[at : at + 12]
        following = self._data[end : end + 4]
        if len(kept) < end - start - 2:
            entries = len(kept) // 12
            self._data[start : start + 2] = entries.to_bytes(2, self._order)
            rest = bytes(end + 4 - start - 2 - len(kept) - 4)
            self._data[start + 2 : end + 4] = kept + following + rest
        return int.from_bytes(following, self._order)

    def _blank(self, entry: int) -> None:
        """Zero what the entry points to: the value, or all of the GPS directory with its values."""
        tag, kind = self._number(entry, 2), self._number(entry + 2, 2)
        if tag == _GPS:
            self._blank_directory(self._number(entry + 8, 4))
            return
        length = self._number(entry + 4, 4) * _SIZES.get(kind, 1)
        if length > 4:
            self._zero(self._number(entry + 8, 4), length)

    def _blank_directory(self, start: int) -> None:
        count = self._number(start, 2)
        end = start + 2 + count * 12
        if end > len(self._data):
            return
        for at in range(start + 2, end, 12):
            length = self._number(at + 4, 4) * _SIZES.get(self._number(at + 2, 2), 1)
            if length > 4:
                self._zero(self._number(at + 8, 4), length)
        self._zero(start, end + 4 - start)

    def _zero(self, at: int, length: int) -> None:
        end = min(at + length, len(self._data))
        if at < end:
            self._data[at:end] = bytes(end - at)
