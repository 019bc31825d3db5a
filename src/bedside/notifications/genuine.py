"""Whether a message that somebody has pasted can be from this clinic: where its links lead.

Nothing about any patient is looked up, so that the answer is the same for a stranger.
"""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import SplitResult, urlsplit

LONGEST = 4_000
_MOST_HOSTS = 5
_LONGEST_HOST = 100
_BRACKETS = "<>\"'()[]{}«»“”„‘’"
_AROUND = ".,;:!?…*_"
_PORTS = {"http": 80, "https": 443}


class Verdict(StrEnum):
    """An answer about the links of a message."""

    OURS = "ours"
    """They all lead here."""
    NOT_OURS = "not_ours"
    """At least one leads somewhere else, or hides where it leads."""
    NO_LINK = "no_link"


@dataclass(frozen=True, slots=True)
class Checked:
    """A verdict, with the hosts to which other links lead, in letters that cannot deceive."""

    verdict: Verdict
    elsewhere: tuple[str, ...] = ()


def check(pasted: str, base_url: str) -> Checked:
    """Check a pasted message or link."""
    ours = urlsplit(base_url)
    found = [word for word in _words(pasted[:LONGEST]) if _is_link(word, ours)]
    elsewhere = [_host_of(word) for word in found if not _leads_here(word, ours)]
    if elsewhere:
        return Checked(Verdict.NOT_OURS, tuple(dict.fromkeys(elsewhere))[:_MOST_HOSTS])
    return Checked(Verdict.OURS if found else Verdict.NO_LINK)


def _words(text: str) -> list[str]:
    for sign in _BRACKETS:
        text = text.replace(sign, " ")
    return [stripped for word in text.split() if (stripped := word.strip(_AROUND))]


def _is_link(word: str, ours: SplitResult) -> bool:
    """Whether a phone would show the word as a link: with a scheme, or like “host.name/path”."""
    if "://" in word or word.casefold().startswith("www."):
        return True
    if "@" in word and "/" not in word and "\\" not in word:
        return False  # an e-mail address
    host, slash, _path = word.replace("\\", "/").lstrip("/").partition("/")
    if host.casefold() == ours.netloc:
        return True
    ending = host.rpartition(".")[2]
    return bool(slash) and "." in host and len(ending) > 1 and not ending.isdecimal()


def _leads_here(word: str, ours: SplitResult) -> bool:
    """Whether a link leads to this address, and does so without a trick."""
    parts = _split(word, ours.scheme)
    if parts is None or "\\" in word or not word.isprintable():
        return False
    if any(unicodedata.category(sign) == "Cf" for sign in word):
        return False
    try:
        port = parts.port or _PORTS.get(parts.scheme)
        own_port = ours.port or _PORTS.get(ours.scheme)
    except ValueError:
        return False
    if parts.username is not None or parts.password is not None:
        return False
    host = (parts.hostname or "").rstrip(".")
    return (parts.scheme, host, port) == (ours.scheme, ours.hostname, own_port)


def _split(word: str, scheme: str) -> SplitResult | None:
    try:
        return urlsplit(word if "://" in word else f"{scheme}://{word}")
    except ValueError:
        return None


def _host_of(word: str) -> str:
    """Return to where a link leads, for the eye: signs that look like others become numbers."""
    parts = _split(word.replace("\\", "/"), "https")
    host = (parts.hostname or "") if parts is not None else ""
    return (host or word).encode("ascii", "backslashreplace").decode()[:_LONGEST_HOST]
