"""Cleaning up what people type into a field: what of it is visible."""

import unicodedata

_JOINERS = "\u200c\u200d"
"""Invisible, but Persian and Indic scripts look wrong without them."""

_FILLERS = "\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
"""Letters and signs by their category, and blank on every screen."""


def one_line(typed: str) -> str:
    """Return the words of a line separated by single spaces, without invisible characters.

    Control characters are removed, and so are those that change the text direction: they would
    also reverse what others read beside it.
    """
    return visible(" ".join(typed.split())).strip()


def several_lines(typed: str) -> str:
    """Like `one_line`, for a text of several lines, which are kept."""
    return "\n".join(map(one_line, typed.splitlines())).strip()


def visible(typed: str) -> str:
    """Return what is typed without invisible characters, line breaks among them."""
    return "".join(c for c in typed if not _is_unseen(c))


def says_nothing(typed: str) -> bool:
    """Whether nothing of a text is visible."""
    return not one_line(typed).strip(_JOINERS)


def _is_unseen(character: str) -> bool:
    if character in _FILLERS:
        return True
    return character not in _JOINERS and unicodedata.category(character) in ("Cc", "Cf", "Cs")
