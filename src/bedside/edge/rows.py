"""Rows of long lists as HTML.

A row takes half a millisecond to render, and most rows of a list are as they were when somebody
last looked at it. So each is kept by everything that it shows: a changed row is rendered again, and
nothing has to be invalidated. Many new ones are rendered in pieces, and others have their turn in
between.
"""

import asyncio
import time
import zlib
from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import lru_cache
from typing import TypeVar

from markupsafe import Markup

from bedside.edge.rendering import build, environment
from bedside.kernel import language

_KEPT = 4_000
"""Rows of 2 to 5 kB."""
_AT_ONCE = 0.004
"""Seconds."""


_GZIP_HEADER = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
_LAST_BLOCK = b"\x03\0"

Shown = Mapping[str, Hashable]
Of = TypeVar("Of")
To = TypeVar("To")


class Row:
    """A row as HTML, and compressed on its own once somebody needs that."""

    __slots__ = ("_packed", "html")

    def __init__(self, html: str) -> None:
        self.html = html
        self._packed = b""

    def packed(self) -> bytes:
        """Return the row as blocks of a deflate stream that refer to nothing before them."""
        self._packed = self._packed or _packed(self.html.encode())
        return self._packed


async def drawn(template: str, rows: Iterable[Shown]) -> Markup:
    """Render rows from their template, one after the other.

    Each is given as everything that the template gets. What it shows of the time (“3 minutes ago”)
    has to be among that as a text.
    """
    return joined(await each(template, rows))


def joined(rows: Iterable[Row]) -> Markup:
    """Return rows as one piece of HTML."""
    return Markup("".join(row.html for row in rows))  # noqa: S704 - escaped by their template


async def each(template: str, rows: Iterable[Shown]) -> list[Row]:
    """Like `drawn`, as separate rows."""
    spoken, made = language.spoken(), build()
    return await _in_pieces(lambda one: _row(template, spoken, made, tuple(one.items())), rows)


async def gzipped(parts: Iterable[str | Row]) -> bytes:
    """Compress a fragment of rows and what is around them.

    Each row only against itself: the length of the whole says nothing about whether one patient's
    row has something in common with another's, or with what somebody wrote there.
    """

    def packed(one: str | Row) -> tuple[bytes, bytes]:
        if isinstance(one, Row):
            return one.html.encode(), one.packed()
        text = one.encode()
        return text, _packed(text)

    pieces = await _in_pieces(packed, parts)
    checksum = length = 0
    for text, _blocks in pieces:
        checksum = zlib.crc32(text, checksum)
        length += len(text)
    end = checksum.to_bytes(4, "little") + (length & 0xFFFFFFFF).to_bytes(4, "little")
    return b"".join([_GZIP_HEADER, *(blocks for _text, blocks in pieces), _LAST_BLOCK, end])


async def _in_pieces(work: Callable[[Of], To], many: Iterable[Of]) -> list[To]:
    """Do something with each of many, and let others have their turn now and then."""
    done: list[To] = []
    began = time.perf_counter()
    for one in many:
        done.append(work(one))
        if time.perf_counter() - began > _AT_ONCE:
            await asyncio.sleep(0)
            began = time.perf_counter()
    return done


def _packed(text: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(text) + packer.flush(zlib.Z_FULL_FLUSH)


@lru_cache(_KEPT)
def _row(template: str, _spoken: str, _build: int, shown: tuple[tuple[str, Hashable], ...]) -> Row:
    return Row(environment().get_template(template).render(dict(shown)))
