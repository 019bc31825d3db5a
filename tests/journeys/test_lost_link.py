"""“Send me my link again” with a phone: from the door to the photo request, from a link that is
over, and back into a visit whose page is gone."""

import re

import pytest
from playwright.async_api import Page, expect

from bedside.kernel import clock
from bedside.visits.states import State
from tests.house import House, Served
from tests.journeys.asked import BORN, answer
from tests.journeys.waiting import OPTIONS, Door, door, personal_room
from tests.peers.chromium import Chromium
from tests.peers.page_checks import Journey
from tests.requests.sending import do_jobs, send
from tests.visits.ward import Ward

__all__ = ["door"]
pytestmark = [pytest.mark.anyio, pytest.mark.feature("V20")]

KNOWN = "070-174 06 05"


async def link_in(house: House, served: Served) -> str:
    """Return the link of the newest message that was asked for."""
    await do_jobs(house)
    text = (await Ward(house).texts())[-1][1]
    found = re.search(r"/l/\S+", text)
    assert found
    return served.url + found[0]


async def ask(page: Page, typed: str) -> None:
    """Fill in the form, and press the button."""
    await page.get_by_label("Your phone number or e-mail address").fill(typed)
    await page.get_by_role("button", name="Send me my link again").click()


@pytest.mark.parametrize("width", [390, 320])
async def test_from_the_door_to_the_same_place(
    served: Served, chromium: Chromium, width: int
) -> None:
    house, seen = served.house, Journey(f"lost-link-{width}")
    sent = await send(house)
    room = await personal_room(house, house.here.clinician, OPTIONS)
    phone = await chromium.phone(served.url, width=width)
    page = await phone.page(f"/r/{room.slug}")
    await page.get_by_role("link", name="Send me my link again").click()
    await seen.seen(page, "form")
    await ask(page, "070 174")
    await expect(page.locator(".form-summary")).to_be_focused()
    await expect(page.get_by_label("Your phone number")).to_have_value("070 174")
    await seen.seen(page, "form-wrong")
    await ask(page, KNOWN)
    await expect(page.get_by_role("heading", name="Look at your messages")).to_be_visible()
    await seen.seen(page, "asked")
    await expect(page.get_by_text("Maya")).to_have_count(0)
    await page.goto(await link_in(house, served))
    await answer(page, BORN)
    await page.wait_for_url(f"**/my/{sent.id}*")
    await phone.leave()


async def test_a_link_that_is_over_sends_the_next_one(served: Served, chromium: Chromium) -> None:
    house, seen = served.house, Journey("lost-link-over")
    sent = await send(house)
    phone = await chromium.phone(served.url)
    with clock.shifted(8 * clock.DAY):
        page = await phone.page(f"/l/{await sent.secret()}")
        await expect(page.get_by_role("heading", name="This link has ended")).to_be_visible()
        await seen.seen(page, "over")
        await ask(page, "maya@patients.example")
        await expect(page.get_by_role("heading", name="Look at your messages")).to_be_visible()
        await seen.seen(page, "asked")
        await page.goto(await link_in(house, served))
        await answer(page, BORN)
        await page.wait_for_url(f"**/my/{sent.id}*")
    await phone.leave()


@pytest.mark.feature("V25")
async def test_back_into_a_visit_on_another_phone(door: Door, chromium: Chromium) -> None:
    """The browser that checked in is gone, with its cookies: a private window that was closed."""
    house, served, seen = door.house, door.served, Journey("lost-link-visit")
    first = await chromium.phone(served.url)
    page = await first.page(door.address)
    await page.get_by_label("Your name").fill("Nora Newcome")
    for part, value in (("Day", "27"), ("Month", "3"), ("Year", "1985")):
        await page.get_by_label(part, exact=True).fill(value)
    await page.get_by_label(re.compile("phone", re.IGNORECASE)).fill("070 174 06 31")
    await page.get_by_label("Why are you coming today?").fill("A rash on my hand")
    await page.get_by_label("I have read this, and I agree").check()
    await page.get_by_role("button", name="Check in").click()
    await page.wait_for_url("**/visit/*")
    visit = page.url.partition("/visit/")[2]
    await first.leave()

    second = await chromium.phone(served.url)
    page = await second.page(door.address)
    await page.get_by_role("link", name="Send me my link again").click()
    await ask(page, "+46 70 174 06 31")
    await expect(page.get_by_role("heading", name="Look at your messages")).to_be_visible()
    link = await link_in(house, served)
    await page.goto(link)
    await expect(page.get_by_role("heading", name="Back to your visit")).to_be_visible()
    assert link.rpartition("/")[2] not in page.url
    await seen.seen(page, "date-of-birth")
    for year, wrong in (("1986", True), ("1985", False)):
        for part, value in (("Day", "27"), ("Month", "3"), ("Year", year)):
            await page.get_by_label(part, exact=True).fill(value)
        await page.get_by_role("button", name="Go on here").click()
        if wrong:
            await expect(page.locator("#birth-error")).to_contain_text("not the date of birth")
            await seen.seen(page, "wrong")
    await page.wait_for_url(f"**/visit/{visit}*")
    await page.get_by_role("button", name="Go on without the test").click()
    await expect(page.get_by_role("heading", name="will see you soon")).to_be_visible()
    [waiting] = await door.queue()
    assert (waiting.visit_id, waiting.state) == (visit, State.WAITING)
    await second.leave()
