"""PDF: judged by qpdf, rendered and read by PDFium."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, cast

import pikepdf
import pypdfium2
from PIL import Image

from bedside.adapters.rendering import pdf_fonts, pdf_words, pdf_xfa
from bedside.adapters.rendering.limits import (
    MAX_TEXT,
    OCR_SIDE,
    PREVIEW_SIDE,
    SHOWN_PAGES,
    Refused,
)
from bedside.adapters.rendering.pdf_actions import commands_of, remove_commands
from bedside.adapters.rendering.pdf_attachments import attachments_of, refuse_programs
from bedside.adapters.rendering.pdf_opening import OpenedPdf, opened_pdf
from bedside.adapters.rendering.pdf_pages import BROKEN, broken_pages
from bedside.adapters.rendering.pdf_streams import measure_streams
from bedside.adapters.rendering.pictures import as_jpeg, thumbnail_and_preview
from bedside.files import media_types as types
from bedside.files.ports import Derivation, Derivative, Examination

_NOT_DRAWN = (pypdfium2.PdfiumError, ValueError, OverflowError, ZeroDivisionError, OSError)
_STARTS = re.compile(rb"/S\s{0,10}/(?:Launch|ImportData)\b")
_WHITE = 250
_MOST_NAMED = 30
"""Pages that a note names."""


# --- examination ---------------------------------------------------------------------------------


def examine(data: bytes, media_type: str) -> Examination:
    """Check that it opens without a password, unpacks to a tolerable size and harms nobody.
    Raises Refused."""
    document = opened_pdf(data)
    try:
        with document.qpdf as opened:
            unpacked, largest = measure_streams(opened)
            attached = list(attachments_of(opened))
            refuse_programs(attached)
            commands = commands_of(opened)
            if commands.refused or (document.rebuilt and _STARTS.search(data)):
                raise Refused("pdf_starts_program")
            shown = document.pdfium()
            notes = list(_notes(document, shown))
            if any(one.data is None for one in attached) or document.locked_part:
                notes.append("pdf_attachment_unread")
            # A form of Adobe's designer has scripts in its XML that only Adobe's programs run, in
            # a box of their own; millions of official forms have them, and are taken as they are.
            kept = commands.kept or (pdf_xfa.is_stand_in(opened) and pdf_xfa.has_scripts(opened))
            if kept:
                notes.insert(0, "pdf_with_scripts")
            pages = len(shown) if shown else max(1, len(opened.pages))
            # Of a file that was rebuilt, others get what was looked at.
            apart = kept or document.rebuilt
            copy = _copy_for_others(opened) if apart else None
    except BROKEN as error:
        raise Refused("damaged_pdf") from error
    return Examination(
        media_type,
        pages=pages,
        note=" ".join(notes),
        unpacked=unpacked,
        largest_member=largest,
        shared=copy,
        sharing_failed=apart and copy is None,
    )


def _notes(document: OpenedPdf, shown: pypdfium2.PdfDocument | None) -> Iterator[str]:
    """Yield what people should know about a PDF that is accepted."""
    if shown is None:
        yield "pdf_cannot_be_shown"
    elif document.damaged:
        yield "pdf_repaired"
    if pdf_xfa.is_stand_in(document.qpdf):
        yield "pdf_xfa"
    if pdf_words.is_portfolio(document.qpdf):
        yield "pdf_portfolio"


def _copy_for_others(opened: pikepdf.Pdf) -> Derivative | None:
    """Make the copy without commands; None if some would be left."""
    out = BytesIO()
    with suppress(*BROKEN):
        remove_commands(opened)
        pdf_xfa.remove_scripts(opened)
        opened.save(out)
        with pikepdf.open(BytesIO(out.getvalue())) as copy:
            if not (commands_of(copy).kept or pdf_xfa.has_scripts(copy)):
                return Derivative("shared", types.PDF, out.getvalue())
    return None


# --- pictures and words --------------------------------------------------------------------------


def derive(data: bytes, media_type: str) -> Derivation:
    """Make pictures of the first pages, and extract the text of all.

    The pages of a scan are returned as derivatives “ocr-N”, for the parent to have them read, and
    those whose letters PDFium lacks as a PDF “redraw”, for another program to draw them. A page
    that cannot be drawn costs that page, and the note names it.
    """
    del media_type
    document = opened_pdf(data)
    with document.qpdf as opened:
        shown = document.pdfium()
        if shown is None:
            return Derivation()
        shown.init_forms()  # filled-in form fields are part of the page
        pages = _Pages(opened, broken_pages(opened), pdf_xfa.is_stand_in(opened))
        for number in range(len(shown)):
            pages.add(shown, number)
        return pages.derivation()


@dataclass(slots=True)
class _Pages:
    """Collects what is made of the pages, one after the other."""

    opened: pikepdf.Pdf
    broken: frozenset[int]
    stand_in: bool
    made: list[Derivative] = field(default_factory=list[Derivative])
    texts: list[str] = field(default_factory=list[str])
    missing: list[int] = field(default_factory=list[int])
    redrawn: list[int] = field(default_factory=list[int])
    length: int = 0

    def add(self, document: pypdfium2.PdfDocument, index: int) -> None:
        """Add a page; the first has number 0."""
        text = ""
        try:
            if index + 1 in self.broken:
                raise ValueError("no page")
            page = document[index]
        except _NOT_DRAWN:
            self.missing.append(index + 1)
            self.texts.append("")
            return
        if self.length < MAX_TEXT and not self.stand_in:
            with suppress(*_NOT_DRAWN):
                text = pdf_words.words_of_page(page)
        if index < SHOWN_PAGES:
            self._show(page, index, text)
        self.texts.append(text)
        self.length += len(text)
        page.close()

    def _show(self, page: pypdfium2.PdfPage, index: int, text: str) -> None:
        try:
            picture = render(page, PREVIEW_SIDE)
        except _NOT_DRAWN:
            self.missing.append(index + 1)
            return
        if not self.made:
            self.made += thumbnail_and_preview(picture)
        if index > 0:
            self.made.append(Derivative(f"page-{index + 1}", types.JPEG, as_jpeg(picture, 80)))
        if pdf_words.is_worth_reading(text) and not self.stand_in:
            with suppress(*_NOT_DRAWN):
                scan = as_jpeg(render(page, OCR_SIDE, grey=True), 90)
                self.made.append(Derivative(f"ocr-{index + 1}", types.JPEG, scan))
        with suppress(*BROKEN, IndexError):
            lacks = pdf_fonts.lacks_letters(self.opened.pages[index].obj, text)
            if lacks or (_is_blank(picture) and text.strip()):
                self.redrawn.append(index + 1)

    def derivation(self) -> Derivation:
        """Return everything that was made."""
        notes: list[str] = []
        if self.missing:
            named = ",".join(str(number) for number in self.missing[:_MOST_NAMED])
            notes.append(f"pdf_pages_missing:{named}")
        further, has_remarks = self._further_words()
        if has_remarks:
            notes.append("pdf_with_remarks")
        facts: dict[str, str] = {}
        if self.redrawn and (again := _excerpt(self.opened, self.redrawn)):
            self.made.append(Derivative("redraw", types.PDF, again))
            facts["redraw"] = ",".join(map(str, self.redrawn))
        parts = [*self.texts, further] if further else self.texts
        whole = "\f".join(parts)[:MAX_TEXT]
        source = "embedded" if whole.strip() else ""
        return Derivation(tuple(self.made), whole, source, facts, " ".join(notes))

    def _further_words(self) -> tuple[str, bool]:
        """Return the words that are on no page's own text, and whether remarks are among them."""
        filled = pdf_words.filled_in(self.opened)
        remarks = pdf_words.remarks(self.opened)
        within: list[str] = []
        if pdf_words.is_portfolio(self.opened):
            within = list(pdf_words.words_of_pdfs_within(self.opened))
        xfa = pdf_xfa.words(self.opened) if self.stand_in else ""
        blocks = ["\n".join(filled), "\n\n".join(remarks), xfa, *within]
        return "\n\n".join(block for block in blocks if block), bool(remarks)


def _is_blank(picture: Image.Image) -> bool:
    """Whether nothing is on a page; if it has words, its fonts are broken."""
    darkest, _ = cast(tuple[int, int], picture.convert("L").getextrema())
    return darkest > _WHITE


def _excerpt(opened: pikepdf.Pdf, numbers: list[int]) -> bytes:
    """Return a PDF of some of the pages only; empty if it cannot be made."""
    out = BytesIO()
    with suppress(*BROKEN, IndexError):
        excerpt: Any = pikepdf.new()
        for number in numbers:
            excerpt.pages.append(opened.pages[number - 1])
        excerpt.save(out)
        return out.getvalue()
    return b""


def render(page: pypdfium2.PdfPage, side: int, *, grey: bool = False) -> Image.Image:
    """Render the page as a picture whose longer side is about `side` px."""
    scale = side / max(1.0, *page.get_size())
    bitmap = page.render(scale=scale, grayscale=grey, may_draw_forms=True)
    return bitmap.to_pil().convert("L" if grey else "RGB")
