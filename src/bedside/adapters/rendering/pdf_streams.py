"""The streams of a PDF, unpacked with a limit on how large they grow."""

from collections.abc import Iterator
from contextlib import suppress

import pikepdf

from bedside.adapters.rendering.inflating import inflated
from bedside.adapters.rendering.limits import MAX_STREAM, MAX_UNPACKED, Refused

_MOST_OF_OTHERS = 16_000_000
"""Bytes of a stream not packed with Flate, which qpdf unpacks in one go."""
_FLATE = ("/FlateDecode", "/Fl")
_PICTURES = ("/DCTDecode", "/DCT", "/JPXDecode", "/CCITTFaxDecode", "/CCF", "/JBIG2Decode")


def measure_streams(opened: pikepdf.Pdf) -> tuple[int, int]:
    """Unpack each stream piecewise, keeping nothing. Returns the bytes of all and of the largest.

    Raises Refused for a bomb.
    """
    total = largest = 0
    for stream in _streams(opened):
        before = total
        for piece in _pieces(stream):
            total += len(piece)
            if total > MAX_UNPACKED:
                raise Refused("decompression_bomb")
        largest = max(largest, total - before)
    return total, largest


def stream_contents(opened: pikepdf.Pdf) -> Iterator[bytes]:
    """Yield each stream's content, unpacked as far as possible. Raises Refused for a bomb.

    Pictures are left out: what their codecs hold is not a file to anybody. For a stream that is
    broken, or packed in an unknown way, the outer layers of Flate are removed, and the next
    streams follow all the same.
    """
    for stream in _streams(opened):
        names = _filters(stream)
        if names and names[0] in _PICTURES:
            continue
        if not all(name in _FLATE for name in names):
            with suppress(pikepdf.PdfError, pikepdf.DataDecodingError):
                if len(stream.read_raw_bytes()) < _MOST_OF_OTHERS:
                    yield stream.read_bytes()
                    continue
        with suppress(pikepdf.PdfError):
            yield b"".join(_pieces(stream))


def _streams(opened: pikepdf.Pdf) -> Iterator[pikepdf.Stream]:
    for found in opened.objects:
        if isinstance(found, pikepdf.Stream):
            yield found


def _filters(stream: pikepdf.Stream) -> list[str]:
    """Return the filters' names from the outside in."""
    stated = stream.get("/Filter")
    if stated is None:
        return []
    return [str(name) for name in (stated if isinstance(stated, pikepdf.Array) else [stated])]


def _pieces(stream: pikepdf.Stream) -> Iterator[bytes]:
    """Yield the content with its outer layers of Flate removed. Raises Refused for a bomb."""
    pieces: Iterator[bytes] = iter((stream.read_raw_bytes(),))
    for name in _filters(stream):
        if name not in _FLATE:
            break
        pieces = inflated(pieces)
    grown = 0
    for piece in pieces:
        grown += len(piece)
        if grown > MAX_STREAM:
            raise Refused("decompression_bomb")
        yield piece
