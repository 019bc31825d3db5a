"""How the editor and what was written look: for axe, on phones, in the dark, without colours."""

import pytest
from playwright.async_api import expect

from tests.peers.chromium import Chromium, reached
from tests.peers.looks import fits, for_fingers, seen_without_colours
from tests.peers.page_checks import Journey, checked
from tests.web.rich_text.writing import writer

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.xdist_group("chromium"),
    pytest.mark.feature("L1"),
]


@pytest.mark.parametrize("page", ["everything", "fields", "template", "wrong"])
async def test_an_editor_at_a_desk(chromium: Chromium, desk: str, page: str) -> None:
    one = await writer(chromium, desk, page)
    await expect(one.area).to_be_visible()
    await Journey(f"rich-text-{page}").seen(one.page, "desk")
    await fits(one.page)
    await seen_without_colours(one.page)
    await one.person.leave()


@pytest.mark.parametrize("width", [390, 320])
@pytest.mark.parametrize("page", ["everything", "fields", "wide", "template"])
async def test_an_editor_on_a_phone(chromium: Chromium, desk: str, page: str, width: int) -> None:
    one = await writer(chromium, desk, page, width=width)
    await expect(one.area).to_be_visible()
    await Journey(f"rich-text-{page}").seen(one.page, f"phone-{width}")
    await for_fingers(one.page)
    await one.person.leave()


async def test_the_dialog_of_a_link(chromium: Chromium, desk: str) -> None:
    one = await writer(chromium, desk, width=390)
    await one.area.click()
    await one.tool("Link").click()
    await one.page.get_by_role("button", name="Set the link").click()
    await Journey("rich-text-link").seen(one.page, "refused", whole=False)
    await one.person.leave()


@pytest.mark.parametrize("page", ["everything", "arabic", "wide"])
async def test_a_letter_that_is_read(chromium: Chromium, desk: str, page: str) -> None:
    person = await chromium.phone(desk, width=320)
    shown = await person.page(f"/read?page={page}")
    await Journey(f"written-{page}").seen(shown, "phone")
    await fits(shown)
    await person.leave()


async def test_a_wide_table_is_scrolled_by_keys(chromium: Chromium, desk: str) -> None:
    person = await chromium.phone(desk, width=320)
    page = await person.page("/read?page=wide")
    await checked(page)
    table = page.get_by_role("region", name="Table: Column 1, Column 2")
    await table.focus()
    await page.keyboard.press("ArrowRight")
    scrolled = "document.querySelector('.written-table').scrollLeft"
    await reached(page, lambda: page.evaluate(scrolled), bool, "the table is scrolled")
    await person.leave()
