"""The notes on a file in words, and its name with the extension of its type."""

from pathlib import PurePath

from bedside.files import media_types
from bedside.files.file_rows import FileRow
from bedside.files.refusals import NOTES, Note, notes_in
from bedside.files.states import Sharing
from bedside.kernel.language import gettext as _

_ALSO_CALLED = {
    ".jpg": (".jpeg", ".jfif"),
    ".tiff": (".tif",),
    ".heic": (".heif", ".hif"),
    ".mp4": (".m4v", ".3gp", ".3gpp", ".3g2"),
    ".mov": (".qt",),
}


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


def name_of_type(name: str, media_type: str) -> str:
    """Return a file's name, or a label in its place, with the extension of its true type."""
    extension = media_types.extension(media_type)
    path = PurePath(name)
    if path.suffix.lower() in (extension, *_ALSO_CALLED.get(extension, ())):
        return name
    known = {t.extension for t in media_types.MEDIA_TYPES.values()} | {".jpeg", ".tif"}
    stem = path.stem if path.suffix.lower() in known else name
    return f"{stem}{extension}"
