"""What people type into a field: what of it can be seen."""

import unicodedata

_JOINERS = "\u200c\u200d"
"""Not seen, but letters of Persian and of Indic scripts look wrong without them."""


def one_line(typed: str) -> str:
    """The words of a line with one space between them, and nothing else that cannot be seen.

    Control characters go, and those that turn the direction of writing: they would turn what other
    people read beside it as well.
    """
    return "".join(c for c in " ".join(typed.split()) if not _is_unseen(c)).strip()


def several_lines(typed: str) -> str:
    """The same for a text of several lines, which stay lines."""
    return "\n".join(map(one_line, typed.splitlines())).strip()


def says_nothing(typed: str) -> bool:
    """Whether nobody would see anything of a text."""
    return not one_line(typed).strip(_JOINERS)


def _is_unseen(character: str) -> bool:
    return character not in _JOINERS and unicodedata.category(character) in ("Cc", "Cf", "Cs")
