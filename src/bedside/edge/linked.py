"""Web addresses in what people write: which part of a message leads where."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

_ADDRESS = re.compile(r"(?<![\w@./-])(?:https?://|www\.)[^\s<>\"“”„«»`\\]+", re.IGNORECASE)
_AFTER = ".,;:!?…'’*_~"
"""Signs that end a sentence rather than an address."""
_PAIRS = {")": "(", "]": "[", "}": "{"}
_HOST = re.compile(
    r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{1,62}\.?|\d{1,3}(?:\.\d{1,3}){3}"
)
_UNSEEN = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\x00-\x1f\x7f]")
_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a message; `href` is "" for mere words."""

    text: str
    href: str = ""


def parts_of(text: str) -> list[Part]:
    """Return the parts of a text in order: words, and addresses of the web that lead out of it."""
    parts: list[Part] = []
    position = 0
    for found in _ADDRESS.finditer(text):
        shown = _trimmed(found[0])
        href = _href(shown)
        if not href:
            continue
        if found.start() > position:
            parts.append(Part(text[position : found.start()]))
        parts.append(Part(shown, href))
        position = found.start() + len(shown)
    if position < len(text):
        parts.append(Part(text[position:]))
    return parts


def _trimmed(address: str) -> str:
    """Return the address without the signs of the sentence around it."""
    while address:
        last = address[-1]
        opening = _PAIRS.get(last)
        is_open = opening is not None and address.count(opening) >= address.count(last)
        if last not in _AFTER and (opening is None or is_open):
            break
        address = address[:-1]
    return address


def _href(shown: str) -> str:
    """Return where an address leads; "" for one that is none, or that could deceive: a name and
    a password before the host, or signs that cannot be seen."""
    if len(shown) > _LONGEST or _UNSEEN.search(shown):
        return ""
    href = shown if "://" in shown else f"https://{shown}"
    try:
        address = urlsplit(href)
        host, _port = address.hostname or "", address.port
    except ValueError:
        return ""
    if "@" in address.netloc or not _HOST.fullmatch(host):
        return ""
    return href
