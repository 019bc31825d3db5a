"""Texts that stand for something else: saved e-mails, and what transfers made of other files."""

import base64
import io
from email.message import EmailMessage

import pytest
from PIL import Image

from bedside.adapters.child_examiner import ChildExaminer
from bedside.adapters.rendering import pdf, text
from bedside.adapters.rendering.limits import Refused
from bedside.files import media_types as types
from bedside.files.ports import Examination
from bedside.files.sniffing import HEAD_SIZE, sniff
from tests.adapters.rendering.test_documents import chunks
from tests.hostile import builders

pytestmark = [pytest.mark.anyio, pytest.mark.feature("F2")]


async def examined(data: bytes, name: str) -> Examination:
    """Examine a file in a child process."""
    return await ChildExaminer().examine(chunks(data), len(data), name)


def mail(*files: tuple[str, bytes], page: bool = False) -> bytes:
    """A saved e-mail with files."""
    message = EmailMessage()
    message["Received"] = "from mail.example.com by mx.example.com"
    message["From"], message["To"] = "anna@example.com", "praxis@example.com"
    message["Subject"] = "Befund: Größe und Blutdruck"
    words = "Guten Tag,\nder Kaliumwert beträgt 4,1.\n" + "x" * 90
    if page:
        message.set_content(f"<style>p{{}}</style><p>{words}</p><b>Gr&uuml;&szlig;e</b>", "html")
    else:
        message.set_content(words, cte="base64")
    for name, content in files:
        message.add_attachment(content, "application", "octet-stream", filename=name)
    return message.as_bytes()


@pytest.mark.parametrize("page", [False, True])
async def test_saved_mail_is_shown_as_words(page: bool) -> None:
    data = mail(("Befund.pdf", builders.simple_pdf()), page=page)
    found = await examined(data, "mail.eml")
    assert (found.media_type, found.refusal, found.note) == (types.PLAIN, "", "mail_with_files")
    shown = text.derive(data, types.PLAIN).text
    assert shown.startswith("From: anna@example.com\nTo: praxis@example.com\n")
    for words in ("Subject: Befund: Größe", "der Kaliumwert beträgt 4,1.", "[Befund.pdf]"):
        assert words in shown
    assert "JVBERi" not in shown
    assert "<p>" not in shown
    assert (await examined(mail(), "mail.eml")).note == ""


@pytest.mark.parametrize(
    "attached",
    [
        ("rechnung.exe", b"MZ" + bytes(80)),
        ("rechnung.pdf.js", b"alert(1)"),
        ("rechnung.zip", builders.zipped({"a.scr": b"MZ"})),
        ("rechnung.dat", b"\x7fELF" + bytes(80)),
        ("brief.docm", builders.docm()),
    ],
)
async def test_program_in_a_saved_mail_is_refused(attached: tuple[str, bytes]) -> None:
    data = mail(("letter.txt", b"Dear"), attached)
    assert (await examined(data, "mail.eml")).refusal == "embedded_program"
    assert (await examined(data, "mail.txt")).refusal == "embedded_program"


@pytest.mark.parametrize(
    "data",
    [
        b"Subject: to be discussed\n\nDear colleague",
        b"From: Anna\nTo: the doctor\nPain since Monday.",
        b"Date: 3.5.\nPulse: 80\nContent-Type is not known\n",
    ],
)
def test_notes_with_colons_are_no_mail(data: bytes) -> None:
    assert text.derive(data, types.PLAIN).text == data.decode()


def picture(kind: str) -> bytes:
    """A picture of noise, so that it is long enough."""
    out = io.BytesIO()
    Image.effect_noise((64, 64), 90).convert("RGB").save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "refusal"),
    [
        ("scan.pdf", base64.b64encode(builders.simple_pdf()), "transport_form"),
        ("scan.pdf", base64.encodebytes(builders.simple_pdf()), "transport_form"),
        ("photo", base64.b64encode(picture("JPEG")), "transport_form"),
        ("a.txt", b"data:image/png;base64," + base64.b64encode(picture("PNG")), "transport_form"),
        ("a.docx", base64.encodebytes(builders.docx()), "transport_form"),
        (
            "a.uu",
            b"begin 644 scan.pdf\nM)5!$1BTQ+C0*)>+CS],*,2`P(&]B:@H\\/\"`O5'EP92`O\n",
            "transport_form",
        ),
        ("a.hqx", b"(This file must be converted with BinHex 4.0)\n:$f*TEQ", "transport_form"),
        ("p.jpg", picture("JPEG").decode("latin-1").encode(), "damaged_image"),
        ("p.jpg", picture("JPEG").decode("utf-8", "replace").encode(), "damaged_image"),
        ("p.png", picture("PNG").decode("latin-1").encode(), "damaged_image"),
        ("form.fdf", b"%FDF-1.2\n1 0 obj\n<< /FDF << >> >>\nendobj\n", "form_data"),
        ("IMG_1.livp", builders.zipped({"a.heic": b"x", "a.mov": b"y"}), "live_photo"),
        ("IMG_1.AAE", b'<?xml version="1.0"?>\n<!DOCTYPE plist><plist/>', "companion_file"),
        ("a.ppm", b"P6\n40 30\n255\n" + bytes(80), "other_picture"),
        ("alt.xls", b"\x09\x00\x04\x00\x02\x00\x10\x00" + bytes(20), "other_document"),
    ],
)
def test_what_transfers_made_of_files_is_named(name: str, data: bytes, refusal: str) -> None:
    assert sniff(data[:HEAD_SIZE], name).refusal == refusal


def test_long_words_are_text() -> None:
    for words in (
        b"A" * 80,
        b"Donaudampfschifffahrtsgesellschaftskapitaen" * 3,
        b"0123456789" * 20,
    ):
        assert sniff(words, "a.txt").media_type == types.PLAIN


@pytest.mark.parametrize("name", ["scan.pdf", "IMG_1.HEIC", "a.JPEG", "brief.docx", "film.mp4"])
async def test_text_under_another_name_says_so(name: str) -> None:
    for words in (b'{"error": "Forbidden"}', b"Not found", b"The session has ended."):
        found = await examined(words, name)
        assert (found.media_type, found.refusal, found.note) == (types.PLAIN, "", "text_in_place")
    assert (await examined(b"Not found", "a.txt")).note == ""


def packed_pdf() -> bytes:
    """A PDF whose only picture is a JPEG."""
    out = io.BytesIO()
    Image.effect_noise((64, 64), 90).convert("RGB").save(out, "PDF")
    return out.getvalue()


@pytest.mark.parametrize("how", ["latin-1", "lost"])
def test_pdf_that_was_written_as_a_text_is_damaged(how: str) -> None:
    whole = packed_pdf()
    lost = whole.decode("utf-8", "replace") if how == "lost" else whole.decode("latin-1")
    with pytest.raises(Refused, match="damaged_pdf"):
        pdf.examine(lost.encode(), types.PDF)
    assert pdf.examine(whole, types.PDF).note == ""
    title = b"/Title (" + "Größe ".encode() * 90 + b")"
    assert pdf.examine(builders.simple_pdf(catalog=title), types.PDF).note == ""
