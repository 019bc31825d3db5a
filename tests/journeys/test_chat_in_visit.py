"""The chat of a visit in two browsers: in the waiting room, in a call, offline, without script."""

import pytest
from playwright.async_api import Locator, Page, expect

from tests.house import Served
from tests.journeys.apps import Meeting, meeting
from tests.journeys.calling import LONG, open_clinic
from tests.peers.chromium import Chromium
from tests.peers.page_checks import Journey

pytestmark = [pytest.mark.anyio, pytest.mark.feature("C2", "C5")]


def words(place: Page | Locator) -> Locator:
    """Locate the messages as displayed."""
    return place.locator("[data-chat-list] .chat-words")


async def test_from_the_waiting_room_into_the_call(served: Served, chromium: Chromium) -> None:
    journey = Journey("chat")
    async with meeting(served, chromium) as two:
        desk, phone = two.staff, two.patient
        await phone.locator("#open-chat").click()
        field = phone.get_by_label("Message", exact=True)
        await expect(field).to_be_focused()
        await field.fill("My knee hurts.")
        await field.press("Shift+Enter")
        await field.press_sequentially("More than last week.")
        await field.press("Enter")
        await expect(words(phone)).to_have_text("My knee hurts.\nMore than last week.")
        await expect(field).to_have_value("")
        await expect(two.row).to_contain_text("1 new message")
        await journey.seen(desk, "in-the-queue")

        dialog = await two.from_menu("Chat")
        await expect(dialog.get_by_role("heading", name="Chat with Noor Haddad")).to_be_visible()
        await expect(words(dialog)).to_have_text("My knee hurts.\nMore than last week.")
        await expect(phone.locator("[data-chat-list] .chat-state")).to_have_text("Read")
        await expect(two.row).not_to_contain_text("new message")
        draft = phone.get_by_label("Message", exact=True)
        await draft.fill("I am just wri")
        answer = dialog.get_by_label("Message", exact=True)
        await expect(answer).to_be_focused()
        await answer.fill("I see you in five minutes.")
        await dialog.get_by_role("button", name="Send").click()
        await expect(words(phone).last).to_have_text("I see you in five minutes.")
        await expect(draft).to_have_value("I am just wri")  # a live update keeps the draft
        await expect(draft).to_be_focused()
        await expect(phone.locator("#announce")).to_have_text(
            "Dr Amara Okafor writes: I see you in five minutes."
        )
        await expect(dialog.locator(".chat-state").last).to_have_text("Read")
        await journey.seen(desk, "dialog", whole=False)
        await journey.seen(phone, "waiting-room")
        await dialog.locator("#dock-close").click()
        await in_the_call(two, journey)


async def in_the_call(two: Meeting, journey: Journey) -> None:
    """The chat goes with the patient, and shows on both sides what is new."""
    desk, phone = two.staff, two.patient
    await two.call()
    field = phone.get_by_label("Message", exact=True)  # it goes with the patient
    await expect(field).to_have_value("I am just wri", timeout=LONG)
    await journey.seen(phone, "call", whole=False)
    await field.press("Escape")
    await expect(field).to_be_hidden()
    await expect(phone.locator("#open-chat")).to_be_focused()
    panel = await two.app("Chat")
    await panel.get_by_label("Message", exact=True).fill("Please show me your knee.")
    await panel.get_by_label("Message", exact=True).press("Enter")
    glimpse = phone.locator("[data-chat-glimpse]")
    await expect(glimpse).to_contain_text("Dr Amara Okafor: Please show me your knee.")
    sign = phone.locator("#open-chat [data-chat-unread]")
    await expect(sign).to_contain_text("1")
    await journey.seen(phone, "unread-in-the-call", whole=False)
    await journey.seen(desk, "call-window", whole=False)
    await phone.locator("#open-chat").click()
    await expect(words(phone)).to_have_count(3)
    await expect(sign).to_be_hidden()
    await expect(glimpse).to_be_hidden()
    await panel.get_by_role("button", name="Close").click()
    await phone.get_by_label("Message", exact=True).fill("Here it is.")
    await phone.get_by_role("button", name="Send").click()
    on_tab = desk.locator("[data-app-tab=chat] [data-chat-unread]")
    await expect(on_tab).to_contain_text("1")
    await desk.locator("[data-app-tab=chat]").click()
    await expect(on_tab).to_be_hidden()


async def test_what_is_written_offline_is_sent_once(served: Served, chromium: Chromium) -> None:
    async with meeting(served, chromium) as two:
        await two.patient.locator("#open-chat").click()
        field = two.patient.get_by_label("Message", exact=True)
        await expect(field).to_be_focused()
        await two.phone.context.set_offline(True)
        for text in ("First.", "Second."):
            await field.fill(text)
            await field.press("Enter")
        waiting = two.patient.locator("[data-chat-pending] li")
        await expect(waiting).to_have_count(2)
        await expect(waiting.first).to_contain_text("There is no connection.")
        await two.phone.context.set_offline(False)
        await expect(words(two.patient)).to_have_text(["First.", "Second."], timeout=LONG)
        await expect(waiting).to_have_count(0)
        await field.fill("Not lost by a reload")
        await two.patient.reload()
        await two.patient.locator("#open-chat").click()
        field = two.patient.get_by_label("Message", exact=True)
        await expect(field).to_have_value("Not lost by a reload")
        await expect(words(two.patient)).to_have_count(2)


_WRITES_ON_AND_ON = """
({ base, leg }) => {
  let number = 0;
  window.writing = setInterval(() => {
    const fields = { draft_id: "", body: `Message ${++number}`, leg };
    const body = new URLSearchParams(fields);
    void fetch(base, { method: "POST", headers: { Accept: "application/json" }, body });
  }, 50);
}
"""


@pytest.mark.feature("S4")
async def test_who_writes_too_much_is_told_and_loses_nothing(
    served: Served, chromium: Chromium
) -> None:
    async with meeting(served, chromium) as two:
        page = two.patient
        await page.locator("#open-chat").click()
        field = page.get_by_label("Message", exact=True)
        await expect(field).to_be_focused()
        await page.evaluate(_WRITES_ON_AND_ON, {"base": f"/visit/{two.visit_id}/chat", "leg": "1"})
        await expect(words(page).nth(29)).to_be_visible(timeout=LONG)
        await field.fill("This one counts.")
        await field.press("Enter")
        waiting = page.locator("[data-chat-pending] li")
        await expect(waiting).to_contain_text("This one counts.")
        await expect(waiting).to_contain_text("It is sent by itself in a moment.")
        said = page.locator("[data-chat-said]")
        await expect(said).to_contain_text("You have written many messages in a short time.")
        await page.evaluate("() => clearInterval(window.writing)")
        await expect(words(page).last).to_have_text("This one counts.", timeout=LONG)
        await expect(waiting).to_have_count(0)
        await expect(said).to_be_hidden()


async def test_without_script_and_by_keyboard_at_320(served: Served, chromium: Chromium) -> None:
    clinic = await open_clinic(served)
    phone = await chromium.phone(served.url, script=False, width=320)
    visit_id = await clinic.check_in(phone)
    journey = Journey("chat-without-script", script=False)
    page = await phone.page(f"/visit/{visit_id}")
    await page.locator("#open-chat").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Chat with")
    await page.get_by_label("Message", exact=True).fill("Hello, is anybody there?")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(words(page)).to_have_text("Hello, is anybody there?")
    await journey.seen(page, "said")
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator("#chat-body-error")).to_contain_text("Please write something first.")
    await journey.seen(page, "nothing-written")
    await phone.leave()
