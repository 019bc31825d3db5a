"""The transfer form, for people who press twice or come by another way than the card."""

import pytest
from playwright.async_api import Page, expect

from tests.house import Served
from tests.journeys.test_staff_console import at_desk, connected
from tests.peers.chromium import Chromium
from tests.web.visiting import Rooms, arrive, in_charge, rooms_of

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.xdist_group("chromium"),
    pytest.mark.feature("V9"),
]


async def test_pressing_twice_says_where_the_patient_went_and_nothing_else(
    served: Served, chromium: Chromium
) -> None:
    """The answer to a second press would be that somebody has transferred the patient already."""
    house, rooms = served.house, await rooms_of(served.house)
    await arrive(house, rooms.own, "Thi Nguyen")
    amara, page = await at_desk(chromium, served, house.here.clinician)
    await page.goto(f"/rooms/{rooms.own.id}")
    await connected(page, house)
    await page.get_by_role("link", name="Thi Nguyen").click()
    await page.locator("#panel").get_by_role("link", name="Transfer").click()
    dialog = page.get_by_role("dialog", name="Transfer Thi Nguyen")
    await dialog.get_by_text("Reception").click()
    asked = _count_posts(page)
    await dialog.get_by_role("button", name="Transfer").dblclick()
    await expect(page.locator("#panel")).to_contain_text("Transferred to Reception")
    await expect(page.locator("#toasts")).to_contain_text("Transferred to Reception")
    await expect(page.locator("dialog[open]")).to_have_count(0)
    assert len(asked) == 1
    await amara.leave()


async def test_the_form_on_a_page_of_its_own_stays_one_and_leads_on(
    served: Served, chromium: Chromium
) -> None:
    house, rooms = served.house, await rooms_of(served.house)
    visit = await arrive(house, rooms.own, "Thi Nguyen")
    amara, page = await at_desk(chromium, served, house.here.clinician)
    await page.goto(f"/visits/{visit.visit_id}/transfer")
    await page.get_by_text("Reception").click()
    await page.get_by_label("Note for the next room").fill("Please look at the stitch.")
    await _closes_meanwhile(served, rooms, page)
    await page.get_by_role("button", name="Transfer").click()
    await expect(page.locator(".banner-bad")).to_contain_text("Please choose a room.")
    await expect(page.locator("dialog[open]")).to_have_count(0)
    note = page.get_by_label("Note for the next room")
    await expect(note).to_have_count(1)
    await expect(note).to_have_value("Please look at the stitch.")
    await house.visits.rooms.open(await in_charge(house, rooms.reception.id))
    await page.get_by_text("Reception").click()
    await page.get_by_role("button", name="Transfer").click()
    await page.wait_for_url(f"**/rooms/{rooms.own.id}")
    await expect(page.locator("#queue-handed")).to_contain_text("Transferred to Reception")
    await amara.leave()


async def _closes_meanwhile(served: Served, rooms: Rooms, page: Page) -> None:
    """Close the chosen room, with the page knowing it."""
    await served.house.visits.rooms.close(await in_charge(served.house, rooms.reception.id))
    await expect(page.get_by_role("radio", name="Reception")).to_be_disabled()


def _count_posts(page: Page) -> list[str]:
    """Collect the page's requests that change something, from now on."""
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if one.method == "POST" else None)
    return asked
