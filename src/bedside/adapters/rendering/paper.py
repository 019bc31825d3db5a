"""Detects whether a photo shows a written page, so that OCR is worth the seconds it takes."""

from PIL import Image, ImageChops, ImageFilter

_SIDE = 640
_BLOCK = 16
_INK_CONTRAST = 22
_PAPER_BRIGHTNESS = 95
_PAPER_COLOUR = 70
_MIN_PAPER, _MIN_WRITTEN = 0.30, 0.10


def looks_like_document(picture: Image.Image) -> bool:
    """Whether enough of the picture is pale paper with strokes on it.

    The picture is cut into blocks of 16 px at 640 px width. A block counts as paper if it is
    bright and nearly grey, and as written if a twentieth to two thirds of it differ from their
    surroundings. Fur, leaves and skin fail the first test, walls and sky the second. Takes a few
    milliseconds.
    """
    paper, written = page_shares(picture)
    return paper >= _MIN_PAPER and written >= _MIN_WRITTEN


def page_shares(picture: Image.Image) -> tuple[float, float]:
    """Return the shares (0 to 1) of the picture that are paper, and that are written paper."""
    scale = _SIDE / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    small = picture.convert("RGB").resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
    grey = small.convert("L")
    around = grey.filter(ImageFilter.BoxBlur(6))
    ink = ImageChops.subtract(around, grey).point(_between(_INK_CONTRAST + 1, 255))
    bright = around.reduce(_BLOCK).point(_between(_PAPER_BRIGHTNESS + 1, 255))
    pale = _pale(small).reduce(_BLOCK).point(_between(0, _PAPER_COLOUR - 1))
    paper = ImageChops.darker(bright, pale)
    strokes = ink.reduce(_BLOCK).point(_between(13, 170))
    written = ImageChops.darker(paper, strokes)
    blocks = paper.width * paper.height
    return paper.histogram()[255] / blocks, written.histogram()[255] / blocks


def _between(low: int, high: int) -> list[int]:
    """Return a look-up table: 255 for the values from `low` to `high`, 0 for the others."""
    return [255 if low <= value <= high else 0 for value in range(256)]


def _pale(picture: Image.Image) -> Image.Image:
    return picture.convert("HSV").getchannel("S")
