"""The console beside a call: links that leave the call act on the whole window."""

import pytest
from playwright.async_api import expect

from tests.house import Served
from tests.journeys.calling import LONG, pictures_move, two_in_call, watched
from tests.peers.chromium import Chromium
from tests.peers.page_checks import Journey

pytestmark = pytest.mark.anyio


@pytest.mark.feature("V8")
async def test_the_call_stays_while_one_walks_through_the_console(
    served: Served, chromium: Chromium
) -> None:
    two = await two_in_call(served, chromium)
    tile = two.staff_page.locator("[data-tiles] [data-kind=patient]")
    await expect(tile).to_have_attribute("data-picture", "on", timeout=LONG)
    console = two.staff_page.frame_locator("[data-console]")
    await console.get_by_role("link", name="Inbox").click()
    await expect(console.get_by_role("heading", level=1)).to_have_text("Inbox")
    await expect(tile).to_have_attribute("data-state", "connected")

    # “Start call” beside a call: the patient can be taken into it
    second = await chromium.phone(served.url)
    await watched(second)
    visit = await two.clinic.check_in(second, "Samir Okoye")
    page_of_second = await second.page(f"/visit/{visit}")
    await console.get_by_role("link", name="Waiting room").click()
    await console.get_by_role("link", name="Samir Okoye").first.click()
    await console.get_by_role("button", name="Start call").first.click()
    dialog = two.staff_page.get_by_role("dialog")
    await expect(dialog).to_contain_text("Add this patient to the call?")
    await Journey("call-console").seen(two.staff_page, "start-call-beside-a-call", whole=False)
    await dialog.get_by_role("button", name="Ask them").click()
    await two.patient_page.get_by_role("button", name="Yes, I agree").click()
    await page_of_second.get_by_role("button", name="Yes, I agree").click()
    await expect(two.staff_page.locator("[data-tiles] > *")).to_have_count(2)
    await second.leave()
    await two.leave()


@pytest.mark.feature("V26")
async def test_keys_and_questions_on_both_sides_of_the_window(
    served: Served, chromium: Chromium
) -> None:
    two = await two_in_call(served, chromium)
    page = two.staff_page
    await expect(page.locator("[data-tiles] [data-kind=patient]")).to_be_visible(timeout=LONG)
    console = page.frame_locator("[data-console]")
    mute = page.locator("[data-control=mute]")
    await console.locator("h1").click()
    await page.keyboard.press("m")
    await expect(mute).to_have_attribute("data-on", "false")
    await console.locator(".rail-link", has_text="Patients").click()
    await expect(console.get_by_role("heading", level=1)).to_have_text("Patients")
    await page.keyboard.press("m")
    await expect(mute).to_have_attribute("data-on", "true")
    await page.keyboard.press("?")
    keys = console.get_by_role("dialog", name="Keyboard keys")
    for said in ("Mute", "Camera off", "Add patient"):
        await expect(keys).to_contain_text(said)
    await page.keyboard.press("m")  # a dialog is open
    await expect(mute).to_have_attribute("data-on", "true")
    await page.keyboard.press("Escape")

    await page.get_by_role("button", name="More").click()
    await page.get_by_role("menuitem", name="Ask a colleague").click()
    dialog = page.get_by_role("dialog", name="Ask a colleague")
    house = served.house
    colleagues = await house.people.staff.colleagues(house.clinic.id)
    await dialog.get_by_text(colleagues[house.here.receptionist.staff_id]).click()
    await dialog.get_by_label("Question").fill("Is room two free?")
    await dialog.get_by_role("button", name="Send").click()
    await expect(dialog).to_have_count(0)
    service = house.services.colleagues.questions
    (asked,) = await service.open(house.here.receptionist)
    await service.answer(house.here.receptionist, asked.id, "From ten on")
    await expect(page.locator("#questions")).to_contain_text("From ten on")
    await expect(console.locator("#questions .banner")).to_have_count(0)  # once is enough
    await Journey("call-console").seen(page, "an-answer-in-a-call", whole=False)
    await page.locator("#questions").get_by_role("button", name="Close").click()
    await expect(page.locator("#questions .banner")).to_have_count(0)
    await two.leave()


@pytest.mark.feature("S1")
async def test_signing_out_beside_a_call_ends_in_the_whole_window(
    served: Served, chromium: Chromium
) -> None:
    two = await two_in_call(served, chromium)
    page = two.staff_page
    await expect(page.locator("[data-tiles] [data-kind=patient]")).to_be_visible(timeout=LONG)
    console = page.frame_locator("[data-console]")
    await console.locator(".rail-person > button").click()
    page.on("dialog", lambda dialog: dialog.accept())  # “Leave site?”: there is a call
    await console.get_by_role("menuitem", name="Sign out").click()
    await page.wait_for_url("**/sign-in**")
    await expect(page.locator("[data-console]")).to_have_count(0)
    await two.leave()


@pytest.mark.feature("S1")
async def test_a_session_that_ends_elsewhere_asks_before_it_leaves_the_call(
    served: Served, chromium: Chromium
) -> None:
    two = await two_in_call(served, chromium)
    page, staff = two.staff_page, two.clinic.staff
    await pictures_move(page)
    async with served.house.database.unit_of_work() as work:
        await served.house.people.sessions.end_all(work, staff.staff_id)
    notice = page.locator("[data-signed-out]")
    await expect(notice).to_be_visible()
    await expect(notice).to_contain_text("The call goes on for two more minutes")
    await pictures_move(page)
    await notice.get_by_role("button", name="Sign in").click()
    await page.wait_for_url(f"**/sign-in?next=*{two.call_id}")
    await expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    # the frame may be faster than the window: browsers refuse to show the sign-in in it, and log
    # that
    two.desk.complaints = [one for one in two.desk.complaints if "frame-ancestors" not in one]
    await two.leave()
