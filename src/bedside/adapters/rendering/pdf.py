"""PDF: judged by qpdf, rendered and read by PDFium."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any, cast

import pikepdf
import pypdfium2
from PIL import Image

from bedside.adapters.rendering import pdf_fonts, pdf_words, pdf_xfa
from bedside.adapters.rendering.incoming import Wanted
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
from bedside.files.beginnings import start_of_pdf
from bedside.files.ports import Derivation, Derivative, Examination
from bedside.files.steps import joined, without_facts

_NOT_DRAWN = (pypdfium2.PdfiumError, ValueError, OverflowError, ZeroDivisionError, OSError)
_STARTS = re.compile(rb"/S\s{0,10}/(?:Launch|ImportData)\b")
_WHITE = 250
_AS_LETTERS = re.compile(
    rb"stream\r?\n(?:x(?:\xc2\x9c|\xc3\x9a|\xef\xbf\xbd)|\xc3\xbf\xc3\x98|(?:\xef\xbf\xbd){2})"
)
"""The beginning of a packed stream or a JPEG, written as UTF-8, or lost by it."""


# --- examination ---------------------------------------------------------------------------------


def examine(data: bytes, media_type: str) -> Examination:
    """Check that it opens without a password, unpacks to a tolerable size and harms nobody.
    Raises Refused."""
    if _was_text(data):
        raise Refused("damaged_pdf")
    document = opened_pdf(data)
    try:
        with document.qpdf as opened:
            unpacked, largest = measure_streams(opened)
            is_unread = refuse_programs(list(attachments_of(opened)))
            commands = commands_of(opened)
            if commands.refused or (document.rebuilt and _STARTS.search(data)):
                raise Refused("pdf_starts_program")
            shown = document.pdfium()
            has_header = start_of_pdf(data) >= 0
            notes = list(_notes(document, shown, has_header=has_header))
            if is_unread or document.locked_part:
                notes.append("pdf_attachment_unread")
            # A form of Adobe's designer has scripts in its XML that only Adobe's programs run, in
            # a box of their own; millions of official forms have them, and are taken as they are.
            kept = commands.kept or (pdf_xfa.is_stand_in(opened) and pdf_xfa.has_scripts(opened))
            if kept:
                notes.insert(0, "pdf_with_scripts")
            pages = len(shown) if shown else max(1, len(opened.pages))
            # Of a file that was rebuilt, others get what was looked at, and what opens.
            apart = kept or document.rebuilt or not has_header
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


def _was_text(data: bytes) -> bool:
    """Whether a program has read packed streams as letters and written them as UTF-8: the pages
    seem to be there and are blank."""
    if _AS_LETTERS.search(data) is None:
        return False
    with suppress(UnicodeDecodeError):
        data.decode("utf-8")
        return True
    return False


def _notes(
    document: OpenedPdf, shown: pypdfium2.PdfDocument | None, *, has_header: bool
) -> Iterator[str]:
    """Yield what people should know about a PDF that is accepted."""
    if shown is None:
        yield "pdf_cannot_be_shown"
    elif document.damaged:
        yield "pdf_repaired" if has_header else "pdf_without_beginning"
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
    """Make everything at once."""
    del media_type
    return without_facts(joined(steps(data, Wanted())), "pages")


def steps(data: bytes, wanted: Wanted) -> Iterator[Derivation]:
    """Make pictures of the first pages, and extract the text of all; yield page by page.

    The page of a scan is returned as derivative “ocr-N” too, for the parent to have it read, and
    one whose letters PDFium lacks as a PDF “redraw”, for another program to draw it. A page
    that cannot be drawn costs that page, and the note names it.
    """
    document = opened_pdf(data)
    with document.qpdf as opened:
        shown = document.pdfium()
        if shown is None:
            return
        shown.init_forms()  # filled-in form fields are part of the page
        yield Derivation(facts={"pages": str(len(shown))})
        broken = broken_pages(opened) | wanted.skipped
        pages = _Pages(opened, broken, pdf_xfa.is_stand_in(opened), wanted.is_begun)
        for number in range(wanted.first, len(shown) + 1):
            yield pages.page(shown, number)
        yield pages.rest()


@dataclass(slots=True)
class _Pages:
    """Makes the steps of the pages, one after the other."""

    opened: pikepdf.Pdf
    broken: frozenset[int]
    stand_in: bool
    is_begun: bool
    """Whether there is a preview."""
    length: int = 0

    def page(self, document: pypdfium2.PdfDocument, number: int) -> Derivation:
        """Return the step of a page."""
        missing = Derivation(page=number, note=f"pdf_pages_missing:{number}")
        try:
            if number in self.broken:
                return missing
            page = document[number - 1]
        except _NOT_DRAWN:
            return missing
        text = ""
        if self.length < MAX_TEXT and not self.stand_in:
            with suppress(*_NOT_DRAWN):
                text = pdf_words.words_of_page(page)
        self.length += len(text)
        step = Derivation(text=text, text_source="embedded" if text.strip() else "", page=number)
        if number <= SHOWN_PAGES:
            step = self._shown(page, step)
        page.close()
        return step

    def _shown(self, page: pypdfium2.PdfPage, step: Derivation) -> Derivation:
        number, text = step.page, step.text
        try:
            picture = render(page, PREVIEW_SIDE)
        except _NOT_DRAWN:
            return replace(step, note=f"pdf_pages_missing:{number}")
        made = [] if self.is_begun else thumbnail_and_preview(picture)
        self.is_begun = True
        if number > 1:
            made.append(Derivative(f"page-{number}", types.JPEG, as_jpeg(picture, 80)))
        if pdf_words.is_worth_reading(text) and not self.stand_in:
            with suppress(*_NOT_DRAWN):
                scan = as_jpeg(render(page, OCR_SIDE, grey=True), 90)
                made.append(Derivative(f"ocr-{number}", types.JPEG, scan))
        lacks = _is_blank(picture) and text.strip() != ""
        with suppress(*BROKEN, IndexError):
            lacks = lacks or pdf_fonts.lacks_letters(self.opened.pages[number - 1].obj, text)
        again = _excerpt(self.opened, number) if lacks else b""
        facts: dict[str, str] = {}
        if again:
            made.append(Derivative("redraw", types.PDF, again))
            facts["redraw"] = str(number)
        return replace(step, derivatives=tuple(made), facts=facts)

    def rest(self) -> Derivation:
        """Return the step of what is on no page: typed values, remarks, files within."""
        further, has_remarks = self._further_words()
        note = "pdf_with_remarks" if has_remarks else ""
        return Derivation(text=further, text_source="embedded" if further else "", note=note)

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


def _excerpt(opened: pikepdf.Pdf, number: int) -> bytes:
    """Return a PDF of one of the pages only; empty if it cannot be made."""
    out = BytesIO()
    with suppress(*BROKEN, IndexError):
        excerpt: Any = pikepdf.new()
        excerpt.pages.append(opened.pages[number - 1])
        excerpt.save(out)
        return out.getvalue()
    return b""


def render(page: pypdfium2.PdfPage, side: int, *, grey: bool = False) -> Image.Image:
    """Render the page as a picture whose longer side is about `side` px."""
    scale = side / max(1.0, *page.get_size())
    bitmap = page.render(scale=scale, grayscale=grey, may_draw_forms=True)
    return bitmap.to_pil().convert("L" if grey else "RGB")
