"""Photos and pictures, by Pillow and libheif; `tiff` has those that may have pages."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from io import BytesIO

from PIL import Image, ImageOps

from bedside.adapters.rendering import tiff
from bedside.adapters.rendering.capture_time import taken_at
from bedside.adapters.rendering.incoming import Wanted
from bedside.adapters.rendering.iso_media import is_sequence, picture_is_whole
from bedside.adapters.rendering.limits import (
    MAX_FRAMES,
    MAX_PIXELS,
    OCR_SIDE,
    Refused,
)
from bedside.adapters.rendering.mending import mended
from bedside.adapters.rendering.paper import looks_like_document
from bedside.adapters.rendering.pictures import (
    as_jpeg,
    fitted,
    plain,
    thumbnail_and_preview,
)
from bedside.adapters.rendering.without_location import exif_to_keep, without_location
from bedside.files import media_types as types
from bedside.files.beginnings import start_of_picture
from bedside.files.ports import Derivation, Derivative, Examination

_FORMATS = {
    types.JPEG: ["JPEG", "MPO"],
    types.PNG: ["PNG"],
    types.GIF: ["GIF"],
    types.BMP: ["BMP"],
    types.WEBP: ["WEBP"],
    types.AVIF: ["AVIF"],
    types.HEIC: ["HEIF"],
    types.HEIF: ["HEIF"],
}
_MOVING = frozenset({types.GIF, types.WEBP, types.PNG, types.AVIF})
"""Types that can move; the further pictures of a JPEG are its depth or another exposure."""
_CONVERTED = frozenset({types.HEIC, types.HEIF, types.AVIF})


def _open(data: bytes, media_type: str) -> Image.Image:
    """Open a picture without decoding it. Raises Refused for one that is damaged or too large."""
    formats = _FORMATS[media_type]
    if formats in (["HEIF"], ["AVIF"]) and is_sequence(data):
        raise Refused("picture_sequence")
    if formats == ["HEIF"]:
        import pi_heif

        if not picture_is_whole(data):
            raise Refused("damaged_image")
        pi_heif.register_heif_opener(thumbnails=False, decode_threads=1)
    try:
        picture = Image.open(BytesIO(data), formats=formats)
        frames = getattr(picture, "n_frames", 1)
    except MemoryError:
        raise
    except Exception as error:  # each decoder raises its own errors
        raise Refused("damaged_image") from error
    if picture.width * picture.height > MAX_PIXELS:
        raise Refused("too_many_pixels")
    if frames > MAX_FRAMES:
        raise Refused("decompression_bomb")
    return picture


def examine(data: bytes, media_type: str) -> Examination:
    """Decode the picture once to check that it is complete, and make the version for others.
    Raises Refused."""
    if media_type == types.TIFF:
        return _with_copy(tiff.examine(data), lambda: _without_place(data))
    blanks = start_of_picture(data)
    if blanks:
        bare = data[blanks:]
        found = examine(bare, media_type)
        copy = None if found.sharing_failed else Derivative("shared", media_type, bare)
        return _repaired(replace(found, shared=found.shared or copy))
    try:
        found = _examined(data, media_type, data)
        whole = mended(data, media_type) if found.sharing_failed else None
    except Refused as refused:
        whole = mended(data, media_type) if refused.key == "damaged_image" else None
        if whole is None:
            raise
        return _repaired(_examined(whole, media_type, data))
    if whole is None:
        return found
    again = _examined(whole, media_type, data)
    return found if again.sharing_failed else _repaired(again)


def _repaired(found: Examination) -> Examination:
    return replace(found, note=f"picture_repaired {found.note}".strip())


def _examined(data: bytes, media_type: str, original: bytes) -> Examination:
    """Examine a picture that was mended, if `original` differs."""
    picture = _open(data, media_type)
    try:
        exif = picture.getexif()
        orientation = exif.get(0x0112, 1)
        taken = taken_at(exif)
    except Exception:
        # Broken EXIF data does not make the picture unreadable.
        orientation, taken = 1, None
    width, height = picture.size
    if orientation in {5, 6, 7, 8}:
        width, height = height, width
    keep = exif_to_keep(picture, upright=media_type in _CONVERTED)
    _decode(picture, small=True)
    note = "picture_moves" if _moves(picture, media_type) else ""
    found = Examination(media_type, width=width, height=height, taken_at=taken, note=note)

    def copy() -> Derivative | None:
        if media_type in _CONVERTED:
            return Derivative("shared", types.JPEG, as_jpeg(_upright(picture), 92, keep))
        cleaned = without_location(data, media_type, keep)
        return None if cleaned == original else Derivative("shared", media_type, cleaned)

    return _with_copy(found, copy)


def _moves(picture: Image.Image, media_type: str) -> bool:
    """Whether it has several pictures that are shown one after the other."""
    return media_type in _MOVING and getattr(picture, "n_frames", 1) > 1


def _with_copy(found: Examination, make: Callable[[], Derivative | None]) -> Examination:
    try:
        return replace(found, shared=make())
    except MemoryError:
        raise
    except Exception:  # a picture that displays may still have a structure that breaks this
        return replace(found, sharing_failed=True)


def _without_place(data: bytes) -> Derivative | None:
    cleaned = without_location(data, types.TIFF, b"")
    return None if cleaned == data else Derivative("shared", types.TIFF, cleaned)


def _decode(picture: Image.Image, *, small: bool) -> None:
    if small:
        # JPEG only: every byte is read, but only an eighth of the pixels is computed.
        picture.draft(None, (picture.width // 8, picture.height // 8))
    try:
        picture.load()
    except MemoryError:
        raise
    except Exception as error:
        raise Refused("damaged_image") from error


def steps(data: bytes, media_type: str, wanted: Wanted) -> Iterator[Derivation]:
    """Make the pages of a TIFF, or everything of another picture."""
    if media_type == types.TIFF:
        yield from tiff.steps(data, wanted)
    else:
        yield derive(data[start_of_picture(data) :], media_type)


def derive(data: bytes, media_type: str) -> Derivation:
    """Make thumbnail, preview, and further pages of a TIFF.

    A photo of a document is also returned as “ocr-1”, for the parent to have it read.
    """
    if media_type == types.TIFF:
        return tiff.derive(data)
    try:
        return _derived(data, media_type)
    except (Refused, OSError, ValueError, SyntaxError):
        whole = mended(data, media_type)
        if whole is None:
            raise
    return _derived(whole, media_type)


def _derived(data: bytes, media_type: str) -> Derivation:
    picture = _open(data, media_type)
    picture.draft(None, (OCR_SIDE, OCR_SIDE))
    picture_to_show = _upright(picture)
    made = thumbnail_and_preview(picture_to_show)
    if looks_like_document(picture_to_show):
        scan = fitted(picture_to_show, OCR_SIDE).convert("L")
        made.append(Derivative("ocr-1", types.JPEG, as_jpeg(scan, 90)))
    return Derivation(tuple(made))


def _upright(picture: Image.Image) -> Image.Image:
    with suppress(Exception):  # broken EXIF data: displayed as stored
        picture = ImageOps.exif_transpose(picture)
    return plain(picture)
