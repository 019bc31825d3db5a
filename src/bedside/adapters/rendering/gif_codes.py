"""The codes of a GIF's pixels (GIF89a, appendix F): counted, and completed."""

from typing import NamedTuple

_MOST_BITS = 12


class _Bits:
    """Writes codes behind the bits of a stream, the lowest bit first."""

    def __init__(self, packed: bytes, used: int) -> None:
        self._bytes = bytearray(packed[: used // 8])
        self._count = used % 8
        self._value = packed[used // 8] & ((1 << self._count) - 1) if self._count else 0

    def write(self, code: int, width: int) -> None:
        """Append a code of `width` bits."""
        self._value |= code << self._count
        self._count += width
        while self._count >= 8:
            self._bytes.append(self._value & 255)
            self._value >>= 8
            self._count -= 8

    def all(self) -> bytes:
        """Return the whole stream."""
        return bytes(self._bytes) + (bytes([self._value]) if self._count else b"")


class Codes(NamedTuple):
    """The rest of a stream of codes: pixels, bits of complete codes, bits of the next one."""

    pixels: int
    used: int
    width: int


def codes_in(packed: bytes, bits: int, wanted: int) -> Codes:
    """Count the pixels in a stream of codes that was cut off, at most `wanted`; `bits` is the size
    of a literal. Raises ValueError for codes that do not make sense."""
    if not 2 <= bits <= 8:
        raise ValueError("no size of a literal")
    clear, end = 1 << bits, (1 << bits) + 1
    width, following = bits + 1, end + 1
    lengths: list[int] = []
    previous = found = at = 0
    total = len(packed) * 8
    while at + width <= total and found < wanted:
        value = int.from_bytes(packed[at // 8 : at // 8 + 3], "little")
        code = value >> at % 8 & ((1 << width) - 1)
        at += width
        if code == clear:
            width, following, lengths, previous = bits + 1, end + 1, [], 0
            continue
        if code == end:
            at -= width
            break
        if previous and following < 1 << _MOST_BITS:
            lengths.append(previous + 1)
            following += 1
        if code > end and code - end > len(lengths):
            raise ValueError("a code that was not defined")
        previous = 1 if code < clear else lengths[code - end - 1]
        found += previous
        if following == 1 << width and width < _MOST_BITS:
            width += 1
    return Codes(min(found, wanted), at, width)


def completed(packed: bytes, codes: Codes, bits: int, missing: int) -> bytes:
    """Return the stream with so many more pixels of the first colour, and its end."""
    clear, width = 1 << bits, codes.width
    stream = _Bits(packed, codes.used)
    for number in range(max(0, missing)):
        if number % (clear // 2) == 0:  # before the table grows beyond this width
            stream.write(clear, width)
            width = bits + 1
        stream.write(0, width)
    stream.write(clear + 1, width)
    return stream.all()
