"""A clinic's options for letters."""

from bedside.people.options import MB, Options

MOST_BYTES = 25 * MB
"""Of all files of one letter (feature L2)."""


class LetterOptions(Options):
    """Options of letters."""

    letters_by_email: bool = True
    """Whether a letter and its files may go along with an e-mail; otherwise only its link does."""
