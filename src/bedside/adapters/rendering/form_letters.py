"""Text inside the fields of a form: its size, its lines, and the letters of a font that every
viewer has."""

import ctypes
from collections.abc import Callable
from dataclasses import dataclass

import pypdfium2
from pypdfium2 import raw

_LARGEST, SMALLEST = 12.0, 5.0
"""Points of a text whose size the form leaves open, and of one that hardly fits."""
_PADDING = 2.0
_LEADING = 1.2
_ENCODING = "cp1252"
"""WinAnsiEncoding, in the words of PDF."""


def encoded(text: str) -> bytes:
    """Return letters in the encoding of the font."""
    return text.encode(_ENCODING, "replace")


def escaped(text: str) -> bytes:
    """Return a text as a string of a content stream."""
    data = encoded(text)
    for sign in (b"\\", b"(", b")"):
        data = data.replace(sign, b"\\" + sign)
    return b"(" + data.replace(b"\r", b"\\r").replace(b"\n", b"\\n") + b")"


class Ruler:
    """Measures text in Helvetica, by the copy of it in PDFium."""

    def __init__(self) -> None:
        self._document = pypdfium2.PdfDocument.new()
        self._font = raw.FPDFText_LoadStandardFont(self._document.raw, b"Helvetica")
        self._known: dict[str, float] = {}

    def width(self, text: str, size: float) -> float:
        """Return the width of a text in points."""
        return sum(map(self._letter, text)) * size / 1000

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


def one_line(ruler: Ruler, text: str, width: float, height: float, wanted: float) -> Laid:
    """Set a text on one line, as large as the form wants if it fits."""
    said = " ".join(text.split("\n"))
    size = wanted or max(SMALLEST, min(_LARGEST, height * 0.7))
    room = max(1.0, width - 2 * _PADDING)
    full = ruler.width(said, size)
    if full > room:
        size = max(SMALLEST, size * room / full)
    return Laid(size, (said,), ruler.width(said, size) <= room + 0.5)


def several_lines(ruler: Ruler, text: str, width: float, height: float, wanted: float) -> Laid:
    """Set a text on as many lines as it needs, smaller if they are too many."""
    size = wanted or _LARGEST
    room, most = max(1.0, width - 2 * _PADDING), max(1.0, height - _PADDING)
    while True:
        lines = wrapped(text, room, lambda part, at=size: ruler.width(part, at))
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
            if width(longer) <= room:
                line = longer
                continue
            if line:
                lines.append(line)
            line = word
            while width(line) > room and len(line) > 1:
                cut = _fitting(line, room, width)
                lines.append(line[:cut])
                line = line[cut:]
        lines.append(line)
    return lines


def _fitting(word: str, room: float, width: Callable[[str], float]) -> int:
    """Return how many letters of a word fit on a line, at least one."""
    low, high = 1, len(word)
    while low < high:
        middle = (low + high + 1) // 2
        if width(word[:middle]) <= room:
            low = middle
        else:
            high = middle - 1
    return low


def drawn(laid: Laid, ruler: Ruler, width: float, height: float, align: int, *, top: bool) -> bytes:
    """Return the drawing of a text in a box of this size, from its lower left corner. `align`: 0
    left, 1 centre, 2 right; `top` for lines that begin at the top."""
    step = laid.size * _LEADING
    first = height - _PADDING - laid.size * 0.9 if top else (height - laid.size * 0.7) / 2
    out = [b"/Tx BMC q", b"0 0 %.2f %.2f re W n" % (width, height)]
    out.append(b"BT /BedsideHelv %.2f Tf 0 g" % laid.size)
    for number, line in enumerate(laid.lines):
        room = width - ruler.width(line, laid.size)
        left = {1: room / 2, 2: room - _PADDING}.get(align, _PADDING)
        at = b"1 0 0 1 %.2f %.2f Tm" % (max(_PADDING, left), first - number * step)
        out.append(at + b" " + escaped(line) + b" Tj")
    return b"\n".join([*out, b"ET Q EMC"])


def combed(
    text: str, ruler: Ruler, width: float, height: float, cells: int, wanted: float
) -> bytes:
    """Return the drawing of a text of which each letter has a cell of its own."""
    cell = width / max(1, cells)
    size = max(SMALLEST, min(wanted or _LARGEST, height * 0.8, cell * 1.3))
    base = (height - size * 0.7) / 2
    out = [b"/Tx BMC q BT /BedsideHelv %.2f Tf 0 g" % size]
    for number, letter in enumerate(text[:cells]):
        left = number * cell + (cell - ruler.width(letter, size)) / 2
        out.append(b"1 0 0 1 %.2f %.2f Tm %s Tj" % (left, base, escaped(letter)))
    return b"\n".join([*out, b"ET Q EMC"])
