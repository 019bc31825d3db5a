"""A reading as what a child answers."""

from bedside.adapters.rendering.limits import MAX_TEXT
from bedside.files.ports import Derivation, Derivative
from bedside.files.readings import MAX_READING, MEDIA_TYPE, READING, Reading

ONLY_WORDS = Reading(missing=["only_words"])
"""The reading of a document of which only the words can be shown."""


def derivation(reading: Reading, text: str, figures: list[Derivative] | None = None) -> Derivation:
    """Return a reading, the words for search, and the pictures in it."""
    stored = reading.as_bytes()
    if len(stored) > MAX_READING:
        stored, figures = ONLY_WORDS.as_bytes(), []
    made = [Derivative(READING, MEDIA_TYPE, stored), *(figures or ())]
    text = text[:MAX_TEXT]
    return Derivation(tuple(made), text, "embedded" if text.strip() else "")
