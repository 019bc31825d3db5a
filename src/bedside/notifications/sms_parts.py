"""How many parts a text message has: carriers send and charge each by itself.

A part holds 160 signs of the GSM alphabet (3GPP TS 23.038), or 70 units of UTF-16 if there is a
single sign that is not in it; a little less each where there are several parts. A sign of two
units, such as € or an emoji, is never cut in two: it begins the next part.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")
_SECRET = "x" * 43
"""As long as the secret of a link, for which a preview shows “…”."""


_SHOWN = 8
"""The most signs that are named: a name in another script would fill the page."""


@dataclass(frozen=True, slots=True)
class SmsParts:
    """The number of parts, and the signs that make them more than they had to be."""

    count: int
    because_of: str = ""


def sms_parts(text: str) -> SmsParts:
    """Return the parts of a message, as it is previewed or sent."""
    text = text.replace("/l/…", f"/l/{_SECRET}")
    others = [c for c in text if c not in _BASIC and c not in _EXTENDED]
    count = _count((2 if c in _EXTENDED else 1 for c in text), 160, 153)
    if not others:
        return SmsParts(count)
    wide = _count((2 if ord(c) > 0xFFFF else 1 for c in text), 70, 67)
    return SmsParts(wide, _named(others) if wide > count else "")


def _named(signs: list[str]) -> str:
    """Return signs as people can recognise them: each once, and unseen ones by their names."""
    found = list(dict.fromkeys(signs))
    seen = "".join(c for c in found if not _is_unseen(c))
    unseen = [unicodedata.name(c, f"U+{ord(c):04X}").capitalize() for c in found if _is_unseen(c)]
    names = [seen[:_SHOWN] + ("…" if len(seen) > _SHOWN else "")] if seen else unseen
    return ", ".join(names[:_SHOWN])


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character)[0] in "MCZ"


def _count(widths: Iterable[int], alone: int, together: int) -> int:
    """Return the number of parts for signs of these widths."""
    parts, room, total = 1, together, 0
    for width in widths:
        total += width
        if width > room:
            parts, room = parts + 1, together
        room -= width
    return 1 if total <= alone else parts
