"""Dates of birth as people type them: what is clear is taken, the rest is explained."""

from datetime import UTC, date, datetime

import pytest

from bedside.edge import dates
from bedside.edge.dates import TypedDate
from bedside.kernel import clock
from bedside.people.clinics import Clinic

pytestmark = pytest.mark.feature("R2")
CLINIC = Clinic("cli_1", "Riverside", {"time_zone": "Europe/Stockholm"})
FOURTH_OF_MARCH = date(1985, 3, 4)


@pytest.mark.parametrize(
    ("day", "month", "year"),
    [
        ("4", "3", "1985"),
        ("04", "003", " 1985 "),
        ("٤", "٣", "١٩٨٥"),
        ("۴", "۳", "۱۹۸۵"),
        ("४", "३", "१९८५"),
        ("４", "３", "１９８５"),
        ("\u200e4.", "3", "1985"),
        ("4", "march", "1985"),
        ("4", "Mar.", "1985"),
        ("4.", "März", "1985"),
        ("4", "Maerz", "1985"),
        ("4", "mars", "1985"),
        ("4", "Marzo", "1985"),
        ("4th", "MARCH", "1985"),
        ("March", "4", "1985"),
        ("1985", "3", "4"),
        ("4", "mrz", "1985"),
        ("4日", "3月", "1985年"),
        ("4일", "3월", "1985년"),
        ("4 March 1985", "", ""),
        ("March 4, 1985", "", ""),
        ("1985-03-04", "", ""),
    ],
)
def test_what_is_clear_is_taken(day: str, month: str, year: str) -> None:
    assert TypedDate(day, month, year).read(CLINIC) == (FOURTH_OF_MARCH, "")


@pytest.mark.parametrize(
    ("month", "number"),
    [
        ("janvier", 1),
        ("enero", 1),
        ("Jänner", 1),
        ("févr.", 2),
        ("fevrier", 2),
        ("abril", 4),
        ("Mai", 5),
        ("juin", 6),
        ("juillet", 7),
        ("août", 8),
        ("aout", 8),
        ("ago", 8),
        ("Sept", 9),
        ("septiembre", 9),
        ("Okt", 10),
        ("octobre", 10),
        ("dic", 12),
        ("Dezember", 12),
        ("déc", 12),
    ],
)
def test_a_month_is_a_word_of_four_languages(month: str, number: int) -> None:
    assert TypedDate("4", month, "1985").read(CLINIC) == (date(1985, number, 4), "")


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        (("4", "3", "85"), dates.FOUR_DIGITS),
        (("4", "3", "085"), dates.FOUR_DIGITS),
        (("27", "mars", "85"), dates.FOUR_DIGITS),
        (("4", "3", "2985"), dates.IN_FUTURE),
        (("4", "3", "2528"), dates.OTHER_CALENDAR),
        (("4", "3", "1364"), dates.OTHER_CALENDAR),
        (("31", "12", "1896"), dates.TOO_EARLY),
        (("3", "27", "1985"), dates.NO_MONTH),
        (("29", "2", "1985"), dates.NO_DAY),
        (("31", "4", "1985"), dates.NO_DAY),
        (("0", "3", "1985"), dates.NO_DAY),
        (("4", "jui", "1985"), dates.NO_NUMBERS),
        (("x", "3", "1985"), dates.NO_NUMBERS),
        (("²", "3", "1985"), dates.NO_NUMBERS),
        (("4", "", "1985"), dates.INCOMPLETE),
        (("9" * 30, "3", "1985"), dates.NO_NUMBERS),
    ],
)
def test_what_cannot_be_a_date_of_birth_is_explained(typed: tuple[str, str, str], why: str) -> None:
    assert TypedDate(*typed).read(CLINIC) == (None, why)


@pytest.mark.parametrize(
    ("zone", "day"),
    [("Pacific/Auckland", 30), ("Europe/Stockholm", 29), ("Pacific/Honolulu", 29)],
)
def test_today_is_the_clinics_day(zone: str, day: int) -> None:
    """At 22:30 UTC on 29 November it is the 30th in Auckland: a newborn has that birthday."""
    clinic = Clinic("cli_1", "Riverside", {"time_zone": zone})
    evening = int(datetime(2026, 11, 29, 22, 30, tzinfo=UTC).timestamp() * 1000)
    with clock.shifted(evening - clock.now()):
        assert clinic.options.today() == date(2026, 11, day)
        assert TypedDate(str(day), "11", "2026").read(clinic)[1] == ""
        assert TypedDate(str(day + 1), "11", "2026").read(clinic)[1] in (
            dates.IN_FUTURE,
            dates.NO_DAY,
        )


@pytest.mark.parametrize(
    ("options", "country", "order"),
    [
        ({"time_zone": "Europe/Stockholm"}, "SE", "ymd"),
        ({"time_zone": "America/Chicago"}, "US", "mdy"),
        ({"time_zone": "US/Pacific"}, "US", "mdy"),
        ({"time_zone": "Europe/London"}, "GB", "dmy"),
        ({"time_zone": "Asia/Tokyo"}, "JP", "ymd"),
        ({"time_zone": "Asia/Calcutta"}, "IN", "dmy"),
        ({"time_zone": "UTC"}, "", "dmy"),
        ({"time_zone": "UTC", "language": "de"}, "DE", "dmy"),
        ({"time_zone": "UTC", "language": "es"}, "ES", "dmy"),
        ({"time_zone": "Europe/Stockholm", "country": "US"}, "US", "mdy"),
    ],
)
def test_the_order_of_the_boxes_is_that_of_the_clinics_country(
    options: dict[str, str], country: str, order: str
) -> None:
    clinic = Clinic("cli_1", "Riverside", options)
    assert (clinic.options.home, clinic.options.date_order) == (country, order)
