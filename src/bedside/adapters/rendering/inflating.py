"""Unpacks Deflate in small steps, so that a bomb is noticed before it is large."""

import zlib
from collections.abc import Iterator

_STEP = 1024 * 1024


def inflated(pieces: Iterator[bytes], *, raw: bool = False) -> Iterator[bytes]:
    """Yield what the pieces unpack to, at most 1 MiB at a time; stops early if they are damaged.

    `raw` is Deflate without zlib's header (RFC 1951), otherwise with it (RFC 1950).
    """
    unpacker = zlib.decompressobj(-15 if raw else 15)
    for piece in pieces:
        rest = piece
        while rest and not unpacker.eof:
            try:
                grown = unpacker.decompress(rest, _STEP)
            except zlib.error:
                return
            yield grown
            rest = unpacker.unconsumed_tail
