"""Plain text and tables of separated values."""

import re

from bedside.adapters.rendering import mail
from bedside.adapters.rendering.encodings import decoded, is_text
from bedside.adapters.rendering.limits import MAX_TEXT, Refused
from bedside.files import media_types as types
from bedside.files.ports import Derivation, Examination

_STARTS_PROGRAM = re.compile(
    r"(?:^|[;,\t])(?:[^\S\n\t]|[\"'])*+[=+@-][^;\n|]{0,60}\b\w++\|"
    r"(?:'[^'\n]{1,400}'|[^\s'!;]{1,200})!\w",
    re.M,
)
"""A cell that makes Excel start another program (DDE), such as =cmd|'/C calc'!A0."""


def examine(data: bytes, media_type: str) -> Examination:
    """Check that all of it is text. Raises Refused."""
    found = decoded(data)
    if found is None or not is_text(found.text):
        raise Refused("damaged_text")
    if mail.is_mail(data):
        return Examination(media_type, note=mail.note_on(data))
    if media_type == types.CSV and _STARTS_PROGRAM.search(found.text):
        raise Refused("dde")
    return Examination(media_type)


def derive(data: bytes, media_type: str, language: str = "") -> Derivation:
    """Return the text itself, a table as a table, and by which encoding it was read; a picture of
    it would help nobody."""
    # Imported only now: an examination needs none of them.
    from bedside.adapters.rendering.made_readings import derivation
    from bedside.adapters.rendering.tables import cut_of, separated
    from bedside.files.readings import Reading

    found = decoded(data, language)
    if found is None:
        return Derivation()
    text = found.text[:MAX_TEXT]
    if mail.is_mail(data):
        text = mail.words_of(data) or text
    reading = (separated(text) if media_type == types.CSV else None) or Reading()
    missing = sorted({key for sheet in reading.sheets for key in cut_of(sheet)})
    if "\ufffd" in text:
        missing.append("letters")
    about = {"encoding": found.name, "guessed": found.guessed, "missing": missing}
    return derivation(reading.model_copy(update=about), text)
