"""The language of the person being served, and the translation catalogue."""

import gettext as _gettext
from contextvars import ContextVar
from functools import cache
from pathlib import Path

LANGUAGES = {"en": "English", "es": "Español", "fr": "Français", "de": "Deutsch"}
_CATALOGUES = Path(__file__).parent.parent / "locale"
_current: ContextVar[str] = ContextVar("language", default="en")


@cache
def is_spoken(language: str) -> bool:
    """Whether there is a catalogue for this language; English needs none."""
    return language == "en" or (_CATALOGUES / language / "LC_MESSAGES" / "bedside.mo").exists()


def offered() -> dict[str, str]:
    """Return the languages that have a catalogue, by code: only these can be chosen."""
    return {code: name for code, name in LANGUAGES.items() if is_spoken(code)}


def speak(language: str) -> None:
    """Set the language of the current task. One without a catalogue falls back to English, so that
    no page mixes two languages (dates in one, sentences in the other)."""
    _current.set(language if is_spoken(language) else "en")


def spoken() -> str:
    """Return the language of the current task, an ISO 639-1 code."""
    return _current.get()


@cache
def _catalogue(language: str) -> _gettext.NullTranslations:
    return _gettext.translation("bedside", _CATALOGUES, languages=[language], fallback=True)


def gettext(text: str) -> str:
    """Translate `text` into the current language."""
    return _catalogue(spoken()).gettext(text)


def ngettext(singular: str, plural: str, count: int) -> str:
    """Translate the form that fits `count` into the current language."""
    return _catalogue(spoken()).ngettext(singular, plural, count)


def N_(text: str) -> str:  # noqa: N802 - gettext's customary name for “mark, do not translate yet”
    """Mark a text for the catalogue; it is translated where it is displayed."""
    return text
