"""Word and OpenDocument texts as readings: ticks, tables, pictures, notes, borders of pages."""

import zipfile
from io import BytesIO
from typing import Any

import mammoth
import pytest

from bedside.adapters.rendering import office, rtf
from bedside.adapters.rendering.word_document import word_document
from bedside.files import media_types as types
from bedside.files.readings import Reading, reading_of
from tests.hostile import builders

pytestmark = pytest.mark.feature("F10")

WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
STRICT = 'xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"'
MORE = (
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def part(name: str, inside: str, words: str = WORD) -> bytes:
    """A part of a Word document."""
    return f"<w:{name} {words} {MORE}>{inside}</w:{name}>".encode()


def body(inside: str, words: str = WORD) -> bytes:
    """The main part of a Word document."""
    return part("document", f"<w:body>{inside}</w:body>", words)


def paragraph(runs: str) -> str:
    """A paragraph; plain words are put into a run."""
    inside = runs if runs.startswith("<") else f"<w:r><w:t>{runs}</w:t></w:r>"
    return f"<w:p>{inside}</w:p>"


def read(inside: str, words: str = WORD, **more: bytes) -> tuple[Reading, str]:
    """Return the reading and the words of a Word document."""
    members = {name.replace("__", "/") + ".xml": content for name, content in more.items()}
    data = builders.docx(document=body(inside, words), more=members)
    assert office.examine(data, types.DOCX).media_type == types.DOCX
    made = office.derive(data, types.DOCX)
    return reading_of(made.derivatives[0].data), made.text


def field(form: str, instruction: str) -> str:
    """A field of a form."""
    return (
        f'<w:r><w:fldChar w:fldCharType="begin"><w:ffData>{form}</w:ffData></w:fldChar></w:r>'
        f"<w:r><w:instrText> {instruction} </w:instrText></w:r>"
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


@pytest.mark.parametrize(
    ("box", "tick"),
    [
        (field("<w:checkBox><w:checked/></w:checkBox>", "FORMCHECKBOX"), "☒"),
        (field('<w:checkBox><w:default w:val="1"/></w:checkBox>', "FORMCHECKBOX"), "☒"),
        (field('<w:checkBox><w:default w:val="0"/></w:checkBox>', "FORMCHECKBOX"), "☐"),
        (
            '<w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="1"/></w14:checkbox></w:sdtPr>'
            "<w:sdtContent><w:r><w:t>x</w:t></w:r></w:sdtContent></w:sdt>",
            "☒",
        ),
        ('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>', "☑"),
        ('<w:r><w:sym w:font="Wingdings" w:char="F0A8"/></w:r>', "☐"),
        ('<w:r><w:sym w:font="Wingdings" w:char="F06F"/></w:r>', "☐"),
        ('<w:r><w:sym w:font="Wingdings 2" w:char="F052"/></w:r>', "☑"),
        ('<w:r><w:rPr><w:rFonts w:ascii="Wingdings"/></w:rPr><w:t>\u00fe</w:t></w:r>', "☑"),
        ("<w:r><w:t>\uf0fe</w:t></w:r>", "☑"),
        ('<w:r><w:sym w:font="Own Font" w:char="F0FE"/></w:r>', "\ufffd"),
    ],
)
def test_a_box_is_ticked_or_not(box: str, tick: str) -> None:
    reading, text = read(paragraph(box + "<w:r><w:t> pregnant</w:t></w:r>"))
    assert text == f"{tick} pregnant"
    assert ("letters" in reading.missing) == (tick == "\ufffd")


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        (paragraph("<w:r><w:t>E</w:t><w:noBreakHyphen/><w:t>Mail</w:t></w:r>"), "E\u2011Mail"),
        (paragraph("<w:r><w:t>a</w:t><w:cr/><w:t>b</w:t><w:tab/><w:t>c</w:t></w:r>"), "a\nb\tc"),
        (
            paragraph(
                "<w:moveFrom><w:r><w:t>mornings</w:t></w:r></w:moveFrom>"
                "<w:r><w:t>50 mg </w:t></w:r>"
                "<w:moveTo><w:r><w:t>mornings</w:t></w:r></w:moveTo>"
                "<w:del><w:r><w:delText>100</w:delText></w:r></w:del>"
                "<w:ins><w:r><w:t>!</w:t></w:r></w:ins>"
            ),
            "50 mg mornings!",
        ),
        (
            paragraph(
                field(
                    '<w:ddList><w:result w:val="1"/><w:listEntry w:val="never"/>'
                    '<w:listEntry w:val="often"/></w:ddList>',
                    "FORMDROPDOWN",
                )
            ),
            "often",
        ),
        (paragraph("<m:oMath><m:r><m:t>x=2</m:t></m:r></m:oMath>"), "x=2"),
        (
            "<w:sdt><w:sdtContent>" + paragraph("from a list") + "</w:sdtContent></w:sdt>",
            "from a list",
        ),
        (
            "<w:tbl><w:tr><w:tc>"
            + paragraph("K")
            + "</w:tc><w:tc>"
            + paragraph("4.1")
            + "</w:tc></w:tr></w:tbl>",
            "K\t4.1",
        ),
        (
            paragraph(
                "<w:r><mc:AlternateContent><mc:Choice><w:txbxContent>"
                + paragraph("in a box")
                + "</w:txbxContent></mc:Choice></mc:AlternateContent></w:r>"
            ),
            "in a box",
        ),
    ],
)
def test_words_of_all_kinds_are_read_once(inside: str, text: str) -> None:
    assert "\n".join(line.strip() for line in read(inside)[1].split("\n")) == text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("name", ["styles", "numbering", "theme/theme1"])
def test_entities_beside_the_words_reach_no_parser(
    name: str, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each part is parsed by mammoth, which would expand them."""
    parsed: list[str] = []
    convert: Any = mammoth.convert_to_html

    def converted(packed: BytesIO, **options: Any) -> Any:
        with zipfile.ZipFile(packed) as archive:
            parsed.extend(archive.namelist())
        return convert(packed, **options)

    monkeypatch.setattr(mammoth, "convert_to_html", converted)
    entities = (
        f'<?xml version="1.0" encoding="{encoding}"?>'
        '<!DOCTYPE x [<!ENTITY a "otter"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
    ).encode(encoding)
    data = builders.docx(document=body(paragraph("plain")), more={f"word/{name}.xml": entities})
    _reading, words, _pictures = word_document(data, "word/document.xml")
    assert words == "plain"
    assert "word/document.xml" in parsed
    assert f"word/{name}.xml" not in parsed


def test_a_document_in_the_strict_form_is_read() -> None:
    assert read(paragraph("strictly"), STRICT)[1] == "strictly"


def test_headers_footers_and_notes_are_read() -> None:
    reading, text = read(
        paragraph("<w:r><w:t>letter</w:t></w:r><w:r><w:footnoteReference w:id='2'/></w:r>"),
        word__header1=part("hdr", paragraph("Frau Öz")),
        word__header2=part("hdr", paragraph("Frau Öz")),
        word__footer1=part("ftr", paragraph("page")),
        word__footnotes=part(
            "footnotes", f'<w:footnote w:id="2">{paragraph("fasting")}</w:footnote>'
        ),
    )
    assert text.split("\n")[0] == "Frau Öz"
    assert text.count("Frau Öz") == 1
    assert "fasting" in text
    assert text.endswith("page")
    assert ("open", "header", 0, 0) in reading.pieces


def test_pictures_are_shown_or_said_to_be_missing() -> None:
    relation = (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId7" Type="{RELATION}/image" Target="media/a.png"/></Relationships>'
    )
    drawing = (
        '<w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/'
        'wordprocessingDrawing"><a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/'
        '2006/main"><a:graphicData><pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/'
        '2006/picture"><pic:blipFill><a:blip r:embed="rId7"/></pic:blipFill></pic:pic>'
        "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )
    more = {"word/_rels/document.xml.rels": relation.encode()}
    for picture, missing in ((builders.picture("PNG"), False), (b"\x01\x00\x00\x00EMF", True)):
        data = builders.docx(
            document=body(paragraph(drawing)), more={**more, "word/media/a.png": picture}
        )
        made = office.derive(data, types.DOCX)
        reading = reading_of(made.derivatives[0].data)
        assert ("pictures" in reading.missing) == missing
        assert [one.role for one in made.derivatives[1:]] == ([] if missing else ["figure-1"])
        assert ("figure", "figure-0" if missing else "figure-1", 0, 0) in reading.pieces
    unplaced = builders.docx(more={"word/media/a.png": builders.picture("PNG")})
    assert "pictures" in reading_of(office.derive(unplaced, types.DOCX).derivatives[0].data).missing


def test_open_document_texts_keep_blanks_borders_and_tables() -> None:
    spaces = (
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"'
    )
    inside = (
        "<text:tracked-changes><text:p>deleted</text:p></text:tracked-changes>"
        '<text:p>Kalium<text:tab/>4<text:s text:c="2"/>mmol<text:line-break/>next</text:p>'
        "<table:table><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell>"
        "<table:table-cell><text:p>b</text:p></table:table-cell></table:table-row></table:table>"
    )
    inside = f"<office:body><office:text>{inside}</office:text></office:body>"
    content = f"<office:d {spaces}>{inside}</office:d>"
    styles = f"<office:d {spaces}><style:header><text:p>Frau Öz</text:p></style:header></office:d>"
    data = builders.odt(more={"content.xml": content.encode(), "styles.xml": styles.encode()})
    made = office.derive(data, types.ODT)
    assert made.text == "Frau Öz\nKalium\t4  mmol\nnext\na\tb"
    assert reading_of(made.derivatives[0].data).missing == ["layout"]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (rb"{\rtf1\ansi\ansicpg1251 \'c2\'fb\'ef\'e8\'f1\'ea\'e0}", "Выписка"),
        (rb"{\rtf1\ansicpg1250 g\'b3owa}", "głowa"),
        (
            rb"{\rtf1\ansicpg1252{\fonttbl{\f0\fcharset0 A;}{\f1\fcharset204 B;}}"
            rb"\f0 Gr\'fc\'dfe \f1 \'c4\'e0}",
            "Grüße Да",
        ),
        (rb"{\rtf1{\fonttbl{\f3\fcharset238 A;}}{\f3 \'b3}\'b3}", "ł³"),
        (rb"{\rtf1\ansicpg932 \'8a\'b3\'8e\'d2}", "患者"),
        (rb"{\rtf1\mac Gr\'9a\'a7e}", "Größe"),
        (rb"{\rtf1\pca Gr\'94\'e1e}", "Größe"),
    ],
)
def test_rtf_is_read_in_the_code_page_of_its_font(data: bytes, text: str) -> None:
    assert rtf.words(data) == text


@pytest.mark.parametrize(
    ("template", "kept"),
    [
        (rb"C:\\Vorlagen\\Brief.dot", True),
        (rb"Normal.dotm", True),
        (rb"http://192.0.2.1/a.dot", False),
        (rb"\\\\server\\a.dot", False),
        (rb"\'68ttp://192.0.2.1/a.dot", False),
    ],
)
def test_a_template_of_rtf_elsewhere_is_cut_for_others(template: bytes, kept: bool) -> None:
    data = rb"{\rtf1{\*\template " + template + rb"}letter}"
    shared = office.examine(data, types.RTF).shared
    assert (shared is None) == kept
    if shared is not None:
        assert template not in shared.data
        assert rtf.words(shared.data) == "letter"


def test_documents_of_which_only_words_are_read_say_so() -> None:
    for media_type, data in ((types.RTF, b"{\\rtf1 x}"), (types.DOC, builders.doc())):
        made = office.derive(data, media_type)
        assert reading_of(made.derivatives[0].data).missing == ["only_words"]
