"""A personal invitation: from the patient's card at the desk to the waiting room on the phone."""

import pytest
from playwright.async_api import expect

from bedside.visits.rooms import RoomOptions
from tests.journeys.asked import BORN
from tests.journeys.waiting import Door, door, personal_room
from tests.peers.chromium import Chromium
from tests.peers.page_checks import Journey
from tests.requests.sending import do_jobs

__all__ = ["door"]
pytestmark = pytest.mark.anyio


@pytest.mark.feature("V2")
async def test_an_invited_patient_gives_the_date_of_birth_and_waits(
    door: Door, chromium: Chromium
) -> None:
    house, seen = door.house, Journey("invitation")
    await personal_room(house, house.here.administrator, RoomOptions())
    desk = await chromium.desktop(door.served.url)
    cookie = await house.cookie(house.here.receptionist)
    await desk.context.add_cookies(
        [{"name": name, "value": value, "url": door.served.url} for name, value in cookie.items()]
    )
    console = await desk.page(f"/patients/{house.patients[0].id}/card")
    await console.get_by_role("button", name="More").click()
    await console.get_by_role("menuitem", name="Invite to waiting room").click()
    await console.get_by_label("Dr Amara Okafor").check()
    await console.get_by_label("E-mail").check()
    await seen.seen(console, "desk-invite")
    await console.get_by_role("button", name="Preview").click()
    await expect(console.get_by_text("/l/…").first).to_be_visible()
    await seen.seen(console, "desk-preview")
    await console.get_by_role("button", name="Send").click()
    await expect(console.get_by_text("The invitation is on its way.").first).to_be_visible()
    await do_jobs(house)
    outbox = await desk.page("/outbox")
    link = await outbox.locator(".message-sms a").first.get_attribute("href")

    phone = await chromium.phone(width=320)
    page = await seen.seen(await phone.page(link or ""), "phone-invited")
    for part, value in zip(("Day", "Month", "Year"), BORN, strict=True):
        await page.get_by_label(part, exact=True).fill(value)
    await page.get_by_label("I have read this, and I agree").check()
    await page.get_by_role("button", name="Go to the waiting room").click()
    await page.wait_for_url("**/visit/*")
    [waiting] = await door.queue()
    assert (waiting.name, waiting.identified) == ("Maya Lindqvist", "invited")
    again = await phone.page(link or "")
    await seen.seen(again, "phone-known")
    await again.get_by_role("button", name="Back to your visit").click()
    await again.wait_for_url(page.url)
    await door.house.visits.waiting_room.remove(door.charge, waiting.visit_id)
    await again.goto(link or "")
    await expect(again.get_by_text("There is nothing to type.")).to_be_visible()
    await phone.leave()
    await desk.leave()
