"""What the tests of the staff console share."""

import httpx

from bedside.audit import Action
from bedside.audit.recorder import Filter, Line
from bedside.people.permissions import StaffAccess
from tests.house import House

FRAGMENT = {"hx-request": "true"}
"""How scripts ask for a piece of a page."""


async def enter(visitor: httpx.AsyncClient, house: House, who: StaffAccess | None = None) -> None:
    """Sign in, as the receptionist unless told otherwise."""
    visitor.cookies.clear()
    visitor.cookies.update(await house.cookie(who or house.here.receptionist))


async def lines(house: House, action: Action) -> list[Line]:
    """Audit lines of a kind, newest first."""
    return await house.services.audit.lines(house.clinic.id, Filter(action=action, limit=500))


def born(day: str = "14", month: str = "3", year: str = "1991") -> dict[str, str]:
    """The three fields of a date of birth."""
    return {"birth_day": day, "birth_month": month, "birth_year": year}
