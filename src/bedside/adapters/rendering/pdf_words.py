"""The words of a PDF: of its pages, forms, remarks and the PDFs within; and whether a page has a
layer of text at all, or only the letters of a layer that nobody can read."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from math import sqrt
from typing import Any

import pikepdf
import pypdfium2

from bedside.adapters.rendering.limits import MAX_TEXT
from bedside.adapters.rendering.pdf_attachments import attachments_of
from bedside.adapters.rendering.pdf_pages import BROKEN
from bedside.kernel.words import with_whole_words

_MIN_LETTERS = 8
"""A page with fewer counts as a scan; scanners often stamp a page number as text."""
_HYPHEN = re.compile(r"[\x02\ufffe](?:\r?\n)?")
"""PDFium's sign for a hyphen at the end of a line, which it removes."""
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_MOST_FIELDS = 5_000
_DEEPEST = 30
_TICKED = "\u2611"
_MOST_WITHIN = 20
_PAGES_WITHIN = 200
_PUSH_BUTTON = 1 << 16


def words_of_page(page: pypdfium2.PdfPage) -> str:
    """Return the words of a page in PDFium's order."""
    return readable(page.get_textpage().get_text_bounded())


def readable(text: str) -> str:
    """Return PDFium's text with words put together that are cut at the end of a line, and without
    signs that control a printer; a form feed would begin another page."""
    return _CONTROLS.sub("\ufffd", with_whole_words(_HYPHEN.sub("-\n", text)))


# --- layers of text that are none ----------------------------------------------------------------

_SHARES = """
    e12.7 t8.0 a7.6 i7.4 n7.6 s7.0 r6.8 o5.0 h3.4 l4.3 d4.2 c3.4 u3.2 m2.9 f2.0 p2.2 g1.9 w1.5 y1.4
    b1.4 v1.2 k0.8 x0.2 j0.2 q0.3 z0.5
"""
_EXPECTED = {share[0]: float(share[1:]) for share in _SHARES.split()}
"""Letters in a hundred, about the mean of English, French, German and Spanish."""
_SIMILAR = 0.75
_ENOUGH = 60


def is_worth_reading(text: str) -> bool:
    """Whether OCR may know more of a page than its own text does: it has none, or one of signs
    without a meaning, of single letters, or of other letters than those that are seen."""
    signs = [sign for sign in text if not sign.isspace()]
    if len(signs) < _MIN_LETTERS:
        return True
    unknown = sum(unicodedata.category(sign) in {"Cc", "Co", "Cn", "Cs"} for sign in signs)
    unknown += text.count("\ufffd")
    if unknown * 8 > len(signs):
        return True
    letters = sum(sign.isalnum() or unicodedata.combining(sign) > 0 for sign in signs)
    return letters * 2 < len(signs) or _is_spaced(text) or _is_shifted(text)


def _is_spaced(text: str) -> bool:
    words = text.split()
    single = sum(len(word) == 1 and word.isalpha() and word < "\u0590" for word in words)
    return len(words) >= 12 and single * 2 > len(words)


def _is_shifted(text: str) -> bool:
    """Whether Latin letters are so unlike a language in number that they stand for others."""
    counts = Counter(
        letter
        for letter in unicodedata.normalize("NFKD", text[:20_000]).casefold()
        if letter in _EXPECTED
    )
    if sum(counts.values()) < _ENOUGH:
        return False
    product = sum(counts[letter] * share for letter, share in _EXPECTED.items())
    length = sqrt(sum(count * count for count in counts.values()))
    return product / (length * sqrt(sum(share * share for share in _EXPECTED.values()))) < _SIMILAR


# --- forms and remarks ---------------------------------------------------------------------------


def form_of(opened: pikepdf.Pdf) -> Any:
    """Return the dictionary of a form; empty if there is none."""
    root: Any = opened.Root
    return root.get("/AcroForm", {})


def filled_in(opened: pikepdf.Pdf) -> list[str]:
    """Return what was typed and ticked in a form, line by line, each with the field's label."""
    lines: list[str] = []
    with suppress(*BROKEN, AttributeError):
        for label, value in _fields(form_of(opened).get("/Fields"), "", None, "", 0):
            line = f"{label}: {value}" if label and value != _TICKED else f"{value} {label}"
            lines.append(line.strip())
            if len(lines) >= _MOST_FIELDS:
                break
    return lines


def _fields(
    fields: Any, label: str, value: Any, kind: str, depth: int
) -> Iterator[tuple[str, str]]:
    """Yield label and value of the fields that have one; what a field does not say, its parent
    does (ISO 32000-1, 12.7.3)."""
    if depth > _DEEPEST or not isinstance(fields, pikepdf.Array):
        return
    for field in fields:
        if not isinstance(field, pikepdf.Dictionary):
            continue
        own = field.get("/TU", field.get("/T"))
        named = str(own) if own is not None else label
        holds = field.get("/V", value)
        what = str(field.get("/FT", kind))
        kids = field.get("/Kids")
        has_fields = isinstance(kids, pikepdf.Array) and any("/T" in kid for kid in kids)
        if has_fields:
            yield from _fields(kids, named, holds, what, depth + 1)
        elif text := _value(field, holds, what):
            yield named, text


def _value(field: Any, value: Any, kind: str) -> str:
    if kind == "/Btn":
        if int(field.get("/Ff", 0)) & _PUSH_BUTTON or not isinstance(value, pikepdf.Name):
            return ""
        chosen = str(value).removeprefix("/")
        return "" if chosen in {"Off", ""} else _TICKED
    if kind == "/Sig":
        return ""
    listed = value if isinstance(value, pikepdf.Array) else [value]
    texts = [_shown(field, _string(one)) for one in listed]
    return ", ".join(text for text in texts if text)


def _shown(field: Any, value: str) -> str:
    """Return how a choice is displayed, which may be other than its value."""
    choices = field.get("/Opt")
    if isinstance(choices, pikepdf.Array):
        for choice in choices:
            if isinstance(choice, pikepdf.Array) and len(choice) == 2:
                exported, displayed = choice
                if str(exported) == value:
                    return str(displayed)
    return value


def _string(value: Any) -> str:
    if isinstance(value, pikepdf.Stream):
        with suppress(*BROKEN):
            return value.read_bytes().decode("utf-8", "replace")
        return ""
    return str(value).strip() if isinstance(value, pikepdf.String) else ""


_MARKS = frozenset(
    {"/Text", "/FreeText", "/Highlight", "/Underline", "/Squiggly", "/StrikeOut", "/Stamp"}
    | {"/Caret", "/Ink", "/Line", "/Square", "/Circle", "/Polygon", "/PolyLine", "/FileAttachment"}
)


def remarks(opened: pikepdf.Pdf) -> list[str]:
    """Return what was written into remarks and sticky notes, in the order of the pages."""
    lines: dict[str, None] = {}
    for page in _pages(opened):
        with suppress(*BROKEN, AttributeError):
            for mark in page.get("/Annots", ()):
                if not isinstance(mark, pikepdf.Dictionary):
                    continue
                if str(mark.get("/Subtype", "")) in _MARKS:
                    text = _string(mark.get("/Contents"))
                    if text:
                        lines[text.replace("\r\n", "\n").replace("\r", "\n")] = None
        if len(lines) >= _MOST_FIELDS:
            break
    return list(lines)


def _pages(opened: pikepdf.Pdf) -> Iterator[Any]:
    with suppress(*BROKEN, IndexError):
        for page in opened.pages:
            yield page.obj


# --- portfolios ----------------------------------------------------------------------------------


def is_portfolio(opened: pikepdf.Pdf) -> bool:
    """Whether it is a cover around other files (ISO 32000-1, 12.3.5)."""
    return "/Collection" in opened.Root


def words_of_pdfs_within(opened: pikepdf.Pdf) -> Iterator[str]:
    """Yield the words of each PDF attached in a portfolio, after its name."""
    documents = (one for one in attachments_of(opened) if b"%PDF-" in (one.data or b"")[:1024])
    for _, one in zip(range(_MOST_WITHIN), documents, strict=False):
        with suppress(pypdfium2.PdfiumError):
            within = pypdfium2.PdfDocument(one.data or b"")
            yield (
                one.name + "\n" + "\n".join(_words(within, range(min(len(within), _PAGES_WITHIN))))
            )


def _words(document: pypdfium2.PdfDocument, numbers: Iterable[int]) -> Iterator[str]:
    length = 0
    for number in numbers:
        with suppress(pypdfium2.PdfiumError):
            text = words_of_page(document[number])
            length += len(text)
            yield text
        if length > MAX_TEXT:
            return
