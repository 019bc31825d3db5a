"""Dates, times, sizes and quotations as each language writes them."""

from collections.abc import Generator
from datetime import date, datetime

import pytest

from bedside.kernel import language, written

pytestmark = pytest.mark.feature("P4")

LANGUAGES = ("en", "es", "fr", "de", "it", "pt", "sv", "ar", "ja")


@pytest.fixture(autouse=True)
def _all_spoken(monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    """Dates need no catalogue, so that languages are tried that have none yet."""
    monkeypatch.setattr(language, "is_spoken", lambda code: code in LANGUAGES)
    with language.speaking("en"):
        yield


@pytest.mark.parametrize(
    ("spoken", "whole", "without_year"),
    [
        ("en", "3 December 2026", "3 December"),
        ("es", "3 de diciembre de 2026", "3 de diciembre"),
        ("fr", "3 décembre 2026", "3 décembre"),
        ("de", "3. Dezember 2026", "3. Dezember"),
        ("pt", "3 de dezembro de 2026", "3 de dezembro"),
        ("sv", "3 december 2026", "3 december"),
        ("ja", "2026年12月3日", "12月3日"),
    ],
)
def test_a_day_is_written_as_its_language_does(spoken: str, whole: str, without_year: str) -> None:
    language.speak(spoken)
    written_out = written.day(date(2026, 12, 3)), written.day_and_month(date(2026, 12, 3))
    assert written_out == (whole, without_year)


@pytest.mark.parametrize(
    ("spoken", "first", "eleventh"),
    [
        ("fr", "1er août", "11 août"),
        ("it", "1º agosto", "11 agosto"),
        ("de", "1. August", "11. August"),
        ("es", "1 de agosto", "11 de agosto"),
        ("en", "1 August", "11 August"),
    ],
)
def test_the_first_of_a_month_is_an_ordinal_where_people_say_so(
    spoken: str, first: str, eleventh: str
) -> None:
    language.speak(spoken)
    days = [written.day_and_month(date(2026, 8, day)) for day in (1, 11)]
    assert days == [first, eleventh]
    assert written.day(date(2026, 8, 1)).startswith(first)


@pytest.mark.parametrize(
    ("spoken", "expected"),
    [
        ("en", "1 Sep 2026, 09:05"),
        ("es", "1\u00a0sept 2026, 9:05"),
        ("fr", "1er\u00a0sept. 2026, 09:05"),
        ("de", "1.\u00a0Sept. 2026, 09:05"),
        ("ar", "1\u00a0سبتمبر 2026، 9:05 ص"),
    ],
)
def test_a_moment_has_its_day_and_its_time(spoken: str, expected: str) -> None:
    language.speak(spoken)
    assert written.moment(datetime(2026, 9, 1, 9, 5)) == expected


@pytest.mark.parametrize(
    ("spoken", "expected"),
    [
        ("en", ["0\u00a0B", "2\u00a0kB", "1\u00a0MB", "2.1\u00a0MB", "50\u00a0MB"]),
        ("es", ["0\u00a0B", "2\u00a0kB", "1\u00a0MB", "2,1\u00a0MB", "50\u00a0MB"]),
        ("de", ["0\u00a0Byte", "2\u00a0kB", "1\u00a0MB", "2,1\u00a0MB", "50\u00a0MB"]),
        ("it", ["0\u00a0byte", "2\u00a0kB", "1\u00a0MB", "2,1\u00a0MB", "50\u00a0MB"]),
        ("fr", ["0\u00a0o", "2\u00a0ko", "1\u00a0Mo", "2,1\u00a0Mo", "50\u00a0Mo"]),
    ],
)
def test_sizes_have_the_units_of_their_language(spoken: str, expected: list[str]) -> None:
    language.speak(spoken)
    sizes = [written.size(count) for count in (0, 2_100, 1_000_000, 2_140_000, 50_000_000)]
    assert [size.replace("\u202f", "\u00a0") for size in sizes] == expected


def test_an_amount_without_its_unit_keeps_one_digit() -> None:
    assert [written.megabytes(count) for count in (0, 6_240_000)] == ["0.0", "6.2"]
    language.speak("sv")
    assert [written.megabytes(count) for count in (0, 6_240_000)] == ["0,0", "6,2"]


def test_percentages_stand_apart_from_their_sign_where_they_do() -> None:
    shown: list[str] = []
    for spoken in ("en", "de", "fr"):
        language.speak(spoken)
        shown.append(written.percent(64))
    assert [text.replace("\u202f", " ").replace("\xa0", " ") for text in shown] == [
        "64%",
        "64 %",
        "64 %",
    ]


def test_quotation_marks_come_from_the_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    assert written.quoted("%s {a}") == "“%s {a}”"
    monkeypatch.setattr(language, "gettext", lambda text: text.replace("“", "„").replace("”", "“"))
    assert written.quoted("so") == "„so“"
