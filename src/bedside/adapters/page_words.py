"""The choice between a page's own text and what OCR has read of its picture."""

import re

from bedside.kernel.words import fold

_WORD = re.compile(r"[^\W_]{3,}")
_AGREED = 0.4
_CUT_WORD = re.compile(r"(?<=[^\W\d_])[-\u2010]\r?\n(?=[^\W\d_])(?=(\w))")


def chosen_words(own: str, read: str) -> str:
    """Return the page's own text if OCR sees the same words, because it is without mistakes of
    reading; else what was read, if anything was.

    A text layer may hold other letters than those that are seen, or only a stamped number.
    """
    seen = _words(read)
    if not seen:
        return own
    return own if len(seen & _words(own)) >= _AGREED * len(seen) else without_cut_words(read)


def without_cut_words(text: str) -> str:
    """Put words together that a line's end cuts, with a soft hyphen where they were cut."""
    return _CUT_WORD.sub(lambda cut: "\u00ad" if cut[1].islower() else "-", text)


def _words(text: str) -> set[str]:
    return set(_WORD.findall(fold(text)))
