"""Office documents with something in them that runs or loads, and harmless ones that look alike."""

import struct
from collections.abc import Callable, Iterator
from functools import partial

from bedside.files import media_types as types
from tests.hostile import builders as make
from tests.hostile import tables
from tests.hostile.tables import words

Row = tuple[str, str, Callable[[], bytes], str, str]
"""A description, the name, the bytes, the refusal or "", the type it is kept as."""

_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
PROGRAM = b"MZ\x90\x00" + bytes(56) + b"\x80\x00\x00\x00" + bytes(64) + b"PE\x00\x00" + bytes(64)
CHECKBOX = "8BD21D40-EC42-11CE-9E0D-00AA006002F3"
BROWSER = "8856F961-340A-11D0-A96B-00C04FD705A2"


def linked(kind: str, target: str, part: str = "word/_rels/settings.xml.rels") -> bytes:
    """A Word document with a link of this kind to somewhere outside."""
    relation = (
        f'<Relationships><Relationship Id="rId1" Type="{_RELATION}{kind}" Target="{target}" '
        'TargetMode="External"/></Relationships>'
    )
    return make.docx(more={part: relation.encode()})


def packed(name: str, content: bytes) -> bytes:
    """A file packed into a document by drag and drop ([MS-OLEDS], 2.3.6)."""
    label = name.encode() + b"\x00"
    native = struct.pack("<H", 2) + label + b"C:\\" + label + bytes(4)
    native += struct.pack("<I", len(label) + 3) + b"C:\\" + label
    native += struct.pack("<I", len(content)) + content
    return make.compound({"\x01Ole10Native": struct.pack("<I", len(native)) + native})


def control(number: str) -> bytes:
    """A control of this class on a page."""
    return f'<ax:ocx xmlns:ax="x" ax:classid="{{{number}}}"/>'.encode()


def basic(code: str) -> dict[str, bytes]:
    """A library of LibreOffice Basic with this code."""
    return {
        "Basic/script-lc.xml": b'<l:libraries xmlns:l="x"/>',
        "Basic/Standard/script-lb.xml": b'<l:library xmlns:l="x"/>',
        "Basic/Standard/Module1.xml": f'<s:module xmlns:s="x">{code}</s:module>'.encode(),
    }


def _field(instruction: str) -> bytes:
    halves = (instruction[:3], instruction[3:])
    runs = "".join(f"<w:r><w:instrText>{half}</w:instrText></w:r>" for half in halves)
    return (
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        f'<w:body><w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r>{runs}</w:p></w:body>'
        "</w:document>"
    ).encode()


def _table(**more: bytes) -> bytes:
    members = {name.replace("__", "/") + ".xml": content for name, content in more.items()}
    return tables.xlsx({"Werte": [words("A1", "x")]}, more=members)


def documents() -> Iterator[Row]:
    """Yield all of them."""
    yield from _refused()
    yield from _kept()
    yield from _other_kinds()


def _refused() -> Iterator[Row]:
    def row(what: str, name: str, content: bytes, refusal: str) -> Row:
        return what, name, lambda: content, refusal, ""

    yield row("OpenDocument with Basic", "a.odt", make.odt(more=basic("Sub Main")), "macros")
    call = "<x href='vnd.sun.star.script:a.py$b?language=Python'/>"
    yield row("OpenDocument that calls a script", "a.odt", make.odt(call), "macros")
    yield row(
        "Excel 97 with macros", "a.xls", tables.xls({}, storages=["_VBA_PROJECT_CUR"]), "macros"
    )
    yield row(
        "Excel 97 with a sheet of macros", "a.xls", tables.xls({(0, 0): "x"}, kind=1), "macros"
    )
    sheet = {"xl/macrosheets/sheet1.xml": b"<x/>"}
    yield row(
        "Excel with a sheet of macros", "a.xlsx", tables.xlsx({"A": []}, more=sheet), "macros"
    )
    for name, content in (("rechnung.exe", PROGRAM), ("photo.jpg", PROGRAM), ("a.vbs", b"x")):
        inside = make.docx(more={"word/embeddings/oleObject1.bin": packed(name, content)})
        yield row(f"Word with {name} packed inside", "a.docx", inside, "embedded_program")
    bare = make.docx(more={"word/embeddings/a.bin": PROGRAM})
    yield row("Word with a bare program inside", "a.docx", bare, "embedded_program")
    table = tables.xlsx({"A": []}, more={"xl/embeddings/oleObject1.bin": packed("a.lnk", b"L")})
    yield row("Excel with a shortcut packed inside", "a.xlsx", table, "embedded_program")
    dde = b'<externalLink><ddeLink ddeService="cmd" ddeTopic="/C calc.exe"/></externalLink>'
    yield row("Excel that starts a program", "a.xlsx", _table(xl__externalLinks__e1=dde), "dde")
    supbook = struct.pack("<HH", 0x1AE, 12) + struct.pack("<HHB", 1, 7, 0) + b"cmd\x03/ C"
    yield row("Excel 97 that starts a program", "a.xls", tables.xls({}, more=supbook), "dde")
    formula = "<table:table><table:table-row><table:table-cell "
    formula += 'table:formula="of:=DDE(&quot;cmd&quot;)"/></table:table-row></table:table>'
    formula = formula.replace("&quot;", "'")
    yield row("OpenDocument table that starts a program", "a.ods", tables.ods(formula), "dde")
    yield row("CSV that starts a program", "a.csv", b"a;b\n=cmd|'/C calc'!A0;2\n", "dde")
    word = make.docx(document=_field("DDEAUTO cmd"))
    yield row("Word whose field is in two runs", "a.docx", word, "dde")
    browser = make.docx(more={"word/activeX/activeX1.xml": control(BROWSER)})
    yield row("Word with a browser inside", "a.docx", browser, "active_content")
    remote = linked("oleObject", "mhtml:http://192.0.2.1/a.html!x-usc:http://192.0.2.1/a.html")
    yield row("Word with an object from the web", "a.docx", remote, "active_content")
    locked = tables.xls({}, more=struct.pack("<HH", 0x2F, 4) + bytes(4))
    yield row("Excel 97 with a password", "a.xls", locked, "encrypted_document")
    yield row(
        "Excel 97 without a sheet",
        "a.xls",
        make.compound({"Workbook": b"\x09\x08"}),
        "damaged_document",
    )


def _kept() -> Iterator[Row]:
    for what, target in (
        ("on its own computer", "file:///C:\\Vorlagen\\Brief.dotx"),
        ("of every Word", "Normal.dotm"),
        ("in a shared folder", "file:///\\\\server\\vorlagen\\Brief.dotx"),
        ("on the web", "https://vorlagen.example/Brief.dotx"),
    ):
        yield (
            f"Word with a template {what}",
            "a.docx",
            partial(linked, "attachedTemplate", target),
            "",
            types.DOCX,
        )
    box = {"word/activeX/activeX1.xml": control(CHECKBOX), "word/activeX/activeX1.bin": b"x"}
    yield "Word with a box to tick", "a.docx", partial(make.docx, more=box), "", types.DOCX
    controls = _table(xl__ctrlProps__ctrlProp1=b'<formControlPr objectType="CheckBox"/>')
    yield "Excel with a box to tick", "a.xlsx", lambda: controls, "", types.XLSX
    empty = basic("")
    yield "OpenDocument with empty Basic", "a.odt", partial(make.odt, more=empty), "", types.ODT
    letter = make.docx(more={"word/embeddings/oleObject1.bin": packed("befund.pdf", b"%PDF-1.4")})
    yield "Word with a PDF packed inside", "a.docx", lambda: letter, "", types.DOCX
    yield "Excel 97", "Werte.xls", partial(tables.xls, {(0, 0): "x"}), "", types.XLS
    yield "text that begins with MZ", "a.txt", lambda: b"MZ, 3.5.: headache\n", "", types.PLAIN
    mail = b"From anna@example.com: see you at nine.\n"
    yield "text named after a mail address", "anna@example.com", lambda: mail, "", types.PLAIN
    dated = b"<Datum> 3.5. <Uhrzeit> 9:00 headache\n"
    yield "text that begins with a bracket", "a.txt", lambda: dated, "", types.PLAIN
    minus = b"Wert;Notiz\n-5;+3 | siehe oben!\n"
    yield "CSV with signs before numbers", "a.csv", lambda: minus, "", types.CSV


def _other_kinds() -> Iterator[Row]:
    for refusal, member in (
        ("pages", "Index/Document.iwa"),
        ("numbers", "Index/Tables/Sheet-1.iwa"),
        ("keynote", "Index/Slide-1.iwa"),
    ):
        made = make.zipped({member: b"x", "preview.jpg": b"y"})
        yield f"document of {refusal}", "Befund", lambda made=made: made, refusal, ""
    slides = make.zipped({"[Content_Types].xml": b"", "ppt/presentation.xml": b""})
    yield "presentation", "a.pptx", lambda: slides, "slides", ""
    open_slides = make.zipped(
        {"mimetype": b"application/vnd.oasis.opendocument.presentation"}, stored=["mimetype"]
    )
    yield "OpenDocument presentation", "a.odp", lambda: open_slides, "slides", ""
    old = make.compound({"PowerPoint Document": b"x"})
    yield "PowerPoint 97", "a.ppt", lambda: old, "slides", ""
    mail = make.compound({"__properties_version1.0": b"x"})
    yield "e-mail of Outlook", "a.msg", lambda: mail, "mail_message", ""
    binary = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"
    table = tables.xlsx({"A": []}, main=binary)
    yield "binary Excel", "a.xlsb", lambda: table, "binary_table", ""
    google = b'{"":"WARNING! DO NOT EDIT THIS FILE!","doc_id":"1a","resource_key":""}'
    yield "link to a document of Google", "Befund.gdoc", lambda: google, "cloud_link", ""
    placeholder = b"bplist00" + bytes(60)
    yield "placeholder of iCloud", ".scan.pdf.icloud", lambda: placeholder, "cloud_link", ""
    shortcut = b"[InternetShortcut]\r\nURL=https://example.com/\r\n"
    yield "link to a page", "Befund.url", lambda: shortcut, "cloud_link", ""
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml"
    yield "template of Word", "a.dotx", partial(make.docx, main=main), "office_template", ""
