"""Fields of texts that are kept to be used again: “[[first name]]” becomes the patient's first
name. Everything here is pure.

They are stored by key, so that colleagues who read Bedside in different languages see the same
text. What nobody knows stays in its brackets, and nothing leaves with it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bedside.kernel.language import LANGUAGES, speaking
from bedside.kernel.language import gettext as _

FIELD = re.compile(r"\[\[([^\[\]\n]{1,60})\]\]")


@dataclass(frozen=True, slots=True)
class TextFields:
    """The fields of one kind of text: the key of each, and the name by which people know it,
    untranslated."""

    names: Mapping[str, str]

    def stored(self, words: str) -> str:
        """Return words with the names of known fields, in any language, replaced by their keys."""
        keys = self._keys()
        return FIELD.sub(
            lambda found: _bracketed(keys.get(plain(found[1]), found[1].strip())), words
        )

    def readable(self, words: str) -> str:
        """Return stored words with the names of fields in the current language."""
        return FIELD.sub(lambda found: _bracketed(self.name(found[1])), words)

    def filled(self, words: str, values: Mapping[str, str]) -> str:
        """Return stored words with the values of fields. One that is unknown or has no value stays
        in its brackets, under the name that people know."""
        return FIELD.sub(
            lambda found: values.get(found[1]) or _bracketed(self.name(found[1])), words
        )

    def name(self, key: str) -> str:
        """Return the name of a field in the current language; what is unknown, as it is."""
        return _(self.names[key]) if key in self.names else key

    def key_of(self) -> Callable[[str], str]:
        """Return what finds the key of a field by its name in any language; "" for others."""
        keys = self._keys()
        return lambda name: keys.get(plain(name), "")

    def _keys(self) -> dict[str, str]:
        keys = {key: key for key in self.names}
        for language in LANGUAGES:
            with speaking(language):
                keys |= {_(name).casefold(): key for key, name in self.names.items()}
        return keys


def plain(name: str) -> str:
    """Return a name as it is compared: without case and superfluous blanks."""
    return " ".join(name.split()).casefold()


def _bracketed(name: str) -> str:
    return f"[[{name}]]"
