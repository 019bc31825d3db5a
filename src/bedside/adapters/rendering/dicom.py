"""DICOM (PS3): a picture that a patient can open, a strip of its frames, and its text."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO
from typing import Any

from PIL import Image
from pydicom.dataelem import RawDataElement
from pydicom.dataset import FileDataset
from pydicom.errors import InvalidDicomError
from pydicom.filereader import dcmread  # pyright: ignore[reportUnknownVariableType] - its PathLike
from pydicom.uid import (
    UID,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    MediaStorageDirectoryStorage,
)

from bedside.adapters.rendering.dicom_pixels import CannotBeShown, TooShort, frame_as_picture
from bedside.adapters.rendering.inflating import inflated
from bedside.adapters.rendering.limits import MAX_FRAMES, MAX_PIXELS, MAX_STREAM, MAX_TEXT, Refused
from bedside.adapters.rendering.pictures import (
    as_jpeg,
    as_png,
    fitted,
    thumbnail_and_preview,
)
from bedside.files import media_types as types
from bedside.files.ports import Derivation, Derivative, Examination

_PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
_STRIP_FRAMES, _STRIP_SIDE = 8, 240
_DESCRIBING = ("StudyDescription", "SeriesDescription", "BodyPartExamined", "ProtocolName")
_MAX_NESTING = 20
_DEFLATED = b"1.2.840.10008.1.2.1.99"
_OPEN_LENGTH = 0xFFFFFFFF  # PS3.5, 7.1.1


def _read(data: bytes) -> FileDataset:
    """Return the data set. Raises Refused if it is none."""
    has_preamble = data[128:132] == b"DICM"
    inflated_data_set(data)  # refuses a bomb before the library unpacks it
    try:
        dataset = dcmread(BytesIO(data), force=not has_preamble)
        meaningful = len(dataset) > 0 or len(dataset.file_meta) > 0
        cut_off = any(_is_cut_off(element) for element in dataset.values())
    except MemoryError:
        raise
    except (InvalidDicomError, EOFError, OSError) as error:
        raise Refused("damaged_dicom") from error
    except Exception as error:  # hostile lengths and tags surface as many kinds of errors
        raise Refused("damaged_dicom") from error
    if cut_off or not meaningful:
        raise Refused("damaged_dicom")
    _complete(dataset)
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


def _is_cut_off(element: object) -> bool:
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
    if "NumberOfFrames" in dataset and _number(dataset, "NumberOfFrames") < 1:
        del dataset.NumberOfFrames


def examine(data: bytes, media_type: str) -> Examination:
    """Check that it can be read and whether it has a picture, which is the version for others.
    Raises Refused."""
    dataset = _read(data)
    note, size, shared = "", (None, None), None
    if not any(name in dataset for name in _PIXELS):
        note = "dicom_without_pixels"
    else:
        _refuse_bombs(dataset)
        try:
            picture = frame_as_picture(dataset, _middle(dataset))
            size, shared = picture.size, Derivative("shared", types.PNG, as_png(picture))
        except TooShort as error:
            raise Refused("damaged_dicom") from error
        except CannotBeShown:
            note = "dicom_cannot_be_shown"
    taken_at = _taken_at(dataset)
    return Examination(
        media_type, width=size[0], height=size[1], taken_at=taken_at, note=note, shared=shared
    )


def _refuse_bombs(dataset: FileDataset) -> None:
    rows, columns = _number(dataset, "Rows"), _number(dataset, "Columns")
    if rows * columns > MAX_PIXELS:
        raise Refused("too_many_pixels")
    if _frames(dataset) > MAX_FRAMES:
        raise Refused("decompression_bomb")


def _number(dataset: FileDataset, name: str) -> int:
    try:
        return int(dataset.get(name) or 0)
    except (TypeError, ValueError):
        return 0


def _frames(dataset: FileDataset) -> int:
    return max(1, _number(dataset, "NumberOfFrames"))


def _middle(dataset: FileDataset) -> int:
    return _frames(dataset) // 2


def derive(data: bytes, media_type: str) -> Derivation:
    """Make thumbnail and preview of the middle frame, and a strip if there are several."""
    del media_type
    dataset = _read(data)
    text = "\n".join(_words(dataset))[:MAX_TEXT]
    source = "embedded" if text else ""
    facts = _facts(dataset)
    if not any(name in dataset for name in _PIXELS):
        return Derivation(text=text, text_source=source, facts=facts)
    try:
        picture = frame_as_picture(dataset, _middle(dataset))
    except (CannotBeShown, TooShort):
        return Derivation(text=text, text_source=source, facts=facts)
    made = [*thumbnail_and_preview(picture), *_strip(dataset)]
    return Derivation(tuple(made), text, source, facts)


def _strip(dataset: FileDataset) -> list[Derivative]:
    frames = _frames(dataset)
    if frames == 1:
        return []
    count = min(frames, _STRIP_FRAMES)
    numbers = [round(step * (frames - 1) / (count - 1)) for step in range(count)]
    small: list[Image.Image] = []
    for number in numbers:
        try:
            small.append(fitted(frame_as_picture(dataset, number), _STRIP_SIDE).convert("RGB"))
        except (CannotBeShown, TooShort):
            continue  # a truncated series still has its first frames
    if not small:
        return []
    strip = Image.new(
        "RGB", (sum(frame.width for frame in small), max(frame.height for frame in small))
    )
    left = 0
    for frame in small:
        strip.paste(frame, (left, 0))
        left += frame.width
    return [Derivative("strip", types.JPEG, as_jpeg(strip))]


def _facts(dataset: FileDataset) -> dict[str, str]:
    named = {"modality": "Modality", "study": "StudyDescription", "body_part": "BodyPartExamined"}
    facts = {key: _plain(dataset, name) for key, name in named.items()}
    facts["frames"] = str(_frames(dataset)) if any(name in dataset for name in _PIXELS) else ""
    uid = dataset.file_meta.get("MediaStorageSOPClassUID") or dataset.get("SOPClassUID")
    facts["kind"] = uid.name if isinstance(uid, UID) else ""
    if uid == MediaStorageDirectoryStorage:
        facts["kind"] = "DICOMDIR"
    return {key: value for key, value in facts.items() if value}


def _plain(dataset: Any, name: str) -> str:
    try:
        return str(dataset.get(name) or "").strip()[:200]
    except Exception:
        return ""  # a value that violates the standard is left out


def _words(dataset: FileDataset) -> Iterator[str]:
    """Yield what the header describes, and the sentences of a structured report (PS3.3, C.17.3)."""
    yield from filter(None, (_plain(dataset, name) for name in _DESCRIBING))
    yield from _report(dataset, 0)


def _report(item: Any, depth: int) -> Iterator[str]:
    if depth > _MAX_NESTING:
        return
    for content in item.get("ContentSequence") or ():
        concept = next(iter(content.get("ConceptNameCodeSequence") or ()), None)
        title = _plain(concept, "CodeMeaning") if concept is not None else ""
        value = _plain(content, "TextValue") or _plain(content, "PersonName")
        if title or value:
            yield ": ".join(filter(None, (title, value)))
        yield from _report(content, depth + 1)


def _taken_at(dataset: FileDataset) -> int | None:
    """Return milliseconds since the epoch; without a stated offset the clock is read as UTC."""
    written = _plain(dataset, "AcquisitionDateTime")
    for kind in ("Acquisition", "Content", "Series", "Study"):
        written = written or _plain(dataset, f"{kind}Date") + _plain(dataset, f"{kind}Time")
    digits = written.split(".")[0].split("+")[0].split("-")[0]
    formats = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
    try:
        moment = datetime.strptime(digits, formats[len(digits)]).replace(tzinfo=_zone(dataset))
    except (KeyError, ValueError):
        return None
    return int(moment.timestamp()) * 1000 if moment.year >= 1900 else None


def _zone(dataset: FileDataset) -> timezone:
    written = _plain(dataset, "TimezoneOffsetFromUTC")
    if len(written) == 5 and written[1:].isdigit() and int(written[1:3]) <= 14:
        offset = timedelta(hours=int(written[1:3]), minutes=int(written[3:5]))
        return timezone(-offset if written[0] == "-" else offset)
    return UTC
