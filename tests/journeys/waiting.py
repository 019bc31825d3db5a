"""A room with a public address, and patients who come in by it."""

from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import Page, expect

from bedside.people.permissions import RoomAccess
from bedside.visits.rooms import Room, RoomChange, RoomKind, RoomOptions
from tests.house import House, Served
from tests.peers.chromium import Person

OPTIONS = RoomOptions(
    welcome_text="Welcome. I see patients by video on weekdays from 8 to 17.",
    ask_birth_date="required",
    ask_phone="optional",
    ask_reason="required",
    consent_text="I agree to be seen by video. What I send becomes part of my record.",
)


@dataclass
class Door:
    """Dr Okafor's own room, open; and its owner."""

    served: Served
    room: Room
    charge: RoomAccess

    @property
    def house(self) -> House:
        """The house."""
        return self.served.house

    @property
    def address(self) -> str:
        """The address given to patients."""
        return f"{self.served.url}/r/{self.room.slug}"

    async def queue(self) -> list[Any]:
        """Return the queue, in order."""
        return await self.house.visits.waiting_room.queue(self.charge)

    async def enter(self, person: Person) -> Page:
        """Check in as Nora Newcome. Returns the page of the visit, at the device test."""
        return await check_in(person, self.address)

    async def wait(self, person: Person) -> Page:
        """Check in and go on without the device test."""
        page = await self.enter(person)
        await page.get_by_role("button", name="Go on without the test").click()
        await expect(page.get_by_role("heading", name="will see you soon")).to_be_visible()
        return page


async def check_in(person: Person, address: str) -> Page:
    """Go through the door of a room. Returns the page of the visit."""
    page = await person.page(address)
    await fill(page)
    await page.get_by_role("button", name="Check in").click()
    await page.wait_for_url("**/visit/*")
    return page


async def fill(page: Page, name: str = "Nora Newcome") -> None:
    """Fill in everything that the form asks for."""
    await page.get_by_label("Your name").fill(name)
    for part, value in (("Day", "27"), ("Month", "3"), ("Year", "1985")):
        await page.get_by_label(part, exact=True).fill(value)
    await page.get_by_label("Why are you coming today?").fill("A rash on my hand")
    await page.get_by_label("I have read this, and I agree").check()


async def personal_room(house: House, owner: Any, options: RoomOptions = OPTIONS) -> Room:
    """Create somebody's open room."""
    name = (await house.people.staff.get(owner.clinic_id, owner.staff_id)).name
    change = RoomChange(name, RoomKind.PERSONAL, owner.staff_id, options=options)
    room = await house.visits.rooms.create(house.administer(), change)
    await house.visits.rooms.open(await house.people.permissions.room(owner, room.id))
    return await house.visits.rooms.get(room.clinic_id, room.id)


@pytest.fixture
async def door(served: Served) -> Door:
    """Dr Okafor's room."""
    okafor = served.house.here.clinician
    room = await personal_room(served.house, okafor)
    return Door(served, room, await served.house.people.permissions.room(okafor, room.id))
