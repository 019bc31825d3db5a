"""Search: indexed words are found, however the query spells them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.charts.search import marked, query_words
from bedside.kernel.words import fold, place_of, words_of
from tests.charts.filing import filed
from tests.house import House

PROSE = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Z", "M"]), max_size=200)


@pytest.mark.feature("F10")
@given(PROSE)
def test_each_text_is_found_by_itself(text: str) -> None:
    assert set(query_words(text)) <= set(words_of(text))


@given(PROSE)
def test_case_and_accents_do_not_matter(text: str) -> None:
    assert words_of(text) == words_of(fold(text))


@given(PROSE)
def test_indexing_words_again_finds_no_other_words(text: str) -> None:
    words = words_of(text)
    assert set(words_of(" ".join(words))) == set(words)
    assert all(1 < len(word) <= 40 for word in words)


@given(PROSE, PROSE)
def test_marking_a_text_leaves_it_as_it_is(text: str, query: str) -> None:
    pieces = marked(text, query_words(query))
    assert "".join(piece for piece, _ in pieces) == text


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("follow up", "A follow-up is due."),
        ("follow-up", "Please follow up in May"),
        ("RAMIREZ", "Ramírez, Tomás"),
        ("27.3.1985", "born 27.3.1985."),
        ("1.5", "creatinine 1.5 mg/dl"),
        ("mg/dl", "creatinine 1.5 mg/dl"),
        ("IMG_0001.jpg", "IMG_0001.jpg"),
        ("ångström", "Ångström"),
        ("6.1", "Kalium 6,1 mmol/l"),
        ("6,1", "potassium 6.1"),
        ("0,75", "INR 0.75"),
        ("Vitamin-D", "Vitamin-D-Mangel"),
        ("B-Zell", "CD20-positives B-Zell-Lymphom"),
        ("Hepatitis-C", "chronische Hepatitis-C-Infektion"),
        ("Myokarditis", "akute Myo\u00adkarditis"),
        ("Myokarditis", "akute Myo-\nkarditis"),
        ("follow-up", "a follow-\r\nup is due"),
        ("Patient", "der Pati\u00adent"),
        ("Vitamin-D", "ein Vitamin-\nD-Mangel"),
        ("می\u200cخواهم", "نمی‌دانم می\u200cخواهم"),
        ("میخواهم", "می\u200cخواهم"),
        ("Zusammen\u2060schluss", "Zusammenschluss"),
        ("می\u200cخواهم", "میخواهم"),
        ("बुखार", "तेज बुखार है"),
        ("क्\u200dष", "क्ष परीक्षण"),
        ("ยา", "ยา 2 เม็ด"),
        ("கை", "இடது கை"),
        ("ব্যথা", "পেটে ব\u09cd\u200dযথা"),
        ("Müller", "Mu\u0308ller.pdf"),
    ],
)
def test_found(query: str, text: str) -> None:
    assert set(query_words(query)) <= set(words_of(text))
    assert place_of(text, query_words(query)) or "\n" in text


def test_a_part_of_a_joined_word_is_found() -> None:
    assert set(query_words("خواهم")) <= set(words_of("می\u200cخواهم"))


@pytest.mark.parametrize(
    ("query", "text", "hit"),
    [
        ("Müller", "Befund Mu\u0308ller.pdf", "Mu\u0308ller"),
        ("میخواهم", "متن می\u200cخواهم است", "می\u200cخواهم"),
        ("बुखार", "तेज बुखार है", "बुखार"),
        ("patient", "der Pati\u00adent", "Pati\u00adent"),
    ],
)
def test_the_whole_word_is_marked(query: str, text: str, hit: str) -> None:
    assert [piece for piece, is_hit in marked(text, query_words(query)) if is_hit] == [hit]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("27.3.1985", "1985 or 27"),
        ("बुख", "बुखार"),
        ("arm", "army alarm"),
        ("1.5", "born 1.5.2020"),
        ("Vitamin-D", "Vitamin-C-Mangel"),
        ("6.1", "61 and 6,10"),
    ],
)
def test_not_found(query: str, text: str) -> None:
    assert not set(query_words(query)) <= set(words_of(text))


@pytest.mark.anyio
@pytest.mark.feature("F10")
async def test_all_words_have_to_be_there_and_newer_comes_first(house: House) -> None:
    chart = await house.chart()
    search = house.services.charts.search
    old = await filed(house, chart, "Blood results.pdf", received_at=1_000)
    new = await filed(house, chart, "scan.pdf", comment="Blood, second", received_at=2_000)
    assert await search.in_chart(chart, "blood") == (new.id, old.id)
    assert await search.in_chart(chart, "blood results") == (old.id,)
    assert await search.in_chart(chart, "blood unicorn") == ()
    assert await search.in_chart(chart, " . ") == ()
    assert await search.in_chart(await house.chart(1), "blood") == ()


@pytest.mark.anyio
async def test_nothing_of_the_clinic_next_door_is_found(house: House) -> None:
    await filed(house, await house.chart(), "Blood results.pdf")
    there = house.next_door.receptionist
    assert await house.services.charts.search.everywhere(there, "blood") == []
    here = house.here.receptionist
    assert len(await house.services.charts.search.everywhere(here, "blood")) == 1
