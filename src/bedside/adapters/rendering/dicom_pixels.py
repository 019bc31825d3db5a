"""The pixels of one DICOM frame as a picture for a screen.

Stored values become real ones (modality transformation), real ones become grey (window or VOI
look-up table), colours become RGB: PS3.3, C.7.6.3, C.11.1 and C.11.2.
"""

from typing import Any

import numpy
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut, apply_voi
from pydicom.pixels.utils import pixel_array

from bedside.adapters.rendering.brightness import shown_range
from bedside.adapters.rendering.dicom_jpeg import jpeg_frame
from bedside.adapters.rendering.pictures import with_square_pixels

Floats = NDArray[numpy.float64]


class CannotBeShown(Exception):
    """The pixels are in a form that no decoder here understands."""


class TooShort(Exception):
    """There are fewer pixels than the header promises."""


def frame_as_picture(dataset: Dataset, number: int) -> Image.Image:
    """Return frame `number` (from 0) as an 8-bit grey or RGB picture.

    Raises CannotBeShown and TooShort.
    """
    _check_length(dataset)
    try:
        values = jpeg_frame(dataset, number)
        if values is not None and values.ndim == 3:
            return _square_pixels(dataset, Image.fromarray(values), number)
        if values is None:
            values = pixel_array(dataset, index=number)
        picture = _picture(dataset, values, number)
    except MemoryError:
        raise
    except Exception as error:  # decoders raise whatever they like
        raise CannotBeShown from error
    return _square_pixels(dataset, picture, number)


def _check_length(dataset: Dataset) -> None:
    """Check that uncompressed pixels are complete; a compressed stream is judged by its decoder."""
    if dataset.file_meta.get("TransferSyntaxUID") is None or "PixelData" not in dataset:
        return
    if dataset.file_meta.TransferSyntaxUID.is_compressed:
        return
    try:
        samples = int(dataset.Rows) * int(dataset.Columns) * int(dataset.SamplesPerPixel)
        bits = samples * int(dataset.BitsAllocated) * int(dataset.get("NumberOfFrames") or 1)
    except (AttributeError, TypeError, ValueError):
        return
    if dataset.get("PhotometricInterpretation") == "YBR_FULL_422":
        bits = bits * 2 // 3
    if len(dataset.PixelData) < bits // 8:
        raise TooShort


def _picture(dataset: Dataset, values: NDArray[Any], number: int) -> Image.Image:
    interpretation = str(dataset.get("PhotometricInterpretation", "MONOCHROME2"))
    if interpretation == "PALETTE COLOR":
        coloured = apply_color_lut(values, dataset)
        return Image.fromarray(_eight_bits(coloured))
    if values.ndim == 3:
        return Image.fromarray(_eight_bits(values, int(dataset.get("BitsStored", 8))))
    grey = _windowed(dataset, values, number)
    if interpretation == "MONOCHROME1":
        grey = 1.0 - grey
    return Image.fromarray((grey * 255.0 + 0.5).astype(numpy.uint8))


def _eight_bits(values: NDArray[Any], bits: int | None = None) -> NDArray[numpy.uint8]:
    if values.dtype == numpy.uint8 and (bits is None or bits >= 8):
        return values
    stored = bits or values.dtype.itemsize * 8
    scaled = values.astype(numpy.float64) * (255.0 / ((1 << stored) - 1))
    return numpy.clip(scaled, 0, 255).astype(numpy.uint8)


def _windowed(dataset: Dataset, stored: NDArray[Any], number: int) -> Floats:
    """Scale to grey from 0 to 1: by look-up table, else by window, else from darkest to
    brightest."""
    real = _real(dataset, stored, number)
    table = dataset.get("VOILUTSequence")
    if table:
        bits = int(table[0].LUTDescriptor[2])
        shown = apply_voi(real.astype(stored.dtype), dataset)
        return numpy.clip(shown.astype(numpy.float64) / ((1 << bits) - 1), 0.0, 1.0)
    window = _window(dataset, number)
    if window is None:
        return _stretched(dataset, stored, real)
    centre, width, function = window
    if function == "SIGMOID":
        return 1.0 / (1.0 + numpy.exp(numpy.clip(-4.0 * (real - centre) / width, -50.0, 50.0)))
    if function == "LINEAR_EXACT":
        return numpy.clip((real - centre) / width + 0.5, 0.0, 1.0)
    return numpy.clip((real - (centre - 0.5)) / max(width - 1.0, 1e-6) + 0.5, 0.0, 1.0)


def _groups(dataset: Dataset, number: int, name: str) -> Dataset | None:
    """Return the item of a functional group for this frame: its own, else the shared one."""
    own: list[Dataset] = list(dataset.get("PerFrameFunctionalGroupsSequence") or ())
    shared: list[Dataset] = list(dataset.get("SharedFunctionalGroupsSequence") or ())
    for group in (*own[number : number + 1], *shared[:1]):
        found: list[Dataset] = list(group.get(name) or ())
        if found:
            return found[0]
    return None


def _real(dataset: Dataset, stored: NDArray[Any], number: int) -> Floats:
    group = _groups(dataset, number, "PixelValueTransformationSequence")
    if group is not None and "RescaleSlope" in group:
        return stored * float(group.RescaleSlope) + float(group.get("RescaleIntercept", 0))
    return apply_modality_lut(stored, dataset).astype(numpy.float64)


def _window(dataset: Dataset, number: int) -> tuple[float, float, str] | None:
    source = _groups(dataset, number, "FrameVOILUTSequence") or dataset
    try:
        centre, width = _first(source.WindowCenter), _first(source.WindowWidth)
    except (AttributeError, TypeError, ValueError, IndexError):
        return None
    return (centre, width, str(source.get("VOILUTFunction", "LINEAR"))) if width > 0 else None


def _first(value: Any) -> float:
    return float(value[0] if hasattr(value, "__len__") and not isinstance(value, str) else value)


def _stretched(dataset: Dataset, stored: NDArray[Any], real: Floats) -> Floats:
    padding = dataset.get("PixelPaddingValue")
    counted = real[stored != int(padding)] if isinstance(padding, int) else real
    if counted.size == 0:
        counted = real
    low, high = shown_range(counted)
    return numpy.nan_to_num(numpy.clip((real - low) / ((high - low) or 1.0), 0.0, 1.0))


def _square_pixels(dataset: Dataset, picture: Image.Image, number: int) -> Image.Image:
    """Enlarge a picture whose pixels are not square."""
    return with_square_pixels(picture, _height_of_pixels(dataset, number))


_SPACINGS = ("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing")


def _height_of_pixels(dataset: Dataset, number: int) -> float:
    """Return how many times as high as wide a pixel is.

    A distance in millimetres decides, first that in the patient, then that at the detector or on
    the scanned film; the bare ratio is for pictures without any (PS3.3, 10.7 and C.7.6.3.1.7).
    """
    measures = _groups(dataset, number, "PixelMeasuresSequence")
    sources = [(measures, "PixelSpacing")] if measures is not None else []
    sources += [(dataset, name) for name in (*_SPACINGS, "PixelAspectRatio")]
    for source, name in sources:
        try:
            down, across = (float(one) for one in source.get(name) or ())
        except (TypeError, ValueError):
            continue
        if down > 0 and across > 0:
            return down / across
    return 1.0
