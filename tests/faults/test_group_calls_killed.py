"""The server is killed around group calls while Janus stays up: rooms of ended calls do not stay
behind, and those of running calls, and of others who share the Janus, are left alone."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import pytest
from playwright.async_api import Page, expect

from bedside.adapters.janus import JanusServer
from bedside.kernel.ids import new_id
from tests.faults.conftest import Installed
from tests.faults.servers import Server, wait_until
from tests.faults.ward import Ward
from tests.journeys.calling import LONG, pictures_move, watched
from tests.journeys.meeting import small_pictures
from tests.peers.call_client import CallGuest
from tests.peers.chromium import Chromium, Person
from tests.peers.janus import SECRET, Janus
from tests.peers.ports import PATIENCE

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V6")]


@pytest.fixture
def own_janus() -> Iterator[Janus]:
    """A media server without rooms."""
    server = Janus()
    server.start()
    yield server
    server.remove()


@pytest.fixture
def ward(server: Server, installed: Installed, own_janus: Janus) -> Ward:
    """Open rooms; the server is not started yet."""
    server.settings = {"janus_url": own_janus.url, "janus_secret": SECRET}
    return Ward(server, installed).prepare()


@asynccontextmanager
async def another_bedside(janus: Janus) -> AsyncIterator[JanusServer]:
    """Another installation that shares the media server, and its secret."""
    server = JanusServer(janus.url, SECRET)
    yield server
    await server.stop()


def begin(ward: Ward) -> str:
    """Put the receptionist and a patient in a call, without media. Returns its id."""
    patient = ward.patient()
    called = ward.post(f"/rooms/{ward.rooms[0]}/next", mode="video")
    call_id = called.json()["call_id"]
    assert ward.post(f"/calls/{call_id}/join", camera="false").status_code == 200
    joined = patient.ask("POST", "/call/join", data={"camera": "false"})
    assert joined.status_code == 200, joined.text
    return call_id


async def come_in(ward: Ward, call_id: str, name: str) -> CallGuest:
    """Join as a guest; whether joining is answered is up to the page."""
    link = ward.post(f"/calls/{call_id}/guests", email="").json()["link"]
    guest = CallGuest(ward.server.url, name)
    await guest.ask_in(link)
    assert ward.post(f"/calls/{call_id}/guests/{guest.guest_id}/admit", _="").status_code == 200
    ward.all_agree(call_id)
    return guest


async def become(ward: Ward, bedside: JanusServer, *calls: str) -> None:
    """Wait until exactly these rooms exist."""
    async with asyncio.timeout(PATIENCE):
        while await bedside.rooms() != set(calls):  # noqa: ASYNC110 - Janus tells nobody
            await asyncio.sleep(0.1)


async def test_rooms_that_a_killed_server_left_behind(
    ward: Ward, own_janus: Janus, chromium: Chromium
) -> None:
    async with another_bedside(own_janus) as other:
        theirs = new_id("cal")
        await other.open_room(theirs)
        over = await asyncio.to_thread(call_whose_room_stays_behind, ward)
        await become(ward, other, theirs, over)

        call = await call_of_five(ward, chromium)
        await call.all_see_all()
        await become(ward, other, theirs, over, call.id)
        ward.server.kill()
        await asyncio.to_thread(ward.server.restart)
        await become(ward, other, theirs, call.id)

        for guest in call.guests:  # browsers reconnect by themselves
            await guest.come_back()
        await call.all_see_all()
        assert ward.post(f"/calls/{call.id}/end", then="complete").status_code == 200
        await become(ward, other, theirs)
        await call.end()


@dataclass
class CallOfFive:
    """Two participants in browsers, and three guests."""

    id: str
    people: list[Person]
    pages: list[Page]
    guests: list[CallGuest]

    async def all_see_all(self) -> None:
        """Wait until pictures of everybody keep arriving wherever they are watched."""
        for page in self.pages:
            shown = page.locator("[data-tiles] > [data-picture=on][data-state=connected]")
            await expect(shown).to_have_count(4, timeout=2 * LONG)
            await pictures_move(page)
        await asyncio.gather(*(guest.sees() for guest in self.guests))

    async def end(self) -> None:
        """Close all pages; complaints of browsers while the server was down are fine."""
        for guest in self.guests:
            await guest.close()
        for person in self.people:
            await person.context.close()


async def call_of_five(ward: Ward, chromium: Chromium) -> CallOfFive:
    """A call through the media server."""
    url = ward.server.url.replace("127.0.0.1", "localhost")  # where browsers allow cameras
    people = [await chromium.desktop(url), await chromium.phone(url)]
    patient = await asyncio.to_thread(ward.patient)
    for person, jar in zip(people, (ward.installed.cookies, patient.cookies), strict=True):
        await watched(person)
        await small_pictures(person)
        await person.context.add_cookies(
            [{"name": name, "value": value, "url": url} for name, value in jar.items()]
        )
    pages = [await people[1].page(patient.page)]
    call_id = ward.post(f"/rooms/{ward.rooms[0]}/next", mode="video").json()["call_id"]
    pages.append(await people[0].page(f"/calls/{call_id}"))
    for page in pages:
        await pictures_move(page)
    guests = [await come_in(ward, call_id, f"Guest {number}") for number in range(3)]
    return CallOfFive(call_id, people, pages, guests)


def call_whose_room_stays_behind(ward: Ward) -> str:
    """Kill the server after it created the room and before it recorded that the call goes through
    it; the call ends with nobody knowing of the room."""
    ward.server.start("call.room_opened")
    call_id = begin(ward)
    for _ in range(2):
        assert joins(ward, call_id).status_code == 200
    with pytest.raises(httpx.TransportError):
        joins(ward, call_id)
    wait_until(lambda: ward.server.is_dead, "death")
    ward.server.restart()
    assert ward.server.ask("SELECT topology, state FROM calls") == [("direct", "active")]
    assert ward.post(f"/calls/{call_id}/end", then="complete").status_code == 200
    return call_id


def joins(ward: Ward, call_id: str) -> httpx.Response:
    """Add one more patient to the call, who joins."""
    patient = ward.patient()
    with patient.open_page():
        added = ward.post(f"/calls/{call_id}/add", visit=patient.visit_id, leg="1")
    assert added.status_code == 200, added.text
    ward.all_agree(call_id)
    return patient.ask("POST", "/call/join", data={"camera": "false"})
