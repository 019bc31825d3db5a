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
    text = re.sub(r"(?<=[^\W\d_])-\n(?=[^\W\d_])", lambda cut: joiner(text, cut.end()), text)
    found: dict[str, None] = {}
    for run in re.findall(r"[\w.,/:\u00ad-]+", "\u00ad".join(map(fold, text.split("\u00ad")))):
        for spelling in [run.replace("\u00ad", ""), *run.split("\u00ad")]:
            for word in re.findall(WORD, spelling):
                found |= dict.fromkeys(piece[:LONGEST] for piece in [word, *pieces(word)])
    return list(found)


def joiner(text: str, at: int) -> str:
    """The sign in place of a hyphen at the end of a line."""
    return "\u00ad" if text[at].islower() else "-"


def pieces(word: str) -> list[str]:
    """The parts of a compound, and two or three together if one of them is a single letter."""
    cut = re.split(f"({BETWEEN.pattern})", word)
    together = ["".join(cut[a : a + 2 * n + 1]) for a in range(0, len(cut), 2) for n in range(3)]
    return [
        piece
        for piece in dict.fromkeys(together)
        if (re.fullmatch(r"\w{2,}", piece))
        or (min(map(len, re.split(BETWEEN, piece))) < 2 and re.search(r"[^\W\d_]{3}", piece))
    ]


@given(ANYTHING, ANYTHING)
def test_a_text_may_be_folded_in_pieces(first: str, second: str) -> None:
    assert fold(first) + fold(second) == fold(first + second)


@given(PROSE, st.integers(1, 30))
def test_slices_make_no_difference(text: str, size: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(words, "_SLICE", size)
        assert set(words_of(text)) == set(all_words(text))


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
