"""Plain text and tables of comma-separated values."""

import codecs

from bedside.adapters.rendering.limits import MAX_TEXT, Refused
from bedside.files.ports import Derivation, Examination

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decoded(data: bytes) -> str:
    """Decode `data` as text: by its byte order mark, else as UTF-8, else as Windows-1252.

    Raises Refused if it is none of these.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strict(data, encoding)
    if b"\x00" in data:
        raise Refused("damaged_text")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        # The five bytes that Windows-1252 leaves undefined become the replacement character.
        return data.decode("cp1252", "replace")


def _strict(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Refused("damaged_text") from error


def examine(data: bytes, media_type: str) -> Examination:
    """Check that all of it is text. Raises Refused."""
    decoded(data)
    return Examination(media_type)


def derive(data: bytes, media_type: str) -> Derivation:
    """Return the text itself; a picture of it would help nobody."""
    del media_type
    text = decoded(data)[:MAX_TEXT]
    return Derivation(text=text, text_source="embedded" if text.strip() else "")
