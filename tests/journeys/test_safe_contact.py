"""“Is this message from us?” by keyboard, on a narrow dark screen, and without network."""

import pytest
from playwright.async_api import expect

from tests.house import Served
from tests.notifications.plans.planning import card, contact
from tests.peers.chromium import Chromium
from tests.peers.page_checks import Journey
from tests.requests.sending import send

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("chromium")]

NAME = "Zoë-Мария O’Brien-Łukaszewicz"
WORD = "بومة 👩‍👧"


@pytest.mark.feature("R8")
async def test_a_patient_checks_a_message_by_keyboard(served: Served, chromium: Chromium) -> None:
    house, seen = served.house, Journey("safe-contact")
    await card(house, name=NAME)
    await contact(house, code_word=WORD)
    await send(house, channels=("sms",))
    [message] = await house.notifications.messages.outbox(house.here.receptionist)
    assert message.text.endswith(f"Your code word: {WORD}")
    phone = await chromium.phone(served.url)
    page = await phone.page()
    await page.set_viewport_size({"width": 320, "height": 640})
    await page.emulate_media(color_scheme="dark")
    await page.goto("/from-us")
    await page.get_by_label("Paste the message or its link here").focus()
    await page.keyboard.insert_text(f"{NAME}: {message.text}")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("The link leads to us.")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 320
    await seen.seen(page, "ours")
    await page.get_by_label("Paste the message or its link here").fill("https://evil.example/l/x")
    await page.get_by_role("button", name="Check the message").click()
    await expect(page.get_by_text("Do not open its link")).to_be_visible()
    assert "evil.example" not in page.url
    await phone.leave()


@pytest.mark.feature("R8")
async def test_without_network_what_was_pasted_is_kept(served: Served, chromium: Chromium) -> None:
    phone = await chromium.phone(served.url)
    page = await phone.page()
    await page.goto("/from-us")
    words = page.get_by_label("Paste the message or its link here")
    await words.fill("https://evil.example/l/x")
    await page.context.set_offline(True)
    await page.get_by_role("button", name="Check the message").click()
    await expect(page.get_by_text("There is no connection.")).to_be_visible()
    await expect(words).to_have_value("https://evil.example/l/x")
    await page.context.set_offline(False)
    await page.get_by_role("button", name="Check the message").click()
    await expect(page.get_by_text("Do not open its link")).to_be_visible()
    await phone.leave()
