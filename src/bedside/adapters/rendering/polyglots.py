"""Polyglots: a picture to one program, something harmful to another."""

import re
import zlib
from collections.abc import Callable

from bedside.adapters.rendering.iso_media import boxes
from bedside.adapters.rendering.jpeg_segments import end_of_jpeg
from bedside.files import media_types as types
from bedside.files.sniffing import is_harmless_around_pdf

_END_OF_ZIP = b"PK\x05\x06"
_LONGEST_END_OF_ZIP = 22 + 65_535
_MARKUP = re.compile(
    rb"<(?:script|html|!doctype html|svg|iframe|\?php|body|object|embed)[\s>]", re.IGNORECASE
)
_PROGRAM = re.compile(rb"\A(?:MZ|\x7fELF|#!|\xca\xfe\xba\xbe|Rar!|7z\xbc\xaf|PK\x03\x04)")


def is_polyglot(data: bytes, media_type: str) -> bool:
    """Whether a second file hides in `data`, which was parsed as `media_type`."""
    if media_type in {types.PLAIN, types.CSV, types.DOC, types.XLS, types.RTF}:
        return False
    if media_type in {types.DOCX, types.XLSX, types.ODT, types.ODS}:
        return _before_archive(data)
    if media_type == types.PDF:
        return _hides_behind_pdf(data)
    is_second = media_type != types.DICOM and b"%PDF-" in data[:1024]  # `dicom` looks for itself
    if is_second or hides_archive(data[-_LONGEST_END_OF_ZIP:]):
        return True
    end = _end_of_picture(data, media_type)
    if end is not None and is_program_or_page(data[end:]):
        return True
    return _MARKUP.search(_described(data, media_type)) is not None


def hides_archive(tail: bytes) -> bool:
    """Whether a file ends with a zip archive, by its last bytes (APPNOTE.TXT 4.3.16).

    Programs find an archive (and a Java program) from its end, whatever precedes it.
    """
    at = tail.rfind(_END_OF_ZIP)
    if at < 0 or at + 22 > len(tail):
        return False
    entries = int.from_bytes(tail[at + 10 : at + 12], "little")
    directory = int.from_bytes(tail[at + 12 : at + 16], "little")
    comment = int.from_bytes(tail[at + 20 : at + 22], "little")
    return at + 22 + comment <= len(tail) and directory >= entries * 46


def _before_archive(data: bytes) -> bool:
    return not data.startswith(b"PK\x03\x04") or b"%PDF-" in data[:1024]


def _hides_behind_pdf(data: bytes) -> bool:
    """Whether an archive, a program, another PDF or a page that does something is behind the end.

    An archive attached in it, and stored as it is, is inside: it ends before the PDF does.
    """
    end = data.rfind(b"%%EOF")
    tail = data[-_LONGEST_END_OF_ZIP:]
    directory = data.rfind(_END_OF_ZIP)
    if hides_archive(tail) and (directory > end or _ends_with_archive(tail)):
        return True
    rest = data[end + 5 :].lstrip() if end >= 0 else b""
    if _PROGRAM.match(rest) or b"%PDF-" in rest[:1024]:
        return True
    return not is_harmless_around_pdf(rest[:65_536])


def _ends_with_archive(tail: bytes) -> bool:
    at = tail.rfind(_END_OF_ZIP)
    return at + 22 + int.from_bytes(tail[at + 20 : at + 22], "little") == len(tail)


def is_program_or_page(rest: bytes) -> bool:
    """Whether what follows the end of a file is a program, an archive, a page or a PDF."""
    return bool(_PROGRAM.match(rest) or _MARKUP.search(rest[:65_536]) or b"%PDF-" in rest[:1024])


def _end_of_picture(data: bytes, media_type: str) -> int | None:
    """Return where the picture ends by its own account; None if it does not say."""
    find = _ENDS.get(media_type)
    return find(data) if find else None


def _end_of_png(data: bytes) -> int:
    at = 8
    while at + 12 <= len(data):
        name = data[at + 4 : at + 8]
        at += 12 + int.from_bytes(data[at : at + 4], "big")
        if name == b"IEND":
            break
    return at


def _end_of_gif(data: bytes) -> int:
    """Walk the blocks (GIF89a specification, 17 to 27)."""
    table = data[10]
    at = 13 + (3 << ((table & 7) + 1) if table & 0x80 else 0)
    while at < len(data) and data[at] != 0x3B:
        if data[at] == 0x2C and at + 10 <= len(data):
            local = data[at + 9]
            at += 11 + (3 << ((local & 7) + 1) if local & 0x80 else 0)
        else:
            at += 2
        while at < len(data) and data[at]:
            at += data[at] + 1
        at += 1
    return at + 1


def _end_of_boxes(data: bytes) -> int:
    return max((box.end for box in boxes(data, 0, len(data))), default=len(data))


_ENDS: dict[str, Callable[[bytes], int]] = {
    types.PNG: _end_of_png,
    types.JPEG: end_of_jpeg,
    types.GIF: _end_of_gif,
    types.WEBP: lambda data: 8 + int.from_bytes(data[4:8], "little"),
    types.BMP: lambda data: int.from_bytes(data[2:6], "little") or len(data),
    types.HEIC: _end_of_boxes,
    types.HEIF: _end_of_boxes,
    types.AVIF: _end_of_boxes,
}


def _described(data: bytes, media_type: str) -> bytes:
    """Return comments and other free text in a picture's head, where a page can hide."""
    if media_type == types.PNG:
        return _png_texts(data)
    if media_type == types.JPEG:
        return _jpeg_comments(data)
    if media_type == types.GIF:
        return data[: 64 * 1024]
    if media_type == types.BMP:
        return data[:1024]
    return b""


def _jpeg_comments(data: bytes) -> bytes:
    texts: list[bytes] = []
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] not in {0xDA, 0xD9}:
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if data[at + 1] == 0xFE:
            texts.append(data[at + 4 : end])
        at = end
    return b"\n".join(texts)


def _png_texts(data: bytes) -> bytes:
    texts: list[bytes] = []
    at = 8
    while at + 12 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        name, content = data[at + 4 : at + 8], data[at + 8 : end - 4]
        if name in {b"tEXt", b"iTXt"}:
            texts.append(content[:65_536])
        elif name == b"zTXt" and b"\x00" in content:
            unpacker = zlib.decompressobj()
            try:
                texts.append(unpacker.decompress(content.split(b"\x00", 1)[1][1:], 65_536))
            except zlib.error:
                texts.append(b"")
        at = end
    return b"\n".join(texts)
