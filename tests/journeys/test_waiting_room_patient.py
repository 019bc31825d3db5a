"""A patient in the waiting room: from the room's address to the end of the visit."""

import pytest
from playwright.async_api import Page, expect

from bedside.calls.records import Mode
from tests.journeys.waiting import Door, door, fill, personal_room
from tests.peers.chromium import Chromium, settled
from tests.peers.page_checks import Journey

__all__ = ["door"]
pytestmark = pytest.mark.anyio


@pytest.mark.feature("V1", "V2", "V12", "V17", "V18")
@pytest.mark.parametrize("width", [390, 320])
async def test_from_the_door_to_the_end(door: Door, chromium: Chromium, width: int) -> None:
    seen = Journey(f"waiting-room-{width}")
    phone = await chromium.phone(width=width)
    page = await seen.seen(await phone.page(door.address), "door")
    await page.get_by_role("button", name="Check in").click()
    await expect(page.get_by_text("Please check this:")).to_be_visible()
    await seen.seen(page, "door-wrong")
    await fill(page)
    await page.get_by_role("button", name="Check in").click()
    await page.wait_for_url("**/visit/*")
    await expect(page.get_by_text("Connected")).to_be_visible()
    await seen.seen(page, "test")
    await _test_the_device(page, seen)
    await expect(page.get_by_role("heading", name="Dr Amara Okafor will see you soon")).to_be_visible()
    [waiting] = await door.queue()
    assert waiting.device_test.model_dump() == {
        "camera": "ok",
        "microphone": "ok",
        "speaker": "ok",
        "connection": "ok",
        "relay": "not_set_up",
    }
    await seen.seen(page, "waiting")
    await phone.leave()


async def _test_the_device(page: Page, seen: Journey) -> None:
    await page.get_by_role("button", name="Test camera and sound").click()
    await expect(page.get_by_text("You are seen like this.")).to_be_visible()
    await expect(page.get_by_text("We can hear you.")).to_be_visible()
    await expect(page.get_by_text("Relay: not set up at this clinic")).to_be_visible()
    await page.get_by_role("button", name="Play sound").click()
    await page.get_by_role("button", name="Yes").click()
    await expect(page.get_by_text("You can hear us.")).to_be_visible()
    await seen.seen(page, "tested")
    await page.get_by_role("button", name="Continue").click()
