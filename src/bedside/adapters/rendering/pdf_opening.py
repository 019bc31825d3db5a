"""Opens a PDF as leniently as readers do: by qpdf, and by PDFium where qpdf gives up.

Neither is the only judge: PDFium rebuilds what qpdf refuses, and qpdf mends what PDFium refuses.
Whatever happens here, the file that was sent stays as it is; only pictures, words and the copy for
others are made from the mended one.
"""

import re
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from typing import Any, cast

import pikepdf
import pypdfium2
from pypdfium2 import raw

from bedside.adapters.rendering import pdf_pages
from bedside.adapters.rendering.limits import MAX_PAGES, Refused
from bedside.adapters.rendering.pdf_pages import BROKEN
from bedside.files.beginnings import first_object_of_pdf, start_of_pdf
from bedside.files.sniffing import HEAD_SIZE

_OBJECT = re.compile(rb"(?<!\d)(\d{1,8})\s{1,4}\d{1,5}\s{1,4}obj\b")
_REFERENCE = re.compile(rb"(?<![\d.])(\d{1,8})\s\d{1,5}\sR\b")
_PAGE = re.compile(rb"(\d{1,8}) \d{1,5} obj\s{0,4}<<[^<>]{0,200}/Type\s{0,4}/Page\b")
_END = re.compile(rb"startxref\s+\d+\s*(?:%%EOF|\Z)")


@dataclass(frozen=True, slots=True)
class OpenedPdf:
    """A PDF that both readers open. `data` are the bytes that they opened; `rebuilt`, if PDFium
    made them of what it understood, so that something of the original may not be in them;
    `damaged`, if a reader had to guess; `locked_part`, if a password is needed for something
    attached."""

    qpdf: pikepdf.Pdf
    data: bytes
    rebuilt: bool = False
    damaged: bool = False
    locked_part: bool = False

    def pdfium(self) -> pypdfium2.PdfDocument | None:
        """Open it for pictures and words; None if PDFium cannot."""
        document = _in_pdfium(self.data)
        if document is None or len(document) == 0:
            document = _in_pdfium(_saved(self.qpdf))
        return document if document is not None and len(document) else None


_HEADER = b"%PDF-1.7\n"


def body_of(data: bytes) -> bytes:
    """Return the PDF without what stands before its header; with a header if it has lost its
    own."""
    start = start_of_pdf(data)
    if start >= 0:
        return data[start:]
    has_room = first_object_of_pdf(data[:HEAD_SIZE]) >= len(_HEADER)
    # Over what stands there, all that the table of objects says stays true.
    return _HEADER + data[len(_HEADER) :] if has_room else _HEADER + data


def opened_pdf(sent: bytes) -> OpenedPdf:
    """Open a PDF in qpdf, if need be after PDFium has rebuilt it. Raises Refused."""
    data = body_of(sent)
    try:
        opened = pikepdf.open(BytesIO(data))
        tree = pdf_pages.tree_of(opened)
    except (*BROKEN, pikepdf.PasswordError) as error:
        return _rebuilt(data, error)
    _refuse_if_incomplete(data, opened)
    damaged = start_of_pdf(sent) < 0 or len(data) < len(sent.lstrip(b"\xef\xbb\xbf\x00\t\n\x0c\r "))
    if tree.is_right:
        damaged = damaged or bool(cast(Any, opened).get_warnings())
        return OpenedPdf(opened, data, damaged=damaged)
    try:
        pdf_pages.plant(opened, tree)
    except BROKEN as error:
        return _rebuilt(data, error)
    return OpenedPdf(opened, _saved(opened), damaged=True)


def _rebuilt(data: bytes, error: Exception) -> OpenedPdf:
    """Have PDFium rebuild what qpdf cannot open. Raises Refused if it cannot either."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as refused:
        if isinstance(error, pikepdf.PasswordError):
            raise Refused("encrypted_pdf") from error
        incomplete = _is_cut_off(data) and _OBJECT.search(data)
        raise Refused("incomplete_pdf" if incomplete else "damaged_pdf") from refused
    if len(document) > MAX_PAGES:
        raise Refused("too_many_pages")
    if len(set(_PAGE.findall(data))) > len(document):
        raise Refused("damaged_pdf") from error  # it has lost the way to some of the pages
    locked = isinstance(error, pikepdf.PasswordError)
    for mended in (_saved_by_pdfium(document, locked=locked), _imported(document)):
        try:
            opened = pikepdf.open(BytesIO(mended))
            pdf_pages.tree_of(opened)
        except (*BROKEN, pikepdf.PasswordError):
            continue
        _refuse_if_incomplete(data, opened)
        return OpenedPdf(opened, mended, rebuilt=True, damaged=not locked, locked_part=locked)
    raise Refused("damaged_pdf") from error


def _saved_by_pdfium(document: pypdfium2.PdfDocument, *, locked: bool) -> bytes:
    out = BytesIO()
    flags = raw.FPDF_REMOVE_SECURITY if locked else raw.FPDF_NO_INCREMENTAL
    with suppress(pypdfium2.PdfiumError):
        document.save(out, flags=flags)
    return out.getvalue()


def _imported(document: pypdfium2.PdfDocument) -> bytes:
    """Return the pages in a new file, for a tree that qpdf does not walk."""
    out = BytesIO()
    with suppress(pypdfium2.PdfiumError):
        fresh = pypdfium2.PdfDocument.new()
        fresh.import_pages(document)
        fresh.save(out)
    return out.getvalue()


def _in_pdfium(data: bytes) -> pypdfium2.PdfDocument | None:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        return None


def _saved(opened: pikepdf.Pdf) -> bytes:
    out = BytesIO()
    with suppress(*BROKEN):
        opened.save(out)
    return out.getvalue()


# --- files that were cut off ---------------------------------------------------------------------


def _is_cut_off(data: bytes) -> bool:
    """Whether the end is missing: where the objects and their table are listed."""
    return not _END.search(data, max(data.rfind(b"endobj"), data.rfind(b"endstream"), 0))


def _refuse_if_incomplete(data: bytes, opened: pikepdf.Pdf) -> None:
    """Refuse a file that lost its end and, with it, some of its objects.

    Readers make up empty pages for those, and nobody would know. A file that has lost only the
    table at its end is whole. Raises Refused.
    """
    if not _is_cut_off(data):
        return
    last = data.rfind(b" obj")
    is_open = last > data.rfind(b"endobj")
    missing = _referenced(data, opened) - _defined(data, opened)
    if is_open or missing:
        raise Refused("incomplete_pdf")


def _defined(data: bytes, opened: pikepdf.Pdf) -> set[int]:
    """Return the numbers of the objects that are there, in object streams too."""
    numbers = {int(found[1]) for found in _OBJECT.finditer(data)}
    with suppress(*BROKEN):
        for found in cast(Any, opened).objects:
            if found is not None:  # as a null object is
                numbers.add(found.objgen[0])
    return numbers


def _referenced(data: bytes, opened: pikepdf.Pdf) -> set[int]:
    """Return the numbers that objects refer to; never those of an encryption's own strings."""
    texts = [data]
    with suppress(*BROKEN):
        for found in opened.objects:
            if isinstance(found, pikepdf.Stream) and found.get("/Type") == "/ObjStm":
                with suppress(*BROKEN):
                    texts.append(found.read_bytes())
    return {int(found[1]) for text in texts for found in _REFERENCE.finditer(text)}
