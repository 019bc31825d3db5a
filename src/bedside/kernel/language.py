"""The language of the person being served, and the translation catalogue."""

import gettext as _gettext
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from bedside.kernel import pseudo_languages

LANGUAGES = {"en": "English", "es": "Español", "fr": "Français", "de": "Deutsch"}
_FROM_RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"})
CATALOGUES = Path(__file__).parent.parent / "locale"
_current: ContextVar[str] = ContextVar("language", default="en")
_pseudo: ContextVar[bool] = ContextVar("pseudo", default=False)


def offer_pseudo_languages(wanted: bool = True) -> None:
    """Offer the languages for testing pages as well, in the current task, or not."""
    _pseudo.set(wanted)


@cache
def _has_catalogue(language: str) -> bool:
    return (CATALOGUES / language / "LC_MESSAGES" / "bedside.mo").exists()


def is_spoken(language: str) -> bool:
    """Whether there is a catalogue for this language; English needs none."""
    if language in pseudo_languages.CATALOGUES:
        return _pseudo.get()
    return language == "en" or (language in LANGUAGES and _has_catalogue(language))


def offered() -> dict[str, str]:
    """Return the languages that have a catalogue, by code: only these can be chosen."""
    everything = {**LANGUAGES, **pseudo_languages.NAMES}
    return {code: name for code, name in everything.items() if is_spoken(code)}


def first_spoken(*languages: str) -> str:
    """Return the first of these languages that has a catalogue; English if none has."""
    return next((code for code in languages if is_spoken(code)), "en")


def speak(*languages: str) -> None:
    """Set the language of the current task: the first of these that has a catalogue. If none has,
    it is English, so that no page mixes two languages (dates in one, sentences in the other)."""
    _current.set(first_spoken(*languages))


def spoken() -> str:
    """Return the language of the current task, a tag that HTML and HTTP understand."""
    return _current.get()


@contextmanager
def speaking(*languages: str) -> Generator[None]:
    """Use the first of these languages that has a catalogue during a block."""
    before = _current.set(first_spoken(*languages))
    try:
        yield
    finally:
        _current.reset(before)


def locale() -> str:
    """Return the name of the current language for Babel: for dates, numbers and units."""
    return spoken().split("-")[0]


def direction(language: str = "") -> str:
    """Return “rtl” for a language that is written from right to left, otherwise “ltr”; without one
    that of the current language."""
    base = (language or spoken()).split("-")[0]
    return "rtl" if base in _FROM_RIGHT_TO_LEFT else "ltr"


@cache
def _catalogue(language: str) -> _gettext.NullTranslations:
    if language in pseudo_languages.CATALOGUES:
        return pseudo_languages.CATALOGUES[language]
    return _gettext.translation("bedside", CATALOGUES, languages=[language], fallback=True)


def gettext(text: str) -> str:
    """Translate `text` into the current language."""
    return _catalogue(spoken()).gettext(text)


def ngettext(singular: str, plural: str, count: int) -> str:
    """Translate the form that fits `count` into the current language."""
    return _catalogue(spoken()).ngettext(singular, plural, count)


def N_(text: str) -> str:  # noqa: N802 - gettext's customary name for “mark, do not translate yet”
    """Mark a text for the catalogue; it is translated where it is displayed."""
    return text
