"""The layer of text of a scanned PDF: whatever the script, at the places of the words, and seen by
nobody."""

import io
from collections.abc import AsyncIterator

import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageChops, ImageDraw

from bedside.adapters.child_examiner import ChildExaminer
from bedside.adapters.child_process import Children
from bedside.adapters.ocr import Recogniser, tesseract
from bedside.adapters.rendering.pdf import render
from bedside.adapters.rendering.text_layer import with_words
from bedside.adapters.tesseract_words import page_of
from bedside.files import media_types as types
from bedside.files.lines_given import lines_in, lines_of
from bedside.files.ports import Content
from bedside.files.text_layers import WHOLE, Line, as_bytes, as_rows
from tests.adapters.rendering import pdfs

pytestmark = [pytest.mark.anyio, pytest.mark.feature("F16")]
LATIN = Line(1000, 200, (("Größe", 1000, 1500), ("naïve", 3000, 1000)))
GREEK = Line(1500, 200, (("Ελληνικά", 1000, 2000), ("γλώσσα", 3500, 2000)))
ARABIC = Line(2000, 200, (("عليكم", 2500, 2000), ("السلام", 5000, 2000)))
HEBREW = Line(2500, 200, (("שלום", 5000, 2000),))


def scan(words: str = "", turned: int = 0, *, boxed: bool = False) -> bytes:
    """Return a PDF of one picture of A4, which is seen turned and may be cut to a part of it."""
    page, out = Image.new("RGB", (1240, 1754), "white"), io.BytesIO()
    ImageDraw.Draw(page).text((150, 300), words, fill="black", font_size=60)
    page.rotate(turned, expand=True).save(out, "PDF", resolution=150)
    with pikepdf.open(io.BytesIO(out.getvalue())) as opened:
        sheet = opened.pages[0].obj
        sheet["/Rotate"] = turned
        if boxed:
            left, bottom, right, top = (float(side) for side in sheet["/MediaBox"])
            sheet["/CropBox"] = [left + 40, bottom + 30, right - 20, top - 50]
        changed = io.BytesIO()
        opened.save(changed)
    return changed.getvalue()


def text_of(data: bytes) -> str:
    """Return the words of the first page as Chromium finds them."""
    return pypdfium2.PdfDocument(data)[0].get_textpage().get_text_range()


def place_of(data: bytes, word: str) -> tuple[float, float, float, float]:
    """Return left, top, width and height of a word on the first page as it is seen, in parts."""
    page = pypdfium2.PdfDocument(data)[0]
    found = page.get_textpage()
    start, count = found.search(word).get_next() or (0, 0)
    assert count == len(word), f"{word} is not found"
    assert found.count_rects(start, count) == 1, "it is marked in one piece"
    left, bottom, right, top = found.get_rect(0)
    low, under, high, over = page.get_cropbox()
    x0, x1 = (left - low) / (high - low), (right - low) / (high - low)
    y0, y1 = (over - top) / (over - under), (over - bottom) / (over - under)
    seen = {
        0: (x0, y0, x1, y1),
        90: (1 - y1, x0, 1 - y0, x1),
        180: (1 - x1, 1 - y1, 1 - x0, 1 - y0),
        270: (y0, 1 - x1, y1, 1 - x0),
    }[page.get_rotation()]
    return seen[0], seen[1], seen[2] - seen[0], seen[3] - seen[1]


@pytest.mark.parametrize("boxed", [False, True], ids=["whole", "cut"])
@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_words_are_where_they_are_seen(turned: int, *, boxed: bool) -> None:
    data = with_words(scan(turned=turned, boxed=boxed), {1: [LATIN, GREEK]})
    assert text_of(data).split() == ["Größe", "naïve", "Ελληνικά", "γλώσσα"]
    for line in (LATIN, GREEK):
        for word, left, width in line.words:
            wanted = [part / WHOLE for part in (left, line.top, width, line.height)]
            assert place_of(data, word) == pytest.approx(wanted, abs=0.003)


def test_scripts_that_run_from_right_to_left_are_read_as_they_are_written() -> None:
    data = with_words(scan(), {1: [LATIN, ARABIC, HEBREW]})
    assert [line.strip() for line in text_of(data).splitlines()] == [
        "Größe naïve",
        "السلام عليكم",
        "שלום",
    ]
    left, _, width, _ = place_of(data, "السلام")
    assert (left, width) == pytest.approx((0.5, 0.2), abs=0.003)


def test_nobody_sees_it() -> None:
    before, after = (
        render(pypdfium2.PdfDocument(data)[0], 800)
        for data in (scan("Discharge letter"), with_words(scan("Discharge letter"), {1: [LATIN]}))
    )
    assert ImageChops.difference(before, after).getbbox() is None


def test_pages_without_words_and_their_fonts_stay() -> None:
    two = pikepdf.open(io.BytesIO(pdfs.saying(b"(typed) Tj")))
    other = pikepdf.open(io.BytesIO(scan()))
    two.pages.extend(other.pages)
    out = io.BytesIO()
    two.save(out)
    document = pypdfium2.PdfDocument(with_words(out.getvalue(), {2: [LATIN]}))
    texts = [page.get_textpage().get_text_range().strip() for page in document]
    assert texts == ["typed", "Größe naïve"]
    both = with_words(out.getvalue(), {1: [HEBREW]})
    assert "typed" in text_of(both)
    assert "שלום" in text_of(both)


def test_a_signed_or_fillable_pdf_gets_none() -> None:
    field = b"<< /Subtype /Widget /FT /Tx /T (a) /Rect [0 0 9 9] >>"
    assert with_words(pdfs.form(field), {1: [LATIN]}) == b""


@pytest.mark.parametrize(
    "given",
    [None, [[1, 2]], [[1, 2, [["a", "b", 3]]]], [[0, 1, []]] * 2_001, "words", [[1, 2, 3]]],
)
def test_other_answers_than_lines_are_nonsense(given: object) -> None:
    with pytest.raises(ValueError, match="lines"):
        lines_of(given)


def test_words_beside_the_page_and_without_any_size_are_left_out() -> None:
    rows = [
        [100, 50, [["right", 5000, 100], ["wide", 9990, 100], ["", 1, 1], ["left", 10, 100]]],
        [9990, 50, [["below", 0, 100]]],
        [100, 0, [["flat", 0, 100]]],
        [100, 50, [["before", -5, 100], ["none", 5, 0]]],
    ]
    kept = (Line(100, 50, (("left", 10, 100), ("right", 5000, 100))),)
    assert lines_of(rows) == kept
    assert lines_in(as_bytes(kept)) == kept


def test_a_table_of_tesseract_becomes_lines_and_paragraphs() -> None:
    rows = [
        "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext",
        "1\t1\t0\t0\t0\t0\t0\t0\t1000\t2000\t-1\t",
        "4\t1\t1\t1\t1\t0\t100\t200\t500\t40\t-1\t",
        "5\t1\t1\t1\t1\t1\t100\t205\t200\t30\t96.1\tKnee,",
        "5\t1\t1\t1\t1\t2\t350\t205\t250\t30\t90\tleft",
        "5\t1\t1\t1\t2\t1\t100\t305\t200\t30\t90\tnext",
        "5\t1\t2\t1\t1\t1\t100\t405\t200\t30\t90\tblock",
        "nonsense",
    ]
    page = page_of("\n".join(rows))
    assert page.text == "Knee, left\nnext\n\nblock"
    assert page.lines[0] == Line(1000, 200, (("Knee,", 1000, 2000), ("left", 3500, 2500)))
    assert len(page.lines) == 3
    assert page_of("an error").text == ""


@pytest.mark.parametrize("engine", ["tesseract", "rapidocr"])
async def test_what_ocr_reads_is_found_at_its_place(engine: str) -> None:
    data = scan("Discharge letter")
    children = Children()
    reader = Recogniser(children, program=tesseract() if engine == "tesseract" else None)
    examiner = ChildExaminer(children, reader=reader)

    async def opened() -> AsyncIterator[bytes]:
        yield data

    content = Content(opened, len(data), types.PDF)
    scans = [
        one
        async for step in examiner.derive(content)
        for one in step.derivatives
        if one.role == "ocr-1"
    ]
    read = await examiner.read(scans[0].data, "")
    assert read.text == "Discharge letter"
    layered = await examiner.with_words(content, {1: read.lines})
    assert layered is not None
    left, top, width, height = place_of(layered.data, "letter")
    assert 0.3 < left < 0.4
    assert 0.15 < top < 0.2
    assert 0.08 < width < 0.16
    assert 0.01 < height < 0.06
    assert as_rows(read.lines)
    stamped = await examiner.read(scans[0].data, "Discharge letter of")
    assert stamped.lines == (), "it has a layer of its own"


async def test_a_broken_pdf_stays_without_a_layer() -> None:
    async def opened() -> AsyncIterator[bytes]:
        yield b"%PDF-1.4\nno more"

    content = Content(opened, 16, types.PDF)
    assert await ChildExaminer().with_words(content, {1: [LATIN]}) is None
    whole = scan()

    async def other() -> AsyncIterator[bytes]:
        yield whole

    missing = Content(other, len(whole), types.PDF)
    assert await ChildExaminer().with_words(missing, {3: [LATIN]}) is None


def test_a_page_has_places_for_no_more_words_than_anybody_prints() -> None:
    row: list[object] = [100, 50, [["word", 10 * number, 5] for number in range(500)]]
    assert len(lines_of([row] * 20)) == 6
