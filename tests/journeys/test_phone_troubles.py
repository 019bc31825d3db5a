"""Phones interrupt: each trouble is said in words on both sides, and one tap goes on."""

import re

import pytest
from playwright.async_api import Page, expect

from bedside.visits.states import State
from tests.house import Served
from tests.journeys.calling import LONG, TwoInCall, pictures_move, sound_flows, two_in_call
from tests.journeys.phone_troubles import (
    IN_APPS,
    INTERRUPTED,
    NO_CALLS,
    NO_DEVICES,
    named,
    refusing,
)
from tests.journeys.waiting import Door, door
from tests.peers.chromium import Chromium
from tests.peers.page_checks import Journey

__all__ = ["door"]
pytestmark = [pytest.mark.anyio, pytest.mark.feature("V22")]

OTHERS = "[data-tiles] video"


async def asked(page: Page) -> list[str]:
    return list(await page.evaluate("window.trouble.asked"))


async def ready(two: TwoInCall) -> None:
    tile = two.staff_page.locator("[data-tiles] [data-kind=patient]")
    await expect(tile).to_have_attribute("data-picture", "on", timeout=LONG)
    await expect(two.patient_page.locator("[data-tiles] > li")).to_have_attribute(
        "data-picture", "on", timeout=LONG
    )
    await sound_flows(two.staff_page)


async def test_what_a_phone_does_in_a_call(served: Served, chromium: Chromium) -> None:
    two = await two_in_call(served, chromium, before=INTERRUPTED)
    await ready(two)
    phone, desk, seen = two.patient_page, two.staff_page, Journey("phone-troubles")
    tile = desk.locator("[data-tiles] [data-kind=patient]")

    # a telephone call takes the microphone, and gives it back by itself
    await phone.evaluate("window.trouble.mute('audio', true)")
    taken = phone.get_by_text("Your phone has taken the microphone. Tap to go on.")
    await expect(taken).to_be_visible()
    await expect(tile.get_by_text("Microphone interrupted")).to_be_visible()
    await expect(tile.get_by_text("Muted", exact=True)).to_be_hidden()
    await seen.seen(phone, "taken", whole=False)
    await seen.seen(desk, "staff-read-it", whole=False)
    await phone.evaluate("window.trouble.mute('audio', false)")
    await expect(taken).to_be_hidden()
    await expect(tile.get_by_text("Microphone interrupted")).to_be_hidden()

    # it does not: one tap opens it again
    await phone.evaluate("window.trouble.mute('audio', true)")
    before = await asked(phone)
    await phone.get_by_role("button", name="Go on", exact=True).click()
    await expect(taken).to_be_hidden()
    assert await asked(phone) == [*before, "audio"]
    await expect(tile.get_by_text("Microphone interrupted")).to_be_hidden()
    await sound_flows(desk)

    # the camera goes, and there is no other one
    await phone.evaluate(refusing(video=("NotFoundError", 9)))
    await phone.evaluate("window.trouble.end('video')")
    await expect(tile.get_by_text("Camera is off")).to_be_visible()
    await expect(tile.get_by_text("No picture just now")).to_be_hidden()
    await expect(phone.get_by_text("No camera was found. You can be heard.")).to_be_visible()
    await expect(phone.get_by_role("button", name="Camera on")).to_be_visible()
    await phone.evaluate("window.trouble.refuse = {}")
    await phone.get_by_role("button", name="Try again").click()
    await expect(tile).to_have_attribute("data-picture", "on", timeout=LONG)

    # earphones are pulled out: what stands still plays again
    await phone.evaluate(f"window.trouble.pause('{OTHERS}')")
    await phone.wait_for_function(f"() => !document.querySelector('{OTHERS}').paused")

    # low power: nothing plays, and one press starts everybody's pictures and the own one
    await phone.evaluate("window.trouble.silent = true")
    await phone.evaluate("window.trouble.pause('.call-pictures video')")
    start = phone.get_by_role("button", name="Turn on sound and picture")
    await expect(start).to_be_visible()
    for video in ("[data-tiles] > li", "[data-own]"):  # initials, no dead black tile
        await expect(phone.locator(video)).to_have_attribute("data-picture", "off")
    await seen.seen(phone, "held-back", whole=False)
    await phone.evaluate("window.trouble.silent = false")
    await start.click()
    await expect(start).to_be_hidden()
    await expect(phone.locator("[data-own]")).to_have_attribute("data-picture", "on")
    await pictures_move(phone)
    await two.leave()


async def test_both_blocked_is_one_notice_that_is_true(served: Served, chromium: Chromium) -> None:
    denied = refusing(audio=("NotAllowedError", 99), video=("NotAllowedError", 99))
    two = await two_in_call(served, chromium, before=INTERRUPTED + denied)
    phone, desk = two.patient_page, two.staff_page
    notice = phone.locator("[data-failure]:visible")
    await expect(notice).to_contain_text("so nobody sees or hears you", timeout=LONG)
    await expect(notice).to_have_count(1)
    text = await notice.inner_text()
    assert "You can be heard" not in text
    assert text.count("Then try again") + text.count("and try again") == 1, "helped once"
    tile = desk.locator("[data-tiles] [data-kind=patient]")
    await expect(tile.get_by_text("Microphone blocked on the phone")).to_be_visible(timeout=LONG)
    await Journey("phone-troubles").seen(phone, "both-blocked", whole=False)
    await phone.evaluate("window.trouble.refuse = {}")
    await notice.get_by_role("button", name="Try again").click()
    await expect(notice).to_have_count(0)
    await expect(tile).to_have_attribute("data-picture", "on", timeout=LONG)
    await expect(tile.get_by_text("Microphone blocked on the phone")).to_be_hidden()
    await two.leave()


async def test_the_clinic_reads_the_device_test_while_it_runs(
    door: Door, chromium: Chromium
) -> None:
    phone = await chromium.phone()
    await phone.context.add_init_script(INTERRUPTED + refusing(video=("NotReadableError", 2)))
    page = await door.enter(phone)
    await page.get_by_role("button", name="Test camera and sound").click()
    camera = page.locator("[data-test=camera]")
    await expect(camera).to_have_attribute("data-result", "ok")  # after one more try, in silence
    assert await asked(page) == ["audio+video", "audio", "video", "video"]

    await page.evaluate(refusing(audio=("NotAllowedError", 9)))
    await page.evaluate("window.trouble.end('audio')")
    await expect(page.get_by_text("Nobody will hear you.")).to_be_visible()
    await expect(page.get_by_role("button", name="Go on without a microphone")).to_be_visible()
    await Journey("phone-troubles").seen(page, "nobody-hears")
    for _ in range(50):
        (waiting,) = await door.queue()
        if waiting.device_test and waiting.device_test.microphone == "blocked":
            break
        await page.wait_for_timeout(100)
    else:
        raise AssertionError("the clinic does not know")
    assert waiting.device_test.camera == "ok"
    await phone.leave()


@pytest.mark.parametrize(("app", "lack"), [("Instagram", NO_DEVICES), ("WhatsApp", NO_CALLS)])
async def test_out_of_the_browser_inside_an_app(
    door: Door, chromium: Chromium, app: str, lack: str
) -> None:
    inside = await chromium.phone()
    await inside.context.add_init_script(lack + named(IN_APPS[app]))
    page = await inside.page(door.address)
    words = f"{app} has opened this page in its own browser"
    await expect(page.get_by_text(words)).to_be_visible()
    page = await door.enter(inside)
    out = page.get_by_role("alert").filter(has_text=words)
    await expect(out).to_be_visible()
    text = await out.inner_text()
    assert ("Safari" if app == "Instagram" else "Chrome") in text
    assert "https://" not in text, "the page is secure"
    go_on = page.get_by_role("button", name="Go on without camera and microphone")
    await expect(go_on).to_be_visible()
    await out.get_by_role("button", name="Copy link").click()
    field = out.get_by_label("Link to this page")
    await expect(field).to_have_value(re.compile("/l/my/vis_"))
    link = await field.input_value()
    if app == "WhatsApp":
        intent = await out.get_by_role("link", name="Open in the browser").get_attribute("href")
        begins = f"intent://{link.partition('://')[2]}#Intent;scheme="
        assert (intent or "").startswith(begins)
    await Journey("phone-troubles").seen(page, f"inside-{app}")

    outside = await chromium.phone()
    there = await outside.page(link)
    await there.get_by_role("button", name="Go on here").click()
    await expect(there.get_by_role("button", name="Test camera and sound")).to_be_visible()
    assert there.url.partition("?")[0] == page.url.partition("?")[0]
    (waiting,) = await door.queue()
    assert waiting.state is State.WAITING
    await go_on.click()  # chat and files work inside the app as well
    await expect(page.get_by_role("link", name="Send a file")).to_be_visible()
    await inside.leave()
    await outside.leave()


async def test_staff_check_their_devices_before_somebody_waits(
    door: Door, chromium: Chromium
) -> None:
    desk = await chromium.desktop(door.served.url)
    await desk.context.add_init_script(INTERRUPTED)
    cookies = await door.house.cookie(door.house.here.clinician)
    await desk.context.add_cookies(
        [{"name": n, "value": v, "url": door.served.url} for n, v in cookies.items()]
    )
    page = await desk.page(f"/rooms/{door.room.id}")
    await page.get_by_role("link", name="Check camera and sound").click()
    await expect(page.get_by_text("Works", exact=True).locator("visible=true")).to_have_count(2)
    await Journey("phone-troubles").seen(page, "staff-check")
    await page.get_by_role("link", name="Back to the waiting room").click()
    await page.get_by_role("link", name="Camera and sound work").click()
    await expect(page.get_by_text("Works", exact=True).locator("visible=true")).to_have_count(2)
    await page.evaluate(refusing(audio=("NotFoundError", 9), video=("NotFoundError", 9)))
    await page.get_by_role("button", name="Test again").click()
    await expect(page.get_by_text("Does not work").locator("visible=true")).to_have_count(2)
    await page.go_back()
    await expect(
        page.get_by_role("link", name="Camera or microphone does not work")
    ).to_be_visible()
    await desk.leave()
