"""Languages that nobody speaks, made from the English sentences: for finding what a page does not
get from the catalogue, what does not fit, and what has a left and a right side of its own.

Only a server with the setting `development` offers them.
"""

import re
from collections.abc import Callable
from gettext import NullTranslations

LONG = "en-XA"
"""English with accents, and longer by the half of it that German or Finnish need."""
MIRRORED = "ar-XB"
"""The same sentences in letters that are written from right to left."""
NAMES = {LONG: "Ļöñĝ", MIRRORED: "ﺲطر"}

OPENING, CLOSING = "⟦", "⟧"
"""Around each text of the catalogue: what is outside did not come from it."""

_KEPT = re.compile(r"%\(\w+\)[sd]|%%|\{[^{}]*\}|<[^<>]*>|&#?\w+;|\n")
"""Fields, tags, entities and line breaks, which a translation keeps."""
_ACCENTED = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    "ÀƁÇÐÉƑĜĤÎĴĶĻḾÑÖÞǪŔŠŢÛṼŴẊÝŽàƀçðéƒĝĥîĵķļɱñöþǫŕšţûṽŵẋýž",
)
_ARABIC = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    "ابجدهوزحطيكلمنسعفصقرشتثخذضابجدهوزحطيكلمنسعفصقرشتثخذض",
)
_MORE = 0.4
"""How much longer a sentence gets; short words double, as they do in translations."""
_FEW = 12


def _changed(text: str, letters: Callable[[str], str]) -> str:
    """Return the text with other letters, except for what a translation keeps."""
    position, parts = 0, list[str]()
    for kept in _KEPT.finditer(text):
        parts += [letters(text[position : kept.start()]), kept[0]]
        position = kept.end()
    return "".join([*parts, letters(text[position:])])


def long(text: str) -> str:
    """Return a text with accents, and longer."""
    count = len(_KEPT.sub("", text))
    more = count if count <= _FEW else round(count * _MORE)
    filling = " ".join(["ļôñĝ"] * ((more + 4) // 5)) if more else ""
    changed = _changed(text, lambda piece: piece.translate(_ACCENTED))
    return f"{OPENING}{changed} {filling}{CLOSING}" if filling else f"{OPENING}{changed}{CLOSING}"


def mirrored(text: str) -> str:
    """Return a text in letters that are written from right to left."""
    changed = _changed(text, lambda piece: piece.translate(_ARABIC))
    return f"{OPENING}{changed}{CLOSING}"


class PseudoCatalogue(NullTranslations):
    """A catalogue that makes each translation from the English sentence."""

    def __init__(self, change: Callable[[str], str]) -> None:
        super().__init__()
        self._change = change

    def gettext(self, message: str) -> str:
        """Translate a text."""
        return self._change(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Translate the form that fits `n`."""
        return self._change(super().ngettext(msgid1, msgid2, n))


CATALOGUES = {LONG: PseudoCatalogue(long), MIRRORED: PseudoCatalogue(mirrored)}
