"""Documents in DICOM: the PDF that a data set wraps is what it is (PS3.3, A.45.1)."""

from collections.abc import Iterator
from dataclasses import replace

from pydicom.dataset import FileDataset

from bedside.adapters.rendering import pdf
from bedside.adapters.rendering.incoming import Wanted
from bedside.adapters.rendering.limits import Refused
from bedside.adapters.rendering.polyglots import is_polyglot
from bedside.files import media_types as types
from bedside.files.ports import Derivation, Derivative, Examination
from bedside.files.sniffing import HEAD_SIZE, sniff

_HARMFUL = frozenset({"executable", "archive", "script", "macros", "polyglot"})
_PDF_SEARCH = 1024


def document_in(dataset: FileDataset, data: bytes) -> bytes:
    """Return the PDF in a data set that came as `data`, b"" if there is none.

    Raises Refused for a program or an archive in its place, and for a second document that a
    reader of PDFs would find first.
    """
    stated = dataset.get("EncapsulatedDocument")
    document = bytes(stated) if isinstance(stated, bytes | bytearray) else b""
    found = sniff(document[:HEAD_SIZE], "") if document else None
    if found is not None and found.refusal in _HARMFUL:
        raise Refused("program_inside")
    is_pdf = found is not None and found.media_type == types.PDF
    at = data.find(document) if is_pdf else -1
    if b"%PDF-" in data[: min(_PDF_SEARCH, at) if at >= 0 else _PDF_SEARCH]:
        raise Refused("polyglot")
    return document if is_pdf else b""


def examine(document: bytes) -> Examination:
    """Examine the PDF by the rules of every PDF; others get it instead of the data set. Raises
    Refused."""
    found = pdf.examine(document, types.PDF)
    if is_polyglot(document, types.PDF):
        raise Refused("polyglot")
    if found.shared is None and not found.sharing_failed:
        found = replace(found, shared=Derivative("shared", types.PDF, document))
    return replace(found, media_type=types.DICOM)


def steps(
    document: bytes, words: str, facts: dict[str, str], wanted: Wanted
) -> Iterator[Derivation]:
    """Make pictures and text of the PDF. The words and facts of the data set's header follow."""
    yield from pdf.steps(document, wanted)
    yield Derivation(text=words, text_source="embedded" if words else "", facts=facts)
