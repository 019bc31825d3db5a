"""A whole visit: from the room's address via two clinicians to the record in the chart."""

import re

import pytest
from playwright.async_api import Page, expect

from bedside.visits.rooms import RoomKind
from tests.calls.agreeing import add_patient
from tests.house import Served
from tests.journeys.calling import LONG, pictures_move, sound_flows, watched
from tests.journeys.meeting import (
    Desk,
    SamePage,
    comes_in,
    control,
    desk_of,
    heading,
    hired,
    opened_room,
    see_each_other,
    small_pictures,
    start_call,
    visit_in,
)
from tests.peers.chromium import Chromium
from tests.peers.page_checks import Journey

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("visits")]

NOTE = "Third degree burn? Please look at the left hand."


@pytest.mark.feature("V1", "V2", "V3", "V5", "V9", "V10", "V11", "V12", "V13", "V18")
async def test_from_the_address_of_the_room_over_two_clinicians_to_the_chart(
    served: Served, chromium: Chromium
) -> None:
    journey, house = Journey("visit"), served.house
    okafor = await desk_of(chromium, served, "Dr Okafor", house.here.clinician)
    falk = await desk_of(chromium, served, "Dr Falk", await hired(house, "Dr Elin Falk"))
    phone = await chromium.phone(served.url)
    await watched(phone)
    patient = await phone.page(f"/r/{okafor.room.slug}")
    await journey.seen(patient, "check-in")
    await patient.get_by_label("Your name").fill("Noor Haddad")
    await patient.get_by_role("button", name="Check in").click()
    await patient.wait_for_url("**/visit/*")
    await expect(patient.get_by_text("Connected")).to_be_visible()
    same = SamePage(patient)
    await same.mark()
    await _tests_the_devices(patient)
    await expect(heading(patient, "Dr Amara Okafor will see you soon")).to_be_visible()
    await journey.seen(patient, "waiting")

    row = okafor.page.locator("#queue-waiting .row", has_text="Noor Haddad")
    await expect(row).to_contain_text("Camera, sound good")
    await journey.seen(okafor.page, "somebody-waits")
    await okafor.page.get_by_role("link", name="Noor Haddad").click()
    panel = okafor.page.locator("#panel")
    await panel.get_by_role("button", name="Start call").click()
    await okafor.page.wait_for_url("**/calls/*")
    await see_each_other(okafor.page, patient)
    for page in (okafor.page, patient):
        await pictures_move(page)
        await sound_flows(page)
    await journey.seen(okafor.page, "in-call-at-the-desk", whole=False)
    await journey.seen(patient, "in-call-on-the-phone", whole=False)

    await _transfers_in_the_call(okafor, falk, same, journey)
    await expect(heading(patient, "Dr Elin Falk will see you soon")).to_be_visible()
    await journey.seen(patient, "in-the-other-waiting-room")

    await _is_seen_by_the_other(okafor, falk, patient, journey)
    assert await same.holds(), (same.loads, same.sockets)
    await _is_in_the_chart(falk, patient, journey)
    for person in (phone, okafor.person, falk.person):
        await person.leave()


async def transfer_dialog(page: Page) -> None:
    """Ask for the transfer of the patient in the call window."""
    await page.get_by_role("button", name="More").click()
    await page.get_by_role("menuitem", name="Transfer the patient").click()


async def _tests_the_devices(page: Page) -> None:
    await page.get_by_role("button", name="Test camera and sound").click()
    await expect(page.get_by_text("We can hear you.")).to_be_visible()
    await page.get_by_role("button", name="Play sound").click()
    await page.get_by_role("button", name="Yes").click()
    await page.get_by_role("button", name="Continue").click()


async def _transfers_in_the_call(
    sender: Desk, receiver: Desk, same: SamePage, journey: Journey
) -> None:
    patient = same.page
    await transfer_dialog(sender.page)
    dialog = sender.page.get_by_role("dialog", name="Transfer Noor Haddad")
    await dialog.get_by_text(receiver.room.name, exact=True).click()
    await dialog.get_by_label("Note for the next room").fill(NOTE)
    await journey.seen(sender.page, "transfer-in-a-call", whole=False)
    await dialog.get_by_role("button", name="Transfer").click()
    await same.said("Taking you to Dr Elin Falk’s room now")
    said = patient.get_by_text("You have been transferred to Dr Elin Falk’s room")
    await expect(said).to_be_visible()
    await sender.page.wait_for_url("**/after", timeout=LONG)
    await expect(heading(sender.page, "The call has ended")).to_be_visible()
    await expect(sender.page.get_by_text(f"Transferred to {receiver.room.name}")).to_be_visible()
    await journey.seen(sender.page, "after-the-transfer")


async def _is_seen_by_the_other(
    sender: Desk, receiver: Desk, patient: Page, journey: Journey
) -> None:
    row = receiver.page.locator("#queue-waiting .row", has_text="Noor Haddad")
    await expect(row).to_contain_text("Transferred by Dr Amara Okafor")
    await receiver.page.get_by_role("link", name="Noor Haddad").click()
    card = receiver.page.locator("#panel")
    await expect(card).to_contain_text("Transferred by Dr Amara Okafor")
    await expect(card).to_contain_text(NOTE)
    await journey.seen(receiver.page, "received", whole=False)
    await card.get_by_role("button", name="Start call").click()
    await receiver.page.wait_for_url("**/calls/*")
    # also announced to screen readers; there it stays when the message has gone
    told = sender.page.locator("#announce")
    await expect(told).to_have_text("Dr Elin Falk has admitted Noor Haddad in Dr Falk.")
    await see_each_other(receiver.page, patient)
    await pictures_move(patient)
    await pictures_move(receiver.page)

    await control(receiver.page, "leave").click()
    await receiver.page.get_by_role("button", name="End visit").click()
    await receiver.page.wait_for_url("**/after")
    await expect(heading(patient, "Your visit is over")).to_be_visible()
    await expect(patient.get_by_role("heading", name="What happens next")).to_be_visible()
    await journey.seen(patient, "the-end")


async def _is_in_the_chart(desk: Desk, patient: Page, journey: Journey) -> None:
    page = desk.page
    await expect(page.get_by_text("In no chart yet: say who it was")).to_be_visible()
    await page.get_by_role("link", name="Noor Haddad", exact=True).click()
    await expect(heading(page, "Who is Noor Haddad?")).to_be_visible()
    await journey.seen(page, "who-was-it")
    await page.get_by_role("button", name="Add as a new patient").click()
    await expect(page.locator("#toasts")).to_contain_text("The patient is added, and the visit is")
    await page.goto("/patients")
    link = page.get_by_role("link", name="Noor Haddad").first
    patient_id = re.search(r"pat_\w+", str(await link.get_attribute("href")))
    assert patient_id is not None, page.url
    await page.goto(f"/patients/{patient_id[0]}/visits/{visit_in(patient)}")
    course = page.get_by_role("region", name="What happened")
    for said in ("Dr Amara Okafor", "Dr Elin Falk", "Transferred", NOTE):
        await expect(course.get_by_text(said).first).to_be_visible()
    await journey.seen(page, "record")


# --- other transfers --------------------------------------------------------------------------


@pytest.mark.feature("V9", "V12")
async def test_a_waiting_patient_goes_from_room_to_room_on_one_page(
    served: Served, chromium: Chromium
) -> None:
    house, phone = served.house, await chromium.phone(served.url)
    falk = await hired(house, "Dr Elin Falk")
    own, here = await opened_room(house, "Dr Okafor", house.here.clinician)
    others = await opened_room(house, "Dr Falk", falk)
    minor = await opened_room(house, "Minor injuries", falk, RoomKind.SHARED)
    burns = await opened_room(house, "Burns", falk, RoomKind.SHARED)
    patient = await comes_in(phone, served, own, "Noor Haddad")
    same = SamePage(patient)
    await same.mark()
    for to, (room, there) in {
        "Dr Elin Falk’s room": others,  # personal → personal
        "Minor injuries": minor,  # personal → shared
        "Burns": burns,  # shared → shared
        "Dr Amara Okafor’s room": (own, None),  # shared → personal
    }.items():
        await house.visits.transfers.transfer(here, visit_in(patient), room.id)
        await same.said(f"Taking you to {to} now")
        await expect(patient.get_by_text(f"You have been transferred to {to}")).to_be_visible()
        here = there or here
    assert await same.holds(), (same.loads, same.sockets)
    await phone.leave()


@pytest.mark.feature("V6", "V9", "V10", "V11", "V12")
async def test_out_of_a_group_call_only_one_patient_goes_to_the_other_room(
    served: Served, chromium: Chromium
) -> None:
    house, journey = served.house, Journey("visit-group")
    okafor = await desk_of(chromium, served, "Dr Okafor", house.here.clinician)
    burns = await opened_room(house, "Burns", house.here.receptionist, RoomKind.SHARED)
    phones = [await chromium.phone(served.url) for _ in range(2)]
    for phone in phones:
        await watched(phone)
        await small_pictures(phone)
    names = ("Noor Haddad", "Samir Okoye")
    noor, samir = [
        await comes_in(phone, served, okafor.room, name)
        for phone, name in zip(phones, names, strict=True)
    ]
    same = SamePage(noor)
    await same.mark()
    call_id = await start_call(okafor, visit_in(noor))
    host = await house.calls.seats.host(okafor.staff, call_id)
    await add_patient(house.services, host, okafor.access, visit_in(samir))
    await see_each_other(okafor.page, noor, samir)

    await transfer_dialog(okafor.page)  # of several patients one is chosen
    people = okafor.page.get_by_role("dialog", name="People in the call")
    row = people.locator("li", has_text="Noor Haddad")
    await journey.seen(okafor.page, "whom", whole=False)
    await row.get_by_role("button", name="Transfer").click()
    dialog = okafor.page.get_by_role("dialog", name="Transfer Noor Haddad")
    await dialog.get_by_text("Burns").click()
    await dialog.get_by_role("button", name="Transfer").click()
    await expect(okafor.page.locator("#toasts")).to_contain_text("Transferred to Burns")
    await same.said("Taking you to Burns now")
    await expect(noor.get_by_text("You have been transferred to Burns")).to_be_visible()

    await see_each_other(okafor.page, samir)
    await pictures_move(okafor.page)
    await pictures_move(samir)
    await expect(heading(okafor.page, "Call with Samir Okoye")).to_be_visible()
    await journey.seen(okafor.page, "the-others-stay", whole=False)
    visit = await house.visits.waiting_room.visit(burns[1], visit_in(noor))
    assert visit.waiting.transferred_by == "Dr Amara Okafor"
    assert await same.holds(), (same.loads, same.sockets)
    for person in (*phones, okafor.person):
        await person.leave()
