"""PDF: opened by pikepdf to judge it, rendered and read by PDFium."""

from io import BytesIO

import pikepdf
import pypdfium2
from PIL import Image

from bedside.adapters.rendering.limits import (
    MAX_PAGES,
    MAX_TEXT,
    PREVIEW_SIDE,
    SHOWN_PAGES,
    Refused,
)
from bedside.adapters.rendering.pictures import as_jpeg, thumbnail_and_preview
from bedside.files import media_types as types
from bedside.files.ports import Derivation, Derivative, Examination


def examine(data: bytes, media_type: str) -> Examination:
    """See that it opens without a password and has a bearable number of pages. Raises Refused."""
    try:
        with pikepdf.open(BytesIO(data)) as opened:
            pages = len(opened.pages)
    except pikepdf.PasswordError as error:
        raise Refused("encrypted_pdf") from error
    except pikepdf.PdfError as error:
        raise Refused("damaged_pdf") from error
    if pages == 0:
        raise Refused("damaged_pdf")
    if pages > MAX_PAGES:
        raise Refused("too_many_pages")
    return Examination(media_type, pages=pages)


def derive(data: bytes, media_type: str) -> Derivation:
    """Pictures of the first pages, and the text of all."""
    document = pypdfium2.PdfDocument(data)
    document.init_forms()  # what was filled into a form is part of the page
    made: list[Derivative] = []
    texts: list[str] = []
    for number in range(len(document)):
        page = document[number]
        if number < SHOWN_PAGES:
            made += _shown(page, number)
        texts.append(page.get_textpage().get_text_bounded())
    text = "\f".join(texts)[:MAX_TEXT]
    return Derivation(tuple(made), text, "embedded" if text.strip() else "")


def _shown(page: pypdfium2.PdfPage, number: int) -> list[Derivative]:
    picture = render(page, PREVIEW_SIDE)
    if number == 0:
        return thumbnail_and_preview(picture)
    return [Derivative(f"page-{number + 1}", types.JPEG, as_jpeg(picture, 80))]


def render(page: pypdfium2.PdfPage, side: int, *, grey: bool = False) -> Image.Image:
    """The page as a picture whose longer side is about `side` px."""
    scale = side / max(1.0, *page.get_size())
    bitmap = page.render(scale=scale, grayscale=grey, may_draw_forms=True)
    return bitmap.to_pil().convert("L" if grey else "RGB")
