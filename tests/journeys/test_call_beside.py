"""The console beside a call while the server is gone: the call goes on, and the pane says so."""

import shutil
import time
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.house import Served, living_in, serving
from tests.journeys.calling import LONG, pictures_move, two_in_call
from tests.journeys.network import served_over_a_network
from tests.peers.chromium import Chromium
from tests.peers.page_checks import Journey
from tests.peers.ports import free_port

pytestmark = pytest.mark.anyio


@pytest.mark.feature("V7")
async def test_clicks_beside_a_call_while_the_server_is_gone(
    anyio_backend: object, tmp_path: Path, empty_sqlite: Path, chromium: Chromium
) -> None:
    port, data = free_port(), tmp_path / "data"
    data.mkdir()
    database = f"sqlite:///{shutil.copy(empty_sqlite, data / 'bedside.db')}"
    async with living_in(data, database, port=port) as house:
        async with serving(house.services, port) as url:
            two = await two_in_call(Served(house, url), chromium)
            page = two.staff_page
            await pictures_move(page)
            pane = page.frame_locator("[data-console]")
            await expect(pane.get_by_role("link", name="Inbox")).to_be_visible()
            await page.evaluate("window.stays = true")
        lost = page.locator("[data-beside-lost]")
        await pane.get_by_role("link", name="Inbox").click()
        await expect(lost).to_contain_text("The call goes on")
        await Journey("call-beside").seen(page, "no-connection", whole=False)
        await lost.get_by_role("button", name="Try again").click()
        await pictures_move(page)
        await expect(lost).to_be_visible()
        async with serving(house.services, port):
            # what was asked for comes by itself; the window is still the same
            await expect(pane.get_by_role("heading", level=1)).to_have_text("Inbox", timeout=LONG)
            await expect(lost).to_be_hidden()
            assert await page.evaluate("window.stays")
            await pictures_move(page)
            await pictures_move(two.patient_page)
            await page.close()
            await two.patient_page.close()
            await two.phone.context.close()
            await two.desk.context.close()


@pytest.mark.feature("V7", "V8")
async def test_a_network_that_hangs_for_a_quarter_of_a_minute(
    anyio_backend: object, tmp_path: Path, chromium: Chromium
) -> None:
    async with served_over_a_network(tmp_path / "data") as (served, network):
        two = await two_in_call(served, chromium)
        page, began = two.staff_page, time.monotonic()
        await pictures_move(page)
        pane = page.frame_locator("[data-console]")
        await expect(pane.get_by_role("link", name="Inbox")).to_be_visible()
        await page.locator("[data-app-tab=notes]").click()
        note = page.locator("#call-app-panel textarea")
        await note.fill("Warm, red, no fever.")
        network.hangs()
        await note.press_sequentially(" Asked about the dog.")
        await pane.get_by_role("link", name="Inbox").click()
        lost = page.locator("[data-beside-lost]")
        await expect(lost).to_contain_text("The call goes on")
        await page.get_by_role("button", name="Let the call fill the window").click()
        await pictures_move(page)
        await page.get_by_role("button", name="Put the call beside the charts").click()
        await page.wait_for_timeout(max(0, 15 - (time.monotonic() - began)) * 1_000)
        network.flows()
        await expect(lost).to_be_hidden()
        await expect(pane.get_by_role("heading", level=1)).to_have_text("Inbox")
        await pictures_move(page)
        await pictures_move(two.patient_page)
        await expect(page.locator("[data-note-state]")).to_contain_text("Saved.", timeout=LONG)
        room = two.clinic.access
        saved = await served.house.services.visit_records.notes.own(room, two.visit_id)
        assert saved.text == "Warm, red, no fever. Asked about the dog."
        await page.close()
        await two.patient_page.close()
        await two.phone.context.close()
        await two.desk.context.close()


@pytest.mark.feature("V7")
async def test_a_call_that_ends_while_the_network_goes(served: Served, chromium: Chromium) -> None:
    two = await two_in_call(served, chromium)
    page, services = two.staff_page, served.house.services
    await expect(page.locator("[data-tiles] [data-kind=patient]")).to_be_visible(timeout=LONG)
    await page.route("**/account/time-left", lambda route: route.abort())
    host = await services.calls.seats.host(two.clinic.staff, two.call_id)
    await services.calls.control.end_for_all(host)
    await expect(page.get_by_text("The call has ended. There is no connection")).to_be_visible()
    assert page.url.endswith(f"/calls/{two.call_id}")
    await page.unroute("**/account/time-left")
    await page.wait_for_url("**/after")
    two.desk.complaints = [one for one in two.desk.complaints if "ERR_FAILED" not in one]
    await two.leave()
