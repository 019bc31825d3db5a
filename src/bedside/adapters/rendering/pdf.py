"""PDF: opened by pikepdf to judge it, rendered and read by PDFium."""

from io import BytesIO
from typing import Any, cast

import pikepdf
import pypdfium2
from PIL import Image

from bedside.adapters.rendering.limits import (
    MAX_PAGES,
    MAX_TEXT,
    OCR_SIDE,
    PREVIEW_SIDE,
    SHOWN_PAGES,
    Refused,
)
from bedside.adapters.rendering.pdf_actions import harmful_action
from bedside.adapters.rendering.pdf_streams import measure_streams
from bedside.adapters.rendering.pictures import as_jpeg, thumbnail_and_preview
from bedside.files import media_types as types
from bedside.files.ports import Derivation, Derivative, Examination

_MIN_LETTERS = 8
"""A page with fewer counts as a scan; scanners often stamp a page number as text."""


def examine(data: bytes, media_type: str) -> Examination:
    """Check that it opens without a password and unpacks to a tolerable size. Raises Refused."""
    try:
        with pikepdf.open(BytesIO(data)) as opened:
            _count_pages(opened)
            unpacked, largest = measure_streams(opened)
            pages = len(opened.pages)
            if pages == 0:
                raise Refused("damaged_pdf")
            note = _note(opened, data) if pages <= MAX_PAGES else ""
    except pikepdf.PasswordError as error:
        raise Refused("encrypted_pdf") from error
    except (pikepdf.PdfError, pikepdf.DataDecodingError, ValueError, KeyError) as error:
        raise Refused("damaged_pdf") from error
    if pages > MAX_PAGES:
        raise Refused("too_many_pages")
    return Examination(
        media_type, pages=pages, note=note, unpacked=unpacked, largest_member=largest
    )


def _count_pages(opened: pikepdf.Pdf) -> None:
    """Trust a large page count before walking the tree, which takes long for a hundred thousand."""
    stated = opened.Root.Pages.get("/Count")
    if isinstance(stated, int) and stated > MAX_PAGES:
        raise Refused("too_many_pages")


def _note(opened: pikepdf.Pdf, data: bytes) -> str:
    """Return what people should know about a PDF that is accepted; commands matter most.

    With ClamAV as the scanner a PDF with scripts may be clean: the pictures made here never run
    them, and whoever opens the original is warned.
    """
    if harmful_action(opened):
        return "pdf_with_scripts"
    try:
        _loaded(data)[0].get_size()
    except pypdfium2.PdfiumError:
        return "pdf_cannot_be_shown"
    return "pdf_repaired" if cast(Any, opened).get_warnings() else ""


def _loaded(data: bytes) -> pypdfium2.PdfDocument:
    """Open the document in PDFium; if that fails, the more lenient qpdf rewrites it first.

    Raises PdfiumError.
    """
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        mended = BytesIO()
        with pikepdf.open(BytesIO(data)) as opened:
            opened.save(mended)
        return pypdfium2.PdfDocument(mended.getvalue())


def derive(data: bytes, media_type: str) -> Derivation:
    """Make pictures of the first pages, and extract the text of all.

    The pages of a scan are returned as derivatives “ocr-N”, for the parent to have them read.
    """
    del media_type
    document = _loaded(data)
    document.init_forms()  # filled-in form fields are part of the page
    made: list[Derivative] = []
    texts: list[str] = []
    length = 0
    for number in range(len(document)):
        page = document[number]
        text = page.get_textpage().get_text_bounded() if length < MAX_TEXT else ""
        if number < SHOWN_PAGES:
            made += _shown(page, number)
            if len(text.strip()) < _MIN_LETTERS:
                scan = as_jpeg(render(page, OCR_SIDE, grey=True), 90)
                made.append(Derivative(f"ocr-{number + 1}", types.JPEG, scan))
        texts.append(text)
        length += len(text)
        page.close()
    whole = "\f".join(texts)[:MAX_TEXT]
    return Derivation(tuple(made), whole, "embedded" if whole.strip() else "")


def _shown(page: pypdfium2.PdfPage, number: int) -> list[Derivative]:
    picture = render(page, PREVIEW_SIDE)
    if number == 0:
        return thumbnail_and_preview(picture)
    return [Derivative(f"page-{number + 1}", types.JPEG, as_jpeg(picture, 80))]


def render(page: pypdfium2.PdfPage, side: int, *, grey: bool = False) -> Image.Image:
    """Render the page as a picture whose longer side is about `side` px."""
    scale = side / max(1.0, *page.get_size())
    bitmap = page.render(scale=scale, grayscale=grey, may_draw_forms=True)
    return bitmap.to_pil().convert("L" if grey else "RGB")
