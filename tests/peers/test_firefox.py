"""The Firefox peer: its people see each other, and its complaints are collected."""

import pytest

from tests.peers.chromium import Chromium
from tests.peers.firefox import Firefox
from tests.peers.webrtc import connect, empty_page, see_frames

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("firefox")]


async def test_two_people_see_each_other(firefox: Firefox) -> None:
    one, two = await firefox.desktop(), await firefox.phone(language="de")
    here, there = await empty_page(one), await empty_page(two)
    await connect(here, there, {})
    await see_frames(here)
    await see_frames(there)
    assert await there.evaluate("[navigator.language, innerWidth]") == ["de", 390]
    await one.leave()
    await two.leave()


async def test_firefox_and_chromium_see_each_other(firefox: Firefox, chromium: Chromium) -> None:
    one, two = await firefox.desktop(), await chromium.phone()
    here, there = await empty_page(one), await empty_page(two)
    await connect(here, there, {})
    await see_frames(here)
    await see_frames(there)
    await one.leave()
    await two.leave()


async def test_what_a_page_may_not_cause_is_collected(firefox: Firefox) -> None:
    person = await firefox.desktop()
    page = await empty_page(person)
    await page.evaluate("setTimeout(() => { throw new Error('a defect') })")
    await page.evaluate("document.body.append(Object.assign(new Image(), {src: '//x.invalid/y'}))")
    async with page.expect_event("console") as said:
        await page.evaluate("console.error('a second one')")
    await said.value
    complaints = "\n".join(person.complaints)
    assert "a defect" in complaints
    assert "a second one" in complaints
    assert "leaves the machine: x.invalid" in complaints
    with pytest.raises(AssertionError):
        await person.leave()
