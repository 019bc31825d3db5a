"""Names of downloads that every usual system can write, and tell apart in one folder."""

import re
import unicodedata

from bedside.files.names import safe_name, shortened, split_ending

_MOST_BYTES = 255
"""The length of a name that every file system takes, in bytes of UTF-8."""
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')
_DEVICES = frozenset(
    {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"}
    | {f"{port}{number}" for port in ("COM", "LPT") for number in "0123456789¹²³"}
)
"""Names that Windows keeps for devices, whatever follows a dot."""


def portable(name: str) -> str:
    """Return the name as Windows, macOS and Linux can write it."""
    plain = safe_name(_FORBIDDEN.sub("_", name)).lstrip(".") or "file"
    device, dot, rest = plain.partition(".")
    if device.rstrip().upper() in _DEVICES:
        plain = f"{device.rstrip()}_{dot}{rest}"
    return shortened(plain, _MOST_BYTES, _bytes)


def free_name(name: str, taken: set[str]) -> str:
    """Return a portable name that no system takes for another one in `taken`, and add it there."""
    plain = free = portable(name)
    stem, ending = split_ending(plain)
    number = 1
    while _same_name(free) in taken:
        number += 1
        mark = f" ({number}){ending}"
        free = shortened(stem, _MOST_BYTES - len(mark.encode()), _bytes) + mark
    taken.add(_same_name(free))
    return free


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def _same_name(name: str) -> str:
    """Return a text that is equal for names that some system takes for one: systems ignore case,
    each in its way, the way of writing accents, and joiners."""
    folded = unicodedata.normalize("NFKC", name).upper().casefold()
    return "".join(c for c in unicodedata.normalize("NFKC", folded) if _counts(c))


def _counts(character: str) -> bool:
    is_variation = "\ufe00" <= character <= "\ufe0f"
    return unicodedata.category(character) != "Cf" and not is_variation
