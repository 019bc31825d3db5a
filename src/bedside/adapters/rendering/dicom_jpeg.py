"""Pictures in DICOM that are packed as JPEG of 8 bits, and their colours.

The header says whether they are RGB or brightness and two differences, and so does the JPEG
itself. Where the two disagree the JPEG is right: it is what the device's own program decodes.
"""

from io import BytesIO
from typing import Any

import numpy
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError
from pydicom.dataset import Dataset
from pydicom.encaps import get_frame
from pydicom.uid import JPEGBaseline8Bit, JPEGExtended12Bit

from bedside.adapters.rendering.jpeg_segments import segments

_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
_ADOBE, _JFIF = 0xEE, 0xE0
_NEUTRAL, _NEAR, _APART = 128, 8, 16


def jpeg_frame(dataset: Dataset, number: int) -> NDArray[Any] | None:
    """Return the grey or RGB values of a frame that is a JPEG of 8 bits and says itself how its
    colours are stored; None for every other frame.

    This decoder raises errors where others end the process.
    """
    syntax = dataset.file_meta.get("TransferSyntaxUID")
    if syntax not in {JPEGBaseline8Bit, JPEGExtended12Bit} or dataset.get("PixelRepresentation"):
        return None
    frames = int(dataset.get("NumberOfFrames") or 1)
    packed = get_frame(dataset.PixelData, number, number_of_frames=frames)
    is_grey = dataset.get("SamplesPerPixel") == 1
    if packed[:2] != b"\xff\xd8" or not (is_grey or _says_its_colours(packed, dataset)):
        return None
    try:
        picture = Image.open(BytesIO(packed), formats=["JPEG"])
    except UnidentifiedImageError:
        return None  # of 12 bits
    is_as_said = picture.size == (dataset.Columns, dataset.Rows)
    if picture.mode != ("L" if is_grey else "RGB") or not is_as_said:
        return None
    return numpy.asarray(picture)


def _says_its_colours(packed: bytes, dataset: Dataset) -> bool:
    """Whether a decoder knows the colours from the markers and names of a JPEG alone."""
    frame = b""
    for marker, segment in segments(packed):
        if marker == _ADOBE and segment[4:9] == b"Adobe":
            return True
        if marker == _JFIF and segment[4:8] == b"JFIF":
            return True
        if marker in _FRAMES:
            frame = segment
    if len(frame) < 19 or frame[9] != 3:
        return False
    names, sampling = frame[10:19:3], frame[11:19:3]
    if names == b"RGB" or len(set(sampling)) > 1:
        return True  # only differences of colour are stored more coarsely
    is_said_to_be_rgb = dataset.get("PhotometricInterpretation") == "RGB"
    return names == b"\x01\x02\x03" and (not is_said_to_be_rgb or _looks_like_differences(packed))


def _looks_like_differences(packed: bytes) -> bool:
    """Whether the second and third values are mostly neutral, as on black or white ground."""
    picture = Image.open(BytesIO(packed), formats=["JPEG"])
    picture.draft("YCbCr", (1, 1))
    values = numpy.asarray(picture).reshape(-1, 3)
    if picture.mode != "YCbCr":
        return True
    brightness, blue, red = (float(one) for one in numpy.median(values, axis=0))
    is_neutral = abs(blue - _NEUTRAL) <= _NEAR and abs(red - _NEUTRAL) <= _NEAR
    return is_neutral and abs(brightness - _NEUTRAL) > _APART
