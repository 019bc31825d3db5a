"""Identification by staff: on the card, with a second desk watching, and beside a call."""

from datetime import date

import pytest
from playwright.async_api import expect

from bedside.calls.states import Mode
from tests.house import Served
from tests.journeys.test_staff_console import at_desk, connected
from tests.peers.chromium import Chromium
from tests.peers.page_checks import Journey
from tests.web.visiting import arrive, in_charge, rooms_of

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.feature("S2", "V2", "V4"),
    pytest.mark.xdist_group("chromium"),
]

MAYA = ("Maya Lindqvist", date(1991, 3, 14))


async def test_one_press_on_the_card_and_the_other_desk_follows(
    served: Served, chromium: Chromium
) -> None:
    house, journey = served.house, Journey("identification")
    rooms = await rooms_of(house)
    name, born = "maya lindqvist", MAYA[1]
    await arrive(house, rooms.reception, name, born=born, reason="Rash")
    rita, page = await at_desk(chromium, served)
    amara, other = await at_desk(chromium, served, house.here.clinician)
    for desk in (page, other):
        await desk.goto(f"/rooms/{rooms.reception.id}")
        await expect(desk.locator("#room-queue").get_by_text("Not confirmed yet")).to_be_visible()
        await desk.get_by_role("link", name=name).click()
        await expect(desk.locator("#panel").get_by_text("Who is this?")).to_be_visible()
        await connected(desk, house)
    await journey.seen(page, "who-is-this")
    await page.get_by_role("button", name="This is Maya Lindqvist").click()
    for desk in (page, other):
        panel = desk.locator("#panel")
        await expect(panel.get_by_role("heading", name="Maya Lindqvist")).to_be_visible()
        await expect(panel.get_by_text("Confirmed")).to_be_visible()
        await expect(panel.get_by_role("link", name="Open chart")).to_be_visible()
        await expect(desk.locator("#room-queue").get_by_text("Not confirmed yet")).to_have_count(0)
    await journey.seen(page, "confirmed")
    for person in (rita, amara):
        await person.leave()


async def test_the_card_as_a_page_goes_on_to_the_card_and_beside_a_call_to_the_chart(
    served: Served, chromium: Chromium
) -> None:
    house = served.house
    rooms = await rooms_of(house)
    amara, page = await at_desk(chromium, served, house.here.clinician)
    theirs = await in_charge(house, rooms.reception.id, house.here.clinician)
    for in_call in (False, True):
        seen = await arrive(house, rooms.reception, "maya lindqvist", born=MAYA[1])
        if in_call:
            await house.calls.control.start(theirs, seen.visit_id, Mode.VIDEO)
        await page.goto(f"/visits/{seen.visit_id}/card")
        await page.get_by_role("button", name="This is Maya Lindqvist").click()
        if in_call:
            await page.wait_for_url(f"**/patients/{house.patients[0].id}")
        else:
            await expect(page.locator("#main").get_by_text("Confirmed")).to_be_visible()
    await amara.leave()


async def test_beside_a_call_one_says_who_it_is_and_is_in_the_chart(
    served: Served, chromium: Chromium
) -> None:
    house, journey = served.house, Journey("identification")
    rooms = await rooms_of(house)
    seen = await arrive(house, rooms.reception, "Kofi Asante", born=date(1980, 5, 6))
    theirs = await in_charge(house, rooms.reception.id, house.here.clinician)
    call_id = await house.calls.control.start(theirs, seen.visit_id, Mode.VIDEO)
    amara, page = await at_desk(chromium, served, house.here.clinician)
    await page.goto(f"/calls/{call_id}")
    beside = page.frame_locator("iframe")
    await expect(beside.get_by_text("Who is this?")).to_be_visible()
    await journey.seen(page, "beside-a-call", whole=False)
    await beside.get_by_role("link", name="Find or add the patient").click()
    await beside.get_by_role("button", name="Add as a new patient").click()
    await expect(beside.get_by_role("heading", name="Kofi Asante")).to_be_visible()
    await expect(beside.get_by_text("The patient is added").first).to_be_visible()
    await journey.seen(page, "in-the-chart-beside-a-call", whole=False)
    await amara.leave()


async def test_the_whole_clinic_is_looked_through_with_a_reason(
    served: Served, chromium: Chromium
) -> None:
    house, journey = served.house, Journey("identification")
    rooms = await rooms_of(house)
    seen = await arrive(house, rooms.reception, "Maya Lindkvist", born=MAYA[1])
    rita, page = await at_desk(chromium, served)
    await page.goto(f"/visits/{seen.visit_id}/identify")
    await page.get_by_label("Name, date of birth or phone").fill("nobody of this name")
    await page.get_by_role("button", name="Find").last.click()
    await expect(page.get_by_text("Nobody found among the patients whom you see.")).to_be_visible()
    await page.get_by_text("A patient whose chart you do not see yet").click()
    await page.get_by_role("button", name="Open with this reason").click()
    await expect(page.get_by_text("Say why you need this chart.").first).to_be_visible()
    await page.get_by_label("Why do you need this chart?").fill("Came with chest pain")
    await page.get_by_role("button", name="Open with this reason").click()
    await expect(page.get_by_text("No single chart of the clinic").first).to_be_visible()
    await journey.seen(page, "no-chart-fits")
    await page.get_by_label("Name", exact=True).fill("Maya Lindqvist")
    await page.get_by_role("button", name="Open with this reason").click()
    await page.wait_for_url("**/card")
    await expect(page.get_by_role("heading", name="Maya Lindqvist")).to_be_visible()
    await rita.leave()
