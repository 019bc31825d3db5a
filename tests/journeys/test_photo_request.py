"""A photo requested by link: from the desk to the phone and into the chart."""

import re

import pytest
from playwright.async_api import Page, expect

from bedside.charts.records import ChartFilter
from bedside.people.clinics import ClinicOptions
from bedside.requests.states import State
from tests.house import Served
from tests.journeys.asked import (
    LONG,
    Asked,
    answer,
    asked,
    cards,
    dark,
    give,
    heic,
    photo,
    ready,
    working,
)
from tests.peers.chromium import Chromium, Person, settled
from tests.peers.page_checks import Journey, accessible, checked

__all__ = ["asked", "working"]
pytestmark = pytest.mark.anyio


@pytest.mark.feature("R1", "R2", "R3", "R7", "N2", "N3")
async def test_from_the_desk_to_the_phone_and_into_the_chart(
    working: Served, chromium: Chromium
) -> None:
    house, seen = working.house, Journey("photo-request")
    desk = await chromium.desktop(working.url)
    console, link = await _send_from_the_desk(working, desk, seen)
    phone = await chromium.phone(working.url)
    page = await _let_in(await phone.page(link), seen)
    await expect(console.locator("[data-state=opened]")).to_be_visible()

    await page.get_by_role("link", name="Continue").click()
    await seen.seen(page, "phone-choose")
    await give(page, [photo(), dark(), heic()])
    await ready(page, 2)
    await expect(page.get_by_text("Looks dark")).to_be_visible()
    # the server has made a picture of what this browser cannot display
    await expect(cards(page).nth(2).locator("img")).to_be_visible(timeout=LONG)
    await seen.seen(page, "phone-photos")
    await expect(console.locator("[data-state=unagreed]")).to_be_visible()
    await _comment_delete_and_agree(page, seen)

    await expect(console.locator("[data-state=done]")).to_be_visible()
    await seen.seen(console, "desk-done")
    outbox = await desk.page("/outbox")
    await outbox.get_by_text("we have received what you sent").first.wait_for()
    entries = await house.charts.contents.entries(await house.chart(), ChartFilter())
    assert {entry.name for entry in entries} == {"hand.jpg", "pug.heic"}
    assert {entry.comment for entry in entries} == {"Since Tuesday", "Typed, not saved"}
    assert {entry.title for entry in entries} == {"Photo 1, Left hand", "Photo 2, Left hand"}
    await phone.leave()
    await desk.leave()


async def _send_from_the_desk(working: Served, desk: Person, seen: Journey) -> tuple[Page, str]:
    """Request photos. Returns the page that follows the request, and the link in the SMS."""
    house = working.house
    cookie = await house.cookie(house.here.receptionist)
    await desk.context.add_cookies(
        [{"name": name, "value": value, "url": working.url} for name, value in cookie.items()]
    )
    console = await desk.page(f"/patients/{house.patients[0].id}/requests/new")
    await console.get_by_label("E-mail").check()
    await console.get_by_label("Skin").check()
    await console.get_by_label("What to show").fill("Left hand")
    await seen.seen(console, "desk-new")
    await console.get_by_role("button", name="Preview").click()
    await expect(console.get_by_role("button", name="Change")).to_be_visible()
    await seen.seen(console, "desk-preview")
    await console.get_by_role("button", name="Change").click()
    await expect(console.get_by_label("What to show")).to_have_value("Left hand")
    await console.get_by_role("button", name="Preview").click()
    await console.get_by_role("button", name="Send").click()
    await expect(console.locator("[data-state=delivered]")).to_be_visible()
    await seen.seen(console, "desk-sent")
    outbox = await desk.page("/outbox")
    await seen.seen(outbox, "outbox")
    link = await outbox.locator(".message-sms a").first.get_attribute("href")
    await outbox.close()
    return console, link or ""


async def _let_in(page: Page, seen: Journey) -> Page:
    """Enter one wrong date of birth, then the right one."""
    await seen.seen(page, "phone-date-of-birth")
    await answer(page, ("1", "2", "1990"))
    await expect(page.locator("#birth-error")).to_contain_text("You can try 4 more times.")
    await seen.seen(page, "phone-wrong")
    await answer(page)
    await page.wait_for_url("**/my/*")
    assert "/l/" not in await page.content()
    return await seen.seen(page, "phone-guidance")


async def _comment_delete_and_agree(page: Page, seen: Journey) -> None:
    await cards(page).first.get_by_text("Add comment").click()
    await expect(cards(page).first.get_by_label("Comment")).to_be_focused()
    await page.keyboard.type("Since Tuesday")
    await seen.seen(page, "phone-comment")
    await page.get_by_role("button", name="Save").and_(page.locator(":visible")).click()
    await expect(cards(page).first.get_by_text("“Since Tuesday”")).to_be_visible()
    await cards(page).nth(1).get_by_role("button", name="Delete").click()
    await expect(cards(page)).to_have_count(2)
    await cards(page).nth(1).get_by_text("Add comment").click()
    await cards(page).nth(1).get_by_label("Comment").fill("Typed, not saved")
    await page.get_by_role("button", name="Agree & send photos").click()
    await expect(page.get_by_role("heading", name="Your photos have been sent")).to_be_visible()
    await seen.seen(page, "phone-sent")


@pytest.mark.feature("R2")
async def test_the_first_page_is_small_and_asks_for_nothing_from_elsewhere(
    asked: Asked, chromium: Chromium
) -> None:
    phone = await chromium.phone()
    page = await phone.context.new_page()
    session = await phone.context.new_cdp_session(page)
    await session.send("Network.enable")
    sizes: list[int] = []
    session.on("Network.loadingFinished", lambda e: sizes.append(int(e["encodedDataLength"])))
    await page.goto(asked.link, wait_until="networkidle")
    await settled(page, lambda: len(sizes) >= 3, "sizes of what was loaded")
    assert sum(sizes) <= 60_000, sizes
    await phone.leave()


@pytest.mark.feature("R3")
async def test_the_page_of_photos_is_small_over_the_wire(asked: Asked, chromium: Chromium) -> None:
    phone = await chromium.phone()
    page = await asked.enter(phone)
    session = await phone.context.new_cdp_session(page)
    await session.send("Network.enable")
    sizes: list[int] = []
    session.on("Network.loadingFinished", lambda e: sizes.append(int(e["encodedDataLength"])))
    await page.get_by_role("link", name="Continue").click()
    await page.locator("[data-sources]").wait_for()
    await settled(page, lambda: len(sizes) >= 2, "sizes of what was loaded")
    assert sum(sizes) <= 40_000, sizes
    await phone.leave()


@pytest.mark.feature("R2")
async def test_previews_and_scanners_use_nothing_up(asked: Asked, chromium: Chromium) -> None:
    phone = await chromium.phone()
    for method in ("HEAD", "GET", "GET", "HEAD"):
        found = await phone.context.request.fetch(asked.link, method=method)
        assert found.status == 200
        assert "set-cookie" not in found.headers
    assert (await asked.now()).state is State.DELIVERED
    assert await asked.enter(phone)
    await phone.leave()


@pytest.mark.feature("R2")
async def test_every_closed_link_says_why_and_what_to_do(asked: Asked, chromium: Chromium) -> None:
    house, seen = asked.house, Journey("photo-request-closed")
    async with house.database.unit_of_work() as work:
        await house.people.clinics.change(
            work,
            house.here.administrator.actor,
            house.clinic.id,
            ClinicOptions(
                phone="+46 70 174 06 00",
                address="Strandvägen 3, Malmö",
                emergency_text="Ring 112 if you cannot breathe.",
            ),
        )
    phone = await chromium.phone()
    page = await phone.page(asked.link)
    await expect(page.get_by_text("is on the staff of Riverside Clinic.")).to_be_visible()
    await expect(page.get_by_text("Strandvägen 3, Malmö")).to_be_visible()
    await expect(page.get_by_text("Ring 112 if you cannot breathe.")).to_be_visible()
    await seen.seen(page, "first")
    await page.get_by_role("link", name="This isn’t me").click()
    await seen.seen(page, "not-me")
    await page.get_by_role("link", name="It is for me").click()
    for left in ("4 more times", "3 more times", "2 more times", "1 more time"):
        await answer(page, ("1", "2", "1990"))
        await expect(page.locator("#birth-error")).to_contain_text(f"You can try {left}.")
        await expect(page.locator(".form-summary")).to_be_focused()
        await expect(page).to_have_title(re.compile(r"^Error: Is this for you\?"))
        month = page.get_by_label("Month")
        await expect(month).to_have_accessible_description(re.compile("You can try"))
    await answer(page, ("1", "2", "1990"))
    await expect(page.get_by_role("heading", name="This link is locked")).to_be_visible()
    await expect(page.get_by_text("Ring 112 if you cannot breathe.")).to_be_visible()
    await seen.seen(page, "locked")
    await page.get_by_role("button", name="Ask for a new link").click()
    await expect(page.get_by_text("knows that you need a new link")).to_be_visible()
    await seen.seen(page, "told")
    await page.goto(asked.link)
    await expect(page.get_by_text("You have asked for a new link.")).to_be_visible()
    await expect(page.get_by_role("button", name="Ask for a new link")).to_have_count(0)

    await house.requests.all.reissue(asked.sent.chart, asked.sent.id)
    await page.goto(asked.link)
    await expect(page.get_by_role("heading", name="This link was closed")).to_be_visible()
    await seen.seen(page, "withdrawn")
    await page.goto(asked.link + "x")
    await expect(page.get_by_role("heading", name="We do not know this link")).to_be_visible()
    await seen.seen(page, "unknown")
    await phone.leave()


@pytest.mark.feature("R2")
async def test_a_device_that_was_not_let_in_sees_nothing(asked: Asked, chromium: Chromium) -> None:
    first, second = await chromium.phone(), await chromium.phone()
    page = await asked.enter(first)
    other = await second.page(page.url)
    await expect(other.get_by_role("heading", name="Please open your link again")).to_be_visible()
    await accessible(await checked(other))
    assert "Sandberg" not in await other.content()
    again = await first.page(asked.link)  # the same device is not asked twice
    await again.wait_for_url("**/my/*")
    await asked.house.requests.all.revoke(asked.sent.chart, asked.sent.id)
    await page.reload()
    await expect(page.get_by_role("heading", name="This link was closed")).to_be_visible()
    await page.get_by_role("button", name="Ask the clinic for a new link").click()
    await expect(page.get_by_text("knows that you need a new link")).to_be_visible()
    await first.leave()
    await second.leave()


@pytest.mark.feature("R3", "F14")
@pytest.mark.parametrize("width", [390, 320])
async def test_everything_works_without_script(
    asked: Asked, chromium: Chromium, width: int
) -> None:
    phone = await chromium.phone(script=False, width=width)
    page = await asked.enter(phone)
    await page.get_by_role("link", name="Continue").click()
    note = {"name": "note.txt", "mimeType": "text/plain", "buffer": b"this is no photo"}
    await page.locator("[data-plain] input").set_input_files([photo(), heic(), note])
    await page.get_by_role("button", name="Upload").click()
    await expect(cards(page)).to_have_count(3)
    await expect(page.get_by_text("Only photos can be sent here")).to_be_visible()
    await cards(page).first.get_by_text("Add comment").click()
    await cards(page).first.get_by_label("Comment").fill("The left one")
    await page.get_by_role("button", name="Save").and_(page.locator(":visible")).click()
    await expect(cards(page).first.get_by_text("“The left one”")).to_be_visible()
    await cards(page).nth(1).get_by_text("Add comment").click()
    await cards(page).nth(1).get_by_label("Comment").fill("Typed, not saved")
    await cards(page).nth(2).get_by_role("button", name="Delete").click()
    await expect(cards(page)).to_have_count(2)
    await expect(cards(page).nth(1).get_by_text("“Typed, not saved”")).to_be_visible()
    await cards(page).first.get_by_text("Edit comment").click()
    await cards(page).first.get_by_label("Comment").fill("The right one")
    await page.get_by_role("button", name="Agree & send photos").click()
    await expect(page.get_by_role("heading", name="Your photos have been sent")).to_be_visible(
        timeout=LONG
    )
    assert {entry.comment for entry in await asked.chart()} == {"The right one", "Typed, not saved"}
    assert {entry.name for entry in await asked.chart()} == {"hand.jpg", "pug.heic"}
    await phone.leave()


@pytest.mark.feature("R3")
async def test_with_the_keyboard_alone_at_320_pixels(asked: Asked, chromium: Chromium) -> None:
    phone = await chromium.phone(width=320)
    page = await phone.page(asked.link)
    await _tab_to(page, "#birth_year")  # the clinic is in Sweden
    for value in ("1991", "3", "14"):
        await page.keyboard.type(value)  # the next box takes the focus by itself
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/my/*")
    await _tab_to(page, "a.button-primary")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/photos")
    await _tab_to(page, "[data-gallery]")
    async with page.expect_file_chooser() as chosen:
        await page.keyboard.press("Space")
    await (await chosen.value).set_files([photo("one.jpg"), photo("two.jpg", colour=(9, 80, 9))])
    await ready(page, 2)
    await _tab_to(page, ".photo-card:first-child summary")
    await page.keyboard.press("Enter")
    await _tab_to(page, ".photo-card:first-child textarea")
    await page.keyboard.type("By keyboard")
    await _tab_to(page, ".photo-card:first-child [data-comment] button")
    await page.keyboard.press("Enter")
    await expect(cards(page).first.get_by_text("“By keyboard”")).to_be_visible()
    await _tab_to(page, ".photo-card:nth-child(2) [data-delete]")
    await page.keyboard.press("Enter")
    await expect(cards(page)).to_have_count(1)
    # deleting does not lose the focus
    await page.wait_for_function("() => document.activeElement !== document.body")
    await _tab_to(page, "[data-agree]")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Your photos have been sent")).to_be_visible()
    assert len(await asked.chart()) == 1
    await phone.leave()


async def _tab_to(page: Page, selector: str) -> None:
    await page.locator(selector).first.wait_for()
    for _ in range(60):
        if await page.evaluate("(s) => document.activeElement?.matches(s) ?? false", selector):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not get to {selector}")
