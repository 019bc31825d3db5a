"""The choice between a page's own text and what OCR has read of its picture."""

import re

from bedside.kernel.words import fold, with_whole_words

_WORD = re.compile(r"[^\W_]{3,}")
_AGREED = 0.4


def chosen_words(own: str, read: str) -> str:
    """Return the page's own text if OCR sees the same words, because it is without mistakes of
    reading; else what was read, if anything was.

    A text layer may hold other letters than those that are seen, or only a stamped number.
    """
    seen = _words(read)
    if not seen:
        return own
    return own if len(seen & _words(own)) >= _AGREED * len(seen) else with_whole_words(read)


def _words(text: str) -> set[str]:
    return set(_WORD.findall(fold(text)))
