"""Pictures that are slightly damaged or lost a little of their end, written so that they decode.

Browsers show such pictures as far as they go, so they are taken too. One of which more is missing
is refused as incomplete: its sender still has all of it.
"""

import zlib
from collections.abc import Callable, Iterator
from io import BytesIO

from PIL import Image

from bedside.adapters.rendering.gif_codes import codes_in, completed
from bedside.adapters.rendering.inflating import inflated
from bedside.adapters.rendering.jpeg_segments import segments
from bedside.adapters.rendering.limits import MAX_PIXELS, MOST_LOST, Refused
from bedside.files import media_types as types


def mended(data: bytes, media_type: str) -> bytes | None:
    """Return the picture in a form that decodes; None for damage of another kind.

    Raises Refused if too much of it is missing.
    """
    mend = _MENDERS.get(media_type)
    try:
        return mend(data) if mend else None
    except (Refused, MemoryError):
        raise
    except Exception:  # damage of a kind that nobody thought of
        return None


def _tolerate(lost: float) -> None:
    if lost > MOST_LOST:
        raise Refused("incomplete_image")


# --- JPEG (ITU T.81) -----------------------------------------------------------------------------

_START_OF_SCAN, _PROGRESSIVE = 0xDA, 0xC2


def _jpeg(data: bytes) -> bytes | None:
    """Add the end; what is missing before it is decoded as grey."""
    parts = list(segments(data))
    scans = [part for marker, part in parts if marker == _START_OF_SCAN]
    frame = next((part for marker, part in parts if marker == _PROGRESSIVE), None)
    if not scans:
        return None
    whole = data.rstrip(b"\xff") + b"\xff\xd9"
    if frame is not None and not _has_all_luminance(frame, scans[:-1]):
        raise Refused("incomplete_image")
    _tolerate(_grey_at_the_end(whole))
    return whole


def _has_all_luminance(frame: bytes, scans: list[bytes]) -> bool:
    """Whether these scans of a progressive picture hold every frequency of its brightness, but for
    the last bit; what follows makes it a little sharper."""
    luminance = frame[10]
    held: set[int] = set()
    for scan in scans:
        count = scan[4]
        if luminance in scan[5 : 5 + 2 * count : 2]:
            first, last, bits = scan[5 + 2 * count : 8 + 2 * count]
            if bits & 15 <= 1:
                held.update(range(first, last + 1))
    return held >= set(range(64))


def _grey_at_the_end(data: bytes) -> float:
    """Return the share of the picture that was not in the file: decoders make it middle grey."""
    picture = Image.open(BytesIO(data), formats=["JPEG"])
    if picture.width * picture.height > MAX_PIXELS:
        raise Refused("too_many_pixels")
    picture.draft(None, (picture.width // 8, picture.height // 8))
    picture.load()
    width, height = picture.size
    rows = _rows(picture)
    grey = {127, 128}
    full = 0
    for row in rows:
        if not grey.issuperset(row):
            break
        full += 1
    if full == height:
        return 1.0
    last = picture.crop((0, height - full - 1, width, height - full)).tobytes()
    samples = len(picture.getbands())
    partly = len(last) - len(last.rstrip(b"\x7f\x80"))
    return (full * width + 2 * (partly // samples)) / (width * height)


def _rows(picture: Image.Image) -> Iterator[bytes]:
    """Yield the rows' samples from the last one up."""
    for at in range(picture.height - 1, -1, -1):
        yield picture.crop((0, at, picture.width, at + 1)).tobytes()


# --- PNG (third edition) -------------------------------------------------------------------------

_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2))
_LAST_PASS = (0, 1, 1, 2)
_INTACT, _BROKEN, _CUT_OFF = "intact", "broken", "cut off"


def _png(data: bytes) -> bytes | None:
    """Leave out what decoders may skip and is broken, and supply what the end lacks."""
    kept: list[tuple[bytes, bytes]] = []
    for name, content, state in _chunks(data):
        if state != _INTACT and name[:1].isupper() and (name, state) != (b"IDAT", _CUT_OFF):
            return None
        if state == _INTACT or name == b"IDAT":
            kept.append((name, content))
    if not kept or kept[0][0] != b"IHDR" or len(kept[0][1]) != 13:
        return None
    header = kept[0][1]
    pixels = _pixels(header, iter(part for name, part in kept if name == b"IDAT"))
    first = next((at for at, (name, _) in enumerate(kept) if name == b"IDAT"), len(kept))
    others = [part for part in kept if part[0] not in {b"IDAT", b"IEND"}]
    written = [*others[:first], (b"IDAT", pixels), *others[first:], (b"IEND", b"")]
    return data[:8] + b"".join(_chunk(name, content) for name, content in written)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes, str]]:
    """Yield each chunk's name, content and state."""
    at = 8
    while at + 8 <= len(data):
        end = at + 8 + int.from_bytes(data[at : at + 4], "big")
        name, content = data[at + 4 : at + 8], data[at + 8 : end]
        check = zlib.crc32(name + content).to_bytes(4, "big")
        state = _INTACT if data[end : end + 4] == check else _BROKEN
        yield name, content, _CUT_OFF if end + 4 > len(data) else state
        if name == b"IEND":
            return
        at = end + 4


def _pixels(header: bytes, packed: Iterator[bytes]) -> bytes:
    """Return the pixels, packed again, with zeros for those that are missing."""
    wanted = _size_of_pixels(header)
    unpacked = bytearray()
    for piece in inflated(packed):
        unpacked += piece
        if len(unpacked) >= wanted:
            break
    _tolerate(1 - len(unpacked) / wanted)
    return zlib.compress(bytes(unpacked[:wanted].ljust(wanted, b"\x00")), 1)


def _size_of_pixels(header: bytes) -> int:
    """Return the bytes of the pixels with their filters (clauses 7.2 and 8.2)."""
    width, height = (int.from_bytes(header[at : at + 4], "big") for at in (0, 4))
    if not 0 < width * height <= MAX_PIXELS:
        raise Refused("too_many_pixels")
    bits = header[8] * _SAMPLES.get(header[9], 4)
    passes = [*_PASSES, _LAST_PASS] if header[12] else [(0, 0, 1, 1)]
    total = 0
    for left, top, across, down in passes:
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        if columns > 0 and rows > 0:
            total += rows * (1 + -(-columns * bits // 8))
    return total


def _chunk(name: bytes, content: bytes) -> bytes:
    check = zlib.crc32(name + content).to_bytes(4, "big")
    return len(content).to_bytes(4, "big") + name + content + check


# --- GIF (89a) -----------------------------------------------------------------------------------


def _gif(data: bytes) -> bytes | None:
    """End it behind its last complete picture, or complete the only one."""
    at = end = 13 + _colours(data[10])
    images = 0
    while at < len(data) and data[at] in b"\x21\x2c":
        is_image = data[at] == 0x2C
        blocks = at + 2
        if is_image:
            blocks = at + 10 + _colours(data[at + 9]) + 1
        following = _end_of_blocks(data, blocks)
        if following is None:
            if is_image and not images:
                return _gif_with_pixels(data, at, blocks)
            break
        images += is_image
        at = following
        end = at if is_image else end
    return data[:end] + b"\x3b" if images else None


def _gif_with_pixels(data: bytes, at: int, blocks: int) -> bytes:
    """Complete the picture at `at`, whose last codes are missing."""
    width, height = (int.from_bytes(data[at + of : at + of + 2], "little") for of in (5, 7))
    codes, wanted = bytearray(), width * height
    place = blocks
    while place < len(data):
        codes += data[place + 1 : place + 1 + data[place]]
        place += 1 + data[place]
    if not 0 < wanted <= MAX_PIXELS:
        raise Refused("too_many_pixels")
    bits = data[blocks - 1]
    found = codes_in(bytes(codes), bits, wanted)
    _tolerate(1 - found.pixels / wanted)
    whole = completed(bytes(codes), found, bits, wanted - found.pixels)
    packed = [whole[start : start + 255] for start in range(0, len(whole), 255)]
    framed = b"".join(bytes([len(piece)]) + piece for piece in packed)
    return data[:blocks] + framed + b"\x00\x3b"


def _colours(packed: int) -> int:
    return 3 << ((packed & 7) + 1) if packed & 0x80 else 0


def _end_of_blocks(data: bytes, at: int) -> int | None:
    """Return where the data blocks at `at` end; None if the file ends first."""
    while at < len(data):
        if not data[at]:
            return at + 1
        at += data[at] + 1
    return None


# --- WebP (RFC 9649) -----------------------------------------------------------------------------

_PIXELS = frozenset({b"VP8 ", b"VP8L", b"ALPH", b"ANMF"})
_SPARE = 1024
"""Bytes added to what is filled up, because zeros may stand for more bits than were there."""


def _webp(data: bytes) -> bytes | None:
    """Drop what is cut off at the end; pixels of which little is missing are filled up."""
    at, pieces, frames = 12, list[bytes](), 0
    while at + 8 <= len(data):
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        end = at + 8 + length + (length & 1)
        name, piece = data[at : at + 4], data[at:end]
        missing = at + 8 + length - len(data)
        if missing > 0 and name in _PIXELS and not frames:
            _tolerate(missing / length)
            size = (length + _SPARE).to_bytes(4, "little")
            piece = name + size + data[at + 8 :].ljust(length + _SPARE, b"\x00")
        elif missing > 0:
            break
        pieces.append(piece + bytes(len(piece) & 1))
        frames += name == b"ANMF"
        at = end
    body = b"WEBP" + b"".join(pieces)
    return b"RIFF" + len(body).to_bytes(4, "little") + body if pieces else None


def _bmp(data: bytes) -> bytes | None:
    stated = int.from_bytes(data[2:6], "little")
    if stated <= len(data):
        return None
    _tolerate(1 - len(data) / stated)
    return data.ljust(stated, b"\x00")


_MENDERS: dict[str, Callable[[bytes], bytes | None]] = {
    types.JPEG: _jpeg,
    types.PNG: _png,
    types.GIF: _gif,
    types.WEBP: _webp,
    types.BMP: _bmp,
}
