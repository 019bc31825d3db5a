"""DICOM (PS3): a picture that a patient can open, a strip of its frames, and its text; or the PDF
in it."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from PIL import Image
from pydicom.dataset import FileDataset
from pydicom.uid import UID, MediaStorageDirectoryStorage

from bedside.adapters.rendering import dicom_documents
from bedside.adapters.rendering.dicom_pixels import CannotBeShown, TooShort, frame_as_picture
from bedside.adapters.rendering.dicom_reading import number, read
from bedside.adapters.rendering.incoming import Wanted
from bedside.adapters.rendering.limits import MAX_FRAMES, MAX_PIXELS, MAX_TEXT, Refused
from bedside.adapters.rendering.pictures import (
    as_jpeg,
    as_png,
    fitted,
    thumbnail_and_preview,
)
from bedside.files import media_types as types
from bedside.files.beginnings import start_of_dicom, with_preamble
from bedside.files.ports import Derivation, Derivative, Examination
from bedside.files.steps import joined, without_facts

_PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
_STRIP_FRAMES, _STRIP_SIDE = 8, 240
_DESCRIBING = ("StudyDescription", "SeriesDescription", "BodyPartExamined", "ProtocolName")
_MAX_NESTING = 20


def examine(data: bytes, media_type: str) -> Examination:
    """Check that it can be read and whether it has a picture or a PDF, which is the version for
    others. Raises Refused."""
    has_beginning = start_of_dicom(data) <= 0
    data = with_preamble(data)
    dataset, is_cut_off = read(data)
    document = dicom_documents.document_in(dataset, data)
    if document:
        found = dicom_documents.examine(document)
        return replace(found, taken_at=_taken_at(dataset))
    note, size, shared = "dicom_cut_off" if is_cut_off else "", (None, None), None
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
    if not has_beginning:
        note = f"dicom_without_beginning {note}".strip()
    taken_at = _taken_at(dataset)
    return Examination(
        media_type, width=size[0], height=size[1], taken_at=taken_at, note=note, shared=shared
    )


def _refuse_bombs(dataset: FileDataset) -> None:
    rows, columns = number(dataset, "Rows"), number(dataset, "Columns")
    if rows * columns > MAX_PIXELS:
        raise Refused("too_many_pixels")
    if _frames(dataset) > MAX_FRAMES:
        raise Refused("decompression_bomb")


def _frames(dataset: FileDataset) -> int:
    return max(1, number(dataset, "NumberOfFrames"))


def _middle(dataset: FileDataset) -> int:
    return _frames(dataset) // 2


def derive(data: bytes, media_type: str) -> Derivation:
    """Make everything at once."""
    del media_type
    return without_facts(joined(steps(data, Wanted())), "pages")


def steps(data: bytes, wanted: Wanted) -> Iterator[Derivation]:
    """Make thumbnail and preview of the middle frame, and a strip if there are several; of a PDF
    what every PDF has."""
    data = with_preamble(data)
    dataset, _ = read(data)
    text = "\n".join(_words(dataset))[:MAX_TEXT]
    source = "embedded" if text else ""
    facts = _facts(dataset)
    document = dicom_documents.document_in(dataset, data)
    if document:
        yield from dicom_documents.steps(document, text, facts, wanted)
        return
    made: list[Derivative] = []
    if any(name in dataset for name in _PIXELS):
        with suppress(CannotBeShown, TooShort):
            picture = frame_as_picture(dataset, _middle(dataset))
            made = [*thumbnail_and_preview(picture), *_strip(dataset)]
    yield Derivation(tuple(made), text, source, facts)


def _strip(dataset: FileDataset) -> list[Derivative]:
    frames = _frames(dataset)
    if frames == 1:
        return []
    count = min(frames, _STRIP_FRAMES)
    numbers = [round(step * (frames - 1) / (count - 1)) for step in range(count)]
    small: list[Image.Image] = []
    for frame in numbers:
        try:
            small.append(fitted(frame_as_picture(dataset, frame), _STRIP_SIDE).convert("RGB"))
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
