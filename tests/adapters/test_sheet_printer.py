"""Sheets as PDF: nothing in them is markup, no letter is a box, and archives and screen readers can
read them."""

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pikepdf
import pypdfium2
import pytest

from bedside.adapters.child_process import Children
from bedside.adapters.sheet_printer import SheetPrinter
from bedside.printing.body import of_plain
from tests.printing.bodies import SHEET
from tests.printing.reading import as_drawn, without_spaces, words_of

pytestmark = [pytest.mark.anyio, pytest.mark.feature("L5")]

ARABIC = "أبقِ الجرح جافًا"


@pytest.fixture(scope="module")
def printer() -> SheetPrinter:
    return SheetPrinter(Children())


def opened(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(pdf))


def tags(pdf: bytes) -> list[str]:
    """Return the structure tree in the order in which a screen reader walks it."""

    def walk(node: Any) -> Iterator[str]:
        if isinstance(node, pikepdf.Array):
            for part in node.as_list():
                yield from walk(part)
        elif isinstance(node, pikepdf.Dictionary):
            if "/S" in node:
                yield str(node.S)
            if "/K" in node:
                yield from walk(node.K)

    with opened(pdf) as document:
        return list(walk(document.Root.StructTreeRoot))


async def test_it_is_for_archives_and_screen_readers(printer: SheetPrinter) -> None:
    pdf = await printer.pdf(SHEET)
    with opened(pdf) as document, document.open_metadata() as facts:
        assert (facts["pdfaid:part"], facts["pdfaid:conformance"]) == ("2", "A")
        assert facts["pdfuaid:part"] == "1"
        assert (facts["dc:title"], facts["dc:creator"]) == (SHEET.title, [SHEET.author])
        assert document.Root.Lang == "en"
        assert document.Root.MarkInfo.Marked
        assert document.Root.ViewerPreferences.DisplayDocTitle
    found = tags(pdf)
    for tag, count in (
        ("/H1", 1),
        ("/H2", 1),
        ("/H3", 1),
        ("/L", 2),
        ("/LI", 4),
        ("/Link", 1),
        ("/Table", 1),
        ("/TH", 2),
        ("/TD", 2),
    ):
        assert found.count(tag) == count, tag


async def test_everything_is_set_and_nothing_is_markup(printer: SheetPrinter) -> None:
    pdf = await printer.pdf(SHEET)
    first, second = (page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))
    for words in (
        "Riverside Clinic",
        "Patient: Maya Lindqvist",
        "You came because of a rash. #raw [x] $y$ <b>",
        "1. Use the cream",
        "2. Call us if it gets larger.",
        "twice a day",
        "Page 1 of 2",
    ):
        assert words in first
    assert "See you in four weeks." in second
    assert "In an emergency call 112." in second
    assert "Page 2 of 2" in second


async def test_the_same_is_printed_with_the_same_bytes(printer: SheetPrinter) -> None:
    """An upload says how long it is, and a job that was killed prints again for the same one."""
    assert await printer.pdf(SHEET) == await printer.pdf(SHEET)


async def test_large_print_is_the_same_in_larger_letters(printer: SheetPrinter) -> None:
    usual, large = await printer.pdf(SHEET), await printer.pdf(replace(SHEET, large=True))
    assert without_spaces(words_of(large)) == without_spaces(words_of(usual))
    assert _size_of(large, "harmless") / _size_of(usual, "harmless") == pytest.approx(18 / 11, 0.05)


def _size_of(pdf: bytes, word: str) -> float:
    """Return how wide a word is on the first page, in points."""
    page = pypdfium2.PdfDocument(pdf)[0].get_textpage()
    at, count = page.search(word).get_next() or (0, 0)
    boxes = [page.get_charbox(number) for number in range(at, at + count)]
    return boxes[-1][2] - boxes[0][0]


@pytest.mark.parametrize(
    ("said", "printed"),
    [
        ("王芳", "王芳"),
        ("Đỗ Thị Hằng", "Đỗ Thị Hằng"),
        ("Ελένη Ирина", "Ελένη Ирина"),
        ("नमन", as_drawn("नमन", "Noto Sans Devanagari", "nmn")),
        ("สมชาย", as_drawn("สมชาย", "Noto Sans Thai", "smchay")),
        ("김민준", as_drawn("김민준", "NanumGothic", "GimMinJun")),
        ("ᏣᎳᎩ", "TsaLaGi"),  # Cherokee: no font of this computer has it
        ("\x00a\x07b\x9fc\ufffe", "abc"),
        ("a\tb", "a b"),
    ],
)
async def test_letters_are_drawn_or_written_in_latin_ones(
    printer: SheetPrinter, said: str, printed: str
) -> None:
    pdf = await printer.pdf(replace(SHEET, title=said, body=of_plain(said)))
    words = words_of(pdf)
    assert without_spaces(printed) in without_spaces(words)
    assert words.count(printed) == 2
    with opened(pdf) as document:
        assert b".notdef" not in b"".join(bytes(one) for one in _fonts(document))


def _fonts(document: pikepdf.Pdf) -> Iterator[bytes]:
    for page in document.pages:
        for font in page.Resources.get("/Font", {}).values():
            yield font.get("/ToUnicode").read_bytes()


async def test_each_paragraph_has_its_own_direction(printer: SheetPrinter) -> None:
    both = replace(SHEET, body=of_plain(f"Keep it dry.\n\n{ARABIC}"))
    page = pypdfium2.PdfDocument(await printer.pdf(both))[0]
    width = page.get_width()
    drawn = page.get_textpage()
    boxes = [
        drawn.get_charbox(at)
        for at, sign in enumerate(drawn.get_text_range())
        if "\u0600" <= sign <= "\u06ff"
    ]
    assert boxes
    assert max(box[2] for box in boxes) > width * 0.85  # it begins at the right margin
    latin, count = drawn.search("Keep it dry").get_next() or (0, 0)
    assert count
    assert drawn.get_charbox(latin)[0] < width * 0.15


@pytest.mark.parametrize("large", [False, True])
async def test_words_longer_than_a_line_stay_on_the_page(
    printer: SheetPrinter, large: bool
) -> None:
    words = "W" * 200 + "\n\nhttps://clinic.example/" + "a" * 100
    pdf = await printer.pdf(replace(SHEET, body=of_plain(words), large=large))
    assert without_spaces(words) in without_spaces(words_of(pdf))
    page = pypdfium2.PdfDocument(pdf)[0]
    drawn = page.get_textpage()
    edges = [drawn.get_charbox(at)[2] for at in range(drawn.count_chars())]
    assert max(edges) < page.get_width() - 40


async def test_a_long_letter_is_set(printer: SheetPrinter) -> None:
    words = "\n\n".join(
        f"Paragraph {number}. " + "Take it twice a day. " * 20 for number in range(80)
    )
    pdf = await printer.pdf(replace(SHEET, body=of_plain(words)))
    assert "Paragraph 79." in words_of(pdf)
    assert f"Page 2 of {len(pypdfium2.PdfDocument(pdf))}" in words_of(pdf)
