"""A server that is restarted during a call: sound and pictures go on, and so does the rest."""

import shutil
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.house import Served, living_in, serving
from tests.journeys.calling import LONG, frames_decoded, pictures_move, two_in_call
from tests.peers.chromium import Chromium
from tests.peers.ports import free_port

pytestmark = pytest.mark.anyio


@pytest.mark.feature("V15")
async def test_a_call_survives_a_restart_of_the_server(
    anyio_backend: object, tmp_path: Path, empty_sqlite: Path, chromium: Chromium
) -> None:
    port, data = free_port(), tmp_path / "data"
    data.mkdir()
    database = f"sqlite:///{shutil.copy(empty_sqlite, data / 'bedside.db')}"
    async with living_in(data, database, port=port) as house:
        async with serving(house.services, port) as url:
            two = await two_in_call(Served(house, url), chromium)
            await pictures_move(two.staff_page)
            await pictures_move(two.patient_page)
        before = await frames_decoded(two.staff_page)
        await two.staff_page.wait_for_timeout(1_500)  # nobody serves, and pictures go on
        assert await frames_decoded(two.staff_page) > before
        await two.patient_page.locator(".call-controls [data-control=mute]").click()
        async with serving(house.services, port):
            tile = two.staff_page.locator("[data-tiles] [data-kind=patient]")
            await expect(tile.locator("[data-sign=muted]")).to_be_visible(timeout=LONG)
            await expect(tile).to_have_attribute("data-state", "connected", timeout=LONG)
            await pictures_move(two.patient_page)
            await two.patient_page.reload()  # a page that loads now finds the call
            await pictures_move(two.staff_page)
            await two.staff_page.close()
            await two.patient_page.close()
            await two.phone.context.close()
            await two.desk.context.close()
