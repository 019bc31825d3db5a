"""TIFF: a photo, or the pages of a scan or a fax."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from math import inf
from time import process_time
from typing import Any, cast

from PIL import Image, ImageDraw, ImageOps, TiffImagePlugin

from bedside.adapters.rendering.capture_time import taken_at
from bedside.adapters.rendering.incoming import Wanted
from bedside.adapters.rendering.limits import (
    MAX_FRAMES,
    MAX_PIXELS,
    MOST_LOST,
    OCR_SIDE,
    PREVIEW_SIDE,
    READ_PAGES,
    SHOWN_PAGES,
    Refused,
)
from bedside.adapters.rendering.paper import looks_like_document
from bedside.adapters.rendering.pictures import (
    as_jpeg,
    as_png,
    fitted,
    is_deep,
    plain,
    square_size,
    thumbnail_and_preview,
    with_square_pixels,
)
from bedside.adapters.rendering.tiff_structure import is_camera_raw, is_foreign, is_sound
from bedside.adapters.rendering.tiff_tags import end_of_pixels, has_whole_directory
from bedside.files import media_types as types
from bedside.files.ports import Derivation, Derivative, Examination
from bedside.files.steps import joined, without_facts

_SUBFILE, _OLD_SUBFILE, _PHOTOMETRIC, _ORIENTATION = 254, 255, 262, 274
_X_RESOLUTION, _Y_RESOLUTION = 282, 283
_REDUCED, _MASK = 1, 4
_WHITE_IS_ZERO = 0
_ASIDE = {5, 6, 7, 8}
_LONGEST_CHECK = 15.0
"""Seconds of processor time after which further pages are taken unseen."""
_LONGEST_DRAWING = 40.0
"""The same for pages that are drawn; a child has a minute."""
_MOST_FOR_READING = 48 * 1024 * 1024
"""Bytes of all the pages that are returned for OCR."""
_CROSSED_OUT = (1240, 1754)


class CannotBeShown(Exception):
    """The pictures are in a form that no decoder here understands."""


def examine(data: bytes) -> Examination:
    """Check every page as far as time allows. Raises Refused.

    One whose form is not understood is kept and said not to be shown, and so is one with single
    pages that are damaged.
    """
    if is_camera_raw(data):
        raise Refused("camera_raw")
    try:
        document = _Document(data)
    except CannotBeShown:
        return Examination(types.TIFF, note="picture_cannot_be_shown")
    found = Examination(types.TIFF, taken_at=document.taken_at())
    whole = broken = 0
    until = process_time() + _LONGEST_CHECK
    for number in range(min(len(document), READ_PAGES)):
        if process_time() > until:
            break
        size = document.size_of(number)
        if size is None:
            broken += 1
        elif not whole:
            found = replace(found, width=size[0], height=size[1])
        whole += size is not None
    if not whole:
        raise Refused("incomplete_image" if document.lacks_much else "damaged_image")
    pages = len(document) if len(document) > 1 else None
    note = "tiff_page_damaged" if broken else ""
    if document.is_cut_off and not broken:
        note = "tiff_incomplete" if document.has_lost_pages or pages else "picture_repaired"
    return replace(found, pages=pages, note=note)


def derive(data: bytes) -> Derivation:
    """Make everything at once."""
    return without_facts(joined(steps(data, Wanted())), "pages")


def steps(data: bytes, wanted: Wanted) -> Iterator[Derivation]:
    """Make thumbnail and preview, pictures of further pages, and the pages to be read by OCR;
    yield page by page."""
    try:
        document = _Document(data)
    except CannotBeShown:
        return
    if len(document) > 1:
        yield Derivation(facts={"pages": str(len(document))})
    length = 0
    until = process_time() + _LONGEST_DRAWING
    for number in range(wanted.first - 1, min(len(document), READ_PAGES)):
        if process_time() > until:
            break
        page = None if number + 1 in wanted.skipped else document.page(number)
        made = _shown(page or _crossed_out(), number) if number < SHOWN_PAGES else []
        is_read = len(document) > 1 or document.is_drawn_in_ink
        if page and length <= _MOST_FOR_READING and (is_read or looks_like_document(page)):
            scan = _for_reading(page, number, ink=document.is_drawn_in_ink)
            made.append(scan)
            length += len(scan.data)
        note = "" if page else "tiff_page_damaged"
        yield Derivation(tuple(made), note=note, page=number + 1)


class _Document:
    """The pages of a TIFF, counted from 0; reduced copies and masks are none.

    Raises Refused, and CannotBeShown for a sound file that is not understood.
    """

    def __init__(self, data: bytes) -> None:
        self.has_lost_pages = False
        self.is_cut_off = False
        """Whether something is missing at the end: pixels, or directories that cannot be found."""
        if is_foreign(data):
            raise CannotBeShown
        end = end_of_pixels(data)
        self.lacks_much = end - len(data) > end * MOST_LOST or not has_whole_directory(data)
        if len(data) < end and not self.lacks_much:
            self.is_cut_off = True
            data = data.ljust(end, b"\x00")
        try:
            opened = Image.open(BytesIO(data), formats=["TIFF"])
            self._picture = cast(TiffImagePlugin.TiffImageFile, opened)
            self._frames = self._pages()
        except (MemoryError, Refused):
            raise
        except Exception as error:  # each decoder raises its own errors
            if self.lacks_much:
                raise Refused("incomplete_image") from error
            if is_sound(data) and not self.is_cut_off:
                raise CannotBeShown from error
            raise Refused("damaged_image") from error
        self.is_drawn_in_ink = False
        """Whether the page that was opened last is black on white, as faxes are."""

    def __len__(self) -> int:
        return len(self._frames)

    def taken_at(self) -> int | None:
        """Return the time of capture, if the first page has one."""
        try:
            self._picture.seek(self._frames[0])
            return taken_at(self._picture.getexif())
        except Exception:  # broken EXIF data does not make the picture unreadable
            return None

    def _pages(self) -> list[int]:
        """Return the frames that are pages; the first one if there is no other."""
        pages: list[int] = []
        for number in range(MAX_FRAMES + 1):
            if not self._has(number):
                return pages or [0]
            if self._picture.width * self._picture.height > MAX_PIXELS:
                raise Refused("too_many_pixels")
            if self._is_page():
                pages.append(number)
        raise Refused("decompression_bomb")

    def _has(self, number: int) -> bool:
        try:
            self._picture.seek(number)
        except EOFError:
            return False
        except Exception:
            if number == 0:
                raise
            self.is_cut_off = self.has_lost_pages = True
            return False
        return True

    def _is_page(self) -> bool:
        kind = int(self._tag(_SUBFILE) or 0)
        return not kind & (_REDUCED | _MASK) and self._tag(_OLD_SUBFILE) != 2

    def _tag(self, number: int) -> Any:
        return self._picture.tag_v2.get(number)

    def size_of(self, number: int) -> tuple[int, int] | None:
        """Return the size of a page as it is shown; None if it is damaged."""
        ratio = self._load(number)
        return square_size(self._picture.size, ratio) if ratio else None

    def page(self, number: int) -> Image.Image | None:
        """Return a page as an upright 8-bit picture with square pixels; None if it is damaged."""
        ratio = self._load(number)
        if not ratio:
            return None
        page = plain(self._picture)
        if is_deep(self._picture) and self._tag(_PHOTOMETRIC) == _WHITE_IS_ZERO:
            page = ImageOps.invert(page)  # with fewer bits the decoder does it
        elif page is self._picture:
            page = page.copy()
        return with_square_pixels(page, ratio)

    def _load(self, number: int) -> float:
        """Decode a page. Returns how many times as high as wide its pixels are; 0 if it is
        damaged."""
        try:
            self._picture.seek(self._frames[number])
            ratio = self._ratio()  # before the decoder turns the picture and forgets that it did
            self._picture.load()
        except MemoryError:
            raise
        except Exception:
            return 0.0
        self.is_drawn_in_ink = self._picture.mode == "1"
        return ratio

    def _ratio(self) -> float:
        """Return how many times as high as wide a pixel is; faxes have 204 in one direction and 98
        in the other."""
        try:
            across, down = float(self._tag(_X_RESOLUTION)), float(self._tag(_Y_RESOLUTION))
            ratio = across / down
        except (TypeError, ValueError, ZeroDivisionError):
            return 1.0
        if not 0 < ratio < inf:
            return 1.0
        return 1 / ratio if self._tag(_ORIENTATION) in _ASIDE else ratio


def _shown(page: Image.Image, number: int) -> list[Derivative]:
    if number == 0:
        return thumbnail_and_preview(page)
    picture = as_jpeg(fitted(page, PREVIEW_SIDE))
    return [Derivative(f"page-{number + 1}", types.JPEG, picture)]


def _for_reading(page: Image.Image, number: int, *, ink: bool) -> Derivative:
    role = f"ocr-{number + 1}"
    if ink and max(page.size) <= OCR_SIDE:
        return Derivative(role, types.PNG, as_png(page.convert("1", dither=Image.Dither.NONE)))
    return Derivative(role, types.JPEG, as_jpeg(fitted(page, OCR_SIDE).convert("L"), 90))


def _crossed_out() -> Image.Image:
    """Return a sheet for a page that cannot be shown, so that the others keep their numbers."""
    sheet = Image.new("L", _CROSSED_OUT, 235)
    right, bottom = _CROSSED_OUT
    drawing = ImageDraw.Draw(sheet)
    drawing.line((0, 0, right, bottom), fill=150, width=6)
    drawing.line((0, bottom, right, 0), fill=150, width=6)
    return sheet
