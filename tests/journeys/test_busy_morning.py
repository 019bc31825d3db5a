"""Two clinicians, a receptionist, three patients and a guest at once: nobody meets a stranger."""

import pytest
from playwright.async_api import Page, expect

from tests.house import Served
from tests.journeys.calling import LONG, pictures_move, watched
from tests.journeys.meeting import (
    Desk,
    comes_in,
    desk_of,
    heading,
    hired,
    see_each_other,
    small_pictures,
    tile,
    visit_in,
)
from tests.journeys.test_visit import transfer_dialog
from tests.peers.chromium import Chromium, Person
from tests.peers.page_checks import Journey

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("visits")]


async def next_patient(desk: Desk) -> Page:
    """Press “Next patient”. Returns the call window."""
    await desk.page.get_by_role("button", name="Next patient").click()
    await desk.page.wait_for_url("**/calls/*", timeout=LONG)
    return desk.page


async def desk_of_reception(
    chromium: Chromium, served: Served, *desks: Desk
) -> tuple[Person, Page]:
    """Sign the receptionist in, who is in charge of all these rooms, and open the first."""
    house = served.house
    for desk in desks:
        await house.people.staff.assign(
            house.administer(), house.here.receptionist.staff_id, desk.room.id
        )
    person = await chromium.desktop(served.url)
    cookies = await house.cookie(house.here.receptionist)
    await person.context.add_cookies(
        [{"name": name, "value": value, "url": served.url} for name, value in cookies.items()]
    )
    return person, await person.page(f"/rooms/{desks[0].room.id}")


async def patient_of(
    chromium: Chromium, served: Served, desk: Desk, name: str
) -> tuple[Person, Page]:
    """Check in with a phone."""
    phone = await chromium.phone(served.url)
    await watched(phone)
    await small_pictures(phone)
    return phone, await comes_in(phone, served, desk.room, name)


async def guest_of(
    chromium: Chromium, desk: Desk, patient: Page, other: Page
) -> tuple[Person, Page]:
    """Bring a guest into a call: its patient is asked by name, and the other patient is not."""
    calls = desk.house.calls
    host = await calls.seats.host(desk.staff, desk.page.url.rpartition("/")[2])
    person = await chromium.phone()
    await small_pictures(person)
    page = await person.page((await calls.guests.invite(host)).link)
    await page.get_by_label("Your name").fill("Ana Ruiz")
    await page.get_by_role("button", name="Ask to join").click()
    await desk.page.locator("[data-knocking]").get_by_role("button", name="Admit").click()
    asked = patient.locator("[data-newcomer]")
    await expect(asked).to_contain_text("Ana Ruiz would like to join this call")
    await expect(other.locator("[data-newcomer]")).to_have_count(0)
    await asked.get_by_role("button", name="Yes, I agree").click()
    await see_each_other(desk.page, patient, page)
    return person, page


async def ends_and_goes_on(desk: Desk, patient: Page) -> None:
    """End the visit, and take the next patient."""
    await desk.page.locator(".call-controls > [data-control=leave]").click()
    await desk.page.get_by_role("button", name="End visit").click()
    await desk.page.wait_for_url("**/after", timeout=LONG)
    await expect(heading(patient, "Your visit is over")).to_be_visible()
    await next_patient(desk)


@pytest.mark.feature("V3", "V5", "V6", "V9", "V27")
async def test_seven_people_at_once(served: Served, chromium: Chromium) -> None:
    house, journey = served.house, Journey("busy-morning")
    okafor = await desk_of(chromium, served, "Dr Okafor", house.here.clinician)
    falk = await desk_of(chromium, served, "Dr Falk", await hired(house, "Dr Elin Falk"))
    for person in (okafor.person, falk.person):
        await small_pictures(person)
    rita, reception = await desk_of_reception(chromium, served, okafor, falk)
    phone_of_noor, noor = await patient_of(chromium, served, okafor, "Noor Haddad")
    phone_of_samir, samir = await patient_of(chromium, served, falk, "Samir Okoye")
    phone_of_lena, lena = await patient_of(chromium, served, okafor, "Lena Fors")
    waiting = reception.locator("#queue-waiting .row")
    await expect(waiting).to_have_count(2)
    await journey.seen(reception, "reception", whole=False)

    await next_patient(okafor)
    await next_patient(falk)
    await see_each_other(okafor.page, noor)
    await see_each_other(falk.page, samir)
    interpreter, guest = await guest_of(chromium, okafor, noor, samir)
    await expect(falk.page.locator("[data-tiles] > *")).to_have_count(1)
    await expect(waiting).to_have_count(1)
    await expect(reception.locator("main")).to_contain_text("Noor Haddad")
    await journey.seen(reception, "reception-while-two-are-seen", whole=False)
    await journey.seen(okafor.page, "three-in-a-call", whole=False)
    await journey.seen(noor, "the-patient-with-a-guest", whole=False)

    # Lena goes to the other room out of the waiting room, and is seen there next
    await house.visits.transfers.transfer(okafor.access, visit_in(lena), falk.room.id)
    moved = lena.get_by_text("You have been transferred to Dr Elin Falk’s room")
    await expect(moved).to_be_visible()
    await expect(waiting).to_have_count(0)
    await ends_and_goes_on(falk, samir)
    await see_each_other(falk.page, lena)
    await expect(tile(falk.page, "patient")).to_contain_text("Lena Fors")
    await pictures_move(noor)

    # out of the call with a guest goes the patient alone, into no other call
    await transfer_dialog(okafor.page)
    dialog = okafor.page.get_by_role("dialog", name="Transfer Noor Haddad")
    await dialog.get_by_text(falk.room.name, exact=True).click()
    await dialog.get_by_role("button", name="Transfer").click()
    await expect(heading(noor, "Dr Elin Falk will see you soon")).to_be_visible(timeout=LONG)
    await expect(tile(guest, "patient")).to_have_count(0)
    await expect(falk.page.locator("[data-tiles] > *")).to_have_count(1)
    await journey.seen(falk.page, "the-other-call", whole=False)
    phones = (phone_of_noor, phone_of_samir, phone_of_lena)
    for person in (*phones, interpreter, rita, okafor.person, falk.person):
        await person.leave()
