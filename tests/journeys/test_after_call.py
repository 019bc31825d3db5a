"""A hand-over with a note, a page that goes away, the end of the call, and what comes after it."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, expect

from bedside.visits.rooms import RoomChange, RoomKind
from tests.house import Served
from tests.journeys.calling import LONG, Clinic, open_clinic, watched
from tests.peers.chromium import Chromium, Person
from tests.peers.page_checks import Journey

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V28")]
NOTE = "Cut on the left hand since Monday, tetanus is up to date."


async def triage_of(clinic: Clinic) -> Clinic:
    """Return another open room, of the receptionist."""
    house, reception = clinic.house, clinic.house.here.receptionist
    room = await house.visits.rooms.create(
        house.administer(), RoomChange("Triage", RoomKind.SHARED)
    )
    await house.people.staff.assign(house.administer(), reception.staff_id, room.id)
    access = await house.people.permissions.room(reception, room.id)
    await house.visits.rooms.open(access)
    room = await house.visits.rooms.get(reception.clinic_id, room.id)
    return Clinic(clinic.served, room, access, reception)


async def called(desk: Person, clinic: Clinic) -> Page:
    """Press “Next patient” in the room; return the call."""
    page = await desk.page(f"/rooms/{clinic.room.id}")
    await page.get_by_role("button", name="Next patient").click()
    await page.wait_for_url("**/calls/*")
    return page


async def note_on_top(page: Page, journey: Journey) -> None:
    """See the note on top of the call until it is closed, and in Notes."""
    strip = page.locator("[data-handover]")
    await expect(strip).to_contain_text("Transferred by Rita Sandberg")
    await expect(strip).to_contain_text(NOTE)
    tile = page.locator("[data-tiles] [data-kind=patient]")
    tile = page.locator("[data-tiles] [data-kind=patient]")
    await expect(tile).to_have_attribute("data-state", "connected", timeout=LONG)
    await page.locator("[data-app-tab=notes]").click()
    await expect(page.locator("[data-app-body] .visit-note")).to_contain_text(NOTE)
    await page.locator("[data-app-body] textarea").fill("Clean wound.")
    await expect(page.locator("[data-note-state]")).to_contain_text("Saved")
    await journey.seen(page, "strip", whole=False)
    await strip.get_by_role("button").click()
    await expect(strip).to_have_count(0)
    await page.reload()
    await expect(tile).to_have_attribute("data-state", "connected", timeout=LONG)
    await expect(strip).to_have_count(0)


async def page_goes_away(page: Page, phone: Person, patient_page: Page, journey: Journey) -> Page:
    """Close the patient's page, and see it said to staff; return the page that comes back."""
    count = page.locator("[data-people-count]")
    await expect(count).to_have_text("2")
    address = urlsplit(patient_page.url).path
    await patient_page.close()
    gone = page.locator("[data-no-answer]")
    await expect(gone).to_contain_text("page has not answered since", timeout=LONG)
    await expect(count).to_have_text("1")
    await journey.seen(page, "no-answer", whole=False)
    patient_page = await phone.page(address)
    await expect(gone).to_have_count(0, timeout=LONG)
    await expect(count).to_have_text("2")
    return patient_page


async def sent_back(clinic: Clinic, page: Page, phone_page: Page, journey: Journey) -> None:
    """Return the patient: they read why, and the page after the call is live."""
    await page.get_by_role("button", name="End", exact=True).click()
    await page.get_by_role("dialog").get_by_role("button", name="Return to waiting room").click()
    await page.wait_for_url("**/after")
    sent = phone_page.locator("#visit-interrupted")
    await expect(sent).to_have_text(
        re.compile("Dr Amara Okafor has sent you back to the waiting room. You are called again.")
    )
    await journey.seen(phone_page, "sent-back", whole=False)
    await expect(page.locator("#who-is-next")).to_contain_text("Next: Samir Okoye")
    await page.locator("[data-note-of] textarea").fill("Called again later.")
    await expect(page.locator("[data-note-state]")).to_contain_text("Saved")
    visit_id = urlsplit(phone_page.url).path.rpartition("/")[2]
    await clinic.house.visits.waiting_room.remove(clinic.access, visit_id)
    await expect(page.locator("#who-is-next")).to_have_text("Nobody is waiting.")
    await expect(page.locator("[data-note-of] textarea")).to_have_value("Called again later.")
    chart = page.frame_locator(".after-call-chart")
    await expect(chart.get_by_role("heading", level=1)).to_have_text("Samir Okoye")
    await expect(chart.locator(".top-bar, .bottom-bar, .rail").filter(visible=True)).to_have_count(
        0
    )
    await journey.seen(page, "after", whole=False)


@pytest.mark.feature("V13", "V18")
async def test_from_the_note_of_the_sender_to_the_next_patient(
    served: Served, chromium: Chromium
) -> None:
    clinic, journey = await open_clinic(served), Journey("after-call")
    triage = await triage_of(clinic)
    phone, desk = await chromium.phone(served.url), await chromium.desktop(served.url)
    for person in (phone, desk):
        await watched(person)
    visit_id = await triage.check_in(phone)
    patient_page = await phone.page(f"/visit/{visit_id}")
    await clinic.house.visits.transfers.transfer(triage.access, visit_id, clinic.room.id, NOTE)
    await clinic.sign_in(desk)
    page = await called(desk, clinic)
    await note_on_top(page, journey)

    # one click on the name leads to the chart, wherever the console is
    console = page.frame_locator("[data-console]")
    await console.get_by_role("link", name="Inbox").click()
    await expect(console.get_by_role("heading", level=1)).to_have_text("Inbox")
    await page.locator("[data-heading-chart]").click()
    await expect(console.get_by_role("heading", level=1)).to_have_text("Noor Haddad")

    patient_page = await page_goes_away(page, phone, patient_page, journey)

    # the ending says who is next; one goes on from one call to the other
    second = await chromium.phone(served.url)
    await watched(second)
    other = await clinic.check_in(second, "Samir Okoye")
    page_of_second = await second.page(f"/visit/{other}")
    await page.get_by_role("button", name="End", exact=True).click()
    ending = page.get_by_role("dialog")
    await expect(ending).to_contain_text("Next: Samir Okoye · 1 waits")
    await journey.seen(page, "ending", whole=False)
    before = page.url
    await page.keyboard.press("Escape")
    soon = page.locator("[data-end-soon]")
    told = page.locator("#toasts")
    await soon.click()
    await expect(told).to_contain_text("The visit of Noor Haddad ends in five seconds")
    # no picture of it: taking and checking one takes as long, on a slow machine
    await told.get_by_role("button", name="Undo").click()
    await soon.click()  # the one click between two patients
    await page.wait_for_url(lambda url: "/calls/" in url and url != before)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Call with Samir Okoye")
    await expect(patient_page.get_by_role("heading", name="Your visit is over")).to_be_visible()

    await sent_back(clinic, page, page_of_second, journey)
    for person in (second, phone, desk):
        await person.leave()
