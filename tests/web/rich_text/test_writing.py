"""A letter is written by keys, by the toolbar and on a phone."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.peers.chromium import Chromium, reached
from tests.web.rich_text.writing import Writer, writer

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.xdist_group("chromium"),
    pytest.mark.feature("L1"),
]

_IN_AREA = "document.activeElement?.matches('[role=textbox]') ?? false"


async def focused(page: Page) -> str:
    """The name of what has the focus."""
    name = await page.evaluate(
        "document.activeElement.getAttribute('aria-label') ?? document.activeElement.id"
    )
    return str(name)


async def test_a_letter_is_written_with_keys_alone(chromium: Chromium, desk: str) -> None:
    one = await writer(chromium, desk)
    await one.page.locator("#before").focus()
    await one.keys("Tab")
    assert await focused(one.page) == "Style of the paragraph"
    await one.keys("ArrowDown", "Tab")
    assert await one.page.evaluate(_IN_AREA)
    await one.keys('"Next steps"', "Enter", '"Take "', "Control+b", '"one"', "Control+b")
    await one.keys('" a day"', "Shift+Enter", '"for a week."', "Enter")
    await one.keys('"- mornings"', "Enter", '"evenings"', "Control+]", "Enter", "Enter", "Enter")
    await one.keys('"1. last"', "Enter", "Enter", '"End."')
    assert await one.outline() == [
        "h1 Next steps",
        "Take *one* a day/for a week.",
        "ul([mornings ul([evenings])])",
        "ol([last])",
        "End.",
    ]
    await one.keys("Tab")
    assert await focused(one.page) == "send"
    await one.keys("Enter")
    await expect(one.page.locator(".written h2")).to_have_text("Next steps")
    await expect(one.page.locator(".written li li")).to_have_text("evenings")
    await one.person.leave()


async def test_the_toolbar_is_one_stop_and_is_walked_by_arrows(
    chromium: Chromium, desk: str
) -> None:
    one = await writer(chromium, desk)
    await one.area.click()
    await one.keys("Alt+F10", "Home")
    assert await focused(one.page) == "Style of the paragraph"
    walked = []
    for _ in range(10):
        await one.keys("ArrowRight")
        walked.append(await focused(one.page))
    assert walked == [
        *("Undo", "Redo", "Bold", "Bulleted list", "Numbered list"),
        *("Indent less", "Indent more", "Link", "Table", "Page break"),
    ]
    await one.keys("ArrowRight")
    assert await focused(one.page) == "Style of the paragraph"
    await one.keys("End", "ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowLeft")
    assert await focused(one.page) == "Numbered list"
    await one.keys("Escape")
    assert await one.page.evaluate(_IN_AREA)
    await one.keys("Shift+Tab")
    assert await focused(one.page) == "Numbered list"
    await one.keys("Shift+Tab")
    assert await focused(one.page) == "before"
    await one.person.leave()


async def test_buttons_say_what_is_on_and_what_cannot_be_done(
    chromium: Chromium, desk: str
) -> None:
    one = await writer(chromium, desk)
    bold, undo = one.tool("Bold"), one.tool("Undo")
    await one.area.click()
    await expect(undo).to_have_attribute("aria-disabled", "true")
    await bold.click()
    await expect(bold).to_have_attribute("aria-pressed", "true")
    await one.keys('"loud"')
    await one.tool("Bulleted list").click()
    await expect(one.tool("Bulleted list")).to_have_attribute("aria-pressed", "true")
    assert await one.outline() == ["ul([*loud*])"]
    await one.tool("Numbered list").click()
    assert await one.outline() == ["ol([*loud*])"]
    await undo.click()
    await undo.click()
    assert await one.outline() == ["*loud*"]
    await one.tool("Redo").click()
    assert await one.outline() == ["ul([*loud*])"]
    style = one.page.get_by_label("Style of the paragraph")
    await expect(style.locator("option[value='1']")).to_be_disabled()
    await one.keys("Control+z", "Control+z")
    await one.keys("Control+Shift+z")
    assert await one.page.evaluate(_IN_AREA)
    await one.person.leave()


async def test_what_is_undone_leaves_the_form_as_it_came(chromium: Chromium, desk: str) -> None:
    one = await writer(chromium, desk, "everything")
    area = one.page.locator("textarea[name=body]")
    before = await area.input_value()
    await one.area.click()
    await one.keys('"x"')
    assert await area.input_value() != before
    await one.keys("Control+z")
    assert await area.input_value() == before
    await one.person.leave()


async def test_a_link_is_refused_set_changed_and_removed(chromium: Chromium, desk: str) -> None:
    one = await writer(chromium, desk)
    await one.area.click()
    await one.keys('"our page"', "Control+a", "Control+k")
    dialog = one.page.get_by_role("dialog", name="Link")
    address = dialog.get_by_label("Address")
    await expect(address).to_be_focused()
    await one.keys('"javascript:alert(1)"', "Enter")
    await expect(dialog.get_by_role("alert")).to_contain_text("This is no address")
    await expect(address).to_have_attribute("aria-invalid", "true")
    await address.fill("www.clinic.example/rash")
    await one.keys("Enter")
    await expect(dialog).to_be_hidden()
    assert await one.page.evaluate(_IN_AREA)
    assert await one.outline() == ["<our page>"]
    await expect(one.area.locator("a")).to_have_attribute("href", "https://www.clinic.example/rash")
    await one.keys('" here"', "ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowLeft")
    await one.keys("ArrowLeft")
    await one.tool("Link").click()
    await expect(address).to_have_value("https://www.clinic.example/rash")
    await address.fill("+46 8 7700 100")
    await dialog.get_by_role("button", name="Set the link").click()
    await expect(one.area.locator("a")).to_have_attribute("href", "tel:+4687700100")
    assert await one.outline() == ["<our page> here"]
    await one.keys("ArrowLeft", "Control+k")
    await dialog.get_by_role("button", name="Remove the link").click()
    assert await one.outline() == ["our page here"]
    await one.send()
    await one.person.leave()


async def test_in_a_table_tab_goes_on_and_escape_lets_it_leave(
    chromium: Chromium, desk: str
) -> None:
    one = await writer(chromium, desk)
    await one.area.click()
    await one.from_menu("Table", "Insert a table")
    await one.keys('"Medicine"', "Tab", '"When"', "Tab", '"Cream"', "Tab", '"daily"')
    assert (await one.outline())[0] == "table((#Medicine #When) (|Cream |daily))"
    await one.from_menu("Table", "Add a column after")
    await one.from_menu("Table", "Add a row below")
    await one.from_menu("Table", "Remove this column")
    await one.keys("Shift+Tab", '"Pills"')
    assert (await one.outline())[0] == "table((#Medicine #When) (|Cream |daily) (|Pills |))"
    await one.keys("Escape", "Shift+Tab")
    assert not await one.page.evaluate(_IN_AREA)
    await one.area.locator("td").last.click()
    await one.keys("Tab")
    assert await focused(one.page) == "send"
    await one.area.locator("td").first.click()
    await one.from_menu("Table", "Remove the table")
    assert await one.outline() == ["", ""]
    await one.person.leave()


async def test_a_page_begins_where_the_writer_says(chromium: Chromium, desk: str) -> None:
    one = await writer(chromium, desk)
    await one.area.click()
    await one.keys('"onetwo"', "ArrowLeft", "ArrowLeft", "ArrowLeft")
    await one.tool("Page break").click()
    await one.keys('"and "')
    assert await one.outline() == ["one", "---", "and two"]
    await one.send()
    await expect(one.page.get_by_role("separator", name="New page")).to_be_attached()
    await one.person.leave()


async def test_words_from_right_to_left_keep_their_direction(chromium: Chromium, desk: str) -> None:
    one = await writer(chromium, desk, "arabic")
    await one.area.locator("p").last.click()
    await one.keys("End", "Enter", '"مرحبا"')

    async def side(words: str) -> str:
        """The edge at which a paragraph begins."""
        return str(
            await one.area.evaluate(
                """(area, words) => {
                  const block = [...area.querySelectorAll("p, h2")]
                    .find((one) => one.textContent.startsWith(words));
                  const range = document.createRange();
                  range.selectNodeContents(block);
                  const [text, box] = [range, block].map((one) => one.getBoundingClientRect());
                  return Math.abs(box.right - text.right) < Math.abs(text.left - box.left)
                    ? "right" : "left";
                }""",
                words,
            )
        )

    assert [await side(words) for words in ("نتيجة", "كريم", "Call us", "مرحبا")] == [
        *("right", "right", "left", "right")
    ]
    await one.send()
    await expect(one.page.locator(".written ul")).to_have_css("direction", "rtl")
    await one.person.leave()


async def test_a_draft_is_kept_and_comes_back_into_the_editor(
    chromium: Chromium, desk: str
) -> None:
    person = await chromium.desktop(desk)
    one = Writer(person, await person.page("/?page=blank&drafts=yes"))
    await one.area.click()
    await one.keys('"Not lost"')
    stored = "async () => (await indexedDB.databases()).some((one) => one.name === 'bedside-forms')"
    await reached(one.page, lambda: one.page.evaluate(stored), bool, "the draft is kept")
    await one.page.wait_for_timeout(500)  # it is written a moment after the last key
    again = Writer(person, await person.page("/?page=blank&drafts=yes"))
    await expect(again.area).to_have_text("Not lost")
    await again.area.click()
    await again.keys("End", '" at all"')
    await expect(again.area).to_have_text("Not lost at all")
    await person.leave()


async def test_more_than_there_is_room_for_is_refused_and_said(
    chromium: Chromium, desk: str
) -> None:
    one = await writer(chromium, desk, "nearly full")
    room = one.page.locator("[data-room-said]")
    await expect(room).to_have_text(re.compile("There is room for about [0-9]+ more characters"))
    await one.area.locator("p").first.click()
    await one.paste(plain="x" * 20_000)
    await expect(room).to_have_text(re.compile("There is no room for that"))
    assert "xxx" not in await one.area.inner_text()
    await one.keys('"y"')
    await expect(room).to_have_text(re.compile("There is room for about"))
    await one.person.leave()


async def test_a_locked_text_can_be_read_and_not_written(chromium: Chromium, desk: str) -> None:
    one = await writer(chromium, desk, "locked")
    await expect(one.area).to_contain_text("You came because of")
    await expect(one.area).to_have_attribute("aria-readonly", "true")
    await expect(one.page.get_by_role("toolbar")).to_be_hidden()
    await one.area.click()
    await one.keys('"x"', "Control+k")
    await expect(one.page.get_by_role("dialog", name="Link")).to_be_hidden()
    assert not (await one.area.inner_text()).startswith("x")
    await one.person.leave()


async def test_what_cannot_be_read_stays_in_the_field(chromium: Chromium, desk: str) -> None:
    one = await writer(chromium, desk, "unreadable")
    await expect(one.page.get_by_text("This text could not be read.")).to_be_visible()
    await expect(one.area).to_be_hidden()
    assert (await one.written())["content"] == [{"type": "image"}]
    await one.person.leave()


async def test_without_script_the_page_says_that_writing_needs_it(
    chromium: Chromium, desk: str
) -> None:
    one = await writer(chromium, desk, script=False)
    said = one.page.locator("noscript p")
    await expect(said).to_be_visible()
    await expect(said).to_contain_text("Writing needs a browser that runs scripts")
    await expect(one.page.get_by_role("textbox", name="Letter")).to_be_hidden()
    await one.person.leave()
