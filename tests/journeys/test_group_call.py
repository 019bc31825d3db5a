"""A call that outgrows direct connections goes through a real Janus, and nobody notices."""

import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.house import Served, living_in, serving
from tests.journeys.calling import LONG, TwoInCall, pictures_move, two_in_call, watched
from tests.peers.chromium import Chromium, Person
from tests.peers.janus import SECRET, Janus
from tests.peers.ports import free_port

pytestmark = pytest.mark.anyio


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
    port = free_port()
    data = tmp_path / "data"
    data.mkdir()
    database = shutil.copy(empty_sqlite, data / "bedside.db")
    settings = {"port": port, "janus_url": own_janus.url, "janus_secret": SECRET}
    async with (
        living_in(data, f"sqlite:///{database}", **settings) as house,
        serving(house.services, port) as address,
    ):
        yield Served(house, address)


@dataclass
class ThreeInCall:
    """A call through the media server: the two, and a second patient."""

    two: TwoInCall
    third: Person
    pages: tuple[Page, Page, Page]


async def three_in_call(served: Served, chromium: Chromium) -> ThreeInCall:
    """A call that begins directly, and goes on through the media server."""
    two = await two_in_call(served, chromium)
    for page in (two.staff_page, two.patient_page):
        await pictures_move(page)
    third = await chromium.phone(served.url)
    await watched(third)
    visit = await two.clinic.check_in(third, "Samir Okoye")
    page = await third.page(f"/visit/{visit}")
    services = two.clinic.house.services
    host = await services.seats.host(two.clinic.staff, two.call_id)
    await services.calls.add(host, two.clinic.access, visit)
    return ThreeInCall(two, third, (two.staff_page, two.patient_page, page))


async def all_see_all(pages: tuple[Page, ...]) -> None:
    """Wait until each page shows everybody else, by its two connections with the media server."""
    for page in pages:
        shown = page.locator("[data-tiles] > [data-picture=on][data-state=connected]")
        await expect(shown).to_have_count(len(pages) - 1, timeout=2 * LONG)
        await page.wait_for_function(
            "window.connectionsOfTest.filter((it) => it.connectionState === 'connected')"
            ".length === 2",
            timeout=LONG,
        )
        await pictures_move(page)


@pytest.fixture
def few_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three browsers outgrow a direct call: as many as a machine with two processors carries."""
    monkeypatch.setattr("bedside.calls.participants.DIRECT_LIMIT", 2)


@pytest.mark.feature("V6")
async def test_a_call_that_outgrows_direct_connections(
    served_with_janus: Served, chromium: Chromium, few_directly: None
) -> None:
    three = await three_in_call(served_with_janus, chromium)
    await all_see_all(three.pages)
    await three.third.leave()
    gone = three.two.staff_page.locator("[data-tiles] > *", has_text="Samir Okoye")
    await expect(gone).to_have_attribute("data-state", "reconnecting", timeout=LONG)
    await pictures_move(three.two.staff_page)
    await three.two.leave()


@pytest.mark.feature("V6")
async def test_a_media_server_that_dies_is_waited_for(
    served_with_janus: Served, chromium: Chromium, own_janus: Janus, few_directly: None
) -> None:
    three = await three_in_call(served_with_janus, chromium)
    await all_see_all(three.pages)
    own_janus.crash()
    paused = three.two.staff_page.locator("[data-interrupted]")
    await expect(paused).to_be_visible(timeout=LONG)
    own_janus.start()
    await expect(paused).to_be_hidden(timeout=2 * LONG)
    await all_see_all(three.pages)
    await three.third.leave()
    await three.two.leave()
