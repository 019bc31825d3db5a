"""The dock beside the queue: chat and file transfer with patients, while the queue goes on."""

import pytest
from playwright.async_api import Locator, Page, expect

from tests.house import Served
from tests.journeys.apps import Meeting, meeting
from tests.journeys.calling import LONG
from tests.journeys.test_drafts import kept as drafts_kept
from tests.peers.chromium import Chromium
from tests.peers.page_checks import Journey

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V4", "C5", "X1")]

_DROP = """
(row, [name, text]) => {
  const files = new DataTransfer(), how = { bubbles: true, cancelable: true };
  files.items.add(new File([text], name, { type: "text/plain" }));
  for (const type of ["dragover", "drop"])
    row.dispatchEvent(new DragEvent(type, { ...how, dataTransfer: files }));
}
"""


def tabs(desk: Page) -> Locator:
    """Locate the tabs of the dock."""
    return desk.locator("#dock").get_by_role("tab")


async def test_two_patients_beside_a_queue_that_goes_on(served: Served, chromium: Chromium) -> None:
    journey = Journey("dock")
    async with meeting(served, chromium) as two:
        desk, dock = two.staff, two.staff.locator("#dock")
        other = await two.clinic.check_in(await chromium.phone(served.url), "Noor Haddad")
        await two.patient.locator("#open-chat").click()
        await two.patient.get_by_label("Message", exact=True).fill("Am I early?")
        await two.patient.keyboard.press("Enter")

        await two.row.get_by_role("link", name="1 new message").click()
        await expect(dock.get_by_role("heading", name="Chat with Noor Haddad")).to_be_visible()
        await expect(dock).to_contain_text("born 6 May 1984")
        await expect(dock.get_by_label("Message", exact=True)).to_be_focused()
        await expect(desk.locator("dialog[open]")).to_have_count(0)
        await expect(tabs(desk)).to_have_count(0)

        # Arrivals are seen, and the queue can be used.
        await two.clinic.check_in(await chromium.phone(served.url), "Kofi Asante")
        await expect(desk.locator("#room-queue")).to_contain_text("Kofi Asante", timeout=LONG)
        await desk.locator(f"#row-{other}").evaluate(_DROP, ["leaflet.txt", "Rest, and drink."])
        await expect(tabs(desk)).to_have_count(2)
        await expect(dock.get_by_role("heading", name="File transfer with")).to_be_visible()
        await expect(dock.locator("[data-transfer]")).to_contain_text("leaflet.txt")
        await journey.seen(desk, "two-tabs", whole=False)
        await _by_keyboard(two)


async def _by_keyboard(two: Meeting) -> None:
    """Arrows turn the tabs; Esc closes one after the other, and the focus goes back to the row."""
    desk, dock = two.staff, two.staff.locator("#dock")
    await tabs(desk).nth(1).focus()
    await desk.keyboard.press("ArrowLeft")
    await expect(tabs(desk).nth(0)).to_be_focused()
    await expect(dock.locator("[data-chat-list] .chat-words")).to_have_text("Am I early?")
    await desk.keyboard.press("Escape")
    await expect(tabs(desk)).to_have_count(0)
    await expect(dock.locator("[data-transfer]")).to_contain_text("leaflet.txt")
    await desk.keyboard.press("Escape")
    await expect(dock).to_be_hidden()


async def _kept(desk: Page) -> str:
    """Return what this browser tab keeps of the dock."""
    keys = "Object.keys(sessionStorage).filter((name) => name.startsWith('bedside-dock-'))"
    return str(await desk.evaluate(f"{keys}.map((name) => sessionStorage.getItem(name)).join()"))


async def test_what_is_in_the_dock_is_there_on_the_next_page(
    served: Served, chromium: Chromium
) -> None:
    async with meeting(served, chromium) as two:
        desk, dock = two.staff, two.staff.locator("#dock")
        other = await two.clinic.check_in(await chromium.phone(served.url), "Kofi Asante")
        await two.from_menu("Chat")
        await dock.get_by_label("Message", exact=True).fill("The doctor is")
        await desk.locator(f"#row-{other}").get_by_role("button", name="Actions for").click()
        await desk.get_by_role("menuitem", name="File transfer").click()
        await expect(tabs(desk)).to_have_count(2)
        await dock.get_by_label("Which file?").fill("Passport, page 2")
        await drafts_kept(desk, 2)
        kept = await _kept(desk)
        assert two.visit_id in kept
        assert other in kept
        for words in ("Noor", "Kofi", "1984", "Passport", "doctor"):
            assert words not in kept

        await desk.goto("/patients")
        await expect(dock.get_by_role("heading", name="File transfer with Kofi")).to_be_visible()
        await expect(tabs(desk)).to_have_count(2)
        await expect(dock.get_by_label("Which file?")).to_have_value("Passport, page 2")
        await expect(dock).not_to_be_focused()
        await tabs(desk).nth(0).click()
        field = dock.get_by_label("Message", exact=True)
        await expect(field).to_have_value("The doctor is")
        await field.fill("The doctor is on the way.")
        await field.press("Enter")
        await expect(two.patient.locator("#open-chat")).to_contain_text("1")

        # What is out of reach now has no tab, and what was closed stays closed.
        await desk.route(f"**/visits/{other}/transfers", lambda route: route.fulfill(status=404))
        await desk.reload()
        await expect(dock.get_by_role("heading", name="Chat with Noor Haddad")).to_be_visible()
        await expect(dock).not_to_have_attribute("aria-busy", "true")
        await dock.locator("#dock-close").click()
        await expect(dock).to_be_hidden()
        assert await _kept(desk) == ""
        await desk.goto("/inbox")
        await expect(dock).to_be_hidden()


async def test_the_card_and_the_dock_take_turns(served: Served, chromium: Chromium) -> None:
    async with meeting(served, chromium) as two:
        desk, dock, card = two.staff, two.staff.locator("#dock"), two.staff.locator("#panel")
        await two.from_menu("Chat")
        await two.row.get_by_role("link", name="Noor Haddad").click()
        await expect(card).to_be_visible()
        await expect(dock).to_be_hidden()
        await card.get_by_role("link", name="Chat").click()
        await expect(dock).to_be_visible()
        await expect(card).to_be_hidden()
        await dock.locator("#dock-close").click()
        await expect(card).to_be_visible()
        await expect(card.get_by_role("link", name="Chat")).to_be_focused()

        await desk.set_viewport_size({"width": 390, "height": 844})
        await desk.keyboard.press("Escape")
        await two.from_menu("File transfer")
        await expect(desk.get_by_role("dialog", name="Chat and files")).to_be_visible()
        await Journey("dock-sheet").seen(desk, "sheet", whole=False)
        await desk.keyboard.press("Escape")
        await expect(dock).to_be_hidden()
        await expect(two.row.get_by_role("button", name="Actions for")).to_be_focused()
