"""Makes files byte by byte: valid ones where that is enough, broken ones where no library would."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from functools import cache

from PIL import Image, ImageDraw

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""In two parts, so that no scanner reports this source file."""

_MIB = 1024 * 1024


def picture(kind: str, size: tuple[int, int] = (64, 48), **options: object) -> bytes:
    """A small picture in one of Pillow's formats."""
    made = Image.new("RGB", size, "white")
    ImageDraw.Draw(made).ellipse((8, 8, size[0] - 8, size[1] - 8), fill="teal")
    out = io.BytesIO()
    made.save(out, kind, **options)
    return out.getvalue()


def png_chunk(name: bytes, content: bytes) -> bytes:
    """One chunk with its length and checksum."""
    check = zlib.crc32(name + content).to_bytes(4, "big")
    return len(content).to_bytes(4, "big") + name + content + check


def png(width: int, height: int, *, extra: bytes = b"") -> bytes:
    """A PNG of one bit a pixel, all black, whose data are complete; `extra` chunks go first."""
    row = bytes(1 + (width + 7) // 8)
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    body = png_chunk(b"IHDR", header) + extra + png_chunk(b"IDAT", data) + png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def tiff(entries: Sequence[tuple[int, int, int]], *, next_directory: int = 0) -> bytes:
    """A TIFF of one directory; entries are (tag, type, value), the pixels follow it."""
    directory = struct.pack("<H", len(entries))
    for tag, kind, value in entries:
        directory += struct.pack("<HHII", tag, kind, 1, value)
    return b"II*\x00" + struct.pack("<I", 8) + directory + struct.pack("<I", next_directory)


def pdf(objects: Sequence[bytes], *, root: int = 1) -> bytes:
    """A PDF of these objects, numbered from 1, with a right cross-reference table."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places: list[int] = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root %d 0 R >>\n" % (len(objects) + 1, root)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def pdf_stream(content: bytes, entries: bytes = b"") -> bytes:
    """A stream object's body."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), entries, content)


def simple_pdf(*, catalog: bytes = b"", page: bytes = b"", more: Sequence[bytes] = ()) -> bytes:
    """A PDF of one page that says a word; `more` objects start at number 6."""
    content = b"BT /F1 24 Tf 72 700 Td (Discharge summary) Tj ET"
    return pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog,
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
            b"/Resources << /Font << /F1 5 0 R >> >> %s >>" % page,
            pdf_stream(content),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            *more,
        ]
    )


@cache
def zeros_deflated(length: int) -> bytes:
    """`length` zero bytes (whole MiB) as raw Deflate: the same flushed block again and again."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packer.compress(b"")
    block = packer.compress(bytes(_MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    return block * (length // _MIB) + b"\x03\x00"


@cache
def zeros_packed(length: int, times: int = 1) -> bytes:
    """`length` zero bytes (whole MiB) in zlib's format, packed `times` times over."""
    checksum = ((length % 65521) << 16 | 1).to_bytes(4, "big")  # Adler-32 of zeros
    packed = b"\x78\xda" + zeros_deflated(length) + checksum
    for _ in range(times - 1):
        packed = zlib.compress(packed, 9)
    return packed


def zipped(members: Mapping[str, bytes], *, stored: Sequence[str] = ()) -> bytes:
    """A zip archive; members named in `stored` are not compressed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in members.items():
            kind = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name), content, kind, 1)
    return out.getvalue()


_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_MACRO_MAIN = "application/vnd.ms-word.document.macroEnabled.main+xml"


def docx(
    text: str = "Referral letter",
    *,
    more: Mapping[str, bytes] | None = None,
    main: str = _MAIN,
    document: bytes | None = None,
) -> bytes:
    """A Word document of one paragraph; `more` members, another type, or another main part."""
    types = (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
        f'content-types"><Override PartName="/word/document.xml" ContentType="{main}"/></Types>'
    )
    body = f"<w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body>"
    words = f'<?xml version="1.0"?><w:document xmlns:w="{_WORD}">{body}</w:document>'
    members = {
        "[Content_Types].xml": types.encode(),
        "word/document.xml": document if document is not None else words.encode(),
        **(more or {}),
    }
    return zipped(members)


def docm() -> bytes:
    """A Word document with a macro project."""
    return docx(main=_MACRO_MAIN, more={"word/vbaProject.bin": b"\xcc\x61\xff\xff\x00\x00"})


def odt(text: str = "Arztbrief", *, more: Mapping[str, bytes] | None = None) -> bytes:
    """An OpenDocument text of one paragraph."""
    namespaces = (
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    )
    body = f"<office:body><office:text><text:p>{text}</text:p></office:text></office:body>"
    content = f"<office:document-content {namespaces}>{body}"
    members = {
        "mimetype": b"application/vnd.oasis.opendocument.text",
        "content.xml": f"{content}</office:document-content>".encode(),
        "META-INF/manifest.xml": b"<manifest/>",
        **(more or {}),
    }
    return zipped(members, stored=["mimetype"])


_SECTOR = 512
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def compound(streams: Mapping[str, bytes], *, storages: Sequence[str] = ()) -> bytes:
    """A compound file ([MS-CFB]) with these streams at its root, and empty storages beside them.

    Streams are filled up to 4096 bytes, so that all live in ordinary sectors.
    """
    padded = {
        name: content.ljust(4096, b"\x00").ljust(-len(content) % _SECTOR + len(content), b"\x00")
        for name, content in streams.items()
    }
    names = [*padded, *storages]
    directory_sectors = (len(names) + 1 + 3) // 4
    chains: list[int] = []
    first_sector: dict[str, int] = {}

    def chain(count: int) -> int:
        start = 1 + len(chains)  # sector 0 holds the allocation table
        chains.extend(start + step + 1 for step in range(count - 1))
        chains.append(_END)
        return start

    directory = chain(directory_sectors)
    for name, content in padded.items():
        first_sector[name] = chain(len(content) // _SECTOR)
    table = struct.pack(f"<{1 + len(chains)}I", _FAT, *chains)
    table = table.ljust(_SECTOR, b"\xff")
    assert len(table) == _SECTOR, "more than 127 sectors"
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 62, 3, 0xFFFE, 9, 6)
    )
    header += bytes(6) + struct.pack("<IIIIIIIII", 0, 1, directory, 0, 4096, _END, 0, _END, 0)
    header += struct.pack("<I", 0) + b"\xff" * 4 * 108
    entries = _entry("Root Entry", 5, 1, _FREE, _END, 0)
    for number, name in enumerate(names, 1):
        following = number + 1 if number < len(names) else _FREE
        is_stream = name in padded
        entries += _entry(
            name,
            2 if is_stream else 1,
            _FREE,
            following,
            first_sector.get(name, 0),
            len(padded.get(name, b"")),
        )
    entries = entries.ljust(directory_sectors * _SECTOR, b"\x00")
    return header + table + entries + b"".join(padded.values())


def _entry(name: str, kind: int, child: int, right: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le") + b"\x00\x00"
    return (
        text.ljust(64, b"\x00")
        + struct.pack("<HBBIII", len(text), kind, 1, _FREE, right, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


def doc(
    text: str = "Befund: unauffällig",
    *,
    storages: Sequence[str] = (),
    flags: int = 0,
    more: Mapping[str, bytes] | None = None,
) -> bytes:
    """A Word 97 document ([MS-DOC]): half of the text in one byte a letter, half in two; `more`
    streams beside it."""
    half = len(text) // 2
    narrow, wide = text[:half].encode("cp1252"), text[half:].encode("utf-16-le")
    head = bytearray(2048)
    head[0:2] = b"\xec\xa5"
    head[0x0A:0x0C] = struct.pack("<H", 0x0200 | flags)
    bounds = struct.pack("<III", 0, half, len(text))
    pieces = struct.pack("<HIH", 0, 2 * len(head) | 0x40000000, 0)
    pieces += struct.pack("<HIH", 0, len(head) + len(narrow), 0)
    clx = b"\x02" + struct.pack("<I", len(bounds + pieces)) + bounds + pieces
    head[0x01A2:0x01AA] = struct.pack("<II", 0, len(clx))
    streams = {"WordDocument": bytes(head) + narrow + wide, "1Table": clx, **(more or {})}
    return compound(streams, storages=storages)


def mp4(*, media: bytes = b"\x00" * 5000) -> bytes:
    """An MP4 whose boxes are in order; nothing plays it, nothing here has to."""

    def box(name: bytes, content: bytes) -> bytes:
        return (len(content) + 8).to_bytes(4, "big") + name + content

    brands = b"isom" + (512).to_bytes(4, "big") + b"isomiso2avc1mp41"
    return box(b"ftyp", brands) + box(b"moov", box(b"mvhd", bytes(100))) + box(b"mdat", media)


def dicom_header(*, preamble: bytes = bytes(128), syntax: bytes = b"1.2.840.10008.1.2.1") -> bytes:
    """The preamble, the mark and a file meta group with a transfer syntax (PS3.10, 7.1)."""
    value = syntax + b"\x00" * (len(syntax) & 1)
    element = b"\x02\x00\x10\x00UI" + struct.pack("<H", len(value)) + value
    length = b"\x02\x00\x00\x00UL\x04\x00" + struct.pack("<I", len(element))
    return preamble.ljust(128, b"\x00") + b"DICM" + length + element
