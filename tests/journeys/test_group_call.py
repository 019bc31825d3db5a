"""Twelve people in one call, through the product's own signalling and a real Janus: a clinician
and two patients in browsers, and nine guests who act like their pages."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from bedside.calls.access import HostSeat
from tests.calls.agreeing import add_patient, admit_guest, all_agree
from tests.house import Served, served_with
from tests.journeys.calling import LONG, pictures_move, watched
from tests.journeys.meeting import (
    Desk,
    comes_in,
    desk_of,
    small_pictures,
    start_call,
    visit_in,
)
from tests.peers.call_client import CallGuest
from tests.peers.chromium import Chromium, Person
from tests.peers.janus import SECRET, Janus
from tests.peers.media_member import until
from tests.peers.page_checks import Journey

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V6")]

GUESTS = 9

_DECODED_EACH = """async () => {
  const decoded = {};
  for (const one of window.connectionsOfTest.filter((it) => it.connectionState === "connected"))
    (await one.getStats()).forEach((entry) => {
      if (entry.type === "inbound-rtp" && entry.kind === "video")
        decoded[entry.mid] = entry.framesDecoded ?? 0;
    });
  return decoded;
}"""


_ALL_FIT = """(people) => {
  const stage = document.querySelector(".call-pictures").getBoundingClientRect();
  const all = [...document.querySelectorAll("[data-tiles] > *, [data-own]")]
    .map((tile) => tile.getBoundingClientRect());
  const apart = (a, b) =>
    a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
  return all.length === people
    && all.every((one) => one.width >= 120 && one.height >= 70)
    && all.every((one) => one.bottom <= stage.bottom + 1 && one.right <= stage.right + 1)
    && all.every((one, n) => all.slice(n + 1).every((other) => apart(one, other)));
}"""


async def pictures_of(page: Page, others: int) -> None:
    """Wait until the page shows this many others, and keeps decoding pictures of each, over its
    two connections with the media server."""
    shown = page.locator("[data-tiles] > [data-picture=on][data-state=connected]")
    await expect(shown).to_have_count(others, timeout=2 * LONG)
    states = "window.connectionsOfTest.map((it) => it.connectionState)"
    script = f"() => {states}.filter((state) => state === 'connected').length === 2"
    await page.wait_for_function(script, timeout=LONG)
    before = now = dict[str, int](await page.evaluate(_DECODED_EACH))
    for _ in range(LONG // 500):
        now = dict[str, int](await page.evaluate(_DECODED_EACH))
        # A new connection counts from zero.
        before = {mid: min(frames, now.get(mid, 0)) for mid, frames in before.items()}
        if sum(frames > before.get(mid, 0) + 3 for mid, frames in now.items()) >= others:
            return
        await page.wait_for_timeout(500)
    raise AssertionError(f"not everybody's pictures arrived: {before}, then {now}")


@pytest.fixture
def own_janus() -> Iterator[Janus]:
    """A media server that may be crashed."""
    server = Janus()
    server.start()
    yield server
    server.remove()


@pytest.fixture
async def served_with_janus(
    anyio_backend: object, tmp_path: Path, empty_sqlite: Path, own_janus: Janus
) -> AsyncIterator[Served]:
    """The house behind uvicorn, with a media server."""
    settings = {"janus_url": own_janus.url, "janus_secret": SECRET}
    async with served_with(tmp_path / "data", empty_sqlite, **settings) as served:
        yield served


@dataclass
class LargeCall:
    """A call of three browsers, joined by guests."""

    served: Served
    desk: Desk
    host: HostSeat
    patients: list[Page]
    people: list[Person]
    guests: list[CallGuest]

    @property
    def pages(self) -> list[Page]:
        """The participants in browsers."""
        return [self.desk.page, *self.patients]

    async def knock(self, number: int) -> CallGuest:
        """Open a guest's link, and ask to be let in."""
        link = (await self.served.house.calls.guests.invite(self.host)).link
        guest = CallGuest(self.served.url, f"Guest {number}", watches=1 + number % 2)
        await guest.ask_in(link)
        return guest

    async def admit(self, guest: CallGuest, *, is_full: bool = False) -> None:
        """Press “Admit” as the clinician; the patients agree, unless the call is full."""
        asks = self.desk.page.locator("[data-knocking] [data-guest]", has_text=guest.name)
        await asks.get_by_role("button", name="Admit").click()
        if is_full:
            return
        await expect(asks).to_have_count(0)
        await all_agree(self.served.house.services, self.host.call_id)

    async def all_see_all(self) -> None:
        """Wait until each browser gets pictures of everybody else, over its two connections with
        the media server, and each guest those that it watches."""
        others = len(self.pages) + len(self.guests) - 1
        for page in self.pages:
            await pictures_of(page, others)
        await asyncio.gather(*(guest.sees() for guest in self.guests))

    async def end(self) -> None:
        """Close all pages; none of them reported a complaint."""
        for guest in self.guests:
            await guest.close()
        for person in self.people:
            await person.leave()


async def three_in_browsers(served: Served, chromium: Chromium) -> LargeCall:
    """Start a call with direct connections."""
    desk = await desk_of(chromium, served, "Dr Okafor", served.house.here.clinician)
    await small_pictures(desk.person)
    people, patients = [desk.person], list[Page]()
    for name in ("Noor Haddad", "Samir Okoye"):
        phone = await chromium.phone(served.url)
        await watched(phone)
        await small_pictures(phone)
        people.append(phone)
        patients.append(await comes_in(phone, served, desk.room, name))
    call_id = await start_call(desk, visit_in(patients[0]))
    host = await served.house.calls.seats.host(desk.staff, call_id)
    await add_patient(served.house.services, host, desk.access, visit_in(patients[1]))
    for page in (desk.page, *patients):
        await pictures_move(page)
    return LargeCall(served, desk, host, patients, people, [])


async def test_twelve_people(
    served_with_janus: Served, own_janus: Janus, chromium: Chromium
) -> None:
    call = await three_in_browsers(served_with_janus, chromium)
    call.guests = list(await asyncio.gather(*(call.knock(number) for number in range(GUESTS))))
    for guest in call.guests:
        await call.admit(guest)
    await call.all_see_all()
    await _is_well_laid_out(call)
    await _is_full_with_sixteen(call)
    await _others_see_who_leaves(call)
    await _waits_for_a_media_server_that_dies(call, own_janus)
    await call.end()


async def _is_well_laid_out(call: LargeCall) -> None:
    """Check that everybody's picture is whole in the window, the own one included, and none covers
    another."""
    journey = Journey("call-twelve")
    desk, phone = call.desk.page, call.patients[0]
    await _has_room_for(desk, 12)
    await journey.seen(desk, "docked", whole=False)
    await desk.locator("[data-layout-choice]").click()
    await _has_room_for(desk, 12)
    await journey.seen(desk, "filling", whole=False)
    await desk.locator("[data-layout-choice]").click()
    for name, width, height in (("phone", 390, 844), ("phone-lying", 844, 390)):
        await phone.set_viewport_size({"width": width, "height": height})
        await _has_room_for(phone, 12)
        await journey.seen(phone, name, whole=False)


async def _has_room_for(page: Page, people: int) -> None:
    await page.wait_for_function(_ALL_FIT, arg=people)


async def _is_full_with_sixteen(call: LargeCall) -> None:
    """Check that admitting one more is refused with a message, and the guest keeps waiting."""
    guests = call.served.house.calls.guests
    expected: list[str] = []
    for number in range(4):
        secret = (await guests.invite(call.host)).link.rpartition("/")[2]
        guest_id, _ = await guests.enter(secret, f"Expected {number}", "127.0.0.1")
        await admit_guest(call.served.house.services, call.host, guest_id)
        expected.append(guest_id)
    one_more = await call.knock(GUESTS)
    await call.admit(one_more, is_full=True)
    told = call.desk.page.locator("#toasts")
    await expect(told).to_contain_text("This call is full. Nobody else can join until somebody")
    assert one_more.standing == "knocking"
    await one_more.close()
    for guest_id in (*expected, one_more.guest_id):
        await guests.revoke(call.host, guest_id)


async def _others_see_who_leaves(call: LargeCall) -> None:
    gone = call.guests.pop()
    await gone.leave()
    tile = call.desk.page.locator("[data-tiles] > *", has_text=gone.name)
    await expect(tile).to_have_count(0)
    for guest in call.guests:
        await until(partial(guest.knows_left, gone.connection_id), f"{guest.name} is told")
    await call.all_see_all()


async def _waits_for_a_media_server_that_dies(call: LargeCall, janus: Janus) -> None:
    janus.crash()
    for page in call.pages:
        await expect(page.locator("[data-interrupted]")).to_be_visible(timeout=LONG)
    janus.start()
    for page in call.pages:
        await expect(page.locator("[data-interrupted]")).to_be_hidden(timeout=2 * LONG)
    await call.all_see_all()
