"""Programs among files that are packed into others: attached in a PDF or an e-mail, put into a
document as an object, or in an archive there, which is as good as the program itself.

Archives are looked into one level deep, whatever their name says. Of those that only other programs
unpack the names are read.
"""

import bz2
import gzip
import io
import lzma
import re
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from enum import IntEnum
from pathlib import PurePosixPath
from typing import Protocol

from bedside.adapters.rendering.limits import MAX_STREAM, MAX_UNPACKED, Refused
from bedside.files.sniffing import HEAD_SIZE, sniff

_SUFFIXES = frozenset(
    {"exe", "dll", "com", "scr", "pif", "cpl", "msi", "msp", "jar", "apk", "app", "dmg", "pkg"}
    | {"deb", "rpm", "run", "gadget", "appx", "msix", "xll", "ocx", "chm", "hta", "lnk", "url"}
    | {"js", "jse", "vbs", "vbe", "wsf", "wsh", "sct", "bat", "cmd", "ps1", "psm1", "reg", "inf"}
    | {"application", "settingcontent-ms", "docm", "dotm", "xlsm", "xltm", "xlam", "pptm", "py"}
    | {"sh", "iso", "img", "vhd", "vhdx"}
)
_RUN = frozenset({"executable", "script", "macros", "shortcut"})
_PROGRAMS = (b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xfe\xed\xfa\xcf", b"\xcf\xfa\xed\xfe", b"#!")
_NAMED = re.compile(
    rb"[\w)\]~ -]\.(?:exe|dll|com|scr|pif|cpl|msi|jar|apk|js|jse|vb[es]|ws[fh]|hta|bat|cmd|ps1|lnk)"
    rb"(?=[\x00-\x1f\x80-\xff]|\Z)",
    re.IGNORECASE,
)
"""The name of a program in an archive that is not unpacked here; names stand in it as they are."""
_NAMED_WIDE = re.compile(
    rb"[\w)]\x00\.\x00(?:e\x00x\x00e|d\x00l\x00l|s\x00c\x00r|m\x00s\x00i|j\x00s|v\x00b\x00s"
    rb"|b\x00a\x00t|l\x00n\x00k|h\x00t\x00a|p\x00s\x001)\x00(?=\x00\x00|;\x00)",
    re.IGNORECASE,
)
_FOREIGN = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"MSCF", b"\x60\xea", b"xar!", b"\x28\xb5\x2f")
_MOST_MEMBERS = 2_000
_PIECE = 1024 * 1024
_BROKEN = (
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError),
    *(NotImplementedError, RuntimeError, ValueError, KeyError),
)


class Found(IntEnum):
    """The worst that a packed file holds."""

    NOTHING = 0
    UNREAD = 1
    """A part is encrypted, damaged, or packed in a way that is not unpacked here."""
    PROGRAM = 2


def is_program(head: bytes) -> bool:
    """Whether bytes begin like a program for any system."""
    if head.startswith(b"MZ") and len(head) >= 64:
        at = int.from_bytes(head[60:64], "little")
        return head[at : at + 2] in {b"PE", b"NE", b"LE", b"LX"} or b"\x00" in head[:64]
    return head.startswith(_PROGRAMS)


def is_program_name(name: str) -> bool:
    """Whether a file of this name is run when it is opened."""
    name = name.replace("\\", "/").replace("\x00", "").rstrip(". /")
    return PurePosixPath(name).suffix.lower().lstrip(".") in _SUFFIXES


def look_into(data: bytes, name: str) -> Found:
    """Look whether a packed file is a program or an archive with one. Raises Refused for an
    archive that unpacks to an enormous size."""
    return _look(data, name, 0, _Budget())


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Budget:
    """Bytes and members that may still be unpacked."""

    def __init__(self) -> None:
        self._bytes = MAX_UNPACKED
        self._members = _MOST_MEMBERS

    def member(self) -> bool:
        """Whether another member may be looked at."""
        self._members -= 1
        return self._members >= 0

    def read(self, opened: _Readable) -> bytes:
        """Unpack a member as far as possible. Raises Refused for a bomb."""
        content = bytearray()
        while piece := opened.read(_PIECE):
            content += piece
            self._bytes -= len(piece)
            if len(content) > MAX_STREAM or self._bytes < 0:
                raise Refused("decompression_bomb")
        return bytes(content)


_Member = tuple[str, bytes | None]
"""Name and content; None for one that cannot be unpacked."""


def _look(data: bytes, name: str, depth: int, budget: _Budget) -> Found:
    head = data[:HEAD_SIZE]
    if is_program_name(name) or is_program(head) or sniff(head or b" ", name).refusal in _RUN:
        return Found.PROGRAM
    if head.startswith(_FOREIGN):
        named = _NAMED.search(data) or _NAMED_WIDE.search(data)
        return Found.PROGRAM if named else Found.UNREAD
    unpack = _unpacker(data)
    if unpack is None:
        return Found.NOTHING
    return Found.UNREAD if depth > 1 else _worst(unpack(data, name, budget), depth, budget)


def _worst(members: Iterator[_Member], depth: int, budget: _Budget) -> Found:
    worst = Found.NOTHING
    try:
        for name, content in members:
            found = Found.PROGRAM if is_program_name(name) else Found.UNREAD
            if content is not None and found is not Found.PROGRAM:
                found = _look(content, name, depth + 1, budget)
            if found is Found.PROGRAM:
                return found
            worst = max(worst, found)
    except _BROKEN:
        return Found.UNREAD
    return worst


_Unpack = Callable[[bytes, str, _Budget], Iterator[_Member]]


def _unpacker(data: bytes) -> _Unpack | None:
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip
    if data.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"]\x00\x00")):
        return _single
    return _tar if data[257:262] == b"ustar" else None


def _zip(data: bytes, _name: str, budget: _Budget) -> Iterator[_Member]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.infolist():
            if member.is_dir():
                continue
            if not budget.member():
                yield member.filename, None
                return
            try:
                with archive.open(member) as opened:
                    content = budget.read(opened)
            except _BROKEN:  # also one with a password
                content = None
            yield member.filename, content


def _tar(data: bytes, _name: str, budget: _Budget) -> Iterator[_Member]:
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
        for member in archive:
            if not member.isfile():
                continue
            opened = archive.extractfile(member) if budget.member() else None
            yield member.name, None if opened is None else budget.read(opened)
            if opened is None:
                return


def _single(data: bytes, name: str, budget: _Budget) -> Iterator[_Member]:
    """Unpack what holds one file: that of “x.exe.gz” is called x.exe, that of “x.tgz” is a tar."""
    packed = io.BytesIO(data)
    if data.startswith(b"\x1f\x8b"):
        with gzip.GzipFile(fileobj=packed) as opened:
            content = budget.read(opened)
    elif data.startswith(b"BZh"):
        with bz2.BZ2File(packed) as opened:
            content = budget.read(opened)
    else:
        with lzma.LZMAFile(packed) as opened:
            content = budget.read(opened)
    if content[257:262] == b"ustar":
        yield from _tar(content, name, budget)
    else:
        yield PurePosixPath(name.replace("\\", "/").replace("\x00", "")).stem, content
