"""Whether a photo shows a written page, so that reading it is worth the seconds."""

from PIL import Image, ImageChops, ImageFilter

_SIDE = 640
_BLOCK = 16
_INK_CONTRAST = 22
_PAPER_BRIGHTNESS = 95
_PAPER_COLOUR = 70
_MIN_PAPER, _MIN_WRITTEN = 0.30, 0.10


def looks_like_document(picture: Image.Image) -> bool:
    """Whether enough of the picture is pale paper with strokes on it.

    The picture is cut into blocks of 16 px at 640 px width. A block counts as paper when it is
    bright and nearly grey, and as written when a twentieth to two thirds of it differ from their
    surroundings. Fur, leaves and skin fail the first, walls and sky the second. A few milliseconds.
    """
    paper, written = page_shares(picture)
    return paper >= _MIN_PAPER and written >= _MIN_WRITTEN


def page_shares(picture: Image.Image) -> tuple[float, float]:
    """The shares (0 to 1) of the picture that are paper, and that are written paper."""
    scale = _SIDE / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    small = picture.convert("RGB").resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
    grey = small.convert("L")
    around = grey.filter(ImageFilter.BoxBlur(6))
    ink = ImageChops.subtract(around, grey).point(lambda value: 255 * (value > _INK_CONTRAST))
    bright = around.reduce(_BLOCK).point(lambda value: 255 * (value > _PAPER_BRIGHTNESS))
    pale = _pale(small).reduce(_BLOCK).point(lambda value: 255 * (value < _PAPER_COLOUR))
    paper = ImageChops.darker(bright, pale)
    strokes = ink.reduce(_BLOCK).point(lambda value: 255 * (13 <= value <= 170))
    written = ImageChops.darker(paper, strokes)
    blocks = paper.width * paper.height
    return paper.histogram()[255] / blocks, written.histogram()[255] / blocks


def _pale(picture: Image.Image) -> Image.Image:
    return picture.convert("HSV").getchannel("S")
