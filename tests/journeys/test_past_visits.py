"""Chats of past visits, read on a phone: where they stand, by words, without a network, and what a
proxy sees of them."""

import pytest
from playwright.async_api import expect

from tests.conversations.test_visit_archive import SAID, visited
from tests.house import Served
from tests.journeys.test_sharing import in_the_app
from tests.peers.chromium import Chromium
from tests.peers.page_checks import Journey

pytestmark = [pytest.mark.anyio, pytest.mark.feature("C3"), pytest.mark.feature("C5")]


async def test_what_was_written_in_a_visit_is_read_afterwards(
    served: Served, chromium: Chromium
) -> None:
    seen = Journey("past-visits")
    await visited(served.house, *SAID)
    phone = await chromium.phone(width=320)
    page = await in_the_app(served, phone, "/chat")
    await expect(page.get_by_role("heading", name="From your visits")).to_be_visible()
    await seen.seen(page, "list")
    await page.get_by_role("link", name="2 messages").click()
    await expect(page.get_by_role("heading", name="Chat of your visit")).to_be_visible()
    for words in SAID:
        await expect(page.get_by_text(words)).to_be_visible()
    await expect(page.get_by_role("textbox")).to_have_count(0)  # it is over
    await seen.seen(page, "chat")
    await page.get_by_role("link", name="Back").click()

    await (
        page.get_by_role("searchbox")
        .or_(page.get_by_label("Search in messages"))
        .first.fill("left elbow")
    )
    await page.keyboard.press("Enter")
    await page.get_by_role("link", name="The cream burns").click()
    await expect(page.locator(":target")).to_contain_text(SAID[0])
    address = page.url
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    await phone.context.set_offline(True)
    await page.goto(address.split("#")[0] + "?again")
    await expect(page.get_by_role("heading", name="No connection")).to_be_visible()
    await phone.context.set_offline(False)
    phone.complaints.clear()
    await phone.leave()


async def test_it_can_be_kept_from_others(served: Served, chromium: Chromium) -> None:
    seen = Journey("past-visits-hidden")
    visit_id = await visited(served.house, *SAID)
    phone = await chromium.phone()
    page = await in_the_app(served, phone, f"/chat/visits/{visit_id}")
    await page.get_by_role("link", name="Hide from others").click()
    await seen.seen(page, "hide")
    await phone.leave()
