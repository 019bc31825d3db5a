"""Messages, notes for the next room and visit notes of staff outlive the page, encrypted."""

import pytest
from playwright.async_api import Page, expect

from tests.house import Served
from tests.journeys.apps import meeting
from tests.journeys.calling import LONG
from tests.journeys.test_drafts import kept
from tests.journeys.test_staff_console import at_desk, connected
from tests.peers.chromium import Chromium, reached
from tests.web.visiting import arrive, rooms_of

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("chromium")]

_IN_THE_TAB = "() => JSON.stringify({ ...sessionStorage, ...localStorage })"


async def is_unreadable(page: Page, words: str, count: int) -> None:
    """Wait until `count` drafts are kept, and find the words in none of the browser's places."""
    assert not any(words in one for one in await kept(page, count))
    assert words not in await page.evaluate(_IN_THE_TAB)


async def test_a_message_of_staff_is_kept_encrypted_and_sent_once(
    served: Served, chromium: Chromium
) -> None:
    async with meeting(served, chromium) as two:
        desk = two.staff
        dialog = await two.from_menu("Chat")
        await dialog.get_by_label("Message", exact=True).fill("Biopsy on Thur")
        await is_unreadable(desk, "Biopsy", 1)
        await desk.reload()
        dialog = await two.from_menu("Chat")
        field = dialog.get_by_label("Message", exact=True)
        await expect(field).to_have_value("Biopsy on Thur")
        await desk.context.set_offline(True)
        for text in ("Biopsy on Thursday.", "Until then, no sun."):
            await field.fill(text)
            await field.press("Enter")
        await expect(dialog.locator("[data-chat-pending] li")).to_have_count(2)
        await is_unreadable(desk, "Biopsy", 1)
        await desk.context.set_offline(False)
        words = dialog.locator("[data-chat-list] .chat-words")
        await expect(words).to_have_text(
            ["Biopsy on Thursday.", "Until then, no sun."], timeout=LONG
        )
        await kept(desk, 0)


async def test_the_note_for_the_next_room_stays_when_its_dialog_goes(
    served: Served, chromium: Chromium
) -> None:
    house, rooms = served.house, await rooms_of(served.house)
    visit = await arrive(house, rooms.own, "Thi Nguyen")
    amara, page = await at_desk(chromium, served, house.here.clinician)
    await page.goto(f"/rooms/{rooms.own.id}")
    await connected(page, house)
    await _opens(page)
    dialog = page.get_by_role("dialog", name="Transfer Thi Nguyen")
    await dialog.get_by_label("Note for the next room").fill("Allergic to latex")
    await is_unreadable(page, "latex", 1)
    await page.reload()
    await connected(page, house)
    await _opens(page)
    note = dialog.get_by_label("Note for the next room")
    await expect(note).to_have_value("Allergic to latex")
    await dialog.get_by_text("Reception").click()
    await page.context.set_offline(True)
    await dialog.get_by_role("button", name="Transfer").click()
    await expect(page.locator("#toasts")).to_contain_text("The patient was not transferred.")
    await expect(note).to_have_value("Allergic to latex")
    await page.context.set_offline(False)
    await dialog.get_by_role("button", name="Transfer").click()
    await expect(page.locator("#toasts")).to_contain_text("Transferred to Reception")
    await kept(page, 0)
    assert visit.visit_id
    await amara.leave()


async def _opens(page: Page) -> None:
    await page.get_by_role("link", name="Thi Nguyen").click()
    await page.locator("#panel").get_by_role("link", name="Transfer").click()


async def test_a_visit_note_outlives_a_dead_page_without_network(
    served: Served, chromium: Chromium
) -> None:
    house, rooms = served.house, await rooms_of(served.house)
    visit = await arrive(house, rooms.own, "Thi Nguyen")
    amara, page = await at_desk(chromium, served, house.here.clinician)
    address = f"/visits/{visit.visit_id}/note"
    await page.goto(address)
    await page.context.set_offline(True)
    await page.get_by_label("Your note on this visit").fill("Wheeze on the left")
    await expect(page.locator("[data-note-state]")).to_contain_text("There is no connection.")
    await is_unreadable(page, "Wheeze", 1)
    await page.close(run_before_unload=False)
    await amara.context.set_offline(False)
    page = await amara.page(address)
    await expect(page.get_by_label("Your note on this visit")).to_have_value("Wheeze on the left")
    await expect(page.locator("[data-note-state]")).to_contain_text("Saved.")

    async def saved() -> str:
        room = await house.visits.whereabouts.room_of(house.here.clinician, visit.visit_id)
        return (await house.visit_records.notes.own(room, visit.visit_id)).text

    await reached(page, saved, lambda text: text == "Wheeze on the left", "the note is saved")
    await kept(page, 0)
    await amara.leave()
