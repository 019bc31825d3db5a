"""Fields of canned replies: “[[first name]]” becomes the patient's first name. Everything here is
pure.

They are stored by key, so that colleagues who read Bedside in different languages see the same
reply. What nobody knows stays in its brackets, and the message does not leave with it.
"""

import re
from collections.abc import Mapping

from bedside.errors import WrongInput
from bedside.kernel.language import LANGUAGES, N_, speaking
from bedside.kernel.language import gettext as _

FIELD = re.compile(r"\[\[([^\[\]\n]{1,60})\]\]")
FIELDS = {
    "first_name": N_("first name"),
    "full_name": N_("full name"),
    "my_name": N_("my name"),
    "clinic": N_("clinic"),
    "clinic_phone": N_("telephone of the clinic"),
    "topic": N_("topic"),
    "next_opening": N_("next opening"),
    "today": N_("today"),
}
"""The fields that are filled from the conversation, as people write them."""
_NOT_FILLED = N_("Please fill in what stands in [[double brackets]], or delete it.")


def require_filled(words: str) -> None:
    """Raise WrongInput while something stands in double brackets."""
    if FIELD.search(words):
        raise WrongInput(_NOT_FILLED, field="body")


def stored(words: str) -> str:
    """Return words with the names of known fields, in any language, replaced by their keys."""
    keys = {key: key for key in FIELDS}
    for language in LANGUAGES:
        with speaking(language):
            keys |= {_(name).casefold(): key for key, name in FIELDS.items()}
    return FIELD.sub(lambda found: _bracketed(keys.get(_plain(found), found[1].strip())), words)


def readable(words: str) -> str:
    """Return stored words with the names of fields in the current language."""
    return FIELD.sub(lambda found: _bracketed(_name(found[1])), words)


def filled(words: str, values: Mapping[str, str]) -> str:
    """Return stored words with the values of fields. One that is unknown or has no value stays in
    its brackets, under the name that people know."""
    return FIELD.sub(lambda found: values.get(found[1]) or _bracketed(_name(found[1])), words)


def _plain(found: re.Match[str]) -> str:
    return " ".join(found[1].split()).casefold()


def _name(key: str) -> str:
    return _(FIELDS[key]) if key in FIELDS else key


def _bracketed(name: str) -> str:
    return f"[[{name}]]"
