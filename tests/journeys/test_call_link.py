"""The link of one of two people in a call degrades, and recovers."""

import pytest
from playwright.async_api import Locator, Page, expect

from tests.house import Served
from tests.journeys.calling import (
    heights_kept,
    heights_sent,
    pictures_move,
    pictures_sent,
    sound_flows,
    two_in_call,
)
from tests.journeys.network import link_of
from tests.peers.chromium import Chromium
from tests.peers.page_checks import Journey

pytestmark = pytest.mark.anyio

DOWN = 20_000
UP = 40_000
"""Milliseconds: a person waits half of it, on an idle machine."""


def quality(page: Page) -> Locator:
    """Locate the page's connection quality."""
    return page.locator("[data-quality]")


def sign(page: Page) -> Locator:
    """Locate the notice on the other's tile while no pictures come."""
    return page.locator("[data-tiles] [data-sign=paused]")


@pytest.mark.feature("V7")
async def test_a_bad_link_takes_the_picture_and_a_good_one_brings_it_back(
    served: Served, chromium: Chromium
) -> None:
    two, journey = await two_in_call(served, chromium), Journey("call-link")
    both = (two.staff_page, two.patient_page)
    link = await link_of(two.patient_page)
    for page in both:
        await pictures_move(page)
        await heights_kept(page)
        await expect(quality(page)).to_have_attribute("data-quality", "full")
    whole = {page: (await heights_sent(page))[-1] for page in both}

    await link.loses(35)
    for page in both:
        await expect(quality(page)).to_have_attribute("data-quality", "smaller", timeout=DOWN)
        await expect(quality(page)).to_have_text("Weak connection", use_inner_text=True)
    for page in both:
        await expect(quality(page)).to_have_attribute("data-quality", "sound", timeout=DOWN)
        await expect(quality(page)).to_contain_text("Very weak connection: sound only")
        assert min(await heights_sent(page)) <= whole[page] / 2
        before = await pictures_sent(page)
        await sound_flows(page)
        assert await pictures_sent(page) == before
        await expect(sign(page)).to_be_visible()
        await expect(page.locator("[data-tiles] > *")).to_have_attribute("data-picture", "off")
    await journey.seen(two.patient_page, "sound-only", whole=False)

    await link.loses(0)
    for page in both:
        await expect(quality(page)).to_have_attribute("data-quality", "full", timeout=UP)
    for page in both:
        await pictures_move(page)
        await expect(sign(page)).to_be_hidden()
        shown = await page.evaluate("window.qualityOfTest")
        assert shown == ["full", "smaller", "sound", "smaller", "full"]
        said = await page.evaluate("window.saidOfTest")
        assert "Very weak connection: sound only" in said
        assert said[-1] == "Good connection"
    await two.leave()
