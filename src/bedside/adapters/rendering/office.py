"""Word, Excel, OpenDocument and RTF: whether it is intact, whether it carries a program, and its
text."""

from collections.abc import Callable

from bedside.adapters.rendering import office_zip, rtf, word97
from bedside.adapters.rendering.limits import MAX_TEXT
from bedside.files import media_types as types
from bedside.files.ports import Derivation, Examination

_WORDS: dict[str, Callable[[bytes], str]] = {
    types.DOC: word97.words,
    types.RTF: rtf.words,
    types.DOCX: office_zip.docx_words,
    types.XLSX: office_zip.xlsx_words,
    types.ODT: office_zip.open_document_words,
    types.ODS: office_zip.open_document_words,
}


def examine(data: bytes, media_type: str) -> Examination:
    """Check that the document is intact and carries no program. Raises Refused."""
    if media_type == types.DOC:
        word97.check(data)
    elif media_type == types.RTF:
        rtf.check(data)
    else:
        return office_zip.check(data)
    return Examination(media_type)


def derive(data: bytes, media_type: str) -> Derivation:
    """Extract the words of the document."""
    text = _WORDS[media_type](data)[:MAX_TEXT]
    return Derivation(text=text, text_source="embedded" if text.strip() else "")
