"""The telephone as a way out, from the queue, the call and the room's page."""

import re

import pytest
from playwright.async_api import expect

from tests.house import Served
from tests.journeys.test_staff_console import at_desk, connected
from tests.peers.chromium import Chromium
from tests.peers.page_checks import Journey
from tests.web.visiting import arrive, in_charge, rooms_of

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("chromium")]


@pytest.mark.feature("V24")
async def test_a_page_that_does_not_answer_is_called_by_telephone(
    served: Served, chromium: Chromium
) -> None:
    house, journey = served.house, Journey("telephone")
    rooms = await rooms_of(house)
    visitor = await arrive(house, rooms.own, "Grace Lee", phone="+46 70 174 06 05", connected=False)
    person, page = await at_desk(chromium, served, house.here.clinician)
    await page.goto(f"/rooms/{rooms.own.id}")
    row = page.locator("#room-queue .row", has_text="Grace Lee")
    dial = row.get_by_role("link", name="Call +46 70 174 06 05")
    assert await dial.get_attribute("href") == "tel:+46701740605"
    await connected(page, house)
    await journey.seen(page, "row")

    await page.clock.install()
    await row.get_by_role("button", name="Actions for").click()
    await page.get_by_role("menuitem", name="Start call").click()
    await expect(page).to_have_url(re.compile("/calls/"))
    await page.clock.run_for(12_000)
    notice = page.locator("[data-no-answers] .call-notice")
    await expect(notice).to_contain_text("Grace Lee’s page has not answered since")
    await journey.seen(page, "call")
    await notice.get_by_role("link", name="Send a text").click()
    dialog = page.locator("dialog#in-dialog")
    await expect(dialog).to_contain_text("we are waiting for you. Please open your page again:")
    await journey.seen(page, "texts")
    await dialog.get_by_role("button", name="Send").click()
    await expect(
        page.locator("#toasts").get_by_text("The text message is on its way.")
    ).to_be_visible()
    [sent] = await house.services.notifications.messages.outbox(house.here.clinician)
    assert f"/visit/{visitor.visit_id}?door={rooms.own.slug}" in sent.text

    await notice.get_by_role("button", name="We go on by telephone").click()
    await expect(page).to_have_url(re.compile("/after"))
    await page.goto(f"/rooms/{rooms.own.id}")
    row = page.locator("#queue-seen .row", has_text="Grace Lee")
    await expect(row).to_contain_text("On the telephone")
    await journey.seen(page, "on-the-telephone")
    room = await in_charge(house, rooms.own.id, house.here.clinician)
    [waiting] = await house.visits.waiting_room.queue(room)
    assert waiting.on_telephone
    assert not waiting.place
    await person.leave()


@pytest.mark.feature("V24")
async def test_a_bare_number_is_invited_in_two_clicks(served: Served, chromium: Chromium) -> None:
    house, journey = served.house, Journey("invite-by-sms")
    rooms = await rooms_of(house)
    person, page = await at_desk(chromium, served, house.here.clinician)
    await page.goto(f"/rooms/{rooms.own.id}")
    await connected(page, house)
    await page.get_by_role("link", name="Invite by SMS").click()
    await page.get_by_label("Phone number").fill("12")
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.locator("#toasts")).to_contain_text("number")
    await page.get_by_label("Phone number").fill("+46 70 174 06 05")
    await journey.seen(page, "dialog")
    await page.keyboard.press("Enter")
    await expect(
        page.locator("#toasts").get_by_text("The text message is on its way.")
    ).to_be_visible()
    [sent] = await house.services.notifications.messages.outbox(house.here.clinician)
    assert f"/r/{rooms.own.slug}" in sent.text
    assert sent.to == "+46701740605"
    await person.leave()
