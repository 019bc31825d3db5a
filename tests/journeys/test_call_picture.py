"""The patient's picture as staff see it: the whole of it, in the shape in which it comes."""

from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from tests.house import Served
from tests.journeys.calling import LONG, pictures_move, two_in_call
from tests.peers.camera_films import EDGES, edges_seen, film
from tests.peers.chromium import Chromium
from tests.peers.page_checks import Journey

pytestmark = pytest.mark.anyio

READABLE = 240
"""Pixels that the picture's place has at least in each direction, whatever else is open."""


async def whole(tile: Locator) -> bool:
    """Whether all four edges of the film are on the screen."""
    return edges_seen(await tile.screenshot()) == set(EDGES)


async def seen_whole(page: Page, tile: Locator) -> None:
    for _ in range(40):
        if await whole(tile):
            return
        await page.wait_for_timeout(100)
    raise AssertionError(f"cut off: only {edges_seen(await tile.screenshot())}")


@pytest.mark.feature("V7")
@pytest.mark.parametrize(("width", "height"), [(360, 640), (640, 360), (480, 480)])
async def test_the_whole_picture_in_every_layout(
    served: Served, chromium: Chromium, tmp_path: Path, width: int, height: int
) -> None:
    journey = Journey(f"call-picture-{width}x{height}")
    async with Chromium.filming(film(tmp_path, width, height)) as patients:
        two = await two_in_call(served, chromium, patients=patients)
        page = two.staff_page
        await page.set_viewport_size({"width": 1366, "height": 768})
        tile = page.locator("[data-tiles] [data-kind=patient]")
        await expect(tile).to_have_attribute("data-picture", "on", timeout=LONG)
        await pictures_move(page)
        await page.get_by_role("button", name="Move your picture").click()  # not over an edge
        own = page.get_by_role("button", name="Hide your picture")
        await own.click()
        await seen_whole(page, tile)
        await journey.seen(page, "docked", whole=False)

        await page.locator("[data-app-tab=notes]").click()
        await expect(page.locator("#call-app-panel textarea")).to_be_visible()
        await seen_whole(page, tile)
        box = await tile.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= READABLE
        await journey.seen(page, "docked-with-notes", whole=False)

        await page.get_by_role("button", name="Let the call fill the window").click()
        await seen_whole(page, tile)
        await journey.seen(page, "full-with-notes", whole=False)
        await page.locator("[data-app-close]").click()
        await seen_whole(page, tile)
        await journey.seen(page, "full", whole=False)

        # filling is asked for, and taken back
        await tile.hover()
        await tile.get_by_role("button", name="Let the picture fill its place").click()
        await expect(tile).to_have_attribute("data-fit", "fill")
        if width <= height:  # a wide one has nearly the window's own shape
            assert not await whole(tile)
        await tile.get_by_role("button", name="Show the whole picture").click()
        await seen_whole(page, tile)

        # held still and zoomed, while the call goes on
        await tile.get_by_role("button", name="Hold the picture still").click()
        await tile.get_by_role("button", name="Zoom in").click()
        assert not await whole(tile)
        await journey.seen(page, "held-and-zoomed", whole=False)
        await tile.get_by_role("button", name="Zoom out").click()
        await tile.get_by_role("button", name="Show the picture live").click()
        await seen_whole(page, tile)
        await journey.seen(two.patient_page, "patient", whole=False)
        own_shape = await two.patient_page.locator("[data-own] video").evaluate(
            "(it) => (it.clientWidth / it.clientHeight) / (it.videoWidth / it.videoHeight)"
        )
        assert 0.9 < own_shape < 1.1
        await two.patient_page.set_viewport_size({"width": 780, "height": 390})
        await journey.seen(two.patient_page, "patient-on-its-side", whole=False)
        await two.leave()
