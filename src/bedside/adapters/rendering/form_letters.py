"""Text inside the fields of a form: its size, its lines, and its letters."""

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import pypdfium2
from pypdfium2 import raw

from bedside.adapters.rendering.typefaces import STANDARD

_LARGEST, SMALLEST = 12.0, 5.0
"""Points of a text whose size the form leaves open, and of one that hardly fits."""
_PADDING = 2.0
_LEADING = 1.2
_MOST_ON_A_LINE = 400
"""Letters; measuring a line of thousands for each of its breaks takes seconds."""


def encoded(text: str) -> bytes:
    """Return letters in the encoding of the font."""
    return text.encode(STANDARD, "replace")


def escaped(text: str) -> bytes:
    """Return a text as a string of a content stream."""
    data = encoded(text)
    for sign in (b"\\", b"(", b")"):
        data = data.replace(sign, b"\\" + sign)
    return b"(" + data.replace(b"\r", b"\\r").replace(b"\n", b"\\n") + b")"


class Letters(Protocol):
    """The letters in which a text is set."""

    def width(self, line: str, size: float) -> float:
        """Return the width of a line in points."""
        ...

    def shown(self, line: str, size: float) -> bytes:
        """Return the operators that show a line at the current place."""
        ...


class Helvetica:
    """The letters that every viewer has, measured by the copy of them in PDFium."""

    def __init__(self) -> None:
        self._document = pypdfium2.PdfDocument.new()
        self._font = raw.FPDFText_LoadStandardFont(self._document.raw, b"Helvetica")
        self._known: dict[str, float] = {}

    def width(self, line: str, size: float) -> float:
        """Return the width of a line in points."""
        return sum(map(self._letter, line)) * size / 1000

    def shown(self, line: str, size: float) -> bytes:
        """Return the operators that show a line at the current place."""
        return b"/BedsideHelv %.2f Tf %s Tj" % (size, escaped(line))

    def _letter(self, letter: str) -> float:
        if letter not in self._known:
            width = ctypes.c_float()
            raw.FPDFFont_GetGlyphWidth(self._font, ord(letter), 1000.0, ctypes.byref(width))
            self._known[letter] = width.value or 556.0
        return self._known[letter]


@dataclass(frozen=True, slots=True)
class Laid:
    """A text as it is set: the size, and the lines from the top. `fits`, or the rest is cut."""

    size: float
    lines: tuple[str, ...]
    fits: bool


def one_line(letters: Letters, text: str, width: float, height: float, wanted: float) -> Laid:
    """Set a text on one line, as large as the form wants if it fits."""
    said = " ".join(text.split("\n"))
    size = wanted or max(SMALLEST, min(_LARGEST, height * 0.7))
    room = max(1.0, width - 2 * _PADDING)
    full = letters.width(said, size)
    if full > room:
        size = max(SMALLEST, size * room / full)
    return Laid(size, (said,), letters.width(said, size) <= room + 0.5)


def several_lines(letters: Letters, text: str, width: float, height: float, wanted: float) -> Laid:
    """Set a text on as many lines as it needs, smaller if they are too many."""
    size = wanted or _LARGEST
    room, most = max(1.0, width - 2 * _PADDING), max(1.0, height - _PADDING)
    while True:
        lines = wrapped(text, room, lambda part, at=size: letters.width(part, at))
        fits = len(lines) * size * _LEADING <= most + 0.5
        if fits or size <= SMALLEST:
            shown = lines if fits else lines[: max(1, int(most // (size * _LEADING)))]
            return Laid(size, tuple(shown), fits)
        size = max(SMALLEST, size - 0.5)


def wrapped(text: str, room: float, width: Callable[[str], float]) -> list[str]:
    """Break a text into lines that are not wider than `room`, between words where that is
    possible."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if len(longer) <= _MOST_ON_A_LINE and width(longer) <= room:
                line = longer
                continue
            if line:
                lines.append(line)
            line = word
            while len(line) > 1 and (len(line) > _MOST_ON_A_LINE or width(line) > room):
                cut = _fitting(line, room, width)
                lines.append(line[:cut])
                line = line[cut:]
        lines.append(line)
    return lines


def _fitting(word: str, room: float, width: Callable[[str], float]) -> int:
    """Return how many letters of a word fit on a line, at least one."""
    low, high = 1, min(len(word), _MOST_ON_A_LINE)
    while low < high:
        middle = (low + high + 1) // 2
        if width(word[:middle]) <= room:
            low = middle
        else:
            high = middle - 1
    return low


def drawn(
    laid: Laid, letters: Letters, size: tuple[float, float], align: int, colour: bytes, *, top: bool
) -> bytes:
    """Return the drawing of a text in a box of this width and height, from its lower left corner.
    `align`: 0 left, 1 centre, 2 right; `top` for lines that begin at the top."""
    width, height = size
    step = laid.size * _LEADING
    first = height - _PADDING - laid.size * 0.9 if top else (height - laid.size * 0.7) / 2
    out = [b"/Tx BMC q", b"0 0 %.2f %.2f re W n" % (width, height), b"BT " + colour]
    for number, line in enumerate(laid.lines):
        room = width - letters.width(line, laid.size)
        left = {1: room / 2, 2: room - _PADDING}.get(align, _PADDING)
        at = b"1 0 0 1 %.2f %.2f Tm" % (max(_PADDING, left), first - number * step)
        out.append(at + b" " + letters.shown(line, laid.size))
    return b"\n".join([*out, b"ET Q EMC"])


def combed(
    text: str,
    letters: Letters,
    size: tuple[float, float],
    cells: int,
    wanted: float,
    colour: bytes,
) -> bytes:
    """Return the drawing of a text of which each letter has a cell of its own; for readers and
    for search it is one word."""
    width, height = size
    cell = width / max(1, cells)
    high = max(SMALLEST, min(wanted or _LARGEST, height * 0.8, cell * 1.3))
    base = (height - high * 0.7) / 2
    whole = text.encode("utf-16-be").hex().encode()
    out = [b"/Tx BMC q BT " + colour, b"/Span <</ActualText <FEFF%s>>> BDC" % whole]
    for number, letter in enumerate(text[:cells]):
        left = number * cell + (cell - letters.width(letter, high)) / 2
        at = b"1 0 0 1 %.2f %.2f Tm" % (left, base)
        out.append(at + b" " + letters.shown(letter, high))
    return b"\n".join([*out, b"EMC ET Q EMC"])
