"""Phones have two cameras: one tap turns them, in the call and for a photo."""

import pytest
from playwright.async_api import Page, expect

from tests.house import Served
from tests.journeys.apps import meeting
from tests.journeys.calling import LONG, TwoInCall, pictures_move, two_in_call
from tests.journeys.phone_cameras import TWO_CAMERAS
from tests.peers.chromium import Chromium
from tests.peers.page_checks import Journey

pytestmark = pytest.mark.anyio


async def opened(page: Page) -> list[str]:
    return list(await page.evaluate("window.camerasOfTest.opened"))


async def ready(two: TwoInCall) -> None:
    tile = two.staff_page.locator("[data-tiles] [data-kind=patient]")
    await expect(tile).to_have_attribute("data-picture", "on", timeout=LONG)
    await pictures_move(two.staff_page)


@pytest.mark.feature("V7")
async def test_one_tap_turns_the_camera(served: Served, chromium: Chromium) -> None:
    two = await two_in_call(served, chromium, before=TWO_CAMERAS)
    await ready(two)
    phone = two.patient_page
    turn = phone.get_by_role("button", name="Turn camera")
    await turn.click()
    await expect(phone.locator("#announce")).to_have_text(
        "The camera shows what is in front of you"
    )
    await Journey("call-cameras").seen(phone, "turned", whole=False)
    await pictures_move(two.staff_page)
    assert await opened(phone) == ["user", "environment"]
    await turn.click()
    await expect(phone.locator("#announce")).to_have_text("The camera shows you")

    # a camera that does not open: the one before goes on
    await phone.evaluate("window.camerasOfTest.refuse = 'environment'")
    await turn.click()
    await expect(phone.locator("#announce-now")).to_contain_text("This one goes on")
    await pictures_move(two.staff_page)
    await expect(phone.locator("[data-failure=video]")).to_be_hidden()
    await two.leave()


@pytest.mark.feature("V7", "V8")
async def test_a_photo_is_taken_with_the_back_camera(served: Served, chromium: Chromium) -> None:
    async with meeting(served, chromium, before=TWO_CAMERAS) as two:
        await two.call()
        await expect(two.patient.get_by_role("button", name="Turn camera")).to_be_visible()
        panel = await two.app("Photo capture")
        taking = two.patient.get_by_role("dialog", name="Your photo for the clinic")
        # the clinic asks, and only a press of the patient turns the camera
        await expect(taking).to_be_visible()
        assert await two.patient.evaluate("window.camerasOfTest.opened.at(-1)") == "user"
        await taking.get_by_role("button", name="Turn the camera").click()
        await two.patient.wait_for_function(
            "() => window.camerasOfTest.opened.at(-1) === 'environment'"
        )
        await two.patient.wait_for_function(
            "() => document.querySelector('[data-photo-taking] video').videoWidth > 0"
        )
        await Journey("call-cameras").seen(two.patient, "aims", whole=False)
        await taking.get_by_role("button", name="Take the photo").click()
        await expect(taking.get_by_role("status")).to_contain_text("It has 12.2 megapixels")
        await taking.get_by_role("button", name="Send this photo").click()
        await two.patient.wait_for_function("() => window.camerasOfTest.opened.at(-1) === 'user'")
        await two.filed(1)
        await panel.get_by_role("link", name="Open in the chart").click()
        pane = two.staff.frame_locator("[data-console]")
        await expect(pane.get_by_text("3024 × 4032")).to_be_visible(timeout=LONG)
        await pictures_move(two.staff)
