"""A clinic's options for conversations: office hours, and what is answered outside them."""

from datetime import date
from functools import lru_cache
from importlib import import_module
from typing import Any

from pydantic import Field

from bedside.conversations.hours import OfficeHours, exceptions_in, periods_in
from bedside.errors import WrongInput
from bedside.kernel.language import N_
from bedside.people.clinics import Clinic
from bedside.people.options import MB, Options

_USUAL = "8:00-17:00"
_NO_HOLIDAYS = N_(
    "Please write the country, and where needed the region, as in “SE”, “DE-BY” or “US-CA”; or "
    "leave it empty."
)


class ChatOptions(Options):
    """Options of conversations, as they are typed; `office_hours` reads them."""

    chat_hours: tuple[str, ...] = (_USUAL,) * 5 + ("", "")
    """Of Monday to Sunday."""
    chat_exceptions: str = ""
    chat_holidays: str = ""
    """The region whose public holidays the clinic keeps, such as “DE-BY”."""
    chat_automatic: bool = True
    """Whether somebody who writes while the clinic is closed gets an automatic answer."""
    chat_automatic_text: str = ""
    """The clinic's own words for it."""


class ChatFileOptions(Options):
    """Options of files in conversations."""

    chat_bytes_limit: int = Field(default=50 * MB, ge=MB, le=2_000 * MB)
    """Of one file that goes along with a message."""
    chat_files_limit: int = Field(default=30, ge=1, le=100)
    """Of one message."""


def office_hours(clinic: Clinic) -> OfficeHours:
    """Return the office hours of a clinic."""
    options = clinic.of(ChatOptions)
    return OfficeHours(
        zone=clinic.options.time_zone,
        weekly=tuple(periods_in(day) for day in options.chat_hours),
        exceptions=exceptions_in(options.chat_exceptions),
        is_holiday=lambda day: is_holiday(options.chat_holidays, day),
    )


def checked_region(typed: str) -> str:
    """Return the region of public holidays as it is kept. Raises WrongInput for one that is not
    known."""
    region = typed.strip().upper()
    if region and _calendar(region) is None:
        raise WrongInput(_NO_HOLIDAYS, field="chat_holidays")
    return region


def is_holiday(region: str, day: date) -> bool:
    """Whether a day is a public holiday in a region; never for “”."""
    calendar = _calendar(region) if region else None
    return calendar is not None and day in calendar


@lru_cache(64)
def _calendar(region: str) -> Any:
    """Return the public holidays of a region, None if it is not known. The library is loaded when
    it is first needed, because that takes a third of a second."""
    country, _, part = region.partition("-")
    try:
        return import_module("holidays").country_holidays(country, subdiv=part or None)
    except NotImplementedError:
        return None
