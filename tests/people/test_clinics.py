"""Options of a clinic: each is set by itself, even if others are saved at the same time."""

import asyncio

import pytest
from pydantic import ValidationError

from bedside.audit import Action
from bedside.audit.recorder import Filter
from bedside.errors import NotFound
from bedside.links.options import LinkOptions
from bedside.people.clinics import ClinicOptions
from bedside.people.options import Options
from bedside.visits.options import VisitOptions
from tests.house import House

pytestmark = [pytest.mark.anyio, pytest.mark.feature("A2")]


async def change(house: House, *given: Options, name: str = "") -> None:
    async with house.services.database.unit_of_work() as work:
        await house.services.people.clinics.change(
            work, house.here.administrator.actor, house.clinic.id, *given, name=name
        )


async def test_two_pages_saved_at_once_undo_nothing_of_each_other(house: House) -> None:
    await house.services.people.clinics.get(house.clinic.id)  # as a page would have cached it
    await asyncio.gather(
        change(house, ClinicOptions(phone="+46 8 123 45 67")),
        change(house, VisitOptions(transfer_allowed=False)),
        change(house, name="Riverside"),
        change(house, LinkOptions(link_days=3)),
    )
    clinic = await house.services.people.clinics.get(house.clinic.id)
    found = (clinic.options.phone, clinic.of(VisitOptions).transfer_allowed)
    assert found == ("+46 8 123 45 67", False)
    assert (clinic.name, clinic.of(LinkOptions).link_days) == ("Riverside", 3)
    lines = await house.services.audit.log.lines(
        house.clinic.id, Filter(action=str(Action.CLINIC_CHANGED))
    )
    changed = sorted(line.details["changed"] for line in lines)
    assert changed == [["link_days"], ["name"], ["phone"], ["transfer_allowed"]]


async def test_what_changes_nothing_is_no_line_and_bounds_hold(quick_house: House) -> None:
    await change(quick_house, ClinicOptions(phone=""), name=quick_house.clinic.name)
    wanted = Filter(action=str(Action.CLINIC_CHANGED))
    assert await quick_house.services.audit.log.lines(quick_house.clinic.id, wanted) == []
    with pytest.raises(ValidationError):
        await change(quick_house, LinkOptions(link_days=0))
    with pytest.raises(NotFound):
        async with quick_house.services.database.unit_of_work() as work:
            await quick_house.services.people.clinics.change(
                work, quick_house.here.administrator.actor, "cli_nobody", ClinicOptions(phone="1")
            )
