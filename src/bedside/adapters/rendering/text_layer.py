"""The invisible layer of text of a photographed or scanned PDF (ISO 32000-1, 9.3.6: mode 3).

Its font has one glyph, which is a line without any area, and says of each code which letter it
stands for: any script can be written with it, and no viewer draws anything.
"""

import struct
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from itertools import pairwise
from typing import Any
from unicodedata import bidirectional, combining

import pikepdf

from bedside.adapters.rendering.directions import FROM_RIGHT
from bedside.adapters.rendering.embedded_fonts import embedded
from bedside.adapters.rendering.limits import Refused
from bedside.adapters.rendering.pdf_opening import opened_pdf
from bedside.files.text_layers import WHOLE, Line

_NAME = "/BedsideWords"
_ADVANCE = 500
"""Thousandths of the size that each letter takes; the words are stretched to their widths."""
_DESCENT = 200
_MOST_LETTERS = 60_000
"""Different letters; codes have two bytes."""
_DEEPEST = 50


def with_words(data: bytes, pages: Mapping[int, Sequence[Line]]) -> bytes:
    """Return a copy of a PDF with the words of its pages; empty if it has fields or is signed, of
    which the signature would not hold any more. Raises Refused."""
    with opened_pdf(data).qpdf as opened:
        root: Any = opened.Root
        if "/AcroForm" in root or "/Perms" in root:
            return b""
        letters = _Letters()
        layers = {number: _layer(opened, number, pages[number], letters) for number in pages}
        font = letters.font(opened)
        for number, layer in layers.items():
            _put(opened, opened.pages[number - 1].obj, layer, font)
        out = BytesIO()
        opened.save(out)
    return out.getvalue()


def _layer(opened: pikepdf.Pdf, number: int, lines: Sequence[Line], letters: "_Letters") -> bytes:
    if not 1 <= number <= len(opened.pages):
        raise Refused("damaged_pdf")
    sheet = _Sheet(opened.pages[number - 1].obj)
    shown = [sheet.shown(line, letters) for line in lines]
    return b"q BT 3 Tr\n%s\nET Q\n" % b"\n".join(shown)


def _put(opened: pikepdf.Pdf, page: Any, layer: bytes, font: Any) -> None:
    """Put a layer before what is drawn: there the units are still those of the page."""
    resources = _entries(_inherited(page, "/Resources"))
    fonts = {**_entries(resources.get("/Font")), _NAME: font}
    page.Resources = pikepdf.Dictionary({**resources, "/Font": pikepdf.Dictionary(fonts)})
    pikepdf.Page(page).contents_add(pikepdf.Stream(opened, layer), prepend=True)


def _entries(found: Any) -> dict[str, Any]:
    return dict(found.items()) if isinstance(found, pikepdf.Dictionary) else {}


def _inherited(page: Any, key: str) -> Any:
    """Return what a page says, or the tree above it (ISO 32000-1, 7.7.3.4)."""
    for _ in range(_DEEPEST):
        if key in page:
            return page[key]
        if "/Parent" not in page:
            return None
        page = page["/Parent"]
    return None


class _Sheet:
    """A page as it is seen: turned, and cut to its crop box."""

    def __init__(self, page: Any) -> None:
        media, crop = (_box(_inherited(page, key)) for key in ("/MediaBox", "/CropBox"))
        left, bottom, right, top = media or (0.0, 0.0, 612.0, 792.0)
        if crop:
            left, bottom = max(left, crop[0]), max(bottom, crop[1])
            right, top = min(right, crop[2]), min(top, crop[3])
        wide, high = max(1.0, right - left), max(1.0, top - bottom)
        turned = _inherited(page, "/Rotate")
        quarter = int(turned or 0) // 90 % 4
        # Where the top left corner that is seen is, and the ways to the right and down from there.
        self.corner, self.right, self.down = (
            ((left, top), (wide, 0.0), (0.0, -high)),
            ((left, bottom), (0.0, high), (wide, 0.0)),
            ((right, bottom), (-wide, 0.0), (0.0, high)),
            ((right, top), (0.0, -high), (-wide, 0.0)),
        )[quarter]
        self.width, self.height = (high, wide) if quarter % 2 else (wide, high)

    def shown(self, line: Line, letters: "_Letters") -> bytes:
        """Return the operators that write a line."""
        size = line.height * self.height / WHOLE
        base = line.top + line.height * (1 - _DESCENT / 1000)
        out = [b"%s %.2f Tf" % (_NAME.encode(), size)]
        for number, (word, left, width) in enumerate(line.words, 1):
            codes = letters.codes(word)
            stretched = width * self.width / WHOLE / (len(codes) * size * _ADVANCE / 1000)
            if number < len(line.words):
                codes += letters.codes(" ")
            written = "".join(f"{code:04X}" for code in codes).encode()
            out.append(b"%.2f Tz %s Tm <%s> Tj" % (100 * stretched, self._at(left, base), written))
        return b"\n".join(out)

    def _at(self, across: float, along: float) -> bytes:
        x, y = (
            self.corner[axis] + self.right[axis] * across / WHOLE + self.down[axis] * along / WHOLE
            for axis in (0, 1)
        )
        cosine, sine = self.right[0] / self.width, self.right[1] / self.width
        return b"%.4f %.4f %.4f %.4f %.2f %.2f" % (cosine, sine, -sine, cosine, x, y)


def _box(found: Any) -> tuple[float, float, float, float] | None:
    if not isinstance(found, pikepdf.Array) or len(found) != 4:
        return None
    one, two, three, four = (float(side) for side in found)
    return min(one, three), min(two, four), max(one, three), max(two, four)


class _Letters:
    """The letters that were written, by their codes."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}

    def codes(self, word: str) -> list[int]:
        """Return the codes of a word from left to right, as viewers expect it of every script."""
        letters = list(_letters(word))
        if any(bidirectional(sign) in FROM_RIGHT for sign in word):
            letters.reverse()
        if len(self._codes) + len(letters) > _MOST_LETTERS:
            raise Refused("too_complex")
        return [self._codes.setdefault(letter, len(self._codes) + 1) for letter in letters]

    def font(self, opened: pikepdf.Pdf) -> Any:
        """Return the font, which is put into the PDF."""
        name = pikepdf.Name("/BedsideNoGlyphs")
        program = pikepdf.Stream(opened, _font_program())
        descriptor = pikepdf.Dictionary(
            Type=pikepdf.Name("/FontDescriptor"),
            FontName=name,
            Flags=4,
            FontBBox=pikepdf.Array([0, -_DESCENT, _ADVANCE, 1000 - _DESCENT]),
            ItalicAngle=0,
            Ascent=1000 - _DESCENT,
            Descent=-_DESCENT,
            CapHeight=1000 - _DESCENT,
            StemV=80,
            FontFile2=opened.make_indirect(program),
        )
        all_empty = pikepdf.Stream(opened, bytes(2 * (len(self._codes) + 1)))
        return embedded(
            opened,
            name,
            descriptor,
            {code: letter for letter, code in self._codes.items()},
            CIDToGIDMap=opened.make_indirect(all_empty),
            DW=_ADVANCE,
        )


def _letters(word: str) -> Iterator[str]:
    """Yield the letters of a word, each with the marks above and below it."""
    starts = [at for at, sign in enumerate(word) if at == 0 or not combining(sign)]
    for start, end in pairwise([*starts, len(word)]):
        yield word[start:end]


def _font_program() -> bytes:
    """Return a font of TrueType with one glyph (OpenType 1.9, “The OpenType Font File”): a line
    across, because viewers mark as much of a letter as its glyph reaches over."""
    descent, ascent = -_DESCENT, 1000 - _DESCENT
    outline = struct.pack(">HHBB", 1, 0, 1, 1) + struct.pack(">hhhh", 0, _ADVANCE, descent, 1000)
    glyph = struct.pack(">hhhhh", 1, 0, descent, _ADVANCE, ascent) + outline
    glyph += bytes(-len(glyph) % 4)
    tables = {
        b"glyf": glyph,
        b"head": struct.pack(
            ">IIIIHHqqhhhhHHhhh",
            *(0x10000, 0x10000, 0, 0x5F0F3CF5, 0, 1000, 0, 0),
            *(0, descent, _ADVANCE, ascent, 0, 8, 2, 0, 0),
        ),
        b"hhea": struct.pack(
            ">IhhhHhhhhhhhhhhhH",
            *(0x10000, ascent, descent, 0, _ADVANCE, 0, 0, 0, 1, 0, 0),
            *(0, 0, 0, 0, 0, 1),
        ),
        b"hmtx": struct.pack(">Hh", _ADVANCE, 0),
        b"loca": struct.pack(">HH", 0, len(glyph) // 2),
        b"maxp": struct.pack(">IH13H", 0x10000, 1, 2, 1, *[0] * 11),
    }
    at = 12 + 16 * len(tables)
    rows, bodies = [struct.pack(">IHHHH", 0x10000, len(tables), 64, 2, 32)], list[bytes]()
    for tag, body in tables.items():
        padded = body + bytes(-len(body) % 4)
        total = sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF
        rows.append(struct.pack(">4sIII", tag, total, at, len(body)))
        bodies.append(padded)
        at += len(padded)
    return b"".join([*rows, *bodies])
