"""Fields and optional parts are seen, found, filled in, kept and left out."""

import pytest
from playwright.async_api import expect

from tests.peers.chromium import Chromium
from tests.web.rich_text.writing import writer

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.xdist_group("chromium"),
    pytest.mark.feature("L1"),
]
_SELECTED = "getSelection().toString()"


async def test_one_goes_from_field_to_field_and_fills_them_in(
    chromium: Chromium, desk: str
) -> None:
    one = await writer(chromium, desk, "fields")
    said = one.page.locator("[data-open-said]")
    await expect(said).to_have_text("2 fields are not filled in. 2 optional parts are not decided.")
    go = one.page.get_by_role("button", name="Go to the next")
    await go.click()
    assert await one.page.evaluate(_SELECTED) == "[[first name]]"
    await one.keys('"Maya"')
    await expect(said).to_have_text("1 field is not filled in. 2 optional parts are not decided.")
    await go.click()
    assert await one.page.evaluate(_SELECTED) == "[[date]]"
    await one.page.locator("[data-rich-text]").dispatch_event("bedside:next-open")
    assert (await one.page.evaluate(_SELECTED)).startswith("[[insured??")
    await one.person.leave()


async def test_optional_parts_are_kept_and_left_out_by_keys(chromium: Chromium, desk: str) -> None:
    one = await writer(chromium, desk, "fields")
    await one.area.focus()
    await one.keys("Tab")
    keep = one.page.get_by_role("button", name="Keep: insured")
    await expect(keep).to_be_focused()
    await one.keys("Enter")
    assert (await one.outline())[1] == (
        "your visit is on [[date]]. Please bring *your insurance card* with you. See you then."
    )
    await one.page.get_by_role("button", name="Leave out: fasting").focus()
    await one.keys("Enter")
    assert (await one.outline())[2] == ""
    await expect(one.page.locator("[data-open-said]")).to_have_text("2 fields are not filled in.")
    await one.keys("Control+z")
    assert (await one.outline())[2] == "[[fasting??Please do not eat before.]]"
    await one.person.leave()


async def test_the_number_is_said_only_when_it_changes(chromium: Chromium, desk: str) -> None:
    one = await writer(chromium, desk, "fields")
    await one.page.evaluate(
        """() => {
          window.said = 0;
          new MutationObserver(() => window.said++).observe(
            document.querySelector("[data-open-said]"), { childList: true, characterData: true });
        }"""
    )
    await one.area.focus()
    await one.keys("Control+End", '"abc"')
    assert await one.page.evaluate("window.said") == 0
    await one.keys('" [[new]]"')
    await expect(one.page.locator("[data-open-said]")).to_contain_text("3 fields")
    assert await one.page.evaluate("window.said") == 1
    await one.person.leave()


async def test_a_template_offers_its_fields_and_marks_those_that_nobody_fills_in(
    chromium: Chromium, desk: str
) -> None:
    one = await writer(chromium, desk, "template")
    said = one.page.locator("[data-open-said]")
    await expect(said).to_have_text("1 field is left for whoever writes.")
    unknown = one.area.locator(".rich-text-unknown")
    await expect(unknown).to_have_text("[[shoe size]]")
    await expect(unknown).to_have_attribute("title", "Whoever writes fills this in")
    await expect(one.page.get_by_role("button", name="Keep: a")).to_have_count(0)
    await one.page.get_by_role("button", name="Go to the next").click()
    await one.from_menu("Insert a field", "clinic")
    assert await one.outline() == ["Dear [[first name]], [[clinic]] [[a??b]]"]
    await expect(said).to_have_text("")
    await expect(one.page.get_by_role("button", name="Go to the next")).to_be_hidden()
    await one.person.leave()
