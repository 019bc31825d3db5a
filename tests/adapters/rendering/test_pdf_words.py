"""Words of PDFs: cut at line ends, typed into forms, in layers that nobody can read."""

from collections.abc import AsyncIterator

import pytest

from bedside.adapters.child_examiner import ChildExaminer
from bedside.adapters.child_process import Children
from bedside.adapters.page_drawing import PageDrawer, pdftoppm
from bedside.adapters.page_words import chosen_words
from bedside.adapters.rendering import pdf
from bedside.adapters.rendering.pdf_words import is_worth_reading, readable
from bedside.files import media_types as types
from bedside.files.ports import Derivation
from bedside.files.text_layers import ReadPage
from bedside.kernel.words import words_of
from tests.adapters.rendering import pdfs
from tests.adapters.rendering.making import everything
from tests.adapters.rendering.test_documents import sample
from tests.hostile import builders

pytestmark = pytest.mark.feature("F10")


def derived(data: bytes) -> Derivation:
    """A PDF as the child reads it."""
    return pdf.derive(data, types.PDF)


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("Myo\x02karditis", "Myo\u00adkarditis"),
        ("Myo\ufffekarditis", "Myo\u00adkarditis"),
        ("Myo-\r\nkarditis", "Myo\u00adkarditis"),
        ("Myo\u00ad\nkarditis", "Myo\u00adkarditis"),
        ("Vitamin\x02D", "Vitamin-D"),
        ("Vitamin-\r\nD-Mangel", "Vitamin-D-Mangel"),
        ("gastro-\r\nösophageal", "gastro\u00adösophageal"),
        ("1980-\r\n1990", "1980-\n1990"),
        ("Befund\x0c\x01", "Befund\ufffd\ufffd"),
        ("a - \r\nb", "a - \nb"),
        ("end -\r\nnext", "end -\nnext"),
    ],
)
def test_words_cut_at_a_line_end_are_put_together(text: str, joined: str) -> None:
    assert readable(text) == joined


ENGLISH = "The patient was admitted with fever and cough. Blood pressure was normal on arrival."
GERMAN = "Befund: Kein Hinweis auf eine Fraktur. Wiedervorstellung bei Beschwerden in zwei Wochen."
FRENCH = "Le patient se plaint de douleurs thoraciques depuis trois jours, sans fièvre ni toux."
SPANISH = "Paciente de cuarenta años con dolor abdominal y náuseas desde hace dos días, sin fiebre."
TURKISH = "Hastanın şikâyetleri üç gündür devam ediyor, ateşi yok, öksürük var, ilaç almıyor."
POLISH = "Pacjent zgłasza ból głowy od trzech dni, bez gorączki, bez wymiotów, ciśnienie w normie."
RUSSIAN = "Пациент жалуется на головную боль в течение трёх дней, температура в норме, рвоты нет."
CHINESE = "患者因发热三天入院。体温三十八度五，咳嗽，无胸痛。既往体健，否认药物过敏史。"


@pytest.mark.parametrize("text", [ENGLISH, GERMAN, FRENCH, SPANISH, TURKISH, POLISH])
def test_prose_needs_no_ocr(text: str) -> None:
    assert not is_worth_reading(text)


@pytest.mark.parametrize("text", [RUSSIAN, CHINESE])
def test_other_scripts_need_none_either(text: str) -> None:
    assert not is_worth_reading(text)


def shifted(text: str, by: int) -> str:
    """Every letter moved on in the alphabet."""
    small = [chr(97 + (i + by) % 26) for i in range(26)]
    return text.lower().translate({97 + i: small[i] for i in range(26)})


@pytest.mark.parametrize("text", [ENGLISH, GERMAN, FRENCH, SPANISH])
@pytest.mark.parametrize("by", [1, 3, 5, 7, 13, 20])
def test_shifted_letters_are_no_text(text: str, by: int) -> None:
    assert is_worth_reading(shifted(text, by))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n ",
        "- 3 -",
        " ".join(ENGLISH.replace(" ", "")),
        "".join(chr(0xE000 + ord(c)) for c in ENGLISH),
        "\ufffd" * 40,
        "".join(chr(ord(c) % 31 + 1) for c in ENGLISH),
        "!\"#$%&'()*+,-./:;<=>?@" * 4,
        ENGLISH[:40] + "\ue001\ue002\ue003" * 8,
    ],
)
def test_what_nobody_can_read_is_worth_reading_again(text: str) -> None:
    assert is_worth_reading(text)


@pytest.mark.parametrize(
    ("own", "read", "chosen"),
    [
        ("Kalium 5,9 mmol", "Kalium 5.9 mmol", "own"),
        ("HGB MCV PLT WBC 13,2 88", "HGB MCV PLT WBC 13,Z B8", "own"),
        ("Seite 1", "Befund vom Montag\nKein Hinweis auf Fraktur", "read"),
        ("Ehixqg", "Befund", "read"),
        ("\ufffd\ufffd", "", "own"),
        ("", "Myo-\nkarditis", "Myo\u00adkarditis"),
    ],
)
def test_ocr_replaces_only_what_it_contradicts(own: str, read: str, chosen: str) -> None:
    assert chosen_words(own, read) == {"own": own, "read": read}.get(chosen, chosen)


class Reads:
    """An engine that reads the same words from every page."""

    async def read(self, picture: bytes) -> ReadPage:
        """Return them."""
        assert picture.startswith(b"\xff\xd8")
        return ReadPage("Befund der Lunge ohne Auffälligkeiten")


async def _chunks(data: bytes) -> AsyncIterator[bytes]:
    yield data


@pytest.mark.anyio
async def test_a_layer_that_is_none_is_replaced_and_typed_words_stay() -> None:
    words = b"(%s) Tj" % shifted(ENGLISH, 3).encode()
    field = b"<< /Subtype /Widget /FT /Tx /T (allergy) /V (Penicillin) /Rect [0 0 9 9] >>"
    data = pdfs.saying(words, catalog=b"/AcroForm << /Fields [6 0 R] >>", more=[field])
    assert shifted("fever", 3) in derived(data).text
    made = await everything(ChildExaminer(reader=Reads()), data, types.PDF)
    assert made.text == "Befund der Lunge ohne Auffälligkeiten\fallergy: Penicillin"
    assert made.text_source == "recognised"


FIELDS = {
    "text": (b"/FT /Tx /T (a) /TU (Allergies) /V (Nuts)", "Allergies: Nuts"),
    "UTF-16": (b"/FT /Tx /T (a) /V <FEFF00E4007A>", "a: äz"),
    "choice": (b"/FT /Ch /T (b) /Opt [[(1) (Never)] [(2) (Often)]] /V (2)", "b: Often"),
    "several": (b"/FT /Ch /T (c) /V [(Fever) (Cough)]", "c: Fever, Cough"),
    "tick": (b"/FT /Btn /T (Asthma) /V /Yes", "\u2611 Asthma"),
    "rich": (b"/FT /Tx /T (d) /V (Line 1\rLine 2)", "d: Line 1"),
}


@pytest.mark.parametrize("kind", FIELDS)
def test_what_was_filled_in_is_found(kind: str) -> None:
    entries, line = FIELDS[kind]
    data = pdfs.form(b"<< /Subtype /Widget %s /Rect [0 0 9 9] >>" % entries)
    text = derived(data).text
    assert text.startswith("Discharge summary\f")
    assert line in text


@pytest.mark.parametrize(
    "entries", [b"/FT /Btn /T (No) /V /Off", b"/FT /Tx /T (No)", b"/FT /Btn /T (No) /Ff 65536"]
)
def test_what_was_left_empty_is_not(entries: bytes) -> None:
    data = pdfs.form(b"<< /Subtype /Widget %s /Rect [0 0 9 9] >>" % entries)
    assert derived(data).text == "Discharge summary"


def test_a_field_inherits_from_its_parent() -> None:
    parent = b"<< /FT /Tx /T (history) /Kids [7 0 R] >>"
    child = b"<< /T (operations) /Subtype /Widget /V (Appendix 1999) /Rect [0 0 9 9] >>"
    assert "operations: Appendix 1999" in derived(pdfs.form(parent, child)).text


@pytest.mark.parametrize("kind", [b"Text", b"FreeText", b"Highlight", b"StrikeOut", b"Stamp"])
def test_remarks_are_found_and_told(kind: bytes) -> None:
    mark = b"/Annots [<< /Subtype /%s /Rect [9 9 90 90] /Contents (see next page) >>]" % kind
    made = derived(builders.simple_pdf(page=mark))
    assert "see next page" in made.text
    assert made.note == "pdf_with_remarks"


def test_a_link_is_no_remark() -> None:
    link = b"/Annots [<< /Subtype /Link /Rect [9 9 90 90] /Contents (go) >>]"
    assert derived(builders.simple_pdf(page=link)).note == ""


def xfa(*, rendering: bool) -> bytes:
    """A form of XFA that holds a word."""
    packet = b"<xfa:datasets><xfa:data><a>Appendizitis &amp; Fieber</a></xfa:data></xfa:datasets>"
    needs = b"/NeedsRendering true" if rendering else b""
    catalog = b"/AcroForm << /Fields [] /XFA [(datasets) 6 0 R] >> " + needs
    return builders.simple_pdf(catalog=catalog, more=[builders.pdf_stream(packet)])


@pytest.mark.parametrize("rendering", [True, False])
def test_a_page_that_stands_in_is_not_the_document(rendering: bool) -> None:
    data = xfa(rendering=rendering)
    assert pdf.examine(data, types.PDF).note == "pdf_xfa"
    text = derived(data).text
    assert "Appendizitis & Fieber" in text
    assert "Discharge" not in text


def test_values_in_the_form_itself_are_its_words_and_scripts_are_none() -> None:
    whole = (
        b'<xdp:xdp><config>nothing</config><template xmlns="http://x"><field name="a"><value><text>'
        b"Cholera</text></value><event><script>xfa.host.beep()</script></event></field></template>"
        b"</xdp:xdp>"
    )
    catalog = b"/AcroForm << /Fields [] /XFA 6 0 R >>"
    data = builders.simple_pdf(catalog=catalog, more=[builders.pdf_stream(whole)])
    assert derived(data).text.strip("\f") == "Cholera"
    found = pdf.examine(data, types.PDF)
    assert found.note == "pdf_with_scripts pdf_xfa"
    assert found.shared is not None
    assert b"beep" not in found.shared.data
    assert derived(found.shared.data).text.strip("\f") == "Cholera"


def test_words_within_a_portfolio_are_found() -> None:
    inner = pdfs.pages(2)
    cover = builders.simple_pdf(catalog=b"/Collection << /View /T >>")
    data = pdfs.attached(cover, "Befund.pdf", inner)
    assert pdf.examine(data, types.PDF).note == "pdf_portfolio"
    assert {"befund.pdf", "discharge", "report"} <= set(words_of(derived(data).text))


CHINESE_FONT = (
    b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong /FontDescriptor 7 0 R "
    b"/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>"
)
CHINESE_LETTERS = (
    b"<< /Type /FontDescriptor /FontName /STSong /Flags 4 /FontBBox [0 -200 1000 900] /Ascent 800 "
    b"/Descent -200 /CapHeight 700 /ItalicAngle 0 /StemV 80 >>"
)
MISSING = {
    "Polish": pdfs.saying(b"(\\310\\311) Tj", pdfs.differing("zacute", "ccaron")),
    "Cyrillic": pdfs.saying(b"(\\310\\311) Tj", pdfs.differing("afii10017", "afii10018")),
    "Greek": pdfs.saying(b"(\\310\\311) Tj", pdfs.differing("Omega", "phi")),
    "Turkish": pdfs.saying(b"(\\310\\311) Tj", pdfs.differing("gbreve", "Idotaccent")),
    "Chinese": pdfs.saying(b"<60A38005> Tj", more=[CHINESE_FONT, CHINESE_LETTERS]).replace(
        b"/Type1 /BaseFont /Helvetica",
        b"/Type0 /BaseFont /STSong /Encoding /UniGB-UCS2-H /DescendantFonts [6 0 R]",
    ),
    "unseen": pdfs.saying(b"0 0 0 0 k 1 g (Potassium 4.1 mmol) Tj"),
    "signs": pdfs.saying(b"(\\374) Tj").replace(b"/Helvetica", b"/Wingdings"),
}


@pytest.mark.parametrize("kind", MISSING)
def test_letters_that_a_pdf_does_not_bring_are_noticed(kind: str) -> None:
    assert derived(MISSING[kind]).facts == {"redraw": "1"}


@pytest.mark.parametrize(
    "data",
    [
        builders.simple_pdf(),
        pdfs.saying(b"(na\\357ve f\\374r caf\\351 \\265) Tj", b"/Encoding /WinAnsiEncoding"),
        sample("paper_tracemonkey.pdf"),
        sample("form_210966.pdf"),
    ],
)
def test_letters_that_are_there_are_not_missed(data: bytes) -> None:
    assert derived(data).facts == {}


@pytest.mark.anyio
@pytest.mark.parametrize("installed", [True, False])
async def test_missing_letters_are_drawn_or_told(installed: bool) -> None:
    children = Children()
    program = pdftoppm() if installed else None
    assert program or not installed, "pdftoppm is missing: make debian"
    drawer = PageDrawer(children, program) if program else None
    data = MISSING["Cyrillic"]
    made = await everything(ChildExaminer(children, drawer=drawer), data, types.PDF)
    assert made.note == ("pdf_letters_replaced" if installed else "pdf_letters_missing")
    assert [one.role for one in made.derivatives] == ["thumbnail", "preview"]
    assert not [one for one in made.derivatives if one.media_type == types.PDF]
