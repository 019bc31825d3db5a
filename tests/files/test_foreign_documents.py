"""Kinds that are not accepted: each is named for what it is, whatever it is called."""

import pytest

from bedside.files import media_types as types
from bedside.files.refusals import REFUSALS
from bedside.files.sniffing import sniff
from tests.hostile import builders, tables

pytestmark = pytest.mark.feature("F2")

CMS = b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07"
EXCEL_2003 = (
    b'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
    b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>'
)
WORD_2003 = b'<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument/>'
FLAT = b'<?xml version="1.0"?><office:document office:mimetype="application/vnd.oasis.opendocument.'
MHTML = (
    b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="x"\r\n\r\n--x\r\n'
    b"Content-Type: text/html\r\n\r\n<html></html>"
)
BLINK = (
    b"From: <Saved by Blink>\nSubject: Labor\nMIME-Version: 1.0\nContent-Type: multipart/related;\n"
)


def stated(media_type: str) -> bytes:
    """An archive that begins with its type."""
    return builders.zipped({"mimetype": media_type.encode()}, stored=["mimetype"])


KINDS: dict[str, list[tuple[str, bytes]]] = {
    "outlook_wrapping": [("winmail.dat", b"x\x9f>\x22\x01\x00" + bytes(9)), ("a", b"x\x9f>\x22\1")],
    "signed_envelope": [
        ("befund.pdf.p7m", CMS + b"\x02" + bytes(40)),
        ("fattura.xml.p7m", b"\x30\x82\x0f\x11" + CMS[2:] + b"\x02\xa0"),
        (
            "smime.eml",
            b"Subject: a\nContent-Type: application/pkcs7-mime;\n smime-type=signed-data\n\nMI",
        ),
        ("a.p7b", b"-----BEGIN PKCS7-----\nMII"),
    ],
    "signature": [
        ("smime.p7s", CMS + b"\x02" + bytes(40)),
        ("a.sig", b"-----BEGIN PGP SIGNATURE-----\n\niQ"),
    ],
    "encrypted_file": [
        ("smime.p7m", CMS + b"\x03" + bytes(40)),
        ("a.asc", b"-----BEGIN PGP MESSAGE-----\n\nhQ"),
        ("a.txt", b"\r\n-----BEGIN PGP MESSAGE-----\n\nhQ"),
        ("a.age", b"age-encryption.org/v1\n-> X25519"),
        (
            "a.eml",
            b"Subject: a\r\nContent-Type: application/x-pkcs7-mime; name=smime.p7m\r\n\r\nMI",
        ),
        ("a.gpg", b"\x8c\x0d\x04\x09\x03\x02"),
    ],
    "key_file": [
        ("a.pem", b"-----BEGIN RSA PRIVATE KEY-----\nMII"),
        ("a.crt", b"-----BEGIN CERTIFICATE-----\nMII"),
        ("a.p12", b"\x30\x82\x0a\x11\x02\x01\x03\x30"),
    ],
    "onenote": [
        (
            "Visite.one",
            b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3" + bytes(9),
        ),
        ("x", b"\xa1\x2f\xff\x43\xd9\xef\x76\x4c\x9e\xe2\x10\xea\x57\x22\x76\x5f" + bytes(9)),
    ],
    "drawing": [
        ("a.emf", b"\x01\x00\x00\x00\x6c\x00\x00\x00" + bytes(32) + b" EMF\x00\x00\x01\x00"),
        ("a.wmf", b"\xd7\xcd\xc6\x9a\x00\x00" + bytes(20)),
        ("a.wmf", b"\x01\x00\x09\x00\x00\x03\x52\x1f"),
        ("a.odg", stated("application/vnd.oasis.opendocument.graphics")),
        ("a.vsdx", builders.zipped({"[Content_Types].xml": b"", "visio/document.xml": b""})),
        ("a.vsd", builders.compound({"VisioDocument": b"x"})),
        ("a.pub", builders.compound({"Quill": b"x", "Contents": b"y"})),
        ("plan.dwg", b"AC1032\x00\x00\x00"),
    ],
    "other_picture": [
        ("a.ico", b"\x00\x00\x01\x00\x01\x00\x10\x10\x00\x00\x01\x00" + bytes(9)),
        ("a.cur", b"\x00\x00\x02\x00\x01\x00\x20\x20\x00\x00\x01\x00" + bytes(9)),
        ("a.pcx", b"\x0a\x05\x01\x08" + bytes(60)),
        ("a.tga", bytes(2) + b"\x0a" + bytes(9) + b"\x40\x00\x40\x00\x18\x00\xff"),
        ("a.kra", stated("application/x-krita")),
    ],
    "ebook": [
        ("a.epub", stated("application/epub+zip")),
        ("a.mobi", b"Title".ljust(60, b"\x00") + b"BOOKMOBI" + bytes(9)),
    ],
    "print_file": [
        ("a.ps", b"%!PS-Adobe-3.0\n%%Title: a\n"),
        ("a.eps", b"\xc5\xd0\xd3\xc6\x20\x00\x00\x00"),
        ("a.xps", builders.zipped({"FixedDocSeq.fdseq": b"", "[Content_Types].xml": b""})),
        ("a.prn", b"\x1b%-12345X@PJL SET DUPLEX=ON\n@PJL ENTER LANGUAGE=PCL\n\x1bE"),
    ],
    "other_document": [
        ("a.wpd", b"\xffWPC\x12\x00\x00\x00\x01\x0a"),
        ("a.hwpx", stated("application/hwp+zip")),
        ("a.odb", stated("application/vnd.oasis.opendocument.base")),
        ("a.mdb", b"\x00\x01\x00\x00Standard Jet DB\x00"),
        ("labor.db", b"SQLite format 3\x00\x10\x00"),
        ("a.mpp", builders.compound({"Props": b"x"})),
    ],
    "three_d": [
        ("kiefer.stl", b"solid jaw\n  facet normal 0 0 1\n outer loop\n"),
        ("kiefer.stl", b"exported by scanner".ljust(80, b"\x00") + b"\x10\x00\x00\x00" + bytes(90)),
        ("a.ply", b"ply\nformat ascii 1.0\n"),
    ],
    "device_recording": [
        ("ekg.scp", b"\x12\x34\x88\x00\x00\x00\x00\x00\x01\x0d"),
        ("schlaf.edf", b"0       Patient\x00\x01\x02"),
    ],
    "companion_file": [
        ("._Befund.pdf", b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X"),
        (".DS_Store", b"\x00\x00\x00\x01Bud1\x00\x00"),
        ("~$Brief.docx", b"\x04Anna" + bytes(157)),
        ("desktop.ini", b"\xff\xfe" + "\r\n[.ShellClassInfo]\r\n".encode("utf-16-le")),
        ("Thumbs.db", builders.compound({"Catalog": b"x"})),
    ],
    "shortcut": [("Befund.pdf.lnk", b"L\x00\x00\x00\x01\x14\x02\x00" + bytes(40))],
    "cloud_link": [
        ("Labor.webloc", b"bplist00\xd1\x01\x02SURL"),
        ("Labor.url", b"[InternetShortcut]\r\nURL=https://labor.example.com/\r\n"),
        ("Brief.gdoc", b'{"url": "https://docs.google.com/open?id=1", "account": "a"}'),
        (".Brief.pdf.icloud", b"bplist00\xd3\x01\x02"),
    ],
    "hollow": [("a.pdf", bytes(4096)), ("a.jpg", bytes(70_000)), ("a.txt", bytes(3))],
    "unfinished_download": [
        ("a.pdf.crdownload", b"\x01\x02\x03\x80"),
        ("b.part", b"\x00\x9a\xff\x03\x81\x02\x07\x00\x00" * 9),
    ],
    "numbers": [("Werte.numbers", builders.zipped({"preview.jpg": b"x", "Data/a.png": b"y"}))],
    "pages": [("Brief.pages", builders.zipped({"index.xml": b"<x/>", "QuickLook/a.jpg": b"y"}))],
    "table_as_web_page": [
        ("Labor.xls", b"<html><body><table><tr><td>Kalium</td></tr></table></body></html>"),
        ("Labor.xls", b"<table border=1><tr><td>Kalium</td></tr></table>"),
        ("Labor.xls", b"\xef\xbb\xbf<style>.a{mso-number-format:General}</style><table></table>"),
        ("Labor.csv", b"<!DOCTYPE html><html></html>"),
        ("Labor.xls", MHTML),
        ("Labor", b'<html xmlns:x="urn:schemas-microsoft-com:office:excel"></html>'),
    ],
    "document_as_web_page": [
        ("Brief.doc", b"<html><head></head><body>Dear</body></html>"),
        ("Brief.doc", MHTML),
        ("Brief.docx", b"<!DOCTYPE html><html></html>"),
    ],
    "web_page": [
        ("Labor.mht", MHTML),
        ("Labor.mhtml", BLINK),
        ("scan.pdf", b"<div class=login>Sign in</div>"),
    ],
    "table_as_xml": [
        ("Labor.xls", EXCEL_2003),
        ("Labor.xml", EXCEL_2003),
        ("Labor.fods", FLAT + b'spreadsheet"></office:document>'),
    ],
    "document_as_xml": [("Brief.doc", WORD_2003), ("a.fodt", FLAT + b'text"></office:document>')],
    "camera_raw": [("a.x3f", b"\x01\x02\x80\xff"), ("a.orf", b"IIRO\x08\x00")],
    "sound": [
        ("a.opus", b"OggS\x00\x02" + bytes(9)),
        ("memo.wma", b"\x01\x80\xff\x00\x07\x91\x03\x02"),
    ],
}


@pytest.mark.parametrize("refusal", KINDS)
def test_each_kind_is_named_for_what_it_is(refusal: str) -> None:
    for name, head in KINDS[refusal]:
        assert (name, sniff(head, name).refusal) == (name, refusal)
    assert refusal in REFUSALS


@pytest.mark.parametrize(
    ("name", "head", "media_type"),
    [
        ("Labor.csv", tables.xlsx({"W": [tables.words("A1", "Kalium")]}), types.XLSX),
        ("Labor.xls", tables.xlsx({"W": [tables.words("A1", "Kalium")]}), types.XLSX),
        ("Labor.xls", b"Kalium\tNatrium\n4.1\t140\n", types.CSV),
        ("Labor.xls", "Kalium;Größe\n4,1;140\n".encode("cp1252"), types.CSV),
        ("Brief.doc", b"{\\rtf1 Dear}", types.RTF),
        ("Brief.rtf", b"\xef\xbb\xbf\r\n{\\rtf1 Dear}", types.RTF),
        ("Brief.doc", builders.docx(), types.DOCX),
        ("notes.key", b"C major, then the key of G.", types.PLAIN),
        ("notes.one", b"One, two, three.", types.PLAIN),
        ("notes.obj", b"Objective: no pain.", types.PLAIN),
        (
            "mail.eml",
            b"From: a@b.c\nTo: d@e.f\nContent-Type: multipart/related; b=x\n\n",
            types.PLAIN,
        ),
        ("solid.txt", b"solid food is tolerated\nfacet joints normal", types.PLAIN),
        ("p.txt", b"plywood allergy", types.PLAIN),
        ("t.txt", b"<Table 3> see below", types.PLAIN),
    ],
)
def test_what_is_accepted_stays_accepted(name: str, head: bytes, media_type: str) -> None:
    assert (sniff(head, name).refusal, sniff(head, name).media_type) == ("", media_type)


def test_names_alone_never_make_a_file_acceptable() -> None:
    for suffix in ("pdf", "jpg", "docx", "xls", "txt", "dcm", "zzz"):
        assert sniff(b"\x01\x02\x80\xff\x00", f"a.{suffix}").refusal == "unknown_type"
