"""A call between a clinician at a desk and a patient with a phone, in real browsers."""


import pytest
from playwright.async_api import Page, expect

from tests.house import Served
from tests.journeys.calling import (
    LONG,
    pictures_move,
    sound_flows,
    two_in_call,
)
from tests.peers.chromium import Chromium
from tests.peers.page_checks import Journey

pytestmark = pytest.mark.anyio


def control(page: Page, name: str) -> object:
    return page.locator(f".call-controls [data-control={name}]")


@pytest.mark.feature("V5")
async def test_both_see_and_hear_each_other(served: Served, chromium: Chromium) -> None:
    two, journey = await two_in_call(served, chromium), Journey("call")
    for page in (two.staff_page, two.patient_page):
        await pictures_move(page)
        await sound_flows(page)
    await expect(two.staff_page.get_by_role("heading", level=1)).to_have_text(
        "Call with Noor Haddad"
    )
    tile = two.staff_page.locator("[data-tiles] [data-kind=patient]")
    await expect(tile).to_have_attribute("data-state", "connected", timeout=LONG)
    await expect(tile).to_contain_text("Noor Haddad")
    await expect(two.staff_page.locator(".call-quality")).to_contain_text("Good connection")
    await expect(two.patient_page.locator("[data-tiles] [data-kind=staff]")).to_contain_text(
        "Dr Amara Okafor"
    )
    await journey.seen(two.staff_page, "desk", whole=False)
    await journey.seen(two.patient_page, "phone", whole=False)
    await two.leave()
