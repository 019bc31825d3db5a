"""What people type into a field of one line."""

import unicodedata

_JOINERS = "\u200c\u200d"
"""Not seen, but letters of Persian and of Indic scripts look wrong without them."""


def one_line(typed: str) -> str:
    """The words of a line with one space between them, and nothing else that cannot be seen.

    Control characters go, and those that turn the direction of writing: they would turn what other
    people read beside it as well.
    """
    return "".join(c for c in " ".join(typed.split()) if not _is_unseen(c)).strip()


def _is_unseen(character: str) -> bool:
    return character not in _JOINERS and unicodedata.category(character) in ("Cc", "Cf", "Cs")
