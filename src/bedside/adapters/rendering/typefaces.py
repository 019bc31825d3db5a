"""Fonts of this computer, and which letters they have.

They are those of the packages `fonts-dejavu-core` (Latin, Greek, Cyrillic, Hebrew, Arabic …),
`fonts-droid-fallback` (Chinese, Japanese), `fonts-nanum` (Korean) and `fonts-noto-core` (scripts of
India, Thai, Khmer, Ethiopic …), as far as they are installed. All have outlines of TrueType, which
every viewer draws.
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import uharfbuzz as hb
from anyascii import anyascii

_SCRIPTS = (
    *("Devanagari", "Bengali", "Gurmukhi", "Gujarati", "Tamil", "Telugu", "Kannada", "Malayalam"),
    *("Sinhala", "Thai", "Lao", "Khmer", "Myanmar", "Ethiopic", "Syriac", "Thaana"),
)
_PLACE = Path("/usr/share/fonts/truetype")
FONTS = {
    "DejaVu Sans": _PLACE / "dejavu" / "DejaVuSans.ttf",
    "Droid Sans Fallback": _PLACE / "droid" / "DroidSansFallbackFull.ttf",
    "NanumGothic": _PLACE / "nanum" / "NanumGothic.ttf",
    **{f"Noto Sans {one}": _PLACE / "noto" / f"NotoSans{one}-Regular.ttf" for one in _SCRIPTS},
}
"""Family → where it is. A letter is taken from the first that has it."""
STANDARD = "cp1252"
"""WinAnsiEncoding, in the words of PDF."""


class Typeface(NamedTuple):
    """A font of this computer. `units` are those of its em square."""

    name: str
    face: hb.Face
    font: hb.Font
    letters: frozenset[int]
    units: int


@cache
def typefaces() -> tuple[Typeface, ...]:
    """Return the fonts that are installed."""
    found: list[Typeface] = []
    for path in FONTS.values():
        if path.is_file():
            face = hb.Face(hb.Blob.from_file_path(str(path)))
            letters = frozenset(face.unicodes)
            found.append(Typeface(path.stem, face, hb.Font(face), letters, face.upem))
    return tuple(found)


def families_of(said: str) -> list[str]:
    """Return the families of this computer from which a text takes letters, and the first one."""
    families = [name for name, path in FONTS.items() if path.is_file()]
    used = {typeface_of(sign) for sign in set(said)}
    return [name for number, name in enumerate(families) if number in used or not number]


def is_standard(said: str) -> bool:
    """Whether a text has only letters of the standard fonts."""
    return said == said.encode(STANDARD, "ignore").decode(STANDARD)


def shown(said: str) -> str:
    """Return a text in letters that can be drawn: as it is, or what cannot in Latin ones."""
    drawn = "".join(sign if _is_drawn(sign) else anyascii(sign) for sign in said)
    return "".join(sign if _is_drawn(sign) else "?" for sign in drawn)


def not_drawn(said: str) -> str:
    """Return the letters of a text that no font of this computer has, each once."""
    return "".join(
        sign for sign in dict.fromkeys(said) if sign.isprintable() and not _is_drawn(sign)
    )


def _is_drawn(sign: str) -> bool:
    if sign == "\n":
        return True
    if is_standard(sign):
        return sign.isprintable()
    return any(ord(sign) in one.letters for one in typefaces())


def typeface_of(sign: str) -> int:
    """Return the number of the first font that has a letter."""
    known = (number for number, one in enumerate(typefaces()) if ord(sign) in one.letters)
    return next(known, 0)
