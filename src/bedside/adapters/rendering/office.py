"""Word, Excel, OpenDocument and RTF: whether it is intact, whether it carries a program, and what
it says."""

from collections.abc import Callable

from bedside.adapters.rendering import office_zip, ole_files, rtf, word97
from bedside.adapters.rendering.limits import MAX_TEXT
from bedside.files import media_types as types
from bedside.files.ports import Derivation, Derivative, Examination
from bedside.files.readings import MAX_READING, MEDIA_TYPE, READING, Reading

_ONLY_WORDS = Reading(missing=["only_words"])
_Said = tuple[Reading, str, list[Derivative]]


def examine(data: bytes, media_type: str) -> Examination:
    """Check that the document is intact and carries no program. Raises Refused."""
    if media_type in {types.DOC, types.XLS}:
        return Examination(ole_files.check(data))
    if media_type == types.RTF:
        rtf.check(data)
        return _without_link(data, rtf.without_template(data))
    return office_zip.check(data)


def _without_link(data: bytes, cut: bytes) -> Examination:
    if cut == data:
        return Examination(types.RTF)
    return Examination(types.RTF, note="link_removed", shared=Derivative("shared", types.RTF, cut))


def derive(data: bytes, media_type: str) -> Derivation:
    """Extract what the document says."""
    reading, text, figures = _READERS[media_type](data)
    return derivation(reading, text, figures)


def derivation(reading: Reading, text: str, figures: list[Derivative] | None = None) -> Derivation:
    """Return a reading, the words for search, and the pictures in it."""
    stored = reading.as_bytes()
    if len(stored) > MAX_READING:
        stored, figures = _ONLY_WORDS.as_bytes(), []
    made = [Derivative(READING, MEDIA_TYPE, stored), *(figures or ())]
    text = text[:MAX_TEXT]
    return Derivation(tuple(made), text, "embedded" if text.strip() else "")


def _word(data: bytes) -> _Said:
    """Read a Word document; only its words if the converter cannot."""
    from bedside.adapters.rendering.word_document import word_document

    try:
        return word_document(data, office_zip.main_part(data))
    except MemoryError:
        raise
    except Exception:
        return _ONLY_WORDS, office_zip.docx_words(data), []


def _excel(media_type: str) -> Callable[[bytes], _Said]:
    def read(data: bytes) -> _Said:
        from bedside.adapters.rendering.tables import excel

        reading, words = excel(data, media_type)
        return reading, words, []

    return read


def _open_text(data: bytes) -> _Said:
    from bedside.adapters.rendering.open_document import open_document_text

    return open_document_text(data)


def _open_table(data: bytes) -> _Said:
    from bedside.adapters.rendering.open_tables import open_document_table

    reading, words = open_document_table(office_zip.part(data, "content.xml"))
    return reading, words, []


def _words_of(read: Callable[[bytes], str]) -> Callable[[bytes], _Said]:
    return lambda data: (_ONLY_WORDS, read(data), [])


_READERS: dict[str, Callable[[bytes], _Said]] = {
    types.DOC: _words_of(word97.words),
    types.RTF: _words_of(rtf.words),
    types.DOCX: _word,
    types.XLSX: _excel(types.XLSX),
    types.XLS: _excel(types.XLS),
    types.ODT: _open_text,
    types.ODS: _open_table,
}
