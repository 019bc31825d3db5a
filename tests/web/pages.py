"""Helpers of the staff console's tests."""

import httpx

from bedside.audit import Action
from bedside.audit.recorder import Filter, Line
from bedside.people.permissions import StaffAccess
from tests.house import House

FRAGMENT = {"hx-request": "true"}
"""The header with which scripts request a fragment."""


async def enter(visitor: httpx.AsyncClient, house: House, who: StaffAccess | None = None) -> None:
    """Sign in, by default as the receptionist."""
    visitor.cookies.clear()
    visitor.cookies.update(await house.cookie(who or house.here.receptionist))


async def lines(house: House, action: Action) -> list[Line]:
    """Return audit lines of a kind, newest first."""
    return await house.services.audit.log.lines(house.clinic.id, Filter(action=action, limit=500))


def born(day: str = "14", month: str = "3", year: str = "1991") -> dict[str, str]:
    """Return the three fields of a date of birth."""
    return {"birth_day": day, "birth_month": month, "birth_year": year}
