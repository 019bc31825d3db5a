"""Trouble with networks, browsers and servers during a call, and how it goes on."""

import asyncio
import re
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import uvicorn
from playwright.async_api import Locator, Page, expect

from bedside import bootstrap
from bedside.calls import ice
from bedside.kernel import clock
from bedside.serving import protocols
from bedside.visits.states import Presence
from tests.house import House, Served, living_in, served_with
from tests.journeys.calling import LONG, frames_decoded, pictures_move, sound_flows, watched
from tests.journeys.meeting import (
    SamePage,
    candidates,
    comes_in,
    control,
    desk_of,
    heading,
    relay_only,
    see_each_other,
    small_pictures,
    start_call,
    tile,
    visit_in,
)
from tests.peers.chromium import Chromium, reached
from tests.peers.coturn import SECRET, Coturn
from tests.peers.firefox import Firefox
from tests.peers.page_checks import Journey
from tests.peers.ports import free_port
from tests.web.visiting import arrive

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("visits")]

REFUSED = "ERR_CONNECTION_REFUSED"
"""Chromium's log message if a page requests a socket and no server is running."""

AWAY = 10
"""Seconds without any network."""


@pytest.fixture
async def with_relay(
    anyio_backend: object, tmp_path: Path, empty_sqlite: Path, coturn: Coturn
) -> AsyncIterator[Served]:
    """The house behind uvicorn, with a real coturn."""
    settings = {"turn_urls": coturn.url, "turn_secret": SECRET}
    async with served_with(tmp_path / "data", empty_sqlite, **settings) as house:
        yield house


async def _pictures_are_back(page: Page, since: float) -> float:
    """Wait for new pictures. Returns how many seconds after `since` they came."""
    before = await frames_decoded(page)
    async with asyncio.timeout(LONG / 1000):
        while await frames_decoded(page) <= before:  # noqa: ASYNC110 - pages have no event for it
            await asyncio.sleep(0.05)
    return time.monotonic() - since


@pytest.mark.feature("V5", "V15", "A4")
async def test_a_call_by_the_relay_alone_that_loses_its_network_for_ten_seconds(
    with_relay: Served, chromium: Chromium, coturn: Coturn
) -> None:
    served = with_relay
    desk = await desk_of(chromium, served, "Dr Okafor", served.house.here.clinician)
    phone = await chromium.phone(served.url)
    await watched(phone)
    for person in (desk.person, phone):
        await relay_only(person)
        await small_pictures(person)
    patient = await comes_in(phone, served, desk.room, "Noor Haddad")
    await start_call(desk, visit_in(patient))
    await see_each_other(desk.page, patient)
    for page in (desk.page, patient):
        await pictures_move(page)
        assert await candidates(page) == ["relay"]

    same = SamePage(patient)
    await same.mark()
    coturn.pause()  # every packet of sound and picture goes through it
    await phone.context.set_offline(True)
    tile = desk.page.locator("[data-tiles] [data-kind=patient]")
    await expect(tile).to_have_attribute("data-state", "reconnecting", timeout=LONG)
    await Journey("visit-network").seen(patient, "lost", whole=False)
    await asyncio.sleep(AWAY)  # as long as a lift, or a tunnel
    coturn.go_on()
    await phone.context.set_offline(False)
    back = time.monotonic()
    seconds = await asyncio.gather(*(_pictures_are_back(p, back) for p in (desk.page, patient)))
    print(f"video back after {seconds[0]:.1f} s at the desk, {seconds[1]:.1f} s on the phone")
    await see_each_other(desk.page, patient)
    await pictures_move(desk.page)
    await pictures_move(patient)
    assert same.loads == []
    await phone.leave()
    await desk.person.leave()


@pytest.mark.feature("V5", "V15")
async def test_a_call_that_outlasts_its_credentials_comes_back_by_the_relay(
    with_relay: Served, chromium: Chromium, coturn: Coturn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ice, "VALID", 2 * clock.SECOND)
    served = with_relay
    desk = await desk_of(chromium, served, "Dr Okafor", served.house.here.clinician)
    phone = await chromium.phone(served.url)
    await watched(phone)
    for person in (desk.person, phone):
        await relay_only(person)
        await small_pictures(person)
    patient = await comes_in(phone, served, desk.room, "Noor Haddad")
    await start_call(desk, visit_in(patient))
    await see_each_other(desk.page, patient)
    await asyncio.sleep(2)  # the credentials of the beginning run out
    coturn.crash()  # and every way through the relay is gone
    tile = desk.page.locator("[data-tiles] [data-kind=patient]")
    await expect(tile).to_have_attribute("data-state", "reconnecting", timeout=LONG)
    coturn.start()
    back = time.monotonic()
    await asyncio.gather(*(_pictures_are_back(p, back) for p in (desk.page, patient)))
    await see_each_other(desk.page, patient)
    for page in (desk.page, patient):
        assert await candidates(page) == ["relay"]
    await phone.leave()
    await desk.person.leave()


@pytest.mark.feature("V2", "V5")
async def test_a_patient_with_firefox_and_a_clinician_with_chromium(
    served: Served, chromium: Chromium, firefox: Firefox
) -> None:
    desk = await desk_of(chromium, served, "Dr Okafor", served.house.here.clinician)
    phone = await firefox.phone(served.url)
    await watched(phone)
    patient = await comes_in(phone, served, desk.room, "Noor Haddad")
    await start_call(desk, visit_in(patient))
    await see_each_other(desk.page, patient)
    for page in (desk.page, patient):
        await pictures_move(page)
        await sound_flows(page)
    await Journey("visit-firefox").seen(desk.page, "in-call", whole=False)
    await phone.leave()
    await desk.person.leave()


@pytest.mark.feature("V15")
async def test_who_closes_the_page_in_a_call_comes_back_into_it(
    served: Served, chromium: Chromium
) -> None:
    desk = await desk_of(chromium, served, "Dr Okafor", served.house.here.clinician)
    phone = await chromium.phone(served.url)
    await watched(phone)
    for person in (desk.person, phone):
        await small_pictures(person)
    patient = await comes_in(phone, served, desk.room, "Noor Haddad")
    await start_call(desk, visit_in(patient))
    await see_each_other(desk.page, patient)
    journey = Journey("visit-closed")

    await patient.close()
    await expect(tile(desk.page, "patient")).to_have_attribute(
        "data-state", "reconnecting", timeout=LONG
    )
    await journey.seen(desk.page, "the-patient-is-gone", whole=False)
    patient = await phone.page(patient.url)
    await see_each_other(desk.page, patient)

    await desk.page.close()
    await expect(tile(patient, "staff")).to_have_attribute(
        "data-state", "reconnecting", timeout=LONG
    )
    await journey.seen(patient, "the-clinician-is-gone", whole=False)
    page = await desk.person.page(desk.page.url)
    await see_each_other(page, patient)
    for one in (page, patient):
        await pictures_move(one)
    await phone.leave()
    await desk.person.leave()


# --- servers, and patients who are gone for too long --------------------------------------------


@asynccontextmanager
async def _process(house: House) -> AsyncIterator[Served]:
    """Run the whole application, starting and stopping, on the house's data on disk."""
    settings = house.services.settings
    app = bootstrap.application(settings)
    given = uvicorn.Config(app, host="127.0.0.1", port=settings.port, **protocols(settings))
    server = uvicorn.Server(given)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
        assert not task.done(), task
    try:
        yield Served(house, settings.base_url)
    finally:
        server.should_exit = True
        await task


@pytest.mark.feature("V15")
async def test_a_server_that_restarts_disturbs_neither_who_waits_nor_a_call(
    anyio_backend: object, tmp_path: Path, empty_sqlite: Path, chromium: Chromium
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    shutil.copy(empty_sqlite, data / "bedside.db")
    url = f"sqlite:///{data / 'bedside.db'}"
    async with living_in(data, url, port=free_port()) as house:
        async with _process(house) as served:
            desk = await desk_of(chromium, served, "Dr Okafor", house.here.clinician)
            phones = [await chromium.phone(served.url) for _ in range(2)]
            for phone in phones:
                await watched(phone)
                await small_pictures(phone)
            seen = await comes_in(phones[0], served, desk.room, "Noor Haddad")
            waits = await comes_in(phones[1], served, desk.room, "Samir Okoye")
            await start_call(desk, visit_in(seen))
            await see_each_other(desk.page, seen)
            pages = [SamePage(page) for page in (seen, waits)]
            for page in pages:
                await page.mark()
        await expect(seen.get_by_text("The call goes on. Reconnecting")).to_be_visible()
        await expect(waits.get_by_text("Reconnecting, your place is kept")).to_be_visible()
        for page in (desk.page, seen):
            await pictures_move(page)  # they go from browser to browser
        async with _process(house):
            await expect(waits.get_by_text("Connected")).to_be_visible(timeout=LONG)
            await control(seen, "mute").click()
            sign = tile(desk.page, "patient").locator("[data-sign=muted]")
            await expect(sign).to_be_visible(timeout=LONG)
            await house.visits.room_messages.say(desk.access, "Running 10 minutes late.")
            await expect(waits.get_by_text("Running 10 minutes late.", exact=True)).to_be_visible()
            for page in (desk.page, seen):
                await pictures_move(page)
            assert [page.loads for page in pages] == [[], []]
            for person in (*phones, desk.person):
                person.complaints[:] = [it for it in person.complaints if REFUSED not in it]
                await person.leave()


@pytest.mark.feature("V15")
async def test_who_is_gone_for_longer_than_the_grace_time_is_told_and_checks_in_again(
    served: Served, chromium: Chromium
) -> None:
    house, journey = served.house, Journey("visit-expired")
    desk = await desk_of(chromium, served, "Dr Okafor", house.here.clinician)
    phone = await chromium.phone(served.url)
    await watched(phone)
    patient = await comes_in(phone, served, desk.room, "Noor Haddad")
    visit_id = visit_in(patient)
    await start_call(desk, visit_id)
    await see_each_other(desk.page, patient)
    await phone.context.set_offline(True)

    async def presence() -> Presence:
        [waiting] = await house.visits.waiting_room.queue(desk.access)
        return waiting.presence

    away = "the queue shows that the page is away"
    await reached(desk.page, presence, lambda now: now is Presence.RECONNECTING, away)
    with clock.shifted(3 * clock.MINUTE + clock.SECOND):
        await house.visits.presence.expire()
    await desk.page.wait_for_url("**/after")
    await expect(desk.page.get_by_text("In no chart yet: say who it was")).to_be_visible()
    await phone.context.set_offline(False)
    again = patient.get_by_role("button", name="Check in again")
    await expect(again).to_be_visible(timeout=LONG)
    await journey.seen(patient, "told")
    await again.click()
    await expect(heading(patient, "Check your camera and sound")).to_be_visible()
    [waiting] = await house.visits.waiting_room.queue(desk.access)
    assert (waiting.name, waiting.visit_id != visit_id) == ("Noor Haddad", True)
    await phone.leave()
    await desk.person.leave()


@pytest.mark.feature("V5", "V7", "V18")
async def test_a_phone_of_320_pixels_in_the_dark_through_a_call_to_the_end(
    served: Served, chromium: Chromium
) -> None:
    journey = Journey("visit-narrow")
    desk = await desk_of(chromium, served, "Dr Okafor", served.house.here.clinician)
    phone = await chromium.phone(served.url, width=320, scheme="dark")
    await watched(phone)
    patient = await comes_in(phone, served, desk.room, "Noor Haddad")
    await start_call(desk, visit_in(patient))
    await see_each_other(desk.page, patient)
    await journey.seen(patient, "call", whole=False)
    await patient.get_by_role("button", name="More").click()
    await journey.seen(patient, "more", whole=False)
    await patient.get_by_role("button", name="Camera and sound").click()
    await journey.seen(patient, "devices", whole=False)
    await patient.get_by_role("button", name="Done").click()
    await control(patient, "leave").click()
    await journey.seen(patient, "leave", whole=False)
    await patient.get_by_role("button", name="End my visit").click()
    await expect(heading(patient, "Your visit is over")).to_be_visible()
    await expect(patient.get_by_text("You have ended your visit with Dr Amara")).to_be_visible()
    await journey.seen(patient, "ended")
    await desk.page.wait_for_url("**/after")
    await journey.seen(desk.page, "after-at-the-desk")
    await phone.leave()
    await desk.person.leave()


@pytest.mark.feature("V5", "V7", "V18")
async def test_a_whole_call_at_the_desk_by_keyboard(served: Served, chromium: Chromium) -> None:
    house, journey = served.house, Journey("visit-keys")
    desk = await desk_of(chromium, served, "Dr Okafor", house.here.clinician)
    page = desk.page
    await arrive(house, desk.room, "Noor Haddad")
    await arrive(house, desk.room, "Samir Okoye")
    await expect(page.locator("#queue-waiting .row")).to_have_count(2)
    await page.keyboard.press("n")
    await page.wait_for_url("**/calls/*")
    await expect(heading(page, "Call with Noor Haddad")).to_be_visible()
    await page.keyboard.press("m")
    await expect(control(page, "mute")).to_have_accessible_name("Unmute")
    more = page.get_by_role("button", name="More")
    await _tab_to(page, more)
    await page.keyboard.press("Enter")
    for _ in range(10):
        await page.keyboard.press("ArrowDown")
        if await page.get_by_role("menuitem", name="People in the call").evaluate(_FOCUSED):
            break
    await page.keyboard.press("Enter")
    people = page.get_by_role("dialog", name="People in the call")
    await expect(people).to_be_visible()
    await journey.seen(page, "people", whole=False)
    await page.keyboard.press("Escape")
    await expect(people).to_be_hidden()
    await _tab_to(page, control(page, "leave"))
    await page.keyboard.press("Enter")
    await _tab_to(page, page.get_by_role("button", name="End visit"))
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/after")
    await expect(page.get_by_text("In no chart yet: say who it was")).to_be_visible()
    await page.keyboard.press("n")
    await page.wait_for_url(re.compile(r"/calls/cal_\w+$"))
    await expect(heading(page, "Call with Samir Okoye")).to_be_visible()
    await desk.person.context.close()


_FOCUSED = "(element) => element === document.activeElement"


async def _tab_to(page: Page, wanted: Locator) -> None:
    await expect(wanted).to_be_visible()
    for _ in range(60):
        if await wanted.evaluate(_FOCUSED):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not get to {wanted}")
