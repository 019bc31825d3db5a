"""A file as others get it, without a copy: places in its bytes are blanked while it is read.

A blanked place begins with the name “free” and is empty otherwise, which turns a video's box into
free space (ISO 14496-12, 8.1.2); see `adapters.rendering.video_places`.
"""

from bisect import bisect_right
from collections.abc import AsyncIterator

from bedside.files.sealing import SealedReader

_NAME = b"free"


class BlankedReader:
    """Reads ranges of a finished file, withholding `places` (from, to; in order and not
    overlapping)."""

    def __init__(self, reader: SealedReader, places: tuple[tuple[int, int], ...]) -> None:
        self._reader = reader
        self._places = places
        self._ends = [end for _, end in places]

    async def chunks(self, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """Yield a range in pieces, like `SealedReader.chunks`."""
        at = start
        async for piece in self._reader.chunks(start, length):
            yield self._blanked(piece, at)
            at += len(piece)

    def _blanked(self, piece: bytes, at: int) -> bytes:
        end = at + len(piece)
        first = bisect_right(self._ends, at)
        if first == len(self._places) or self._places[first][0] >= end:
            return piece
        given = bytearray(piece)
        for start, stop in self._places[first:]:
            if start >= end:
                break
            here, there = max(start, at), min(stop, end)
            given[here - at : there - at] = _filling(here - start, there - start)
        return bytes(given)


def _filling(start: int, end: int) -> bytes:
    """Return part of a blanked place's content, counted from its beginning."""
    return _NAME[start:end] + bytes(end - max(start, min(end, len(_NAME))))
