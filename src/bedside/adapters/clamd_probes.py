"""Files that reveal how far clamd looks: the harmless EICAR test file, packed beside padding.

EICAR is in an archive, compressed, for two reasons. Some signatures match the whole test file,
which only unpacking brings to light. And a signature of its bytes must not match a piece cut off
at a limit, where nothing was unpacked.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

_EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-" + rb"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
_STORED, _DEFLATED = 0, 8
_MIB = 1024 * 1024
_NESTED = 120
"""Nested archives; clamd is never set to open more than 100 (its CL_MAX_MAXRECLEVEL)."""


@dataclass(frozen=True, slots=True)
class _Member:
    """A member of an archive: `data` as it is stored there, `size` when unpacked."""

    name: bytes
    method: int
    checksum: int
    size: int
    data: bytes

    def fields(self, stored: int) -> bytes:
        """Return what local header and directory have in common (APPNOTE.TXT 4.3.7, 4.3.12)."""
        numbers = ((20, 2), (0, 2), (self.method, 2), (0, 4), (self.checksum, 4))
        sizes = ((stored, 4), (self.size, 4), (len(self.name), 2), (0, 2))
        return b"".join(number.to_bytes(width, "little") for number, width in (*numbers, *sizes))

    def local(self, stored: int) -> bytes:
        """Return the header before the member's bytes."""
        return b"PK\x03\x04" + self.fields(stored) + self.name

    def listed(self, stored: int, at: int) -> bytes:
        """Return the member's entry in the archive's directory."""
        numbers = (20).to_bytes(2, "little") + self.fields(stored) + bytes(10)
        return b"PK\x01\x02" + numbers + at.to_bytes(4, "little") + self.name


def _packed(name: bytes, content: bytes) -> _Member:
    packer = zlib.compressobj(1, zlib.DEFLATED, -15, 9, zlib.Z_FIXED)
    data = packer.compress(content) + packer.flush()
    return _Member(name, _DEFLATED, zlib.crc32(content), len(content), data)


_TEST_FILE = _packed(b"eicar.com", _EICAR)


def _end(members: int, directory: int, at: int) -> bytes:
    numbers = ((0, 4), (members, 2), (members, 2), (directory, 4), (at, 4), (0, 2))
    return b"PK\x05\x06" + b"".join(n.to_bytes(width, "little") for n, width in numbers)


def of_size(size: int) -> Iterator[bytes]:
    """Build an archive of exactly `size` bytes (at least 512), EICAR first and padding after it.

    Only a clamd that looks into files of this size finds it (MaxFileSize, MaxScanSize).
    """
    first = _TEST_FILE.local(len(_TEST_FILE.data)) + _TEST_FILE.data
    around = len(first) + len(_TEST_FILE.listed(0, 0)) + len(_end(0, 0, 0))
    empty = _Member(b"padding", _STORED, 0, 0, b"")
    length = size - around - len(empty.local(0)) - len(empty.listed(0, 0))
    padding = _Member(b"padding", _STORED, 0, length, b"")
    yield first + padding.local(length)
    zeros = bytes(_MIB)
    for start in range(0, length, _MIB):
        yield zeros[: length - start]
    directory = _TEST_FILE.listed(len(_TEST_FILE.data), 0) + padding.listed(length, len(first))
    yield directory + _end(2, len(directory), size - len(directory) - len(_end(0, 0, 0)))


def unpacking_to(size: int) -> Iterator[bytes]:
    """Build a small archive whose members, 1 MiB each, unpack to `size` bytes, EICAR last.

    Only a clamd that unpacks this much of one file finds it (MaxScanSize).
    """
    count = -(-size // _MIB)
    members = (_packed(b"%d" % n, n.to_bytes(4, "big") + bytes(_MIB - 4)) for n in range(count))
    yield from _archive((*members, _TEST_FILE))


def nested() -> bytes:
    """Nest more archives than any clamd opens: one that reports its limits reports this."""
    content = b"hello"
    for _ in range(_NESTED):
        inner = _Member(b"a.zip", _STORED, zlib.crc32(content), len(content), content)
        content = b"".join(_archive((inner,)))
    return content


def _archive(members: tuple[_Member, ...]) -> Iterator[bytes]:
    at = 0
    directory = bytearray()
    for member in members:
        directory += member.listed(len(member.data), at)
        whole = member.local(len(member.data)) + member.data
        at += len(whole)
        yield whole
    yield bytes(directory) + _end(len(members), len(directory), at)
