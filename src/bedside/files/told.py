"""The notes on a file, in words."""

from bedside.files import media_types
from bedside.files.file_rows import FileRow
from bedside.files.refusals import NOTES, Note, notes_in
from bedside.files.states import Sharing
from bedside.kernel.language import gettext as _


def not_shared(row: FileRow) -> str:
    """Return the key of the note on a file that others cannot get."""
    return "pdf_not_shared" if row.media_type == media_types.PDF else "not_shared"


def note_of(row: FileRow) -> str:
    """Return the notes on a file in words, one paragraph each."""
    said = [_in_words(note) for note in notes_in(row.note) or []]
    if row.sharing == Sharing.FAILED:
        said.insert(0, _(NOTES[not_shared(row)]))
    return "\n".join(said)


def _in_words(note: Note) -> str:
    words = _(NOTES[note.key])
    return words % {"pages": ", ".join(map(str, note.pages))} if note.pages else words


def pages_missing(row: FileRow) -> tuple[int, ...]:
    """Return the numbers of the pages of which there is no picture."""
    pages = [note.pages for note in notes_in(row.note) or [] if note.key == "pdf_pages_missing"]
    return pages[0] if pages else ()
