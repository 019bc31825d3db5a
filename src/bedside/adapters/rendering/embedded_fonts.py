"""Fonts that are put into a PDF, with the words that their glyphs stand for."""

from collections.abc import Mapping
from typing import Any

import pikepdf


def embedded(
    opened: pikepdf.Pdf, name: Any, descriptor: Any, words: Mapping[int, str], **metrics: Any
) -> Any:
    """Return a font of TrueType glyphs that texts name by two bytes each (ISO 32000-1, 9.7), put
    into the PDF. `words` are those of each glyph, `metrics` further entries of its CIDFont."""
    below = pikepdf.Dictionary(
        Type=pikepdf.Name("/Font"),
        Subtype=pikepdf.Name("/CIDFontType2"),
        BaseFont=name,
        CIDSystemInfo=pikepdf.Dictionary(Registry=b"Adobe", Ordering=b"Identity", Supplement=0),
        FontDescriptor=opened.make_indirect(descriptor),
        **metrics,
    )
    return opened.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name("/Font"),
            Subtype=pikepdf.Name("/Type0"),
            BaseFont=name,
            Encoding=pikepdf.Name("/Identity-H"),
            DescendantFonts=pikepdf.Array([opened.make_indirect(below)]),
            ToUnicode=opened.make_indirect(pikepdf.Stream(opened, _words_of_glyphs(words))),
        )
    )


def _words_of_glyphs(words: Mapping[int, str]) -> bytes:
    """Return which words glyphs stand for (ISO 32000-1, 9.10.3)."""
    rows = [
        b"<%04X> <%s>" % (number, said.encode("utf-16-be").hex().encode())
        for number, said in sorted(words.items())
        if said
    ]
    blocks = [
        b"%d beginbfchar\n%s\nendbfchar" % (len(some), b"\n".join(some))
        for some in (rows[at : at + 100] for at in range(0, len(rows), 100))
    ]
    return b"\n".join(
        [
            b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
            b"/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def",
            b"/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
            b"1 begincodespacerange <0000> <FFFF> endcodespacerange",
            *blocks,
            b"endcmap CMapName currentdict /CMap defineresource pop end end",
        ]
    )
