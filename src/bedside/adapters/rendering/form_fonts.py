"""Letters that the standard fonts of PDF lack: taken from fonts of this computer, shaped and
ordered as their script wants it, and embedded, only those that are used.
"""

import hashlib
from collections.abc import Iterable
from itertools import groupby, pairwise
from typing import Any, NamedTuple

import pikepdf
import uharfbuzz as hb

from bedside.adapters.rendering.directions import levels_of
from bedside.adapters.rendering.embedded_fonts import embedded
from bedside.adapters.rendering.typefaces import Typeface, typeface_of, typefaces

_DROPPED = ("GSUB", "GPOS", "GDEF", "kern", "name", "FFTM")


class Glyph(NamedTuple):
    """A glyph in a line: moved by `shift` and `rise`, followed by `advance`; thousandths of the
    size."""

    number: int
    text: str
    advance: float
    shift: float
    rise: float


class Run(NamedTuple):
    """Glyphs of one font, from left to right."""

    typeface: int
    glyphs: tuple[Glyph, ...]


def shaped(line: str) -> list[Run]:
    """Return the glyphs of a line, from left to right."""
    levels = levels_of(line)
    fonts = [typeface_of(sign) for sign in line]
    pieces = [
        (levels[group[0]], fonts[group[0]], "".join(line[at] for at in group))
        for _key, members in groupby(range(len(line)), lambda at: (levels[at], fonts[at]))
        for group in [list(members)]
    ]
    return [_shape(*piece) for piece in _from_left(pieces)]


def _shape(level: int, number: int, text: str) -> Run:
    typeface = typefaces()[number]
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if level % 2 else "ltr"
    hb.shape(typeface.font, buffer, {"liga": False})
    starts = [*sorted({info.cluster for info in buffer.glyph_infos}), len(text)]
    ends = dict(pairwise(starts))
    scale = 1000 / typeface.units
    seen: set[int] = set()
    glyphs: list[Glyph] = []
    for info, at in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        said = "" if info.cluster in seen else text[info.cluster : ends[info.cluster]]
        seen.add(info.cluster)
        moved = (at.x_advance * scale, at.x_offset * scale, at.y_offset * scale)
        glyphs.append(Glyph(info.codepoint, said, *moved))
    return Run(number, tuple(glyphs))


def _from_left(pieces: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Return pieces in the order in which they stand on the line (UAX #9, L2)."""
    ordered = list(pieces)
    for level in range(max((piece[0] for piece in pieces), default=0), 0, -1):
        at = 0
        while at < len(ordered):
            end = at
            while end < len(ordered) and ordered[end][0] >= level:
                end += 1
            ordered[at:end] = reversed(ordered[at:end])
            at = max(end, at + 1)
    return ordered


# --- in the PDF -----------------------------------------------------------------------------------


class EmbeddedFonts:
    """The fonts of this computer in one PDF, with the glyphs that were used."""

    def __init__(self) -> None:
        self._used: dict[int, dict[int, tuple[str, float]]] = {}

    def width(self, line: str, size: float) -> float:
        """Return the width of a line in points."""
        runs = shaped(line)
        return sum(glyph.advance for run in runs for glyph in run.glyphs) * size / 1000

    def shown(self, line: str, size: float) -> bytes:
        """Return the operators that show a line at the current place."""
        out: list[bytes] = []
        for run in shaped(line):
            out.append(b"/Bedside%d %.2f Tf" % (run.typeface, size))
            out.append(self._glyphs(run, size))
        return b" ".join(out)

    def _glyphs(self, run: Run, size: float) -> bytes:
        used = self._used.setdefault(run.typeface, {})
        typeface = typefaces()[run.typeface]
        out: list[bytes] = []
        for glyph in run.glyphs:
            own = typeface.font.get_glyph_h_advance(glyph.number) * 1000 / typeface.units
            said = used.get(glyph.number, ("", 0.0))[0] or glyph.text
            used[glyph.number] = (said, own)
            behind = own + glyph.shift - glyph.advance
            rise = b"%.2f Ts " % (glyph.rise * size / 1000) if glyph.rise else b""
            drawn = b"[%.1f <%04X> %.1f] TJ" % (-glyph.shift, glyph.number, behind)
            out.append(rise + drawn + (b" 0 Ts" if glyph.rise else b""))
        return b" ".join(out)

    def written(self, opened: pikepdf.Pdf) -> dict[str, Any]:
        """Put the fonts into a PDF. Returns them by the names that `shown` uses."""
        return {
            f"/Bedside{number}": _font(opened, typefaces()[number], used)
            for number, used in self._used.items()
        }


def _font(opened: pikepdf.Pdf, typeface: Typeface, used: dict[int, tuple[str, float]]) -> Any:
    numbers = sorted(used)
    tag = "".join(
        chr(65 + byte % 26) for byte in hashlib.sha256(str(numbers).encode()).digest()[:6]
    )
    name = pikepdf.Name(f"/{tag}+{typeface.name}")
    widths: list[Any] = []
    for number in numbers:
        widths += [number, pikepdf.Array([round(used[number][1], 1)])]
    return embedded(
        opened,
        name,
        _descriptor(opened, typeface, name, numbers),
        {number: said for number, (said, _width) in used.items()},
        CIDToGIDMap=pikepdf.Name("/Identity"),
        W=pikepdf.Array(widths),
    )


def _descriptor(
    opened: pikepdf.Pdf, typeface: Typeface, name: pikepdf.Name, numbers: Iterable[int]
) -> pikepdf.Dictionary:
    extents = typeface.font.get_font_extents("ltr")
    scale = 1000 / typeface.units
    return pikepdf.Dictionary(
        Type=pikepdf.Name("/FontDescriptor"),
        FontName=name,
        Flags=4,
        FontBBox=pikepdf.Array([-1000, -500, 2000, 1200]),
        ItalicAngle=0,
        Ascent=round(extents.ascender * scale),
        Descent=round(extents.descender * scale),
        CapHeight=700,
        StemV=80,
        FontFile2=opened.make_indirect(pikepdf.Stream(opened, _subset(typeface, numbers))),
    )


def _subset(typeface: Typeface, numbers: Iterable[int]) -> bytes:
    """Return the font with these glyphs only, each under its own number."""
    wanted = hb.SubsetInput()
    wanted.glyph_set.update(numbers)
    wanted.drop_table_tag_set.update(int.from_bytes(tag.encode(), "big") for tag in _DROPPED)
    wanted.flags = hb.SubsetFlags.RETAIN_GIDS | hb.SubsetFlags.NO_LAYOUT_CLOSURE
    return bytes(hb.subset(typeface.face, wanted).blob.data)
