"""OCR of a page with RapidOCR, whose models come in its wheel."""

from io import BytesIO

import numpy
from PIL import Image
from rapidocr_onnxruntime import RapidOCR


def recognise(picture: bytes) -> str:
    """Return the words on a page, line by line from the top; "" if there are none."""
    reader = RapidOCR(intra_op_num_threads=1, inter_op_num_threads=1)
    pixels = numpy.asarray(Image.open(BytesIO(picture), formats=["JPEG", "PNG"]).convert("RGB"))
    found, _ = reader(pixels, use_cls=False)
    return "\n".join(str(text) for _, text, _ in found or ())
