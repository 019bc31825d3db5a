"""How a field of a form looks: its background and border, its text, a ticked box."""

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pikepdf

from bedside.adapters.rendering import form_fields as pdf
from bedside.adapters.rendering import form_letters
from bedside.adapters.rendering.directions import is_from_right
from bedside.adapters.rendering.form_fields import Field
from bedside.adapters.rendering.form_letters import Laid, Letters
from bedside.adapters.rendering.form_places import box_of
from bedside.adapters.rendering.pdf_pages import BROKEN

_SIZE = re.compile(rb"(\d{1,3}(?:\.\d{1,6})?) +Tf")
_COLOUR = re.compile(rb"(?:(?:\d{0,3}\.?\d{1,6} +){1}g|(?:\d{0,3}\.?\d{1,6} +){3}rg)(?=\s|\Z)")
_LARGEST = 40.0
_MOST_CELLS = 200
_RIGHT = 2
_TICK = b"q 0 0 0 RG %.2f w 1 J 1 j %.2f %.2f m %.2f %.2f l %.2f %.2f l S Q"
_PAINTED = {1: (b"g", b"G"), 3: (b"rg", b"RG"), 4: (b"k", b"K")}
"""How many numbers a colour has → its operators for areas and lines."""


@dataclass(frozen=True, slots=True)
class Look:
    """The look of one widget: `size` as it is read, `turned` by so many degrees."""

    size: tuple[float, float]
    turned: int
    background: bytes
    border: bytes
    wide: float
    wanted: float
    colour: bytes
    align: int
    cells: int

    @classmethod
    def of(cls, one: Field, widget: Any) -> "Look":
        """Return how the PDF wants a widget to look."""
        left, bottom, right, top = box_of(widget.get("/Rect"))
        size = (right - left, top - bottom)
        wishes = widget.get("/MK")
        wishes = wishes if isinstance(wishes, pikepdf.Dictionary) else pikepdf.Dictionary()
        turned = pdf.whole(wishes.get("/R"), 0) % 360
        longest = pdf.whole(one.facts.get("/MaxLen"), 0)
        is_comb = one.type == "/Tx" and one.flags & pdf.COMB and not one.flags & pdf.LINES
        letters = _letters_of(one)
        found = _COLOUR.findall(letters)
        sizes = _SIZE.findall(letters)
        return cls(
            (size[1], size[0]) if turned in {90, 270} else size,
            turned if turned in {90, 180, 270} else 0,
            _painted(wishes.get("/BG"), 0),
            _painted(wishes.get("/BC"), 1),
            _width_of_border(widget),
            min(float(sizes[-1]), _LARGEST) if sizes else 0.0,
            found[-1] if found else b"0 g",
            pdf.whole(one.facts.get("/Q"), 0),
            longest if is_comb and 0 < longest < _MOST_CELLS else 0,
        )

    def frame(self) -> bytes:
        """Return the drawing of background and border, which an appearance of ours replaces."""
        width, height = self.size
        out: list[bytes] = []
        if self.background:
            out.append(self.background + b" 0 0 %.2f %.2f re f" % (width, height))
        if self.border and self.wide > 0:
            inner = (self.wide / 2, self.wide / 2, width - self.wide, height - self.wide)
            out.append(self.border + b" %.2f w %.2f %.2f %.2f %.2f re S" % (self.wide, *inner))
        return b"q " + b" ".join(out) + b" Q\n" if out else b""

    def text(self, letters: Letters, said: str, *, by_lines: bool) -> tuple[bytes, bool]:
        """Return the drawing of a text, and whether all of it fits."""
        if self.cells and not by_lines:
            drawing = form_letters.combed(
                said, letters, self.size, self.cells, self.wanted, self.colour
            )
            return drawing, len(said) <= self.cells
        lay = form_letters.several_lines if by_lines else form_letters.one_line
        laid: Laid = lay(letters, said, *self.size, self.wanted)
        align = self.align or (_RIGHT if is_from_right(said) else 0)
        drawing = form_letters.drawn(laid, letters, self.size, align, self.colour, top=by_lines)
        return drawing, laid.fits


def _letters_of(one: Field) -> bytes:
    """Return the operators by which the form wants its text to be set."""
    given = one.facts.get("/DA")
    with suppress(*BROKEN):
        return bytes(given)[:500] if isinstance(given, pikepdf.String) else b""
    return b""


def _painted(colour: Any, which: int) -> bytes:
    """Return the operator for a colour; b"" if there is none."""
    with suppress(*BROKEN, AttributeError, OverflowError):
        if isinstance(colour, pikepdf.Array) and len(colour) in _PAINTED:
            parts = [min(1.0, max(0.0, float(part))) for part in colour.as_list()]
            operator = _PAINTED[len(parts)][which]
            return b" ".join([*(b"%.3f" % part for part in parts), operator])
    return b""


def _width_of_border(widget: Any) -> float:
    style = widget.get("/BS")
    with suppress(*BROKEN, OverflowError):
        if isinstance(style, pikepdf.Dictionary):
            return max(0.0, min(10.0, float(style.get("/W", 1))))
    return 1.0


def appearance(
    opened: pikepdf.Pdf, drawing: bytes, size: tuple[float, float], turned: int, resources: Any
) -> Any:
    """Return a drawing of this size as the appearance of a widget."""
    width, height = size
    matrix = {
        90: (0, 1, -1, 0, height, 0),
        180: (-1, 0, 0, -1, width, height),
        270: (0, -1, 1, 0, 0, width),
    }
    stream = pikepdf.Stream(opened, drawing)
    stream["/Type"] = pikepdf.Name("/XObject")
    stream["/Subtype"] = pikepdf.Name("/Form")
    stream["/BBox"] = pikepdf.Array([0, 0, round(width, 2), round(height, 2)])
    if turned in matrix:
        stream["/Matrix"] = pikepdf.Array([round(one, 2) for one in matrix[turned]])
    stream["/Resources"] = resources
    return stream


def draws(widget: Any, state: str) -> bool:
    """Whether a form draws a button in this state."""
    with suppress(*BROKEN, AttributeError):
        found = widget["/AP"]["/N"][f"/{state}"]
        return isinstance(found, pikepdf.Stream) and len(found.read_bytes().strip()) > 0
    return False


def draw_tick(opened: pikepdf.Pdf, widget: Any, state: str) -> None:
    """Draw a box in this state as ticked."""
    left, bottom, right, top = box_of(widget.get("/Rect"))
    width, height = max(1.0, right - left), max(1.0, top - bottom)
    across = [width * share for share in (0.2, 0.42, 0.8)]
    up = [height * share for share in (0.5, 0.25, 0.78)]
    points = [one for pair in zip(across, up, strict=True) for one in pair]
    drawing = _TICK % (max(0.8, min(width, height) / 10), *points)
    stream = appearance(opened, drawing, (width, height), 0, pikepdf.Dictionary())
    widget["/AP"] = pikepdf.Dictionary(N=pikepdf.Dictionary({f"/{state}": stream}))
