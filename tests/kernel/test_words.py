"""Words of texts, counted while reading: in slices, with the same result as in one piece."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.kernel import words
from bedside.kernel.words import BETWEEN, LONGEST, WORD, fold, place_of, words_of

pytestmark = pytest.mark.feature("F10")

ANYTHING = st.text(st.characters(codec="utf-8"), max_size=60)
PROSE = st.text(st.sampled_from("aé\u0301ﷺ𝑨ﬁ.-/ \n漢Σς"), max_size=300)


def all_words(text: str) -> list[str]:
    """The rule restated, over the whole text at once."""
    found: dict[str, None] = {}
    for word in re.findall(WORD, fold(text)):
        found[word[:LONGEST]] = None
        for part in re.split(BETWEEN, word):
            if len(part) > 1:
                found[part[:LONGEST]] = None
    return list(found)


@given(ANYTHING, ANYTHING)
def test_a_text_may_be_folded_in_pieces(first: str, second: str) -> None:
    assert fold(first) + fold(second) == fold(first + second)


@given(PROSE, st.integers(1, 30))
def test_slices_make_no_difference(text: str, size: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(words, "_SLICE", size)
        assert words_of(text) == all_words(text)


@given(PROSE, st.integers(12, 40))
def test_a_word_is_found_where_it_stands(text: str, size: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(words, "_SLICE", size)
        for word in words_of("Zebra, ﷺ"):
            found = place_of(f"{text} Zébra-ﷺ {text}", [word])
            assert found is not None
            assert word in fold(f"{text} Zébra-ﷺ {text}"[found.start : found.end])


def test_the_first_word_that_is_there_counts() -> None:
    text = "A rash on the left arm, an army of them."
    found = place_of(text, ["elbow", "arm", "rash"])
    assert found is not None
    assert (found.start, text[found.start : found.end]) == (19, "arm")
    assert place_of(text, ["elbow", "ras"]) is None
    assert place_of("", ["rash"]) is None


@pytest.mark.parametrize(
    "text",
    ["ﷺ" * 2_000_000, "a" * 2_000_000, "a." * 1_000_000, "a" + "." * 2_000_000, "漢" * 2_000_000],
    ids=["grows", "one word", "one compound", "no end", "letters without case"],
)
def test_no_text_takes_long(text: str) -> None:
    """Each in some tenths of a second; the first one took 14 seconds and 2.8 GB."""
    assert len(words_of(text)) <= 5
    assert place_of(text, ["zebra", "yak"]) is None


def test_words_are_counted_while_they_are_read() -> None:
    assert len(words_of(" ".join(f"w{number}" for number in range(50_000)))) == words.MOST_WORDS
