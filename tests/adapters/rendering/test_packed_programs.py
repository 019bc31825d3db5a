"""Programs in archives that are attached in a PDF, put into a document, or packed once more."""

import bz2
import gzip
import io
import lzma
import struct
import tarfile

import pytest

from bedside.adapters.rendering import office, packed_programs, pdf
from bedside.adapters.rendering.limits import Refused
from bedside.adapters.rendering.packed_programs import Found, look_into
from bedside.files import media_types as types
from tests.adapters.rendering import pdfs
from tests.hostile import builders

pytestmark = pytest.mark.feature("F4")

PROGRAM = b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\x00\x00" + bytes(60)
LETTER = b"Dear doctor, the values of last week are below."


def tarred(name: str, content: bytes) -> bytes:
    """A tar archive of one file."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def native(name: str, content: bytes) -> bytes:
    """A compound file that holds a packed file ([MS-OLEDS], 2.3.6)."""
    called = name.encode() + b"\x00"
    behind = bytes(2) + b"\x03\x00" + struct.pack("<I", len(called)) + called
    packed = b"\x02\x00" + called + b"C:\\" + called + behind
    packed += struct.pack("<I", len(content)) + content
    return builders.compound({"\x01Ole10Native": struct.pack("<I", len(packed)) + packed})


def locked(archive: bytes) -> bytes:
    """The archive with the mark of a password at its first member."""
    at = archive.rfind(b"PK\x01\x02")
    return archive[:6] + b"\x01" + archive[7 : at + 8] + b"\x01" + archive[at + 9 :]


HARMFUL = {
    "zip": builders.zipped({"rechnung.exe": PROGRAM}),
    "zip with another name": builders.zipped({"values.dat": PROGRAM}),
    "zip with a shortcut": builders.zipped({"a/b/Befund.pdf.lnk": LETTER}),
    "zip with a script": builders.zipped({"notes.txt": LETTER, "run.js": b"WScript.Echo(1)"}),
    "zip with macros": builders.zipped({"letter.doc": builders.docm()}),
    "zip with a locked program": locked(builders.zipped({"setup.msi": PROGRAM})),
    "zip in a zip": builders.zipped({"in.zip": builders.zipped({"x.scr": PROGRAM})}),
    "tar": tarred("tools/run.bat", b"echo 1"),
    "tar.gz": gzip.compress(tarred("x", PROGRAM)),
    "tar.xz in a zip": builders.zipped({"t.txz": lzma.compress(tarred("run.sh", b"rm"))}),
    "gz": gzip.compress(PROGRAM),
    "bz2": bz2.compress(PROGRAM),
    "rar": b"Rar!\x1a\x07\x01\x00" + b"\x12\x34\x00\x0bBefund.exe\x0a\x03" + bytes(40),
    "cab": b"MSCF" + bytes(60) + b"Setup.EXE\x00" + bytes(40),
    "7z": b"7z\xbc\xaf\x27\x1c" + bytes(60) + "a.scr".encode("utf-16-le") + bytes(40),
}
HARMLESS = {
    "zip": builders.zipped({"letter.txt": LETTER, "photo.png": builders.picture("PNG")}),
    "zip in a zip": builders.zipped({"in.zip": builders.zipped({"letter.txt": LETTER})}),
    "tar.gz": gzip.compress(tarred("letter.txt", LETTER)),
    "Word": builders.docx(),
    "e-mail address": b"please write to anna@praxis.example.com",
    "picture": builders.picture("JPEG"),
}
UNREAD = {
    "locked zip": locked(builders.zipped({"letter.txt": LETTER})),
    "rar": b"Rar!\x1a\x07\x01\x00" + b"\x12\x34\x00\x0bBefund.pdf\x0a\x03" + bytes(40),
    "7z": b"7z\xbc\xaf\x27\x1c" + bytes(60),
    "cut-off zip": builders.zipped({"letter.txt": LETTER})[:60],
    "cut-off gz": gzip.compress(LETTER)[:-9],
    "three deep": builders.zipped(
        {"a.zip": builders.zipped({"b.zip": builders.zipped({"c.zip": builders.zipped({})})})}
    ),
}


@pytest.mark.parametrize("kind", HARMFUL)
def test_program_in_an_archive_is_a_program(kind: str) -> None:
    assert look_into(HARMFUL[kind], "documents.dat") is Found.PROGRAM
    with pytest.raises(Refused, match="pdf_with_program"):
        pdf.examine(pdfs.attached(builders.simple_pdf(), "more.dat", HARMFUL[kind]), types.PDF)
    for name, content in (("oleObject1.bin", native("d.dat", HARMFUL[kind])), ("d", HARMFUL[kind])):
        inside = builders.docx(more={f"word/embeddings/{name}": content})
        with pytest.raises(Refused, match=r"embedded_program|macros"):
            office.examine(inside, types.DOCX)


@pytest.mark.parametrize("kind", HARMLESS)
def test_other_archives_and_files_are_taken_as_before(kind: str) -> None:
    found = pdf.examine(pdfs.attached(builders.simple_pdf(), "more.dat", HARMLESS[kind]), types.PDF)
    assert found.note == ""
    inside = builders.docx(more={"word/embeddings/o.bin": native("d.dat", HARMLESS[kind])})
    assert office.examine(inside, types.DOCX).note == ""


@pytest.mark.parametrize("kind", UNREAD)
def test_what_cannot_be_looked_into_is_taken_with_a_note(kind: str) -> None:
    found = pdf.examine(pdfs.attached(builders.simple_pdf(), "more.dat", UNREAD[kind]), types.PDF)
    assert found.note == "pdf_attachment_unread"
    inside = builders.docx(more={"word/embeddings/o.bin": native("d.dat", UNREAD[kind])})
    assert office.examine(inside, types.DOCX).note == "object_unread"


def test_packed_into_old_word_documents_too() -> None:
    old = [builders.doc(more={"Package": HARMFUL[kind]}) for kind in ("zip", "zip in a zip", "tar")]
    for document in old:
        with pytest.raises(Refused, match="embedded_program"):
            office.examine(document, types.DOC)
    for archive, note in ((HARMLESS["zip"], ""), (UNREAD["7z"], "object_unread")):
        document = builders.doc(more={"Package": archive})
        assert office.examine(document, types.DOC).note == note


def test_bomb_in_an_attachment_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed_programs, "MAX_STREAM", 1024 * 1024)
    bomb = builders.zipped({"a.txt": bytes(4 * 1024 * 1024)})
    for archive in (bomb, gzip.compress(bytes(4 * 1024 * 1024)), builders.zipped({"b.zip": bomb})):
        with pytest.raises(Refused, match="decompression_bomb"):
            look_into(archive, "a.zip")
