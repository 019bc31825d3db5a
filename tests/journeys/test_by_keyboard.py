"""From the queue through a call to the page after it, without a mouse: the focus is never lost."""

import pytest
from playwright.async_api import Locator, Page, expect

from tests.house import Served
from tests.journeys.apps import meeting
from tests.journeys.calling import LONG
from tests.journeys.test_staff_console import at_desk, patient_photo
from tests.peers.chromium import Chromium

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("chromium")]


@pytest.mark.feature("F7")
async def test_the_skip_link_leads_to_the_page(served: Served, chromium: Chromium) -> None:
    person, page = await at_desk(chromium, served)
    chart = f"/patients/{served.house.patients[0].id}"
    entry = f"{chart}/entries/{await patient_photo(served.house, 'hand.jpg')}"
    for address in ("/rooms", "/inbox", "/patients", "/chat", "/requests", chart, entry):
        await page.goto(address)
        await page.wait_for_load_state("networkidle")
        await page.evaluate("window.isTheSame = true")
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.locator("#main")).to_be_focused()
        await page.wait_for_timeout(200)  # a page that is loaded again takes the focus with it
        assert await page.evaluate("window.isTheSame"), f"{address} was loaded again"
    await person.leave()


@pytest.mark.feature("F8")
async def test_enter_on_a_box_of_a_list_does_nothing_to_the_files(
    served: Served, chromium: Chromium
) -> None:
    house = served.house
    await patient_photo(house, "hand.jpg")
    person, page = await at_desk(chromium, served)
    for address in (f"/patients/{house.patients[0].id}", "/inbox"):
        await page.goto(address)
        await page.wait_for_load_state("networkidle")
        box = page.locator("input[name=chosen]").first
        await box.focus()
        await page.keyboard.press("Space")
        await expect(box).to_be_checked()
        await page.keyboard.press("Enter")
        await page.wait_for_timeout(300)
        assert page.url.endswith(address)
        await expect(box).to_be_checked()
        await expect(box).to_be_focused()
    await person.leave()


async def pressed(page: Page, what: Locator) -> None:
    """Press a button with the keyboard."""
    await what.focus()
    await page.keyboard.press("Enter")


async def left_again(page: Page, dialog: str, back: Locator) -> None:
    """Leave a dialog with Esc: the focus is where it came from."""
    await expect(page.get_by_role("dialog", name=dialog)).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(back).to_be_focused()


@pytest.mark.feature("V7", "V8", "V28")
async def test_a_visit_from_the_queue_to_its_note_by_keyboard(
    served: Served, chromium: Chromium
) -> None:
    async with meeting(served, chromium) as two:
        page = two.staff
        await page.locator("h1").focus()
        await page.keyboard.press("n")
        await page.wait_for_url("**/calls/*")
        tile = page.locator("[data-tiles] [data-kind=patient]")
        await expect(tile).to_have_attribute("data-state", "connected", timeout=LONG)

        tab, panel = page.locator("[data-app-tab=notes]"), page.locator("[data-app-panel]")
        await pressed(page, tab)
        await expect(panel.get_by_role("heading", name="Notes")).to_be_focused()
        note = panel.get_by_label("Your note on this visit")
        while not await note.evaluate("note => note === document.activeElement"):
            await page.keyboard.press("Tab")
        await page.keyboard.type("Warm and red.")
        await expect(panel.locator("[data-note-state]")).to_contain_text("Saved.")
        await page.keyboard.press("Escape")
        await expect(tab).to_be_focused()

        more = page.get_by_role("button", name="More", exact=True)
        for item, dialog in (
            ("Invite a guest", "Invite a guest"),
            ("Add a waiting patient", "Add a waiting patient"),
            ("People in the call", "People in the call"),
            ("Camera and sound", "Camera and sound"),
            ("Transfer the patient", "Transfer Noor Haddad"),
            ("Ask a colleague", "Ask a colleague"),
        ):
            await pressed(page, more)
            await pressed(page, page.get_by_role("menuitem", name=item))
            await left_again(page, dialog, more)

        end = page.get_by_role("button", name="End", exact=True)
        await pressed(page, end)
        await left_again(page, "How does this call end?", end)
        await pressed(page, end)
        await pressed(page, page.get_by_role("dialog").get_by_role("button", name="End visit"))
        await page.wait_for_url("**/after")
        written = page.locator("[data-note-of] textarea")
        await expect(written).to_have_value("Warm and red.")
        for _ in range(30):
            await page.keyboard.press("Tab")
            if await written.evaluate("note => note === document.activeElement"):
                return
        raise AssertionError("the note is not reached by Tab")
