"""Dates of birth as people type them, in three boxes or as a whole, and the age that follows.

Every place that asks for one uses this parser: what is clear is taken, in any script and with the
month as a word; what is no possible date of birth is explained, and is no answer yet.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from babel.dates import get_month_names

from bedside.edge.forms import Form
from bedside.kernel.language import N_
from bedside.kernel.typed import one_line
from bedside.kernel.words import fold
from bedside.people.clinics import Clinic

FIRST_YEAR = 1900
_LANGUAGES = ("en", "de", "fr", "es")
_BUDDHIST = 543
"""Years that the Thai calendar is ahead."""
_PERSIAN = range(1280, 1500)
_BESIDE = re.compile(
    r"(?<=[0-9])(?:st|nd|rd|th|er|e|º|ª|o|\.|,|年|月|日|년|월|일)+$|(?<![.,/-])[.,/-]+$"
)

NO_NUMBERS = N_("Enter the date of birth as three numbers, for example 27 3 1985.")
INCOMPLETE = N_("Enter day, month and year of birth.")
NO_DAY = N_("This day does not exist. Check day, month and year.")
NO_MONTH = N_("This day does not exist: there are 12 months. Check which box is for the month.")
FOUR_DIGITS = N_("Write the year with four digits, for example 1985.")
IN_FUTURE = N_("This day is in the future. Check the year.")
TOO_EARLY = N_("Check the year: it has four digits and is 1900 or later.")
OTHER_CALENDAR = N_(
    "This year is of another calendar. Enter the year of the Gregorian calendar, for example 1985."
)
ORDERS = {
    "dmy": N_("Day, month, year. For example 27 3 1985."),
    "mdy": N_("Month, day, year. For example 3 27 1985."),
    "ymd": N_("Year, month, day. For example 1985 3 27."),
}
_BOXES = {"d": "birth_day", "m": "birth_month", "y": "birth_year"}
CHECK_ORDER = {
    "dmy": N_("First the day, then the month, then the year."),
    "mdy": N_("First the month, then the day, then the year."),
    "ymd": N_("First the year, then the month, then the day."),
}


@dataclass(frozen=True, slots=True)
class TypedDate:
    """The three boxes of a date of birth, as they were typed."""

    day: str = ""
    month: str = ""
    year: str = ""

    @classmethod
    def of(cls, form: Form) -> "TypedDate":
        """Return the boxes of a form."""
        return cls(*(form.line(f"birth_{part}") for part in ("day", "month", "year")))

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed."""
        return not (self.day or self.month or self.year)

    def read(self, clinic: Clinic) -> tuple[date | None, str]:
        """Return the date, or None with a sentence of what is wrong, which is translated where it
        is displayed."""
        boxes = [_plain(box) for box in (self.day, self.month, self.year)]
        parts = _in_place(*boxes)
        if parts is None:
            return None, NO_NUMBERS if all(boxes) else INCOMPLETE
        return _possible(*parts, clinic.options.today())


def first_box(clinic: Clinic) -> str:
    """Return the id of the first box of a date of birth, to which the summary of errors leads."""
    return _BOXES[clinic.options.date_order[0]]


def may_be_swapped(born: date) -> bool:
    """Whether day and month would be a date the other way round too."""
    return born.day <= 12 and born.day != born.month


def age(born: date, today: date) -> int:
    """Return completed years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _plain(typed: str) -> str:
    """Return a box with ASCII digits, without what is written beside a number, such as “4th”."""
    text = one_line(typed)
    text = "".join(
        c if unicodedata.decimal(c, None) is None else str(unicodedata.decimal(c)) for c in text
    )
    return _BESIDE.sub("", text.strip()).strip()


def _in_place(day: str, month: str, year: str) -> tuple[int, int, int] | None:
    """Return year, month and day as numbers: also of a whole date in one box, and of boxes that can
    only be meant the other way round. None if a part is missing or unreadable."""
    texts = [text for text in (day, month, year) if text]
    if len(texts) == 1:
        found = _whole(texts[0])
        if found is None:
            return None
        day, month, year = found
    if _month(day) and not _month(month):
        day, month = month, day
    if len(day) == 4 and len(year) <= 2:
        day, year = year, day
    number = int(month) if _is_number(month) else _month(month)
    if not (_is_number(day) and _is_number(year)) or number is None:
        return None
    return int(year), number, int(day)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 6


def _whole(text: str) -> tuple[str, str, str] | None:
    """Return day, month and year of a date that was typed into one box; None if it is none."""
    iso = re.fullmatch(r"([0-9]{4})\D+([0-9]{1,2})\D+([0-9]{1,2})\D*", text)
    if iso:
        return iso[3], iso[2], iso[1]
    numbers = re.findall(r"[0-9]+", text)
    words = [word for word in re.findall(r"[^\W\d_]+", text) if _month(word)]
    if len(numbers) == 2 and len(words) == 1:
        day, year = numbers if len(numbers[0]) < 4 else numbers[::-1]
        return day, words[0], year
    return None


def _possible(year: int, month: int, day: int, today: date) -> tuple[date | None, str]:
    """Return the date if somebody who lives can be born then, else what is wrong."""
    wrong = _wrong_year(year, today)
    if not wrong and month > 12 >= day:
        wrong = NO_MONTH
    if wrong:
        return None, wrong
    try:
        born = date(year, month, day)
    except (ValueError, OverflowError):
        return None, NO_DAY
    return (None, IN_FUTURE) if born > today else (born, "")


def _wrong_year(year: int, today: date) -> str:
    if year < 1000:
        return FOUR_DIGITS
    other = today.year < year <= today.year + _BUDDHIST and year - _BUDDHIST >= FIRST_YEAR
    if other or year in _PERSIAN:
        return OTHER_CALENDAR
    return TOO_EARLY if year < FIRST_YEAR else ""


def _month(word: str) -> int | None:
    """Return the month that a word names, in one of the product's languages, perhaps cut off."""
    return _month_words().get(fold(word).strip("."))


@cache
def _month_words() -> dict[str, int]:
    """Return all names of months, and their beginnings of three letters and more that mean one
    month in every language."""
    names: dict[str, int] = {}
    beginnings: dict[str, set[int]] = {}
    for language in _LANGUAGES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                months: Any = get_month_names(width, context, language)
                for number, name in months.items():
                    word = fold(str(name)).strip(".")
                    names[word] = number
                    for length in range(3, len(word)):
                        beginnings.setdefault(word[:length], set()).add(number)
    names |= {"maerz": 3, "mrz": 3, "jaenner": 1, "janner": 1, "feber": 2, "setiembre": 9}
    return {word: min(many) for word, many in beginnings.items() if len(many) == 1} | names
