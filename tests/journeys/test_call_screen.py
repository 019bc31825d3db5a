"""Layouts of a call: full screen, or a small picture on top of everything else; and what the queue
says about files in transfer."""

import pytest
from playwright.async_api import expect

from bedside.transfers.service import Chosen
from tests.house import Served
from tests.journeys.calling import LONG, open_clinic, pictures_move, two_in_call
from tests.peers.chromium import Chromium

pytestmark = pytest.mark.anyio


@pytest.mark.feature("V7")
async def test_full_screen_and_a_picture_over_everything_else(
    served: Served, chromium: Chromium
) -> None:
    two = await two_in_call(served, chromium)
    desk = two.staff_page
    await pictures_move(desk)
    await desk.get_by_role("button", name="More").click()
    await desk.get_by_role("menuitem", name="Full screen").click()
    await desk.wait_for_function("() => document.fullscreenElement?.matches('.call')", timeout=LONG)
    await desk.get_by_role("button", name="More").click()
    await desk.get_by_role("menuitem", name="Full screen").click()
    await desk.wait_for_function("() => document.fullscreenElement === null", timeout=LONG)
    await desk.get_by_role("button", name="More").click()
    await desk.get_by_role("menuitem", name="Picture in picture").click()
    small = "() => document.pictureInPictureElement?.closest('[data-kind=patient]') != null"
    await desk.wait_for_function(small, timeout=LONG)
    await two.leave()


@pytest.mark.feature("V3")
async def test_the_queue_says_at_once_that_a_file_is_on_its_way(
    served: Served, chromium: Chromium
) -> None:
    clinic = await open_clinic(served)
    phone, desk = await chromium.phone(served.url), await chromium.desktop(served.url)
    visit_id = await clinic.check_in(phone)
    await clinic.sign_in(desk)
    page = await desk.page(f"/rooms/{clinic.room.id}")
    row = page.locator("#queue-waiting .row", has_text="Noor Haddad")
    await expect(row).to_be_visible()
    await page.wait_for_load_state("networkidle")
    transfers = clinic.house.services.transfers.exchange
    offered = await transfers.offer(clinic.access, visit_id, Chosen("a.txt", "text/plain", 9))
    await expect(row).to_contain_text("File on its way")
    await transfers.cancel(clinic.access, offered.id)
    await expect(row).not_to_contain_text("File on its way")
    await phone.leave()
    await desk.leave()
