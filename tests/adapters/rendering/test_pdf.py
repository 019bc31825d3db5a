"""PDFs as they come: with commands, with bytes around them, cut off, with broken pages."""

from io import BytesIO

import pikepdf
import pytest

from bedside.adapters.rendering import pdf
from bedside.adapters.rendering.limits import Refused
from bedside.adapters.rendering.pdf_actions import commands_of
from bedside.adapters.rendering.polyglots import is_polyglot
from bedside.files import media_types as types
from bedside.files.ports import Examination
from bedside.files.sniffing import sniff
from bedside.files.states import Sharing
from tests.adapters.rendering import pdfs
from tests.adapters.rendering.test_documents import sample
from tests.hostile import builders


def examined(data: bytes) -> Examination:
    """Examine as the child does: detected, parsed, judged by what is around it."""
    sniffed = sniff(data, "a.pdf")
    assert (sniffed.media_type, sniffed.refusal) == (types.PDF, "")
    found = pdf.examine(data, types.PDF)
    assert not is_polyglot(data, types.PDF)
    return found


def script(code: bytes) -> bytes:
    """An action that runs a script."""
    return b"<< /S /JavaScript /JS <%s> >>" % code.hex().encode()


COMMANDS = {
    "prints": builders.simple_pdf(catalog=b"/OpenAction " + script(b"this.print({bUI: true});")),
    "prints when closed": builders.simple_pdf(catalog=b"/AA << /WC %s >>" % script(b"print();")),
    "calculates": pdfs.form(
        b"<< /Subtype /Widget /FT /Tx /T (bmi) /Rect [0 0 9 9] /AA << /C %s >> >>"
        % script(b'event.value = this.getField("weight").value / 2;')
    ),
    "by a name": builders.simple_pdf(
        catalog=b"/Names << /JavaScript << /Names [(a) %s] >> >>" % script(b"var x = 1;")
    ),
    "in a stream": builders.simple_pdf(
        catalog=b"/OpenAction << /S /JavaScript /JS 6 0 R >>",
        more=[builders.pdf_stream(b"app.beep(0);")],
    ),
    "behind a jump": builders.simple_pdf(
        catalog=b"/OpenAction << /S /GoTo /D [3 0 R /Fit] /Next [%s] >>" % script(b"x")
    ),
    "jumps into an attachment": builders.simple_pdf(
        page=b"/Annots [<< /Subtype /Link /Rect [0 0 9 9] /A << /S /GoToE /T << /R /C >> >> >>]"
    ),
    "shows a film": builders.simple_pdf(
        page=b"/Annots [<< /Subtype /RichMedia /Rect [0 0 9 9] /RichMediaContent << >> >>]"
    ),
    "begins like a format": builders.simple_pdf(
        catalog=b"/OpenAction " + script(b"AFNumber_Format(2);app.launchURL(1)")
    ),
    "an official example": sample("pdf_with_scripts.pdf"),
}


@pytest.mark.feature("F5")
@pytest.mark.parametrize("kind", COMMANDS)
def test_commands_are_kept_and_others_get_a_copy_without_them(kind: str) -> None:
    found = examined(COMMANDS[kind])
    assert found.note.split()[0] == "pdf_with_scripts"
    assert found.sharing is Sharing.COPY
    assert found.shared is not None
    assert found.shared.media_type == types.PDF
    with pikepdf.open(BytesIO(found.shared.data)) as copy:
        assert not commands_of(copy).kept
        assert b"/JavaScript <<" not in copy.Root.unparse()
    again = examined(found.shared.data)
    assert (again.note, again.sharing) == ("", Sharing.AS_IT_IS)
    words = pdf.derive(COMMANDS[kind], types.PDF).text
    assert pdf.derive(found.shared.data, types.PDF).text == words


@pytest.mark.parametrize(
    "harmless",
    [
        builders.simple_pdf(catalog=b"/OpenAction << /S /Named /N /Print >>"),
        builders.simple_pdf(catalog=b"/OpenAction [3 0 R /Fit]"),
        builders.simple_pdf(
            page=b"/Annots [<< /Subtype /Link /Rect [0 0 9 9] "
            b"/A << /S /URI /URI (https://example.org/) >> >>]"
        ),
        sample("form_dd0293.pdf"),
        sample("form_210966.pdf"),
    ],
)
def test_what_is_no_command_is_given_as_it_is(harmless: bytes) -> None:
    found = examined(harmless)
    assert (found.note, found.sharing) == ("", Sharing.AS_IT_IS)


DOCUMENT = builders.simple_pdf()
BEFORE = {
    "path": b"C:\\Users\\Anna\\Befund.pdf\n",
    "form": b'--AaB03x\r\nContent-Disposition: form-data; name="f"\r\n\r\n',
    "mail": b"Received: from a by b;\r\n" * 60 + b"Content-Type: application/pdf\r\n\r\n",
    "printer": b"\x1b%-12345X@PJL JOB\r\n@PJL ENTER LANGUAGE=PDF\r\n",
    "bits": b"\x00\x01\x00",
    "mark": b"\xff\xfe",
    "warning": b"<br />\n<b>Warning</b>:  Undefined index: id in <b>/var/www/a.php</b><br />\n",
    "notice": b"Notice: session_start(): ignoring\n" * 40,
    "http": b"HTTP/1.1 200 OK\r\nServer: nginx\r\n\r\n",
}


@pytest.mark.parametrize("kind", BEFORE)
def test_harmless_bytes_before_a_pdf_are_taken(kind: str) -> None:
    data = BEFORE[kind] + DOCUMENT
    assert examined(data).note == "pdf_repaired"
    assert "Discharge" in pdf.derive(data, types.PDF).text


@pytest.mark.parametrize(
    "behind",
    [
        b"\r\n--AaB03x--\r\n",
        bytes(4096),
        b"<html><body><p>Your download is ready.</p></body></html>\n",
        b"\x1b%-12345X@PJL EOJ\r\n",
        b"\x1a",
        b"garbage " * 20,
    ],
)
def test_harmless_bytes_behind_a_pdf_are_taken(behind: bytes) -> None:
    assert examined(DOCUMENT + behind).note in {"", "pdf_repaired"}


@pytest.mark.parametrize(
    "around",
    [
        b"MZ\x90\x00\x03",
        b"\x7fELF\x02\x01",
        b"#!/bin/sh\nrm -r x\n",
        b"GIF89a\x01\x00",
        b"\xff\xd8\xff\xe0",
        b"Rar!\x1a\x07\x00",
        b"text PK\x03\x04 and more",
        b"<script>alert(1)</script>",
        b"<img src=x onerror=alert(1)>",
        b"<?php system(1); ?>",
    ],
)
def test_what_hides_around_a_pdf_is_refused_without_blame(around: bytes) -> None:
    assert sniff(around + b"\n" + DOCUMENT, "a.pdf").refusal in {
        "polyglot",
        "executable",
        "archive",
    }
    assert is_polyglot(DOCUMENT + around, types.PDF)


def test_an_archive_attached_as_it_is_hides_nothing() -> None:
    inner = builders.docx()
    data = builders.simple_pdf(
        catalog=b"/Names << /EmbeddedFiles << /Names [(a) << /Type /Filespec /F (a.docx) "
        b"/EF << /F 6 0 R >> >>] >> >>",
        more=[builders.pdf_stream(inner)],
    )
    assert examined(data).refusal == ""
    assert is_polyglot(data + inner, types.PDF)


@pytest.mark.feature("F3")
@pytest.mark.parametrize("share", [0.3, 0.5, 0.7, 0.8])
def test_a_pdf_that_was_cut_off_is_incomplete(share: float) -> None:
    for whole in (pdfs.pages(40), sample("paper_tracemonkey.pdf"), sample("form_210966.pdf")):
        with pytest.raises(Refused, match="incomplete_pdf"):
            pdf.examine(whole[: int(len(whole) * share)], types.PDF)


def test_a_download_whose_rest_is_zeros_is_incomplete() -> None:
    whole = pdfs.pages(40)
    half = len(whole) // 2
    with pytest.raises(Refused, match="incomplete_pdf"):
        pdf.examine(whole[:half] + bytes(half), types.PDF)


def test_a_pdf_that_lost_only_its_table_is_whole() -> None:
    whole = pdfs.pages(12)
    found = examined(whole[: whole.rindex(b"xref\n0") + 20])
    assert (found.pages, found.note) == (12, "pdf_repaired")


BROKEN_PAGES = {
    "no page": b"<< /Nothing true >>",
    "not a dictionary": b"[1 2 3]",
    "nothing": b"null",
    "a font": b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
}


@pytest.mark.parametrize("kind", BROKEN_PAGES)
@pytest.mark.parametrize("number", [1, 7, 10])
def test_a_broken_page_costs_that_page(kind: str, number: int) -> None:
    data = pdfs.pages(10, broken={number: BROKEN_PAGES[kind]})
    found = examined(data)
    made = pdf.derive(data, types.PDF)
    texts = made.text.split("\f")
    assert found.pages == len(texts)
    for other in {1, 2, 6, 8, 9, 10} - {number}:
        assert f"Page {other} of" in texts[other - 1]
    roles = {one.role for one in made.derivatives}
    assert {"thumbnail", "preview", "page-2", "page-9"} <= roles
    assert made.note == f"pdf_pages_missing:{number}"
    assert f"page-{number}" not in roles


@pytest.mark.parametrize("stated", [1, 3, 9, 100_000, -5])
def test_a_count_of_pages_that_lies_is_not_believed(stated: int) -> None:
    data = pdfs.pages(4, stated=stated)
    assert examined(data).pages == 4
    made = pdf.derive(data, types.PDF)
    assert [one.role for one in made.derivatives if one.role.startswith("page")] == [
        "page-2",
        "page-3",
        "page-4",
    ]
    assert made.note == ""


def test_a_pdf_whose_attachment_alone_is_encrypted_is_taken() -> None:
    data = sample("pdf_encrypted_attachment.pdf")
    found = examined(data)
    assert (found.note, found.pages) == ("pdf_attachment_unread", 1)
    assert "Example" in pdf.derive(data, types.PDF).text


def test_what_only_pdfium_opens_is_taken() -> None:
    circle = pdfs.pages(3).replace(b"/Kids [4 0 R", b"/Kids [2 0 R 4 0 R")
    found = examined(circle)
    assert (found.pages, found.note, found.sharing) == (3, "pdf_repaired", Sharing.COPY)
    assert "Page 3 of" in pdf.derive(circle, types.PDF).text


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (b"startxref\n", b"startxref\n9"),
        (b"%PDF-1.7", b"%PDF-7.x"),
        (b"endobj\n5 0 obj", b"endobj\n\xff\xff<<<<(((\n5 0 obj"),
        (b"/Length ", b"/Length 9"),
    ],
)
def test_what_a_reader_can_repair_is_taken(right: bytes, wrong: bytes) -> None:
    data = pdfs.pages(3).replace(right, wrong)
    assert (examined(data).pages, examined(data).note) == (3, "pdf_repaired")
    assert "Page 3 of" in pdf.derive(data, types.PDF).text


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (b"/Pages 2 0 R", b"/Pages 3 0 R"),
        (b"/Kids [", b"/Kidz ["),
        (b"/Root 1 0 R", b"/Root 2 0 R"),
    ],
)
def test_what_lost_its_pages_is_damaged(right: bytes, wrong: bytes) -> None:
    with pytest.raises(Refused, match="damaged_pdf"):
        pdf.examine(pdfs.pages(3).replace(right, wrong), types.PDF)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("Rechnung.exe", b"anything"),
        ("Rechnung.pdf.scr", b"anything"),
        ("bild.jpg", b"MZ\x90\x00" + bytes(60)),
        ("start.ps1", b"dir"),
        ("Setup.MSI", b"\xd0\xcf"),
        ("lib", b"\x7fELF\x02\x01\x01"),
    ],
)
def test_a_program_attached_in_a_pdf_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(Refused, match="pdf_with_program"):
        pdf.examine(pdfs.attached(DOCUMENT, name, content), types.PDF)


@pytest.mark.parametrize(
    ("name", "content"),
    [("factur-x.xml", b"<?xml version='1.0'?><a/>"), ("labor.csv", b"a;b"), ("b.pdf", DOCUMENT)],
)
def test_other_attachments_are_taken(name: str, content: bytes) -> None:
    found = examined(pdfs.attached(DOCUMENT, name, content))
    assert (found.note, found.sharing) == ("", Sharing.AS_IT_IS)
