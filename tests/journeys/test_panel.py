"""The panel beside a page: a request that is written there, and the card of one over another."""

import asyncio
from datetime import date

import pytest
from playwright.async_api import Route, expect

from tests.house import Served
from tests.journeys.apps import meeting
from tests.journeys.calling import open_clinic
from tests.peers.chromium import Chromium
from tests.peers.page_checks import Journey

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("visits")]


@pytest.mark.feature("R1")
async def test_photos_are_requested_beside_the_queue(served: Served, chromium: Chromium) -> None:
    async with meeting(served, chromium) as two:
        house, clinic = served.house, two.clinic
        unidentified = await chromium.phone(served.url)
        visit = await clinic.check_in(unidentified, "Maya Lindqvist", identified=False)
        page, panel, journey = two.staff, two.staff.locator("#panel"), Journey("panel")
        row = page.locator(f"#row-{visit}")
        await expect(row.get_by_role("link", name="Open chart")).to_have_count(0)
        await house.services.visits.identification.override(
            clinic.access, visit, "Maya Lindqvist", date(1991, 3, 14), "Shown on the passport"
        )
        await expect(row.get_by_role("link", name="Open chart")).to_be_visible()

        # the other one has left no number: the panel says so, and offers no button
        await two.row.get_by_role("button", name="Actions for").click()
        await page.get_by_role("menuitem", name="Request photos").click()
        await expect(panel.get_by_role("link", name="Edit details")).to_be_visible()
        await expect(panel.get_by_role("button", name="Send now")).to_have_count(0)
        await page.keyboard.press("Escape")
        await expect(two.row.get_by_role("button", name="Actions for")).to_be_focused()

        dots = row.get_by_role("button", name="Actions for")
        await dots.click()
        await page.get_by_role("menuitem", name="Request photos").click()
        await expect(panel).to_contain_text("born 14 March 1991")
        await expect(panel.get_by_role("article", name="SMS to")).to_be_visible()
        await panel.get_by_label("By e-mail").check()
        await expect(panel.get_by_role("article", name="SMS to")).to_be_hidden()
        await expect(panel.get_by_role("article", name="E-mail to")).to_be_visible()
        await panel.get_by_label("By SMS").check()
        await journey.seen(page, "asks-beside-the-queue", whole=False)
        await panel.get_by_role("button", name="Send now").click()
        await expect(page.locator("#toasts")).to_contain_text("on its way to Maya Lindqvist")
        await expect(panel).to_be_hidden()
        await expect(dots).to_be_focused()
        assert page.url.endswith(f"/rooms/{clinic.room.id}")
        [request] = await house.services.requests.lists.of_chart(await house.chart())
        assert request.kind == "photo"
        await unidentified.leave()


@pytest.mark.feature("V4")
async def test_a_card_over_the_chart_of_somebody_else(served: Served, chromium: Chromium) -> None:
    house, journey = served.house, Journey("panel")
    clinic = await open_clinic(served)
    desk = await chromium.desktop(served.url)
    await clinic.sign_in(desk)
    maya, tomas = house.patients[0], house.patients[1]
    page = await desk.page(f"/patients/{maya.id}")
    panel, band = page.locator("#panel"), page.locator("[data-panel-other]")

    async def card_of(words: str) -> None:
        await page.keyboard.press("Control+k")
        await page.keyboard.type(words)
        await page.get_by_role("option", name=words).first.click()
        await expect(panel).to_be_visible()

    await card_of("Tomás Ramírez")
    await expect(band).to_have_text(
        "This is Tomás Ramírez. The page that is open belongs to somebody else."
    )
    assert await page.locator(".page").evaluate("(page) => page.inert")
    await expect(panel).to_have_attribute("aria-modal", "true")
    await journey.seen(page, "over-another", whole=False)
    await page.mouse.click(400, 300)  # the page beside it: closes the card, and does nothing else
    await expect(panel).to_be_hidden()
    assert not await page.locator(".page").evaluate("(page) => page.inert")
    assert page.url.endswith(f"/patients/{maya.id}")

    await card_of("Maya Lindqvist")
    await expect(band).to_be_hidden()
    assert not await page.locator(".page").evaluate("(page) => page.inert")
    await page.keyboard.press("Escape")

    # the palette, from which it was opened, is gone: the focus is where it was before that
    await page.locator("h1").focus()
    await card_of("Maya Lindqvist")
    await page.keyboard.press("Escape")
    await expect(page.locator("h1")).to_be_focused()

    # every page of a patient, and none that belongs to nobody
    for address, is_other in (
        (f"/patients/{maya.id}/upload", True),
        (f"/patients/{maya.id}/requests/new", True),
        (f"/patients/{tomas.id}/requests", False),
        ("/patients", False),
        ("/inbox", False),
    ):
        await page.goto(served.url + address)
        await card_of("Tomás Ramírez")
        await expect(band).to_be_visible(visible=is_other)
        assert await page.locator(".page").evaluate("(page) => page.inert") == is_other, address
    await desk.leave()


@pytest.mark.feature("V4")
async def test_the_panel_shows_whom_the_last_press_was_for(
    served: Served, chromium: Chromium
) -> None:
    clinic = await open_clinic(served)
    desk = await chromium.desktop(served.url)
    await clinic.sign_in(desk)
    first, last = served.house.patients[0], served.house.patients[1]
    page = await desk.page("/patients")
    panel, may_come = page.locator("#panel"), asyncio.Event()

    async def late(route: Route) -> None:
        await may_come.wait()
        await route.continue_()

    await page.route(f"**/patients/{first.id}/card", late)
    await page.locator(f"#open-{first.id}").click()
    await page.locator(f"#open-{last.id}").click()
    await expect(panel.get_by_role("heading", name=last.name)).to_be_visible()
    async with page.expect_response(f"**/patients/{first.id}/card"):
        may_come.set()
    await page.wait_for_timeout(200)
    await expect(panel.get_by_role("heading", name=last.name)).to_be_visible()
    await expect(panel.get_by_role("heading", name=first.name)).to_have_count(0)
    await expect(page.locator(".row-selected")).to_have_id(f"row-{last.id}")
    await page.locator(f"#open-{first.id}").click()
    await expect(panel.get_by_role("heading", name=first.name)).to_be_visible()
