"""Where fields stand on a displayed page, and the words beside them."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pikepdf
import pypdfium2

from bedside.adapters.rendering.pdf_pages import BROKEN
from bedside.files.pdf_forms import Place

Box = tuple[float, float, float, float]
"""Left, bottom, right, top, in the page's own units."""
_MOST_PIECES = 3_000
_A4: Box = (0.0, 0.0, 595.0, 842.0)


def box_of(rectangle: Any, otherwise: Box = (0.0, 0.0, 0.0, 0.0)) -> Box:
    """Return a rectangle of a PDF, its corners in order."""
    with suppress(*BROKEN, AttributeError, OverflowError):
        if isinstance(rectangle, pikepdf.Array) and len(rectangle) == 4:
            x0, y0, x1, y1 = (max(-1e6, min(1e6, float(one))) for one in rectangle.as_list())
            return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
    return otherwise


@dataclass(frozen=True, slots=True)
class PageFrame:
    """The visible part of a page, and by how much it is turned."""

    box: Box
    turned: int = 0

    @classmethod
    def of(cls, page: pikepdf.Page) -> "PageFrame":
        """Return the frame of a page."""
        media = box_of(page.mediabox, _A4)
        box = box_of(page.cropbox, media)
        if box[2] - box[0] < 1 or box[3] - box[1] < 1:
            box = _A4
        turned = 0
        with suppress(*BROKEN, AttributeError, OverflowError):
            turned = int(page.obj.get("/Rotate", 0)) % 360
        return cls(box, turned if turned % 90 == 0 else 0)

    def place(self, rectangle: Any) -> Place:
        """Return where a rectangle is displayed, in thousandths."""
        left, bottom, right, top = box_of(rectangle)
        x0, y0, x1, y1 = self.box
        width, height = x1 - x0, y1 - y0
        a, c = (left - x0) / width, (right - x0) / width
        b, d = (y1 - top) / height, (y1 - bottom) / height
        if self.turned == 90:
            a, b, c, d = 1 - d, a, 1 - b, c
        elif self.turned == 180:
            a, b, c, d = 1 - c, 1 - d, 1 - a, 1 - b
        elif self.turned == 270:
            a, b, c, d = b, 1 - c, d, 1 - a
        at = [round(1000 * max(0.0, min(1.0, one))) for one in (a, b, c, d)]
        return at[0], at[1], at[2] - at[0], at[3] - at[1]


@dataclass(frozen=True, slots=True)
class _Piece:
    """Words that stand together on a line."""

    box: Box
    words: str


class Words:
    """The words around fields that have none of their own."""

    def __init__(self, document: pypdfium2.PdfDocument | None) -> None:
        self._document = document
        self._pages: dict[int, list[_Piece]] = {}

    def right_of(self, page: int, rectangle: Any) -> str:
        """Return the words beside a button, on its line."""
        _left, bottom, right, top = box_of(rectangle)
        middle = (bottom + top) / 2
        beside = [
            (piece.box[0], piece.words)
            for piece in self._of(page)
            if piece.box[1] - 2 <= middle <= piece.box[3] + 2 and -4 <= piece.box[0] - right < 40
        ]
        return min(beside, default=(0.0, ""))[1]

    def near(self, page: int, rectangle: Any) -> str:
        """Return the words before a field on its line, else those above it."""
        left, bottom, right, top = box_of(rectangle)
        before: list[tuple[float, str]] = []
        above: list[tuple[float, str]] = []
        for piece in self._of(page):
            x0, y0, x1, y1 = piece.box
            if y0 <= (bottom + top) / 2 <= y1 and -4 <= left - x1 < 120:
                before.append((left - x1, piece.words))
            if -4 <= y0 - top < 14 and x0 < right and x1 > left and x0 > left - 60:
                above.append((y0 - top, piece.words))
        return min(before or above, default=(0.0, ""))[1]

    def _of(self, page: int) -> list[_Piece]:
        """Return the words of a page by their places."""
        if page not in self._pages:
            self._pages[page] = []
            if self._document is not None:
                with suppress(pypdfium2.PdfiumError, IndexError, ValueError):
                    self._pages[page] = _pieces(self._document[page - 1].get_textpage())
        return self._pages[page]


def _pieces(words: pypdfium2.PdfTextPage) -> list[_Piece]:
    found: list[_Piece] = []
    for number in range(min(words.count_rects(), _MOST_PIECES)):
        box: Box = words.get_rect(number)
        said = " ".join(words.get_text_bounded(*box).split())
        if any(sign.isalnum() for sign in said):
            found.append(_Piece(box, said[:200]))
    return found
