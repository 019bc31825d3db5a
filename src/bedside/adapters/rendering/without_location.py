"""A copy of a photo without location data, its picture untouched (F13).

Nothing is decoded or compressed again: the parts that can hold a location (EXIF with GPS and
maker's notes, XMP, IPTC, comments, embedded second pictures, whatever follows the end) are left
out, and a small EXIF block with the capture time and the orientation takes their place.
"""

import zlib

from PIL import Image

from bedside.adapters.rendering.jpeg_segments import segments
from bedside.adapters.rendering.tiff_tags import tiff_without_location
from bedside.files import media_types as types

_ORIENTATION, _MODIFIED, _EXIF_POINTER = 0x0112, 0x0132, 0x8769
_TIMES = (0x9003, 0x9004, 0x9010, 0x9011, 0x9012, 0x9290, 0x9291, 0x9292)


def exif_to_keep(picture: Image.Image, *, upright: bool = False) -> bytes:
    """Return capture time and orientation of the picture as a TIFF structure, b"" if it has
    neither.

    `upright` leaves the orientation out, for a copy whose pixels were rotated already.
    """
    try:
        found = picture.getexif()
        details = found.get_ifd(_EXIF_POINTER)
    except Exception:
        return b""  # unreadable EXIF data is left out
    kept = Image.Exif()
    if not upright and found.get(_ORIENTATION) in range(2, 9):
        kept[_ORIENTATION] = found[_ORIENTATION]
    if isinstance(found.get(_MODIFIED), str):
        kept[_MODIFIED] = found[_MODIFIED]
    times = {tag: details[tag] for tag in _TIMES if isinstance(details.get(tag), str)}
    if times:
        kept.get_ifd(_EXIF_POINTER).update(times)
    return kept.tobytes().removeprefix(b"Exif\x00\x00") if len(kept) or times else b""


def without_location(data: bytes, media_type: str, exif: bytes) -> bytes:
    """Return `data` without what can hold a location; `exif` is put in its place.

    The same bytes are returned for a type or a file in which nothing had to be removed.
    """
    if media_type == types.JPEG:
        return _jpeg(data, exif)
    if media_type == types.PNG:
        return _png(data, exif)
    if media_type == types.WEBP:
        return _webp(data, exif)
    if media_type == types.GIF:
        return _gif(data)
    if media_type == types.TIFF:
        return tiff_without_location(data)
    return data


def _is_kept_in_jpeg(marker: int, segment: bytes) -> bool:
    if 0xE0 <= marker <= 0xEF:
        # JFIF; colour profile; Adobe's colour transform
        return (
            (marker == 0xE0 and segment[4:8] == b"JFIF")
            or (marker == 0xE2 and segment[4:15] == b"ICC_PROFILE")
            or (marker == 0xEE and segment[4:9] == b"Adobe")
        )
    return marker != 0xFE  # comments


def _jpeg(data: bytes, exif: bytes) -> bytes:
    pieces = [b"\xff\xd8"]
    if exif:
        payload = b"Exif\x00\x00" + exif
        pieces.append(b"\xff\xe1" + (len(payload) + 2).to_bytes(2, "big") + payload)
    pieces += [part for marker, part in segments(data) if _is_kept_in_jpeg(marker, part)]
    return b"".join(pieces)


_PNG_KEPT = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB"}
    | {b"cICP", b"bKGD", b"hIST", b"pHYs", b"sPLT", b"acTL", b"fcTL", b"fdAT"}
)


def _png(data: bytes, exif: bytes) -> bytes:
    pieces = [data[:8]]
    at = 8
    while at + 12 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        name = data[at + 4 : at + 8]
        if name in _PNG_KEPT:
            pieces.append(data[at:end])
        if name == b"IHDR" and exif:
            check = zlib.crc32(b"eXIf" + exif).to_bytes(4, "big")
            pieces.append(len(exif).to_bytes(4, "big") + b"eXIf" + exif + check)
        if name == b"IEND":
            break
        at = end
    return b"".join(pieces)


_WEBP_EXIF_FLAG, _WEBP_XMP_FLAG = 0x08, 0x04


def _webp(data: bytes, exif: bytes) -> bytes:
    """Rewrite the chunks of the extended format (RFC 9649, 2.7)."""
    pieces: list[bytes] = []
    at = 12
    while at + 8 <= len(data):
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        end = at + 8 + length + (length & 1)
        name, chunk = data[at : at + 4], data[at:end]
        if name == b"VP8X":
            flags = chunk[8] & ~(_WEBP_EXIF_FLAG | _WEBP_XMP_FLAG)
            flags |= _WEBP_EXIF_FLAG if exif else 0
            pieces.append(chunk[:8] + bytes([flags]) + chunk[9:])
        elif name in {b"ICCP", b"ANIM", b"ANMF", b"ALPH", b"VP8 ", b"VP8L"}:
            pieces.append(chunk)
        at = end
    if exif and data[12:16] == b"VP8X":  # the simple formats hold one picture and nothing else
        pieces.append(b"EXIF" + len(exif).to_bytes(4, "little") + exif + b"\x00" * (len(exif) & 1))
    body = b"WEBP" + b"".join(pieces)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


_GIF_COMMENT, _GIF_APPLICATION = 0xFE, 0xFF
_GIF_KEPT = frozenset({b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012"})
"""The repeat count of an animation, and the colour profile; XMP is an application extension too."""


def _gif(data: bytes) -> bytes:
    """Leave out comments and applications (GIF89a, 24 and 26), and whatever follows the end."""
    end = 13 + _colours(data[10])
    pieces = [data[:end]]
    while end < len(data) and data[end] != 0x3B:
        start, kept = end, True
        if data[start] == 0x2C:
            end = _end_of_blocks(data, start + 11 + _colours(data[start + 9]))
        else:
            label = data[start + 1]
            is_other = label == _GIF_APPLICATION and data[start + 3 : start + 14] not in _GIF_KEPT
            kept = label != _GIF_COMMENT and not is_other
            end = _end_of_blocks(data, start + 2)
        if kept:
            pieces.append(data[start:end])
    return b"".join([*pieces, b"\x3b"])


def _colours(packed: int) -> int:
    """Return the bytes of a colour table, by the packed field before it."""
    return 3 << ((packed & 7) + 1) if packed & 0x80 else 0


def _end_of_blocks(data: bytes, at: int) -> int:
    while data[at]:
        at += data[at] + 1
    return at + 1
