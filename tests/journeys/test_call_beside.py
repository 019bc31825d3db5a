"""The console beside a call while the server is gone: the call goes on, and the pane says so."""

import os
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


_CUT = int(os.environ.get("BEDSIDE_CUT", "15"))
"""Seconds without a network. With 60 the server has given up the pages' sockets, which do not learn
of it; that takes a minute, and is measured by hand (see docs/contributing/benchmarks.md)."""

_NOTE_WHEN_BACK = """() => {
  window.backOfTest = new Promise((resolve) => document.addEventListener(
    "bedside:connected", () => resolve(Date.now()), { once: true }));
}"""


@pytest.mark.feature("V7", "V8")
async def test_a_network_that_hangs_while_staff_go_on_working(
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
        await expect(lost).to_be_visible(timeout=LONG)
        await expect(lost).to_contain_text("The call goes on")
        await page.get_by_role("button", name="Let the call fill the window").click()
        await pictures_move(page)
        await page.get_by_role("button", name="Put the call beside the charts").click()
        bar = page.locator("#connection")  # noticed, although nothing was closed
        await expect(bar).to_be_visible(timeout=LONG)
        await page.wait_for_timeout(max(0, _CUT - (time.monotonic() - began)) * 1_000)
        pages = (page, two.patient_page)
        for one in pages:
            await one.evaluate(_NOTE_WHEN_BACK)
        flowed = time.time()
        network.flows()
        took = [await one.evaluate("window.backOfTest") / 1_000 - flowed for one in pages]
        assert max(took) < 3.5, took
        await expect(bar).to_be_hidden()
        await expect(lost).to_be_hidden()
        await expect(pane.get_by_role("heading", level=1)).to_have_text("Inbox")
        await pictures_move(page)
        await pictures_move(two.patient_page)
        await expect(page.locator("[data-note-state]")).to_contain_text("Saved.", timeout=LONG)
        room = two.clinic.access
        saved = await served.house.services.visit_records.notes.own(room, two.visit_id)
        assert saved.text == "Warm, red, no fever. Asked about the dog."
        print(f"back after {max(took):.1f} s")
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
