"""Rows of long lists as HTML.

A row takes half a millisecond to render, and most rows of a list are as they were when somebody
last looked at it. So each is kept by everything that it shows: a changed row is rendered again, and
nothing has to be invalidated. Many new ones are rendered in pieces, and others have their turn in
between.
"""

import sys
import zlib
from collections.abc import Hashable, Iterable, Mapping

from markupsafe import Markup

from bedside.edge.rendering import build, environment
from bedside.kernel import language
from bedside.kernel.pieces import in_pieces, others_first

_MOST_BYTES = 8 << 20
"""For all rows that are kept: a thousand or two."""
_SHOWN_BYTES = 2_000
"""The texts and numbers of which a row is made, as they are kept beside it, roughly."""

_GZIP_HEADER = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
_LAST_BLOCK = b"\x03\0"

Shown = Mapping[str, Hashable]


class Row:
    """A row as HTML, and compressed on its own once somebody needs that."""

    __slots__ = ("_packed", "html")

    def __init__(self, html: str) -> None:
        self.html = html
        self._packed = b""

    @property
    def size(self) -> int:
        """The memory that it takes, compressed form included, in bytes."""
        return sys.getsizeof(self.html) * 5 // 4 + _SHOWN_BYTES

    def packed(self) -> bytes:
        """Return the row as blocks of a deflate stream that refer to nothing before them."""
        self._packed = self._packed or _packed(self.html.encode())
        return self._packed


_Key = tuple[str, str, int, tuple[tuple[str, Hashable], ...]]


class Kept:
    """Rows by everything they show, as many as fit into `most` bytes.

    In two generations: a row that is asked for moves into the newer one, and once that is half of
    the whole, the older one is dropped. So a row that is kept costs one look-up.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._newer: dict[_Key, Row] = {}
        self._older: dict[_Key, Row] = {}
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._newer) + len(self._older)

    def row(self, *key: *_Key) -> Row:
        """Return a row, rendered or as it is kept: its template, the language, the build of the
        pages, and what it shows."""
        row = self._newer.get(key)
        if row is not None:
            return row
        row = self._older.pop(key, None) or _rendered(*key)
        if self._bytes + row.size > self._most // 2:
            self._older, self._newer, self._bytes = self._newer, {}, 0
        self._newer[key] = row
        self._bytes += row.size
        return row

    def clear(self) -> None:
        """Forget all rows."""
        self._older, self._newer, self._bytes = {}, {}, 0


def _rendered(
    template: str, _spoken: str, _build: int, shown: tuple[tuple[str, Hashable], ...]
) -> Row:
    return Row(environment().get_template(template).render(dict(shown)))


KEPT = Kept(_MOST_BYTES)


async def drawn(template: str, rows: Iterable[Shown]) -> Markup:
    """Render rows from their template, one after the other.

    Each is given as everything that the template gets. What it shows of the time (“3 minutes ago”)
    has to be among that as a text.
    """
    made = joined(await each(template, rows))
    await others_first()
    return made


def joined(rows: Iterable[Row]) -> Markup:
    """Return rows as one piece of HTML."""
    return Markup("".join(row.html for row in rows))  # noqa: S704 - escaped by their template


async def each(template: str, rows: Iterable[Shown]) -> list[Row]:
    """Like `drawn`, as separate rows."""
    await others_first()
    spoken, made = language.spoken(), build()
    return await in_pieces(lambda one: KEPT.row(template, spoken, made, tuple(one.items())), rows)


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

    pieces = await in_pieces(packed, parts)
    checksum = length = 0
    for text, _blocks in pieces:
        checksum = zlib.crc32(text, checksum)
        length += len(text)
    end = checksum.to_bytes(4, "little") + (length & 0xFFFFFFFF).to_bytes(4, "little")
    return b"".join([_GZIP_HEADER, *(blocks for _text, blocks in pieces), _LAST_BLOCK, end])


def _packed(text: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(text) + packer.flush(zlib.Z_FULL_FLUSH)
