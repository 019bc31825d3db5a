"""How dates, times, sizes and quotations are written in the current language.

The order of day, month and year, the signs between them and the words for units are those of the
Unicode Common Locale Data Repository, by way of Babel. English is the one of Europe: the day comes
before the month, and the clock has 24 hours.
"""

from datetime import date, datetime, time
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit

from bedside.kernel import language

_ENGLISH = {"long": "d MMMM y", "yMMMd": "d MMM y", "MMMMd": "d MMMM"}
_FIRST_OF_MONTH = {"fr": "1er", "it": "1º"}
"""Where the first day of a month is an ordinal number, which the repository does not have."""
_KILO, _MEGA = 1_000, 1_000_000
_NO_BREAK = "\u00a0"


def day(value: date) -> str:
    """Write a date: “14 March 1991”, “14. März 1991”, “14 de marzo de 1991”."""
    return _dated(value, "long")


def short_day(value: date) -> str:
    """Write a date where there is little room: “14 Mar 1991”, “14. März 1991”. Other languages than
    English leave “14.” alone at the end of a line where the blank may break."""
    written = _dated(value, "yMMMd")
    return written if language.locale() == "en" else written.replace(" ", _NO_BREAK, 1)


def day_and_month(value: date) -> str:
    """Write a day without its year: “3 December”, “3. Dezember”, “3 de diciembre”."""
    return _dated(value, "MMMMd")


def clock_time(value: datetime) -> str:
    """Write a time of the day, e.g. “10:09”."""
    return _clock(value.hour, value.minute, language.locale())


@lru_cache(3_000)
def _clock(hour: int, minute: int, spoken: str) -> str:
    return format_time(time(hour, minute), "HH:mm" if spoken == "en" else "short", locale=spoken)


def moment(value: datetime) -> str:
    """Write a day with its time: “22 Nov 2026, 10:09”, “22. Nov. 2026, 10:09”."""
    return _joined(language.locale()).format(clock_time(value), short_day(value))


@lru_cache(20)
def _joined(spoken: str) -> str:
    return str(Locale.parse(spoken).datetime_formats["medium"]).replace("'", "")


def weekday_moment(value: datetime) -> str:
    """Write a day of the week with its time: “Friday, 4 Dec 2026, 17:50”."""
    return f"{format_date(value, 'EEEE', locale=language.locale())}, {moment(value)}"


def weekday(value: date) -> str:
    """Write a day with that of the week: “Friday, 4 December”, “Freitag, 4. Dezember”."""
    return f"{format_date(value, 'EEEE', locale=language.locale())}, {day_and_month(value)}"


def _dated(value: date, kind: str) -> str:
    return _day(value.year, value.month, value.day, kind, language.locale())


@lru_cache(3_000)
def _day(year: int, month: int, day_: int, kind: str, spoken: str) -> str:
    """Write a date: Babel takes a tenth of a millisecond for each, and a page has a hundred."""
    value = date(year, month, day_)
    if spoken == "en":
        return format_date(value, _ENGLISH[kind], locale=spoken)
    if kind == "long":
        written = format_date(value, kind, locale=spoken)
    else:  # a skeleton has only letters of dates, but Babel wants a time as well
        at = datetime(year, month, day_)
        written = format_skeleton(kind, at, locale=spoken)
    first = _FIRST_OF_MONTH.get(spoken)
    return f"{first} {written.removeprefix('1 ')}" if first and day_ == 1 else written


def size(count: int) -> str:
    """Write bytes as people read them, in decimal units: “2.1 MB”, “2,1 Mo”, “50 MB”. The blank
    does not break, so that the unit stays with its number on a narrow screen."""
    if count >= _MEGA:
        return _amount(round(count / _MEGA, 1), "digital-megabyte")
    if count >= _KILO:
        return _amount(round(count / _KILO), "digital-kilobyte")
    # The repository has “500 byte” in English.
    return f"{count}{_NO_BREAK}B" if language.locale() == "en" else _amount(count, "digital-byte")


def _amount(number: float, unit: str) -> str:
    """Write a number with its unit; of the unit always the form for several, because some
    languages have “1 Mbyte” and “2 MB”."""
    spoken, several = language.locale(), 1.5
    form = format_unit(several, unit, "short", locale=spoken)
    of_several, amount = (format_decimal(one, locale=spoken) for one in (several, number))
    return form.replace(of_several, amount).replace(" ", _NO_BREAK)


def megabytes(count: int) -> str:
    """Write how many megabytes some bytes are, always with one digit after the sign: “2.1”, “2,0”,
    as the first of two numbers with one unit."""
    return format_decimal(count / _MEGA, "0.0", locale=language.locale())


def grouped(number: int) -> str:
    """Write a large number with its thousands set apart: “10,000”, “10.000”, “10 000”."""
    return format_decimal(number, "#,##0", locale=language.locale())


def percent(hundredths: int) -> str:
    """Write a part of one hundred: “64%”, “64 %”."""
    return format_percent(hundredths / 100, locale=language.locale())


def quoted(text: str) -> str:
    """Write words of somebody in quotation marks: “like this”, „so“, « ainsi »."""
    return language.gettext("“%(text)s”") % {"text": text}
