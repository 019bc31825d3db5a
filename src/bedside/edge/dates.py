"""Dates of birth: typed as three numbers, and the age that follows."""

from datetime import date

from bedside.kernel.language import N_

NO_NUMBERS = N_("Enter the date of birth as three numbers, for example 27 3 1985.")
NO_DAY = N_("This day does not exist. Check day, month and year.")


def typed_date(year: str, month: str, day: str) -> tuple[date | None, str]:
    """Return the date, or None with a sentence of what is wrong, which is translated where it is
    displayed."""
    try:
        numbers = [int(part) for part in (year, month, day)]
    except ValueError:
        return None, NO_NUMBERS
    try:
        return date(*numbers), ""
    except (ValueError, OverflowError):
        return None, NO_DAY


def age(born: date, today: date) -> int:
    """Return completed years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
