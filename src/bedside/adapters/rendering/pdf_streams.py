"""The streams of a PDF, unpacked with an eye on how large they grow."""

from collections.abc import Iterator

import pikepdf

from bedside.adapters.rendering.inflating import inflated
from bedside.adapters.rendering.limits import MAX_STREAM, MAX_UNPACKED, Refused

_FLATE = ("/FlateDecode", "/Fl")
_PICTURES = ("/DCTDecode", "/DCT", "/JPXDecode", "/CCITTFaxDecode", "/CCF", "/JBIG2Decode")


def measure_streams(opened: pikepdf.Pdf) -> None:
    """Unpack each stream piecewise, keeping nothing. Raises Refused for a bomb."""
    total = 0
    for stream in _streams(opened):
        for piece in _pieces(stream):
            total += len(piece)
            if total > MAX_UNPACKED:
                raise Refused("decompression_bomb")


def stream_contents(opened: pikepdf.Pdf) -> Iterator[bytes]:
    """Each stream's content, unpacked where it is packed with Flate. Raises Refused for a bomb.

    Pictures come as they are: what their codecs hold is no file for anybody.
    """
    for stream in _streams(opened):
        names = _filters(stream)
        if names and names[0] in _PICTURES:
            continue
        if all(name in _FLATE for name in names):
            yield b"".join(_pieces(stream))
        else:
            yield stream.read_bytes() if len(stream.read_raw_bytes()) < 16_000_000 else b""


def _streams(opened: pikepdf.Pdf) -> Iterator[pikepdf.Stream]:
    for found in opened.objects:
        if isinstance(found, pikepdf.Stream):
            yield found


def _filters(stream: pikepdf.Stream) -> list[str]:
    """The filters' names from the outside in."""
    stated = stream.get("/Filter")
    if stated is None:
        return []
    return [str(name) for name in (stated if isinstance(stated, pikepdf.Array) else [stated])]


def _pieces(stream: pikepdf.Stream) -> Iterator[bytes]:
    """The content with its outer layers of Flate taken off. Raises Refused when it is a bomb."""
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
