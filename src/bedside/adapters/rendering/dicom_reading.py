"""DICOM data sets as they arrive: without a preamble, deflated, or without their end."""

from io import BytesIO
from typing import Any

from pydicom.dataelem import RawDataElement
from pydicom.dataset import FileDataset
from pydicom.errors import InvalidDicomError
from pydicom.filereader import dcmread  # pyright: ignore[reportUnknownVariableType] - its PathLike
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from bedside.adapters.rendering.dicom_fragments import without_its_last_frames
from bedside.adapters.rendering.inflating import inflated
from bedside.adapters.rendering.limits import MAX_STREAM, MOST_LOST, Refused

_DEFLATED = b"1.2.840.10008.1.2.1.99"
_OPEN_LENGTH = 0xFFFFFFFF  # PS3.5, 7.1.1
_PIXEL_DATA = 0x7FE00010


def read(data: bytes) -> tuple[FileDataset, bool]:
    """Return the data set, and whether the file ends within its pixels; the complete frames are
    left then. Raises Refused if it is none, or too much is missing."""
    inflated_data_set(data)  # refuses a bomb before the library unpacks it
    whole = without_its_last_frames(data)
    dataset = _parsed(data if whole is None else whole)
    cut_off = [element for element in dataset.values() if _is_cut_off(element)]
    is_empty = len(dataset) == 0 and len(dataset.file_meta) == 0
    if is_empty or any(element.tag != _PIXEL_DATA for element in cut_off):
        raise Refused("damaged_dicom")
    _complete(dataset)
    is_shorter = _fill_up(dataset) if cut_off else False
    return dataset, is_shorter or whole is not None


def _parsed(data: bytes) -> FileDataset:
    has_preamble = data[128:132] == b"DICM"
    try:
        dataset = dcmread(BytesIO(data), force=not has_preamble)
        len(dataset.file_meta)
    except MemoryError:
        raise
    except (InvalidDicomError, EOFError, OSError) as error:
        raise Refused("damaged_dicom") from error
    except Exception as error:  # hostile lengths and tags surface as many kinds of errors
        raise Refused("damaged_dicom") from error
    return dataset


def inflated_data_set(data: bytes) -> bytes:
    """Return the data set, unpacked if necessary (PS3.5, A.5). Raises Refused for a bomb."""
    if data[128:132] != b"DICM" or _DEFLATED not in data[132:1024]:
        return data
    start = 144 + int.from_bytes(data[140:144], "little")  # behind the file meta group
    whole = bytearray()
    for piece in inflated(iter((data[start:],)), raw=True):
        whole += piece
        if len(whole) > MAX_STREAM:
            raise Refused("decompression_bomb")
    return bytes(whole)


def _is_cut_off(element: Any) -> bool:
    """Whether the file ended inside the element; the library returns what there was of it."""
    if not isinstance(element, RawDataElement) or element.value is None:
        return False
    return element.length != _OPEN_LENGTH and len(element.value) < element.length


def _complete(dataset: FileDataset) -> None:
    """Supply what decoders insist on and older devices left out or got wrong."""
    if dataset.file_meta.get("TransferSyntaxUID") is None:
        implicit, little = dataset.original_encoding
        explicit = ExplicitVRLittleEndian if little else ExplicitVRBigEndian
        dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else explicit
    if "NumberOfFrames" in dataset and number(dataset, "NumberOfFrames") < 1:
        del dataset.NumberOfFrames


def number(dataset: FileDataset, name: str) -> int:
    """Return a whole number of the header; 0 for none."""
    try:
        return int(dataset.get(name) or 0)
    except (TypeError, ValueError):
        return 0


def bytes_of_a_frame(dataset: FileDataset) -> int:
    """Return the bytes of one uncompressed frame, as the header states them; 0 if it does not."""
    names = ("Rows", "Columns", "SamplesPerPixel", "BitsAllocated")
    rows, columns, samples, bits = (number(dataset, name) for name in names)
    total = rows * columns * samples * bits
    if dataset.get("PhotometricInterpretation") == "YBR_FULL_422":
        total = total * 2 // 3
    return total // 8


def _fill_up(dataset: FileDataset) -> bool:
    """Keep the complete frames of uncompressed pixels, or fill up the only one. Returns whether
    anything was missing. Raises Refused for too much."""
    frame = bytes_of_a_frame(dataset)
    if not frame:
        raise Refused("damaged_dicom")
    frames = max(1, number(dataset, "NumberOfFrames"))
    there = len(dataset.PixelData)
    if there >= frame * frames:
        return False
    whole = there // frame
    if whole:
        dataset.NumberOfFrames = whole
    elif there < frame * (1 - MOST_LOST):
        raise Refused("damaged_dicom")
    else:
        dataset.PixelData = dataset.PixelData.ljust(frame, b"\x00")
        if frames > 1:
            dataset.NumberOfFrames = 1
    return True
