"""Readings of office documents (`files.readings`), by the module that knows the format."""

from collections.abc import Callable

from bedside.adapters.rendering import office_zip, rtf, word97
from bedside.adapters.rendering.made_readings import ONLY_WORDS, derivation
from bedside.files import media_types as types
from bedside.files.ports import Derivation, Derivative
from bedside.files.readings import Reading

_Read = tuple[Reading, str, list[Derivative]]


def derive(data: bytes, media_type: str) -> Derivation:
    """Return the reading of a document, its words for search, and the pictures in it."""
    return derivation(*_READERS[media_type](data))


def _word(data: bytes) -> _Read:
    """Read a Word document; only its words if the converter cannot."""
    from bedside.adapters.rendering.word_document import word_document

    try:
        return word_document(data, office_zip.main_part(data))
    except MemoryError:
        raise
    except Exception:
        return ONLY_WORDS, office_zip.docx_words(data), []


def _excel(media_type: str) -> Callable[[bytes], _Read]:
    def read(data: bytes) -> _Read:
        from bedside.adapters.rendering.tables import excel

        reading, words = excel(data, media_type)
        return reading, words, []

    return read


def _open_text(data: bytes) -> _Read:
    from bedside.adapters.rendering.open_document import open_document_text

    return open_document_text(data)


def _open_table(data: bytes) -> _Read:
    from bedside.adapters.rendering.open_tables import open_document_table

    reading, words = open_document_table(office_zip.part(data, "content.xml"))
    return reading, words, []


def _words_of(read: Callable[[bytes], str]) -> Callable[[bytes], _Read]:
    return lambda data: (ONLY_WORDS, read(data), [])


_READERS: dict[str, Callable[[bytes], _Read]] = {
    types.DOC: _words_of(word97.words),
    types.RTF: _words_of(rtf.words),
    types.DOCX: _word,
    types.XLSX: _excel(types.XLSX),
    types.XLS: _excel(types.XLS),
    types.ODT: _open_text,
    types.ODS: _open_table,
}
