"""Names in all the ways in which people write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.people.likeness import Reason, compare, dates_near, likeness
from bedside.people.names import cleaned, is_name, name_of
from tests.people.awkward_names import NEARLY, NO_NAMES, OTHERS, SAME

pytestmark = pytest.mark.feature("V2")
BORN = date(1991, 3, 14)
PAIRS = [(name, other) for name, others in SAME.items() for other in others]


@pytest.mark.parametrize(("name", "typed"), PAIRS)
def test_one_name_is_the_same_however_it_is_written(name: str, typed: str) -> None:
    assert compare(name_of(typed), name_of(name)) == ()
    assert compare(name_of(name), name_of(typed)) == ()


@pytest.mark.parametrize(("name", "typed", "why"), NEARLY)
def test_a_name_that_is_nearly_the_same_has_its_reason(name: str, typed: str, why: str) -> None:
    reasons = compare(name_of(typed), name_of(name))
    assert reasons is not None
    assert Reason(why) in reasons
    assert compare(name_of(name), name_of(typed)) is not None


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_two_people_are_not_alike(one: str, other: str) -> None:
    assert compare(name_of(one), name_of(other)) is None
    assert compare(name_of(other), name_of(one)) is None


def test_the_names_of_the_list_are_different_people() -> None:
    names = list(SAME)
    for at, one in enumerate(names):
        for other in names[at + 1 :]:
            assert compare(name_of(one), name_of(other)) != (), (one, other)


@pytest.mark.parametrize("text", NO_NAMES)
def test_nothing_but_marks_is_no_name(text: str) -> None:
    assert not is_name(text)


@pytest.mark.parametrize("text", ["X", "Suharto", "王", "Ñ", "O’", "نور", "3rd Smith"])
def test_short_and_foreign_names_are_names(text: str) -> None:
    assert is_name(text)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Ma\u200bya", "Maya"),
        ("\u202eMaya", "Maya"),
        (" Maya \t Lindqvist\u00a0", "Maya Lindqvist"),
        ("Jose\u0301", "José"),
        ("Ma\u00adya\ufe0f", "Maya"),
        ("Ma\u200dya", "Maya"),
        ("\u2066Maya\u2069 \ufeffLindqvist", "Maya Lindqvist"),
        ("علی\u200cرضا", "علی\u200cرضا"),
        ("Maya\u3164", "Maya"),
    ],
)
def test_what_cannot_be_seen_is_not_stored(typed: str, stored: str) -> None:
    assert cleaned(typed) == stored


@given(st.text(max_size=60))
def test_whatever_is_typed_is_equal_to_itself(text: str) -> None:
    assert cleaned(cleaned(text)) == cleaned(text)
    if name_of(text).words:
        assert compare(name_of(text), name_of(cleaned(text))) == ()
    assert all(spelling.isascii() for word in name_of(text).words for spelling in word.spellings)


# --- with dates of birth -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "known", "why"),
    [
        (BORN, BORN, ()),
        (date(1991, 4, 3), date(1991, 3, 4), (Reason.DAY_MONTH,)),
        (BORN, date(1991, 3, 15), (Reason.DATE_DIGIT,)),
        (BORN, date(1981, 3, 14), (Reason.DATE_DIGIT,)),
        (BORN, date(1919, 3, 14), (Reason.DATE_DIGIT,)),
        (None, BORN, (Reason.NO_DATE_TYPED,)),
        (BORN, None, (Reason.NO_DATE_KNOWN,)),
    ],
)
def test_another_date_needs_an_equal_name(
    typed: date | None, known: date | None, why: tuple[Reason, ...]
) -> None:
    alike = likeness("Berg, Anna", typed, "Anna Berg", known)
    assert alike is not None
    assert alike.reasons == why
    nearly = likeness("Anna Bergh", typed, "Anna Berg", known)
    assert (nearly is not None) == (why == ())


def test_another_birthday_is_somebody_else() -> None:
    assert likeness("Anna Berg", BORN, "Anna Berg", date(1985, 7, 2)) is None


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_every_slip_of_a_date_is_looked_for(born: date) -> None:
    for near in dates_near(born):
        alike = likeness("A B", near, "A B", born)
        assert alike is not None
        assert alike.same_name
