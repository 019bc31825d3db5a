"""How many parts a text message has: carriers send and charge each by itself.

A part holds 160 signs of the GSM alphabet (3GPP TS 23.038), or 70 if there is a single one that is
not in it; a little less each where there are several parts.
"""

from dataclasses import dataclass

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")
_SECRET = "x" * 43
"""As long as the secret of a link, for which a preview shows “…”."""


@dataclass(frozen=True, slots=True)
class SmsParts:
    """The number of parts, and the signs that make them more than they had to be."""

    count: int
    because_of: str = ""


def sms_parts(text: str) -> SmsParts:
    """Return the parts of a message, as it is previewed or sent."""
    text = text.replace("/l/…", f"/l/{_SECRET}")
    others = "".join(dict.fromkeys(c for c in text if c not in _BASIC and c not in _EXTENDED))
    plain = sum(2 if c in _EXTENDED else 1 for c in text)
    count = _count(plain, 160, 153)
    if not others:
        return SmsParts(count)
    wide = _count(len(text.encode("utf-16-be")) // 2, 70, 67)
    return SmsParts(wide, others if wide > count else "")


def _count(signs: int, alone: int, together: int) -> int:
    return 1 if signs <= alone else -(-signs // together)
