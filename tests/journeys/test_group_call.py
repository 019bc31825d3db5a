"""A call that outgrows direct connections goes through a real Janus, and nobody notices."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.house import Served, living_in, serving
from tests.journeys.calling import LONG, frames_decoded, pictures_move, two_in_call, watched
from tests.peers.chromium import Chromium
from tests.peers.janus import SECRET, Janus
from tests.peers.ports import free_port

pytestmark = pytest.mark.anyio


@pytest.fixture
async def served_with_janus(
    anyio_backend: object, tmp_path: Path, empty_sqlite: Path, janus: Janus
) -> AsyncIterator[Served]:
    """The house behind uvicorn, with a media server."""
    port = free_port()
    data = tmp_path / "data"
    data.mkdir()
    database = shutil.copy(empty_sqlite, data / "bedside.db")
    async with (
        living_in(
            data, f"sqlite:///{database}", port=port, janus_url=janus.url, janus_secret=SECRET
        ) as house,
        serving(house.services, port) as address,
    ):
        yield Served(house, address)


@pytest.mark.feature("V6")
async def test_a_call_that_outgrows_direct_connections(
    served_with_janus: Served, chromium: Chromium, monkeypatch: pytest.MonkeyPatch
) -> None:
    # three browsers are enough to outgrow it, on a machine that has two processors
    monkeypatch.setattr("bedside.calls.participants.DIRECT_LIMIT", 2)
    two = await two_in_call(served_with_janus, chromium)
    for page in (two.staff_page, two.patient_page):
        await pictures_move(page)
    third = await chromium.phone(served_with_janus.url)
    await watched(third)
    visit = await two.clinic.check_in(third, "Samir Okoye")
    page = await third.page(f"/visit/{visit}")
    services = two.clinic.house.services
    host = await services.seats.host(two.clinic.staff, two.call_id)
    await services.calls.add(host, two.clinic.access, visit)
    for one in (two.staff_page, two.patient_page, page):
        shown = one.locator("[data-tiles] > [data-picture=on]")
        await expect(shown).to_have_count(2, timeout=2 * LONG)
    for one in (two.staff_page, two.patient_page, page):
        # what is left are the two connections with the media server
        connected = one.locator("[data-tiles] > [data-state=connected]")
        await expect(connected).to_have_count(2, timeout=LONG)
        await one.wait_for_function(
            "window.connectionsOfTest.filter((it) => it.connectionState === 'connected')"
            ".length === 2",
            timeout=LONG,
        )
        await pictures_move(one)
        assert await frames_decoded(one) > 0
    await third.leave()
    gone = two.staff_page.locator("[data-tiles] > *", has_text="Samir Okoye")
    await expect(gone).to_have_attribute("data-state", "reconnecting", timeout=LONG)
    await pictures_move(two.staff_page)
    await two.leave()
