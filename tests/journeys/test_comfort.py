"""Comfort in a call: somebody is pinned, and one's own picture moves or hides."""

import pytest
from playwright.async_api import Locator, Page, expect

from tests.house import Served
from tests.journeys.calling import LONG
from tests.journeys.test_group_call import three_in_browsers
from tests.peers.chromium import Chromium
from tests.peers.page_checks import Journey

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V23")]


async def area(tile: Locator) -> float:
    """Return the area of a tile on the screen."""
    box = await tile.bounding_box()
    assert box
    return box["width"] * box["height"]


async def is_largest(page: Page, tile: Locator, other: Locator) -> None:
    """Wait until a tile is at least twice as large as another one."""
    for _ in range(40):
        if await area(tile) > 2 * await area(other):
            return
        await page.wait_for_timeout(100)
    raise AssertionError(f"{await area(tile)} is not larger than {await area(other)}")


async def test_one_person_is_pinned_and_the_own_picture_moves_and_hides(
    served: Served, chromium: Chromium
) -> None:
    call = await three_in_browsers(served, chromium)
    page = call.desk.page
    await page.get_by_role("button", name="Let the call fill the window").click()
    tiles = page.locator("[data-tiles] > li")
    await expect(tiles).to_have_count(2, timeout=LONG)
    one, other = tiles.nth(0), tiles.nth(1)
    for tile in (one, other):
        await expect(tile).to_have_attribute("data-picture", "on", timeout=LONG)

    for pinned, beside in ((other, one), (one, other)):
        await pinned.hover()
        await pinned.get_by_role("button", name="Pin: show this person largest").click()
        await is_largest(page, pinned, beside)
    await Journey("comfort").seen(page, "pinned", whole=False)
    await one.get_by_role("button", name="Unpin").click()
    await expect(page.locator("[data-pinned]")).to_have_count(0)

    own = page.locator("[data-own]")
    await expect(own).to_have_attribute("data-corner", "bottom-right")
    for corner in ("bottom-left", "top-left", "top-right", "bottom-right"):
        await own.hover()
        await page.get_by_role("button", name="Move your picture to another corner").click()
        await expect(own).to_have_attribute("data-corner", corner)
    await page.get_by_role("button", name="Hide your picture").click()
    await expect(own).to_be_hidden()
    await page.get_by_role("button", name="Show your picture").click()
    await expect(own).to_be_visible()
    await call.end()
