"""OCR of a page with RapidOCR, whose models come in its wheel."""

from io import BytesIO
from typing import Any

import numpy
from PIL import Image
from rapidocr_onnxruntime import RapidOCR

from bedside.files.text_layers import WHOLE


def recognise(picture: bytes) -> list[list[Any]]:
    """Return the lines of a page from the top, as `files.text_layers.as_rows` writes them; a line
    is one “word”."""
    reader = RapidOCR(intra_op_num_threads=1, inter_op_num_threads=1)
    pixels = numpy.asarray(Image.open(BytesIO(picture), formats=["JPEG", "PNG"]).convert("RGB"))
    found, _ = reader(pixels, use_cls=False)
    high, wide = pixels.shape[:2]
    return [_row(corners, str(text), wide, high) for corners, text, _ in found or ()]


def _row(corners: list[list[float]], text: str, wide: int, high: int) -> list[Any]:
    across = [WHOLE * min(max(x / wide, 0), 1) for x, _ in corners]
    along = [WHOLE * min(max(y / high, 0), 1) for _, y in corners]
    left, top = round(min(across)), round(min(along))
    return [top, round(max(along)) - top, [[text, left, round(max(across)) - left]]]
