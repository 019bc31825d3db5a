"""Calls of more than four: with a media server, and without one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.calls.agreeing import add_patient
from tests.house import Served, served_with
from tests.journeys.calling import LONG, pictures_move, watched
from tests.journeys.meeting import (
    cameras_seen,
    comes_in,
    desk_of,
    heading,
    see_each_other,
    small_pictures,
    start_call,
    visit_in,
)
from tests.peers.chromium import Chromium, Person
from tests.peers.janus import SECRET, Janus
from tests.peers.page_checks import Journey
from tests.web.visiting import arrive

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("visits"), pytest.mark.feature("V6")]


@pytest.fixture
async def with_media_server(
    anyio_backend: object, tmp_path: Path, empty_sqlite: Path, janus: Janus
) -> AsyncIterator[Served]:
    """The house behind uvicorn, with a real Janus."""
    settings = {"janus_url": janus.url, "janus_secret": SECRET}
    async with served_with(tmp_path / "data", empty_sqlite, **settings) as house:
        yield house


async def _connections(page: Page, count: int) -> None:
    """Wait until the page has exactly this many connections."""
    await page.wait_for_function(
        """(count) => window.connectionsOfTest
          .filter((it) => it.connectionState === "connected").length === count""",
        arg=count,
        timeout=2 * LONG,
    )


async def _all_by_the_media_server(pages: list[Page]) -> None:
    """Wait until everybody gets everybody else's moving picture through the media server."""
    await see_each_other(*pages)
    for page in pages:
        await _connections(
            page, 2
        )  # one that sends to the media server, one that receives everything
        await pictures_move(page)
    for page in pages:
        for _ in range(LONG // 250):
            if await cameras_seen(page) >= len(pages) - 1:
                break
            await page.wait_for_timeout(250)
        assert await cameras_seen(page) >= len(pages) - 1


@pytest.mark.feature("V15")
async def test_the_fifth_person_moves_a_call_to_the_media_server(
    with_media_server: Served, chromium: Chromium
) -> None:
    served, house = with_media_server, with_media_server.house
    desk = await desk_of(chromium, served, "Dr Okafor", house.here.clinician)
    await small_pictures(desk.person)
    phones: list[Person] = []
    patients: list[Page] = []
    for number in range(4):
        phone = await chromium.phone(served.url, width=320)
        await watched(phone)
        await small_pictures(phone)
        phones.append(phone)
        patients.append(await comes_in(phone, served, desk.room, f"Patient {number}"))
    first, *others = patients
    call_id = await start_call(desk, visit_in(first))
    host = await house.calls.seats.host(desk.staff, call_id)
    for patient in others[:-1]:
        await add_patient(house.services, host, desk.access, visit_in(patient))
    await see_each_other(desk.page, *patients[:-1])
    for page in (desk.page, *patients[:-1]):
        await _connections(page, 3)  # directly to each of the others

    await add_patient(house.services, host, desk.access, visit_in(patients[-1]))
    everybody = [desk.page, *patients]
    await _all_by_the_media_server(everybody)
    await Journey("visit-five").seen(desk.page, "five", whole=False)
    await patients[-1].reload()  # V15: a new page of a participant
    await _all_by_the_media_server(everybody)
    assert desk.page.url.endswith(call_id)
    for person in (*phones, desk.person):
        await person.leave()


async def test_without_a_media_server_the_fifth_person_is_told_and_health_says_what_is_missing(
    served: Served, chromium: Chromium
) -> None:
    house, journey = served.house, Journey("visit-without")
    desk = await desk_of(chromium, served, "Dr Okafor", house.here.clinician)
    visitors = [await arrive(house, desk.room, f"Patient {number}") for number in range(4)]
    call_id = await start_call(desk, visitors[0].visit_id)
    host = await house.calls.seats.host(desk.staff, call_id)
    for visitor in visitors[:3]:
        if visitor is not visitors[0]:
            await add_patient(house.services, host, desk.access, visitor.visit_id)
        await house.calls.participants.join(await house.calls.seats.visitor(visitor))
    await expect(desk.page.locator("[data-tiles] > *")).to_have_count(3)
    await desk.page.get_by_role("button", name="More").click()
    await desk.page.get_by_role("menuitem", name="Add a waiting patient").click()
    await desk.page.get_by_role("button", name="Add to the call Patient 3").click()
    await desk.page.get_by_role("button", name="Ask them").click()
    told = desk.page.locator("#toasts")
    await expect(told).to_contain_text("Up to four people can be in a call here.")
    await expect(told).to_contain_text("an administrator has to set up a media server")
    await journey.seen(desk.page, "told", whole=False)
    await expect(desk.page.locator("[data-tiles] > *")).to_have_count(3)

    administrator = await chromium.desktop(served.url)
    cookies = await house.cookie(house.here.administrator)
    await administrator.context.add_cookies(
        [{"name": name, "value": value, "url": served.url} for name, value in cookies.items()]
    )
    page = await administrator.page("/settings/health")
    await expect(heading(page, "Health")).to_be_visible()
    for said in ("larger ones need a media server", "From behind strict firewalls"):
        await expect(page.get_by_text(said).first).to_be_visible()
    await journey.seen(page, "health")
    await administrator.leave()
    await desk.person.leave()


@pytest.mark.feature("V18")
async def test_each_patient_of_a_group_has_an_end_of_their_own(
    served: Served, chromium: Chromium
) -> None:
    house, journey = served.house, Journey("visit-endings")
    desk = await desk_of(chromium, served, "Dr Okafor", house.here.clinician)
    stays, goes = [
        await arrive(house, desk.room, name) for name in ("Kofi Asante", "Liv Andersson")
    ]
    call_id = await start_call(desk, stays.visit_id)
    host = await house.calls.seats.host(desk.staff, call_id)
    await add_patient(house.services, host, desk.access, goes.visit_id)
    for visitor in (stays, goes):
        await house.calls.participants.join(await house.calls.seats.visitor(visitor))
    page = desk.page
    await expect(page.locator("[data-tiles] > *")).to_have_count(2)
    await expect(page.get_by_role("button", name="End and next")).to_be_hidden()
    await page.get_by_role("button", name="End", exact=True).click()
    ending = page.get_by_role("dialog", name="How does this call end?")
    choice = ending.get_by_role("group", name="Kofi Asante")
    await expect(choice.get_by_label("End visit")).to_be_checked()
    await choice.get_by_label("Return to waiting room").check()
    await expect(
        ending.get_by_role("group", name="Liv Andersson").get_by_label("End visit")
    ).to_be_checked()
    await journey.seen(page, "each", whole=False)
    await ending.get_by_role("button", name="End for all").click()
    await page.wait_for_url("**/after")
    patients = page.locator("#after-patients")
    await expect(patients.locator("li", has_text="Kofi Asante")).to_contain_text(
        "In the waiting room"
    )
    await expect(patients.locator("li", has_text="Liv Andersson")).to_contain_text("Visit ended")
    [waits] = await house.visits.waiting_room.queue(desk.access)
    assert waits.visit_id == stays.visit_id
    await desk.person.leave()
