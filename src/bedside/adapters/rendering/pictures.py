"""Shared by all makers of pictures: sizes, colours, JPEG."""

from functools import cache
from io import BytesIO
from typing import Any, cast

import PIL.Image
from PIL import Image, ImageCms

from bedside.adapters.rendering.limits import MAX_PIXELS, PREVIEW_SIDE, THUMBNAIL_SIDE
from bedside.files.ports import Derivative

PIL.Image.MAX_IMAGE_PIXELS = None  # checked where pictures are opened, with words for the sender
_NEARLY_SQUARE = 0.01


def as_jpeg(picture: Image.Image, quality: int = 85, exif: bytes = b"") -> bytes:
    """Encode an RGB or grey JPEG; `exif` is a TIFF structure without its header."""
    out = BytesIO()
    options = {"exif": b"Exif\x00\x00" + exif} if exif else {}
    picture.save(out, "JPEG", quality=quality, optimize=False, progressive=False, **options)
    return out.getvalue()


def as_png(picture: Image.Image) -> bytes:
    """Encode a PNG."""
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def fitted(picture: Image.Image, side: int) -> Image.Image:
    """Scale down so that the longer side has at most `side` px; never enlarges."""
    longest = max(picture.size)
    if longest <= side:
        return picture
    width, height = (max(1, round(length * side / longest)) for length in picture.size)
    return picture.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)


def square_size(size: tuple[int, int], ratio: float) -> tuple[int, int]:
    """Return the size of a picture with square pixels, for one whose pixels are `ratio` times as
    high as wide. It grows, so that no line is lost; a ratio that cannot be meant is ignored."""
    width, height = size
    if not 0.1 <= ratio <= 10 or abs(ratio - 1) < _NEARLY_SQUARE:
        return size
    larger = (width, round(height * ratio)) if ratio > 1 else (round(width / ratio), height)
    if larger[0] * larger[1] <= MAX_PIXELS:
        return larger
    return width, max(1, round(height * ratio))


def with_square_pixels(picture: Image.Image, ratio: float) -> Image.Image:
    """Return an 8-bit picture with the size that `square_size` calls for."""
    size = square_size(picture.size, ratio)
    return picture if size == picture.size else picture.resize(size, Image.Resampling.LANCZOS)


def thumbnail_and_preview(picture: Image.Image) -> list[Derivative]:
    """Make the two pictures that every file with a visual appearance has."""
    preview = fitted(picture, PREVIEW_SIDE)
    small = fitted(preview, THUMBNAIL_SIDE)
    return [
        Derivative("thumbnail", "image/jpeg", as_jpeg(small, 80)),
        Derivative("preview", "image/jpeg", as_jpeg(preview)),
    ]


def plain(picture: Image.Image) -> Image.Image:
    """Convert to 8-bit sRGB or grey without transparency (white shows through)."""
    picture = _eight_bit(picture)
    if picture.mode == "1":
        return picture.convert("L")
    if picture.mode in {"LA", "PA", "RGBA"} or "transparency" in picture.info:
        coloured = picture.convert("RGBA")
        white = Image.new("RGBA", coloured.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, coloured).convert("RGB")
    profile = picture.info.get("icc_profile")
    if profile and picture.mode in {"RGB", "CMYK"}:
        picture = _in_srgb(picture, profile)
    return picture if picture.mode in {"L", "RGB"} else picture.convert("RGB")


_DEEP = frozenset({"I;16", "I;16B", "I;16L", "I", "F"})


def is_deep(picture: Image.Image) -> bool:
    """Whether its pixels have more than 8 bits, of which a screen shows a part."""
    return picture.mode in _DEEP


def _eight_bit(picture: Image.Image) -> Image.Image:
    if not is_deep(picture):
        return picture
    import numpy

    from bedside.adapters.rendering.brightness import shown_range

    values = numpy.asarray(picture.convert("F"))
    low, high = shown_range(values)
    scaled = (values - low) * (255.0 / ((high - low) or 1.0))
    grey = numpy.clip(numpy.nan_to_num(scaled), 0, 255).astype(numpy.uint8)
    return Image.fromarray(grey)


@cache
def _srgb() -> ImageCms.ImageCmsProfile:
    made = cast(Any, ImageCms).createProfile("sRGB")  # its annotation is incomplete
    return ImageCms.ImageCmsProfile(made)


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """Convert to sRGB: phones often write Display P3, and the pages expect sRGB."""
    try:
        own = ImageCms.ImageCmsProfile(BytesIO(profile))
        converted = ImageCms.profileToProfile(picture, own, _srgb(), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture  # a broken profile only costs exact colours
    return converted or picture
