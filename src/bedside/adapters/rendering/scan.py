"""The built-in signatures, matched against a file and what it unpacks to."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import yara_x

from bedside.adapters.rendering.incoming import Incoming
from bedside.adapters.rendering.limits import MAX_STREAM, MAX_UNPACKED, Refused
from bedside.files import media_types as types
from bedside.files.beginnings import is_pdf, with_preamble
from bedside.files.sniffing import HEAD_SIZE, sniff

_RULES = Path(__file__).parents[1] / "rules" / "built_in.yar"
_OVERLAP = 64 * 1024
"""Longer than any signature, so that none hides at the boundary of two windows."""
_WINDOW = 4 * 1024 * 1024
_PIECE = 1024 * 1024
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError)
_UNWRAPPED = 256 * 1024 * 1024
"""Larger files are matched only as they are; of the accepted types only videos are larger."""
_MAX_NESTING = 2
_MOST_DOCUMENTS = 16
_WRAPPED = re.compile(rb"%PDF-|PK\x03\x04|\x1f\x8b\x08[\x00-\x1f]")
"""The beginnings of what may lie in a data set."""


def scan(incoming: Incoming) -> str:
    """Return the name of the first signature found, "" if there is none.

    Raises Refused for a file that unpacks to an enormous size, and IncompleteError.
    """
    matcher = _Matcher()
    head = incoming.head(HEAD_SIZE)
    keep = incoming.size <= _UNWRAPPED and (
        head.startswith(b"PK\x03\x04") or is_pdf(head) or _is_dicom(head)
    )
    whole = bytearray()
    found = ""
    for window in _windows(incoming.blocks(), whole if keep else None):
        found = found or matcher.match(window)
    return found or (_unwrapped(bytes(whole), matcher, 0) if keep else "")


class _Matcher:
    def __init__(self) -> None:
        self._rules = yara_x.compile(_RULES.read_text(encoding="utf-8"))

    def match(self, data: bytes) -> str:
        """Return the name of the first rule that matches, with dots, or ""."""
        found = self._rules.scan(data).matching_rules
        return found[0].identifier.replace("_", ".") if found else ""


def _windows(blocks: Iterator[bytes], whole: bytearray | None) -> Iterator[bytes]:
    window = b""
    for block in blocks:
        if whole is not None:
            whole += block
        window += block
        if len(window) >= _WINDOW:
            yield window
            window = window[-_OVERLAP:]
    yield window


def _unwrapped(data: bytes, matcher: _Matcher, depth: int) -> str:
    """Match the members of an archive, the streams of a PDF, or a PDF inside DICOM."""
    if depth > _MAX_NESTING:
        return ""
    if data.startswith(b"PK\x03\x04"):
        pieces = _members(data)
    elif _is_dicom(data[:HEAD_SIZE]):
        return _in_dicom(data, matcher, depth)
    elif is_pdf(data[:HEAD_SIZE]):
        return _in_pdf(data, matcher, depth)
    else:
        return ""
    for piece in pieces:
        found = matcher.match(piece) or _unwrapped(piece, matcher, depth + 1)
        if found:
            return found
    return ""


def _members(data: bytes) -> Iterator[bytes]:
    total = 0
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except (zipfile.BadZipFile, OSError):
        return
    with archive:
        for member in archive.infolist():
            if member.flag_bits & 1:
                continue
            content = _content(archive, member)
            total += len(content)
            if len(content) > MAX_STREAM or total > MAX_UNPACKED:
                raise Refused("decompression_bomb")
            yield content


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Unpack a member as far as possible: a broken one hides neither itself nor others."""
    content = bytearray()
    with suppress(*_BROKEN), archive.open(member) as opened:
        while len(content) <= MAX_STREAM and (piece := opened.read(_PIECE)):
            content += piece
    return bytes(content)


def _is_dicom(head: bytes) -> bool:
    return head[128:132] == b"DICM" or sniff(head, "").media_type == types.DICOM


def _in_dicom(data: bytes, matcher: _Matcher, depth: int) -> str:
    """Match documents and archives in a data set (PS3.3, A.45), whatever element they are in."""
    from bedside.adapters.rendering.dicom_reading import inflated_data_set

    unpacked = inflated_data_set(with_preamble(data))
    at = documents = 0
    while wrapped := _WRAPPED.search(unpacked, at):
        start, at = wrapped.span()
        if wrapped[0] == b"%PDF-":
            documents += 1
            found = _in_pdf(unpacked[start:], matcher, depth)
        elif wrapped[0] == b"PK\x03\x04":
            documents += 1
            at = _end_of_zip(unpacked, start)
            found = _unwrapped(unpacked[start:at], matcher, depth + 1)
        else:
            content = _gunzipped(unpacked[start:])
            found = matcher.match(content) or _unwrapped(content, matcher, depth + 1)
        if found:
            return found
        if documents > _MOST_DOCUMENTS:
            raise Refused("decompression_bomb")  # more documents than any data set has
    return ""


def _end_of_zip(data: bytes, start: int) -> int:
    """Return where an archive ends by its last record (APPNOTE.TXT 4.3.16)."""
    at = data.find(b"PK\x05\x06", start)
    if at < 0:
        return len(data)
    return min(len(data), at + 22 + int.from_bytes(data[at + 20 : at + 22], "little"))


def _gunzipped(data: bytes) -> bytes:
    """Unpack a gzip stream as far as possible. Raises Refused for a bomb."""
    content = b""
    with suppress(zlib.error):
        content = zlib.decompressobj(31).decompress(data, MAX_STREAM + 1)
    if len(content) > MAX_STREAM:
        raise Refused("decompression_bomb")
    return content


def _in_pdf(data: bytes, matcher: _Matcher, depth: int) -> str:
    from bedside.adapters.rendering.pdf_actions import commands_of
    from bedside.adapters.rendering.pdf_opening import opened_pdf
    from bedside.adapters.rendering.pdf_pages import BROKEN
    from bedside.adapters.rendering.pdf_streams import stream_contents

    try:
        opened = opened_pdf(data).qpdf
    except Refused:
        return ""  # cannot be opened: its examination refuses it
    with opened:
        found = ""
        with suppress(*BROKEN):  # an object is broken: the streams are matched
            found = commands_of(opened).refused
        if found:
            return found
        for content in stream_contents(opened):
            found = matcher.match(content) or _unwrapped(content, matcher, depth + 1)
            if found:
                return found
    return ""
