"""Dates of birth in the words of a search: 1991-03-14, 14.3.91, 3/14/1991, 14 March 1991, 19910314.

A search never asks back, so whatever can be read in two ways is looked for in both.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from functools import cache
from itertools import product
from typing import Any, Literal, cast

from babel.dates import get_month_names

from bedside.kernel import clock
from bedside.kernel.words import fold

_LANGUAGES = ("en", "de", "fr", "es", "sv", "nb", "da", "nl", "it", "pt", "pl")
_CONTEXTS: tuple[Literal["format", "stand-alone"], ...] = ("format", "stand-alone")
_WIDTHS: tuple[Literal["wide", "abbreviated"], ...] = ("wide", "abbreviated")
_OLDEST = 130
_SHORTEST_MONTH = 3
_APART = r"(?:\s?([./-])\s?|\s)"
_NUMBERS = re.compile(rf"(?<!\d)(\d{{1,4}}){_APART}(\d{{1,2}}){_APART}(\d{{1,4}})(?!\d)")
_RUN = re.compile(r"(?<!\d)(\d{8})(?!\d)")
_YEAR = re.compile(r"(?<![\d.+-])(1[89]\d\d|2[01]\d\d)(?![\d.-])")
_WORD = r"([^\W\d_]{3,}\.?)"
_BETWEEN = r"(?:\s|[.,/-]|\b(?:de|del|of|of the)\b)*"
_DAY_MONTH = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)?{_BETWEEN}{_WORD}{_BETWEEN}(\d{{4}}|\d{{2}})(?!\d)", re.I
)
_MONTH_DAY = re.compile(
    rf"\b{_WORD}{_BETWEEN}(\d{{1,2}})(?!\d)(?:st|nd|rd|th)?{_BETWEEN}(\d{{4}}|\d{{2}})(?!\d)", re.I
)


def plain_digits(text: str) -> str:
    """Return a text with the digits of every script as 0–9."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)


def date_in(text: str) -> tuple[list[date], str]:
    """Return the first date in a text, in each way it can be read, and the text without it."""
    text = plain_digits(text)
    for pattern, reading in (
        (_DAY_MONTH, _of_day_month),
        (_MONTH_DAY, _of_month_day),
        (_NUMBERS, _of_numbers),
        (_RUN, _of_run),
    ):
        for match in pattern.finditer(text):
            if found := reading(match):
                return found, f"{text[: match.start()]} {text[match.end() :]}".strip()
    return [], text


def year_in(text: str) -> tuple[int | None, str]:
    """Return the first year of birth in a text, and the text without it."""
    match = _YEAR.search(text)
    if match is None:
        return None, text
    return int(match[1]), f"{text[: match.start()]} {text[match.end() :]}".strip()


def _of_day_month(match: re.Match[str]) -> list[date]:
    return _dates(_years(match[3]), _months(match[2]), [int(match[1])])


def _of_month_day(match: re.Match[str]) -> list[date]:
    return _dates(_years(match[3]), _months(match[1]), [int(match[2])])


def _of_numbers(match: re.Match[str]) -> list[date]:
    """Read day, month, year, or month first, or year first. After a dot it is never the month
    that comes first, and blanks alone may be a phone number's: a month there is no day."""
    first, between, second, _also, last = match.groups()
    if len(first) == 4:
        return _dates(_years(first), [int(second)], [int(last)]) if len(last) < 3 else []
    if len(first) == 3 or len(last) == 3:
        return []
    found = _dates(_years(last), [int(second)], [int(first)])
    if between in ("/", "-") or not found:
        found += _dates(_years(last), [int(first)], [int(second)])
    if between == "-" and len(last) <= 2:
        found += _dates(_years(first), [int(second)], [int(last)])
    return list(dict.fromkeys(found))


def _of_run(match: re.Match[str]) -> list[date]:
    digits = match[1]
    found = _dates([int(digits[:4])], [int(digits[4:6])], [int(digits[6:])])
    found += _dates([int(digits[4:])], [int(digits[2:4])], [int(digits[:2])])
    found += _dates([int(digits[4:])], [int(digits[:2])], [int(digits[2:4])])
    return list(dict.fromkeys(found))


def _years(typed: str) -> list[int]:
    """Return the years that a number stands for: 91 is 1991, 05 is 2005 or 1905."""
    if len(typed) == 4:
        return [int(typed)]
    if len(typed) != 2:
        return []
    this = date.fromtimestamp(clock.now() / 1000).year
    return [y for y in (2000 + int(typed), 1900 + int(typed)) if y <= this and y > this - 111]


def _dates(years: list[int], months: list[int], days: list[int]) -> list[date]:
    found: list[date] = []
    newest = date.fromtimestamp(clock.now() / 1000).year + 1
    for year, month, day in product(years, months, days):
        try:
            one = date(year, month, day)
        except ValueError:
            continue
        if newest - _OLDEST - 10 <= year <= newest:
            found.append(one)
    return found


def _months(typed: str) -> list[int]:
    """Return the months whose name in one of the languages begins like this."""
    word = fold(typed.rstrip("."))
    if len(word) < _SHORTEST_MONTH:
        return []
    return sorted({month for name, month in _month_names() if name.startswith(word)})


@cache
def _month_names() -> list[tuple[str, int]]:
    found: dict[tuple[str, int], None] = {}
    for language in _LANGUAGES:
        for context in _CONTEXTS:
            for width in _WIDTHS:
                months: Any = get_month_names(width, context, language)
                for month, name in cast(Mapping[int, str], months).items():
                    found[fold(name).rstrip("."), month] = None
    return list(found)
