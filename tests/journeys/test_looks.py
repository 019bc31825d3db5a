"""How a busy clinic's pages hold up: small windows, zoom, fingers, forced colours, long names, and
names and pages that run from right to left."""

from datetime import date

import pytest
from playwright.async_api import Locator, Page, expect

from tests.house import House, Served
from tests.journeys.calling import LONG, open_clinic, watched
from tests.journeys.test_staff_console import at_desk, connected
from tests.peers.chromium import Chromium
from tests.peers.looks import WINDOWS, fits, for_fingers, seen_without_colours
from tests.peers.page_checks import Journey
from tests.visits.ward import Ward
from tests.web.visiting import Rooms, arrive, in_charge, rooms_of

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("chromium")]

LONG_NAME = "Wilhelmina Charlotte von Hohenlohe-Langenburg"
ARABIC = "عبد الرحمن محمد الأنصاري"
_LINES = """(name) => {
  const range = document.createRange();
  range.selectNodeContents(name);
  const tops = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
  return tops.size;
}"""


async def lines(name: Locator) -> int:
    """Return on how many lines a name is shown."""
    return int(await name.evaluate(_LINES))


async def busy_room(house: House) -> Rooms:
    """Let patients wait for all the reasons that make a row of the queue long."""
    rooms = await rooms_of(house)
    room = await in_charge(house, rooms.own.id, house.here.clinician)
    own, phone = rooms.own, "+46 70 174 06 11"
    await arrive(house, own, LONG_NAME, reason="Rash on both arms since Tuesday")
    await arrive(house, own, ARABIC, born=date(1969, 1, 30), reason="ألم في الظهر منذ أسبوعين")
    await arrive(house, own, "Liv Andersson", phone=phone, connected=False)
    urgent = await arrive(house, own, "Thi Nguyen", test=None)
    first = await arrive(house, own, "Samir Okoye", born=None, phone=phone)
    sent = await arrive(house, rooms.reception, "Freja Sørensen")
    order = house.visits.order
    await order.mark_urgent(room, urgent.visit_id, True)
    await order.see_first(room, first.visit_id, "Chest pain since this morning, called twice")
    reception = await in_charge(house, rooms.reception.id)
    note = "Ear pain since Sunday, fever this morning, allergic to penicillin."
    await house.visits.transfers.transfer(reception, sent.visit_id, own.id, note)
    return rooms


@pytest.mark.feature("V3", "V27")
async def test_names_of_a_busy_queue_are_readable_in_every_window(
    served: Served, chromium: Chromium
) -> None:
    house, journey = served.house, Journey("looks-queue")
    rooms = await busy_room(house)
    person, page = await at_desk(chromium, served, house.here.clinician)
    await page.goto(f"/rooms/{rooms.own.id}")
    await connected(page, house)
    names = page.locator("#queue-waiting .row-title")
    await expect(names).to_have_count(6)
    for window, most in (("desk", 2), ("tablet", 2), ("phone", 3), ("small phone", 4)):
        width, height = WINDOWS[window]
        await page.set_viewport_size({"width": width, "height": height})
        for at in range(6):
            name = names.nth(at)
            longest = most if await name.inner_text() == LONG_NAME else 2
            assert await lines(name) <= longest, (window, await name.inner_text())
        first = await page.locator("#queue-waiting .row").first.bounding_box()
        assert first is not None
        assert first["y"] < 380, f"the head of the room is short ({window})"
    await fits(page)
    await seen_without_colours(page)
    await journey.seen(page, "small-phone", whole=False)
    await page.evaluate("document.documentElement.dir = 'rtl'")
    await fits(page, "desk", "phone", "desk at 400 %")
    await page.evaluate("document.documentElement.dir = 'ltr'")
    await person.leave()


@pytest.mark.feature("V3", "V4", "X1")
async def test_a_room_and_its_dock_are_pressed_with_a_finger(
    served: Served, chromium: Chromium
) -> None:
    house = served.house
    rooms = await busy_room(house)
    phone = await chromium.phone(served.url)
    cookies = await house.cookie(house.here.clinician)
    await phone.context.add_cookies(
        [{"name": name, "value": value, "url": served.url} for name, value in cookies.items()]
    )
    page = await phone.page(f"/rooms/{rooms.own.id}")
    await for_fingers(page)
    row = page.locator("#queue-waiting .row", has_text=LONG_NAME)
    await row.get_by_role("button", name="Actions for").click()
    await for_fingers(page)
    await page.get_by_role("menuitem", name="File transfer").click()
    await expect(page.locator("#dock [data-transfers]")).to_be_visible()
    await for_fingers(page)
    await fits(page, "phone", "small phone")
    await seen_without_colours(page)
    for name in ("rooms/all", "colleagues/ask"):
        await page.goto(f"/{name}")
        await for_fingers(page)
        await fits(page, "phone", "small phone")
    await phone.leave()


async def _long_call(served: Served, chromium: Chromium) -> tuple[Page, Page, str]:
    """Bring a patient with a long name, who was transferred with a note, into a call."""
    clinic = await open_clinic(served)
    phone, desk = await chromium.phone(served.url), await chromium.desktop(served.url)
    for person in (phone, desk):
        await watched(person)
    visit_id = await clinic.check_in(phone, LONG_NAME)
    ward = Ward(served.house)
    there = await ward.room("Triage", served.house.here.receptionist)
    await served.house.visits.transfers.transfer(clinic.access, visit_id, there.room_id, "First.")
    back = "Cut on the left hand since Monday, tetanus is up to date. Please speak slowly."
    await served.house.visits.transfers.transfer(there, visit_id, clinic.room.id, back)
    await clinic.sign_in(desk)
    patient = await phone.page(f"/visit/{visit_id}")
    call_id = await clinic.call(visit_id)
    staff = await desk.page(f"/calls/{call_id}")
    tile = staff.locator("[data-tiles] [data-kind=patient]")
    await expect(tile).to_have_attribute("data-state", "connected", timeout=LONG)
    return staff, patient, call_id


@pytest.mark.feature("V7", "V8", "V13")
async def test_a_call_leaves_room_for_the_face_in_every_window(
    served: Served, chromium: Chromium
) -> None:
    journey = Journey("looks-call")
    staff, patient, _call = await _long_call(served, chromium)
    for app in ("chat", "whiteboard", "notes"):
        await staff.locator(f"[data-app-tab={app}]").click()
        await expect(staff.locator("[data-app-body] > *").first).to_be_visible()
        for window in ("desk", "tablet", "phone", "small phone"):
            width, height = WINDOWS[window]
            await staff.set_viewport_size({"width": width, "height": height})
            picture = await staff.locator(".call-stage").bounding_box()
            panel = await staff.locator(".call-panel").bounding_box()
            assert picture is not None
            assert panel is not None
            least = min(240, 0.39 * height) if width > 480 else 0.24 * height
            assert picture["height"] >= least, (app, window, picture)
            assert panel["height"] >= 120, (app, window, panel)
    await fits(staff)
    await seen_without_colours(staff)
    await fits(patient, "phone", "small phone", "desk at 200 %", "desk at 400 %")
    await seen_without_colours(patient)
    await for_fingers(patient)
    await staff.set_viewport_size({"width": 1366, "height": 768})
    await journey.seen(staff, "desk", whole=False)
    await staff.get_by_role("button", name="End", exact=True).click()
    await expect(staff.get_by_role("dialog", name="How does this call end?")).to_be_visible()
    await fits(staff)
    await seen_without_colours(staff)
    for page in (staff, patient):
        await page.context.close()
