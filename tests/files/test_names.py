"""Names of files: one spelling, nothing unseen, nothing lost that is seen."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.files.names import LONGEST, safe_name, shortened, split_ending

pytestmark = pytest.mark.feature("F1")
ZWJ, ZWNJ = "\u200d", "\u200c"
PERSIAN = f"می{ZWNJ}خواهم"
FAMILY = f"👨{ZWJ}👩{ZWJ}👧"


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("Befund.pdf", "Befund.pdf"),
        (unicodedata.normalize("NFD", "Müller Ödem.pdf"), "Müller Ödem.pdf"),
        (unicodedata.normalize("NFD", "검사 결과.pdf"), "검사 결과.pdf"),
        (unicodedata.normalize("NFD", "Thiết bị.jpg"), "Thiết bị.jpg"),
        (r"C:\Users\Eva\Befund.pdf", "Befund.pdf"),
        ("/home/eva/../Befund.pdf", "Befund.pdf"),
        ("Foto 12:30.jpg", "Foto 1230.jpg"),
        ('a<b>"c"|d?*.pdf', "abcd.pdf"),
        (" . Befund.pdf . ", "Befund.pdf"),
        ("Screenshot 2024-05-01 at 3.05.12\u202fPM.png", "Screenshot 2024-05-01 at 3.05.12 PM.png"),
        ("Scan\u00a0alt\u3000neu\tund.pdf", "Scan alt neu und.pdf"),
        ("", "file"),
        ("...", "file"),
        ("\u3164\u2800.", "file"),
    ],
)
def test_what_becomes_of_a_name(given_name: str, kept: str) -> None:
    assert safe_name(given_name) == kept


@pytest.mark.parametrize(
    "name",
    [
        f"{FAMILY} im Urlaub.jpg",
        f"{PERSIAN}.pdf",
        f"نامه{ZWNJ}ها.pdf",
        f"PDF{ZWNJ}ها.pdf",
        f"क्{ZWJ}ष परीक्षण.pdf",
        f"क्{ZWNJ}ष.pdf",
        f"র{ZWJ}্যা.pdf",
        f"ශ්{ZWJ}රී.pdf",
        f"🏳️{ZWJ}🌈.png",
        f"👩🏽{ZWJ}⚕️.png",
        f"❤️{ZWJ}🔥.png",
    ],
)
def test_joiners_stay_where_they_change_what_is_seen(name: str) -> None:
    assert safe_name(name) == name


@pytest.mark.parametrize(
    "unseen", [ZWJ, ZWNJ, "\u200b", "\u2060", "\ufeff", "\u00ad", "\u202e", "\u2066", "\x07"]
)
def test_unseen_signs_go(unseen: str) -> None:
    assert safe_name(f"rech{unseen}nung{unseen}.pdf{unseen}") == "rechnung.pdf"
    assert safe_name(f"{unseen}Befund.pdf") == "Befund.pdf"


def test_joiners_that_join_nothing_go() -> None:
    assert safe_name(f"👩{ZWJ}.png") == "👩.png"
    assert safe_name(f"{ZWJ}👩.png") == "👩.png"
    assert safe_name(f"👩{ZWJ}{ZWJ}👧.png") == "👩👧.png"
    assert safe_name(f"می{ZWNJ} خ.pdf") == "می خ.pdf"


def test_a_long_name_keeps_its_beginning_and_its_ending() -> None:
    assert safe_name("检" * 300 + ".pdf") == "检" * (LONGEST - 4) + ".pdf"
    assert safe_name("a" * 300) == "a" * LONGEST
    assert safe_name("a." + "b" * 300) == "a." + "b" * (LONGEST - 2)


@pytest.mark.parametrize("piece", [FAMILY, "👩🏽", "क्षि", "e\u0331\u0324", f"क्{ZWJ}ष"])
@pytest.mark.parametrize("most", [40, 41, 47, 60, 61, 62, 63])
def test_nothing_is_cut_within_a_letter(piece: str, most: int) -> None:
    short = shortened(piece * 40 + ".jpg", most, lambda text: len(text.encode()))
    stem, ending = split_ending(short)
    assert ending == ".jpg"
    assert len(short.encode()) <= most
    assert stem == piece * (len(stem) // len(piece))


@given(st.text(st.characters(codec="utf-8"), max_size=400))
def test_every_name_is_safe_and_stays_as_it_is(name: str) -> None:
    safe = safe_name(name)
    assert 0 < len(safe) <= LONGEST
    assert not set(safe) & set('/\\<>:"|?*\x00\n')
    assert safe == safe.strip(" .")
    assert safe_name(safe) == safe
