"""The door of a room for people who are signed in to the app: recognised, and nothing is typed."""

import asyncio

import pytest
from playwright.async_api import Page, expect

from bedside.accounts.levels import Level, Relation
from bedside.accounts.sign_in import SignedIn
from bedside.people.permissions import AccountAccess
from bedside.visits.rooms import RoomOptions
from tests.accounts.people import BORN, let_in, signed_in
from tests.house import House
from tests.journeys.waiting import Door, check_in, door, personal_room
from tests.peers.chromium import Chromium, Person
from tests.peers.page_checks import Journey

__all__ = ["door"]
pytestmark = [pytest.mark.anyio, pytest.mark.feature("V2")]

AWAY = 15
"""Seconds without any network."""


async def with_app(person: Person, door: Door, there: SignedIn) -> None:
    """Sign a phone in to the app."""
    await person.context.add_cookies(
        [{"name": "bedside-app", "value": there.token, "url": door.served.url}]
    )


async def let_in_twice(house: House) -> SignedIn:
    """Let one woman in to the app of Maya and of Tomás, and sign her in on another phone."""
    _grant, mother = await let_in(house, level=Level.FULL)
    await adds(house, mother, 1)
    async with house.database.unit_of_work() as work:
        row = await house.accounts.all.row(work, mother.account_id)
        return await house.accounts.sign_in.admit(work, row, "link", "", device="", own=False)


async def adds(house: House, proxy: AccountAccess, patient: int) -> None:
    """Let somebody with an account in to one more patient's app."""
    chart = await house.chart(patient)
    grant, secret = await house.accounts.proxies.invite(chart, Relation.GUARDIAN, Level.FULL)
    born = house.patients[patient].demographics.birth_date or BORN
    answer = await house.links.answer(secret, born, "192.0.2.9")
    link = await house.links.resume(answer.token, grant, "192.0.2.9")
    await house.accounts.proxies.accept_as(link, proxy)


async def waits(page: Page) -> None:
    """Expect the waiting room, past the device test."""
    await page.wait_for_url("**/visit/*")
    test = page.get_by_role("button", name="Go on without the test")
    await expect(test.or_(page.get_by_role("heading", name="will see you soon"))).to_be_visible()
    if await test.is_visible():
        await test.click()
    await expect(page.get_by_role("heading", name="will see you soon")).to_be_visible()


async def test_a_patient_comes_by_keyboard_and_waits_through_a_dead_spot(
    door: Door, chromium: Chromium
) -> None:
    house, seen = door.house, Journey("signed-in-door")
    room = await personal_room(house, house.here.administrator, RoomOptions(ask_reason="no"))
    phone = await chromium.phone(door.served.url, width=390)
    await with_app(phone, door, await signed_in(house))
    page = await phone.page(f"/r/{room.slug}")
    await expect(page.get_by_text("You are signed in as Maya Lindqvist.")).to_be_visible()
    await expect(page.get_by_role("textbox")).to_have_count(0)
    await seen.seen(page, "one")
    button = page.get_by_role("button", name="Check in")
    for _press in range(12):
        await page.keyboard.press("Tab")
        if await button.evaluate("one => one === document.activeElement"):
            break
    await page.keyboard.press("Enter")
    await waits(page)
    await seen.seen(page, "waiting")
    access = await house.people.permissions.room(house.here.administrator, room.id)
    [there] = await house.visits.waiting_room.queue(access)
    assert (there.name, there.identified) == ("Maya Lindqvist", "account")

    await phone.context.set_offline(True)
    await asyncio.sleep(AWAY)
    await seen.seen(page, "no-network")
    await phone.context.set_offline(False)
    await expect(page.get_by_role("heading", name="will see you soon")).to_be_visible()
    await expect(page.get_by_text("No connection")).to_have_count(0, timeout=20_000)
    [same] = await house.visits.waiting_room.queue(access)
    assert same.visit_id == there.visit_id
    await page.goto(f"/r/{room.slug}")  # the door again: no second place
    await page.get_by_role("link", name="I am Maya: back to my place").click()
    await waits(page)
    assert len(await house.visits.waiting_room.queue(access)) == 1
    phone.complaints.clear()  # of the dead spot
    await phone.leave()


async def test_one_woman_waits_for_one_of_two_people(door: Door, chromium: Chromium) -> None:
    house, seen = door.house, Journey("signed-in-door")
    phone = await chromium.phone(door.served.url, width=390, scheme="dark")
    await with_app(phone, door, await let_in_twice(house))
    page = await phone.page(door.address)
    await expect(page.get_by_role("group", name="For whom are you here?")).to_be_visible()
    await seen.seen(page, "for-whom")
    await page.get_by_label("Why are you coming today?").fill("A rash")
    await page.get_by_role("button", name="Check in").click()
    await expect(page.get_by_text("Choose for whom you are here.").first).to_be_visible()
    await seen.seen(page, "nobody-chosen")
    await page.get_by_label("Tomás Ramírez").check()
    await page.get_by_label("I have read this, and I agree").check()
    await page.get_by_role("button", name="Check in").click()
    await waits(page)
    await seen.seen(page, "waits-for-tomas")
    [there] = await door.queue()
    assert (there.name, there.identified) == ("Tomás Ramírez", "account")
    await phone.leave()


async def test_on_a_shared_phone_nobody_is_taken_for_somebody_else(
    door: Door, chromium: Chromium
) -> None:
    house, seen = door.house, Journey("signed-in-door")
    phone = await chromium.phone(door.served.url, width=390)
    await check_in(phone, door.address)  # Nora, without an app
    await with_app(phone, door, await signed_in(house))
    page = await phone.page(door.address)
    await expect(
        page.get_by_role("heading", name="Are you Nora, or somebody else?")
    ).to_be_visible()
    await expect(page.get_by_text("Maya")).to_have_count(0)
    await seen.seen(page, "shared")
    await page.get_by_role("link", name="Somebody else").click()
    await expect(page.get_by_label("Your name")).to_have_value("")
    await page.go_back()
    await page.get_by_role("link", name="I am signed in to the app").click()
    await expect(page.get_by_text("You are signed in as Maya Lindqvist.")).to_be_visible()
    await page.get_by_label("Why are you coming today?").fill("A check-up")
    await page.get_by_label("I have read this, and I agree").check()
    await page.get_by_role("button", name="Check in").click()
    await waits(page)
    assert [one.name for one in await door.queue()] == ["Nora Newcome", "Maya Lindqvist"]
    await phone.leave()
