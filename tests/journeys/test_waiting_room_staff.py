"""The staff's waiting room: two desks and a phone, at the same time."""

import asyncio
import re
from datetime import date

import pytest
from playwright.async_api import Page, expect

from bedside.calls.states import Mode
from bedside.people.permissions import StaffAccess
from bedside.visits.states import State
from tests.house import House, Served
from tests.journeys.test_staff_console import at_desk, connected
from tests.peers.chromium import Chromium, reached, settled
from tests.peers.page_checks import Journey
from tests.web.visiting import Rooms, arrive, in_charge, rooms_of

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("chromium")]

_COUNT_TONES = """() => {
  window.tones = 0;
  const begin = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...rest) {
    window.tones += 1;
    begin.apply(this, rest);
  };
}"""


async def _states(house: House, room_id: str, staff: StaffAccess) -> dict[str, State]:
    room = await in_charge(house, room_id, staff)
    return {one.name: one.state for one in await house.visits.waiting_room.queue(room)}


@pytest.mark.feature("V3")
@pytest.mark.feature("V16")
async def test_an_arrival_shows_itself_on_two_desks_and_is_heard(
    served: Served, chromium: Chromium
) -> None:
    house, journey = served.house, Journey("waiting-room")
    rooms = await rooms_of(house)
    rita, page = await at_desk(chromium, served)
    amara, other = await at_desk(chromium, served, house.here.clinician)
    await other.add_init_script(f"({_COUNT_TONES})()")
    await page.goto(f"/rooms/{rooms.reception.id}")
    await expect(page.get_by_text("Nobody is waiting. Share your room's address:")).to_be_visible()
    await journey.seen(page, "empty")
    await other.goto("/inbox")
    await other.locator("h1").click()
    await connected(page, house)
    await settled(page, lambda: house.services.realtime.bus.pages > 1, "both pages listen")

    await arrive(house, rooms.reception, "Maya Lindqvist", born=date(1991, 3, 14), reason="Rash")
    row = page.locator("#room-queue .row", has_text="Maya Lindqvist")
    await expect(row).to_contain_text("Rash")
    await expect(row).to_contain_text("Camera, sound good")
    await expect(row).to_contain_text("0 min")
    for desk in (page, other):
        await expect(desk.locator(".rail [data-badge=rooms]")).to_have_text("1")
    told = other.locator("#toasts", has_text="Somebody is waiting in Reception")
    await expect(told).to_be_visible()
    assert "Maya" not in await told.inner_text()
    await other.wait_for_function("() => window.tones === 2")
    await journey.seen(page, "one-waits")

    await told.get_by_role("button", name="Open").click()
    await expect(other).to_have_url(re.compile(rooms.reception.id))
    await expect(other.locator("#room-queue .row", has_text="Maya Lindqvist")).to_be_visible()
    await rita.leave()
    await amara.leave()


@pytest.mark.feature("V5")
async def test_two_people_who_press_next_at_once_get_two_patients(
    served: Served, chromium: Chromium
) -> None:
    house = served.house
    rooms = await rooms_of(house)
    for name in ("Kofi Asante", "Edith Brown", "Thi Nguyen"):
        await arrive(house, rooms.reception, name)
    rita, page = await at_desk(chromium, served)
    amara, other = await at_desk(chromium, served, house.here.clinician)
    for desk in (page, other):
        await desk.goto(f"/rooms/{rooms.reception.id}")
        await expect(desk.locator("#queue-waiting .row")).to_have_count(3)
    await asyncio.gather(page.keyboard.press("n"), other.keyboard.press("n"))
    for desk in (page, other):
        await expect(desk).to_have_url(re.compile(r"/calls/cal_"))
    assert page.url != other.url
    states = await _states(house, rooms.reception.id, house.here.receptionist)
    assert sorted(states.values()) == [State.IN_CALL, State.IN_CALL, State.WAITING]
    assert states["Thi Nguyen"] is State.WAITING
    await rita.context.close()
    await amara.context.close()


@pytest.mark.feature("V9")
@pytest.mark.feature("V10")
@pytest.mark.feature("V13")
async def test_a_transfer_while_waiting_with_a_note_and_back_again(
    served: Served, chromium: Chromium
) -> None:
    house, journey = served.house, Journey("transfer-staff")
    here, rooms = house.here, await rooms_of(house)
    await arrive(house, rooms.own, "Thi Nguyen", reason="Cut finger")
    amara, sender = await at_desk(chromium, served, here.clinician)
    rita, receiver = await at_desk(chromium, served)
    await sender.goto(f"/rooms/{rooms.own.id}")
    await receiver.goto(f"/rooms/{rooms.reception.id}")
    await connected(receiver, house)
    await sender.get_by_role("link", name="Thi Nguyen").click()
    panel = sender.locator("#panel")
    await panel.get_by_role("link", name="Transfer").click()
    dialog = sender.get_by_role("dialog", name="Transfer Thi Nguyen")
    await journey.seen(sender, "dialog", whole=False)
    await dialog.get_by_text("Reception").click()
    await dialog.get_by_label("Note for the next room").fill("Please look at the stitch.")
    await journey.seen(sender, "chosen", whole=False)
    await dialog.get_by_role("button", name="Transfer").click()
    await expect(panel.get_by_text("Transferred to Reception")).to_be_visible()
    await journey.seen(sender, "sent", whole=False)
    handed = sender.locator("#queue-handed")
    await expect(handed).to_contain_text("Transferred to Reception")
    await _admitted_elsewhere(house, rooms, sender)

    row = receiver.locator("#queue-waiting .row", has_text="Thi Nguyen")
    await expect(row).to_contain_text("Transferred by Dr Amara Okafor")
    before = await row.bounding_box()
    await receiver.get_by_role("link", name="Thi Nguyen").click()
    await expect(receiver.locator("#panel")).to_contain_text("Please look at the stitch.")
    after = await row.bounding_box()
    assert before is not None
    assert after is not None
    assert after["y"] == before["y"], "the row stays where it was pressed"
    await journey.seen(receiver, "received", whole=False)
    await receiver.locator("#panel").hover()  # a row stays as long as the pointer is on it

    [transfer] = await house.visits.transfers.open_of(here.clinician)
    await sender.goto("/patients")
    await connected(sender, house)
    await house.visits.transfers.unanswered({"transfer_id": transfer.id})
    notice = sender.locator("#handovers")
    await expect(notice).to_contain_text("Thi Nguyen was not admitted yet")
    await journey.seen(sender, "not-admitted", whole=False)
    await notice.get_by_role("button", name="Take back").click()
    await expect(notice.locator(".banner")).to_have_count(0)
    await expect(sender.locator("#toasts")).to_contain_text("Thi Nguyen waits in your room again.")
    await expect(row).to_have_count(0)
    await expect(receiver.locator("#panel")).to_contain_text("has taken this patient back")
    states = await _states(house, rooms.own.id, here.clinician)
    assert states == {"Thi Nguyen": State.WAITING}
    await amara.leave()
    await rita.leave()


async def _admitted_elsewhere(house: House, rooms: Rooms, sender: Page) -> None:
    """Admit another of the sender's patients: a message says so, and the list has one less."""
    here = house.here
    other = await arrive(house, rooms.own, "Kofi Asante")
    own = await in_charge(house, rooms.own.id, here.clinician)
    await house.visits.transfers.transfer(own, other.visit_id, rooms.reception.id)
    await sender.mouse.move(0, 0)  # a list stays as it is under a pointer
    handed = sender.locator("#queue-handed .row")
    await expect(handed).to_have_count(2)
    reception = await in_charge(house, rooms.reception.id)
    await house.calls.control.start(reception, other.visit_id, Mode.VIDEO)
    said = "Rita Sandberg has admitted Kofi Asante in Reception."
    await expect(sender.locator("#toasts")).to_contain_text(said)
    await expect(handed).to_have_count(1)


@pytest.mark.feature("V3")
@pytest.mark.feature("V16")
async def test_the_address_and_the_ways_to_be_told(served: Served, chromium: Chromium) -> None:
    house, journey = served.house, Journey("waiting-room-dialogs")
    rooms = await rooms_of(house)
    rita, page = await at_desk(chromium, served, allow=("clipboard-read", "clipboard-write"))
    await page.add_init_script(f"({_COUNT_TONES})()")
    await page.goto(f"/rooms/{rooms.reception.id}")
    await connected(page, house)
    await page.get_by_role("button", name="Copy address").first.click()
    await expect(page.locator("#toasts")).to_contain_text("The address is copied.")
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{served.url}/r/{rooms.reception.slug}"
    await page.get_by_role("link", name="QR code").first.click()
    await expect(page.get_by_role("img", name="QR code of")).to_be_visible()
    await journey.seen(page, "address", whole=False)
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Alerts").click()
    await page.get_by_role("button", name="Try the sound").click()
    await page.wait_for_function("() => window.tones === 2")
    await journey.seen(page, "alerts", whole=False)
    await page.get_by_label("Play a sound").uncheck()
    await page.reload()
    await page.get_by_role("button", name="Alerts").click()
    await expect(page.get_by_label("Play a sound")).not_to_be_checked()
    await rita.leave()


@pytest.mark.feature("V17")
async def test_telling_everyone_and_taking_it_back(served: Served, chromium: Chromium) -> None:
    house, journey = served.house, Journey("message-everyone")
    rooms = await rooms_of(house)
    await arrive(house, rooms.reception)
    rita, page = await at_desk(chromium, served)
    await page.goto(f"/rooms/{rooms.reception.id}")
    await connected(page, house)
    await page.get_by_role("button", name="Message everyone waiting").click()
    await journey.seen(page, "dialog", whole=False)
    await page.get_by_role("button", name="Running 10 minutes late").click()  # the second press
    said = page.locator("#room-messages .banner")
    await expect(said).to_contain_text("Running 10 minutes late. Thank you for waiting.")
    await journey.seen(page, "said")
    await said.get_by_role("button", name="Withdraw").click()
    await expect(said).to_have_count(0)

    await page.get_by_role("button", name="Message everyone waiting").click()
    await page.get_by_label("Or in your words").fill("The lift is out of order.")
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(said).to_contain_text("The lift is out of order.")
    await rita.leave()


@pytest.mark.feature("V4")
async def test_removing_with_undo_and_for_good(served: Served, chromium: Chromium) -> None:
    house = served.house
    rooms = await rooms_of(house)
    for name in ("Kofi Asante", "Edith Brown"):
        await arrive(house, rooms.reception, name)
    rita, page = await at_desk(chromium, served)
    await page.goto(f"/rooms/{rooms.reception.id}")
    await connected(page, house)
    kofi = page.locator("#queue-waiting .row", has_text="Kofi Asante")
    await _remove(page, "Kofi Asante")
    await expect(kofi).to_be_hidden()
    await arrive(house, rooms.reception, "Thi Nguyen")
    await expect(page.get_by_role("link", name="Thi Nguyen")).to_be_visible()
    await expect(kofi).to_be_hidden()
    # no picture of it: taking and checking one takes as long, on a slow machine
    await page.locator("#toasts").get_by_role("button", name="Undo").click()
    await expect(kofi).to_be_visible()
    await _remove(page, "Kofi Asante")
    await page.goto("/inbox")  # whoever navigates on means it
    left = await reached(
        page,
        lambda: _states(house, rooms.reception.id, house.here.receptionist),
        lambda states: "Kofi Asante" not in states,
        "the patient is removed",
    )
    assert set(left) == {"Edith Brown", "Thi Nguyen"}
    await rita.leave()


async def _remove(page: Page, name: str) -> None:
    await page.get_by_role("button", name=f"Actions for {name}").click()
    await page.get_by_role("menuitem", name="Remove").click()


@pytest.mark.feature("V3")
@pytest.mark.feature("V4")
async def test_the_whole_desk_by_keyboard(served: Served, chromium: Chromium) -> None:
    house, journey = served.house, Journey("waiting-room-keys")
    rooms: Rooms = await rooms_of(house)
    for name in ("Kofi Asante", "Edith Brown"):
        await arrive(house, rooms.reception, name)
    rita, page = await at_desk(chromium, served)
    await page.goto(f"/rooms/{rooms.reception.id}")
    await connected(page, house)
    opener = page.get_by_role("link", name="Edith Brown")
    await opener.focus()
    await page.keyboard.press("Enter")
    panel = page.locator("#panel")
    await expect(panel.get_by_role("heading", name="Edith Brown")).to_be_focused()
    await journey.seen(page, "card", whole=False)
    await page.keyboard.press("Escape")
    await expect(opener).to_be_focused()

    menu = page.get_by_role("button", name="Actions for Edith Brown")
    await menu.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menuitem", name="Start call")).to_be_focused()
    await journey.seen(page, "menu", whole=False)
    await page.keyboard.press("t")
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Transfer Edith Brown")
    await expect(dialog).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(menu).to_be_focused()

    switch = page.get_by_role("switch", name="Open for patients")
    await switch.focus()
    await page.keyboard.press("Enter")
    await expect(switch).to_have_attribute("aria-checked", "false")
    await expect(switch).to_be_focused()
    await journey.seen(page, "closed", whole=False)
    await page.locator("#toasts").get_by_role("button", name="Undo").press("Enter")
    await expect(switch).to_have_attribute("aria-checked", "true")
    await rita.leave()


@pytest.mark.feature("V3")
async def test_what_happens_elsewhere_moves_nothing_under_the_pointer(
    served: Served, chromium: Chromium
) -> None:
    house = served.house
    rooms = await rooms_of(house)
    first = await arrive(house, rooms.reception, "Kofi Asante")
    await arrive(house, rooms.reception, "Edith Brown")
    rita, page = await at_desk(chromium, served)
    await page.goto(f"/rooms/{rooms.reception.id}")
    await connected(page, house)
    edith = page.locator("#queue-waiting .row", has_text="Edith Brown")
    await edith.hover()
    before = await edith.bounding_box()
    room = await in_charge(house, rooms.reception.id)
    await house.visits.waiting_room.remove(room, first.visit_id)
    await expect(page.get_by_role("button", name="Something new. Show it")).to_be_visible()
    assert await edith.bounding_box() == before
    await page.mouse.move(5, 5)
    await expect(page.locator("#queue-waiting .row")).to_have_count(1)
    await rita.leave()


@pytest.mark.feature("V3")
async def test_the_waiting_room_on_a_phone_in_the_dark(served: Served, chromium: Chromium) -> None:
    house, journey = served.house, Journey("waiting-room-phone")
    rooms = await rooms_of(house)
    for name in ("Kofi Asante", "Edith Brown"):
        await arrive(house, rooms.reception, name)
    person = await chromium.phone(served.url, scheme="dark")
    cookies = await house.cookie(house.here.clinician)
    await person.context.add_cookies(
        [{"name": name, "value": value, "url": served.url} for name, value in cookies.items()]
    )
    page = await person.page(f"/rooms/{rooms.reception.id}")
    await expect(page.locator("#queue-waiting .row")).to_have_count(2)
    await journey.seen(page, "queue")
    await page.get_by_role("link", name="Kofi Asante").click()
    await expect(page.locator("#panel")).to_contain_text("Start call")
    await journey.seen(page, "card", whole=False)
    await page.goto("/rooms/all")
    await journey.seen(page, "all-rooms")
    await person.leave()


@pytest.mark.feature("V1")
@pytest.mark.feature("A4")
async def test_settings_of_rooms_visits_and_health(served: Served, chromium: Chromium) -> None:
    house, journey = served.house, Journey("room-settings")
    rooms = await rooms_of(house)
    ada, page = await at_desk(chromium, served, house.here.administrator)
    steps = {
        "rooms": "/settings/rooms",
        "new-room": "/settings/rooms/new",
        "room": f"/settings/rooms/{rooms.own.id}",
        "visits": "/settings/visits",
        "health": "/settings/health",
    }
    for step, address in steps.items():
        await page.goto(address)
        await journey.seen(page, step)
    await ada.leave()
