"""Countries: which one a clinic is in, and how a date is written there."""

import re
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.languages import get_official_languages

_ORDERS = ("dmy", "mdy", "ymd")
_NOWHERE = "ZZ"
"""Unicode's country of zones such as UTC."""
_ZONE_ALIASES: dict[str, str] = dict(get_global("zone_aliases"))
_COUNTRIES = re.compile(r"[A-Z]{2}")


@lru_cache(1_000)
def suggested(time_zone: str, language: str) -> str:
    """Return the country of a time zone, else the one where most people speak the language, ISO
    3166-1; "" where neither says one. English suggests none, because it is everybody's."""
    zones: dict[str, str] = dict(get_global("zone_territories"))
    by_zone = zones.get(time_zone) or zones.get(_ZONE_ALIASES.get(time_zone, ""), "")
    if by_zone != _NOWHERE and _COUNTRIES.fullmatch(by_zone):
        return by_zone
    if language == "en":
        return ""
    likely: str = get_global("likely_subtags").get(language, "")
    country = likely.rpartition("_")[2]
    return country if _COUNTRIES.fullmatch(country) else ""


@lru_cache(1_000)
def date_order(country: str, language: str) -> str:
    """Return the order in which dates are written in a country, or by a language where the country
    is not known: dmy, mdy or ymd."""
    if country:
        spoken = [f"{code}_{country}" for code in get_official_languages(country, de_facto=True)]
    else:
        spoken = [language] if language != "en" else []
    for name in spoken:
        try:
            pattern = Locale.parse(name).date_formats["short"].pattern
        except (UnknownLocaleError, ValueError):
            continue
        order = "".join(dict.fromkeys(c for c in pattern.lower() if c in "dmy"))
        if order in _ORDERS:
            return order
    return "dmy"


def named(language: str, codes: frozenset[str]) -> list[tuple[str, str]]:
    """Return (code, name) of countries for choosing, by name in the language of the page."""
    names = Locale.parse(language).territories
    known = ((code, str(names[code])) for code in codes if code in names)
    return sorted(known, key=lambda pair: pair[1])
