"""The patient's app, and the clinic's answer beside it, without a mouse: the focus is never lost or
covered, what lies over the page closes, and what happens is read out."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.house import Served
from tests.journeys.test_chat_desk import side_by_side
from tests.journeys.test_chat_files import let_in, photo
from tests.journeys.test_sharing import in_the_app
from tests.peers.chromium import Chromium
from tests.requests.sending import jpeg
from tests.sharing.people import given

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("chromium")]

_READ_OUT = """() => {
  window.readOut = [];
  for (const region of document.querySelectorAll("#announce, #announce-now"))
    new MutationObserver(() => region.textContent && window.readOut.push(region.textContent))
      .observe(region, { childList: true, characterData: true, subtree: true });
}"""
_CLEAR = """() => {
  const { top, bottom } = document.activeElement.getBoundingClientRect();
  const bar = document.querySelector(".app-sections");
  const free = bar.contains(document.activeElement) ? innerHeight : bar.getBoundingClientRect().top;
  return top >= 0 && bottom <= free;
}"""
"""Whether what has the focus is on the screen, and not below the app's sections."""


async def to(page: Page, selector: str, key: str = "Tab") -> None:
    """Press Tab until something has the focus, which is on the screen at every stop."""
    for _ in range(60):
        await page.keyboard.press(key)
        if await page.evaluate("document.activeElement === document.body"):
            continue
        await page.wait_for_function(_CLEAR)
        if await page.locator(selector).first.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError(f"{selector} is not reached by {key}")


async def read_out(page: Page, words: str) -> None:
    """Expect an announcement with these words."""
    await page.wait_for_function(
        "words => window.readOut.some((one) => one.includes(words))", arg=words
    )


@pytest.mark.feature("C1", "C3")
async def test_files_of_a_question_are_added_and_removed_in_sight(
    served: Served, chromium: Chromium
) -> None:
    phone = await chromium.phone(served.url)
    page = await phone.page()
    await page.goto(f"{await let_in(served.house, phone.context, served.url)}/new")
    await page.evaluate(_READ_OUT)
    await to(page, "#chat-send")
    await to(page, "#chat-file", "Shift+Tab")
    attach = page.locator("#chat-file")
    await attach.set_input_files([photo("one.jpg"), photo("two.jpg"), photo("three.jpg")])
    await expect(page.locator("[data-tray-file]")).to_have_count(3)
    await read_out(page, "Files of this message: one.jpg, two.jpg, three.jpg")
    await expect(attach).to_be_focused()
    await page.wait_for_function(_CLEAR)  # three rows have pushed it down

    await to(page, "[data-tray-remove]", "Shift+Tab")
    remove = page.get_by_role("button", name=re.compile("^Remove .+jpg$"))
    for left, next_one in ((2, "Remove two.jpg"), (1, "Remove three.jpg")):
        await remove.first.evaluate("one => one.focus()")
        await page.keyboard.press("Enter")
        await expect(remove).to_have_count(left)
        await page.wait_for_load_state("networkidle")  # the server has removed it too
        await expect(page.get_by_role("button", name=next_one)).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(attach).to_be_focused()

    await to(page, "#chat-send")
    await page.keyboard.press("Enter")
    wrong = page.locator("[data-new-said]")
    await expect(wrong).to_be_focused()  # nothing was written
    await page.wait_for_function(_CLEAR)
    await phone.leave()


@pytest.mark.feature("C3")
async def test_a_photographed_page_leads_on_to_its_document(
    served: Served, chromium: Chromium
) -> None:
    phone = await chromium.phone(served.url)
    page = await phone.page()
    await page.goto(f"{await let_in(served.house, phone.context, served.url)}/new")
    await to(page, "[data-file-picker] [data-pick=page]")
    await page.locator("[data-file-picker] [data-pick=page]").set_input_files([photo("letter.jpg")])
    await expect(page.get_by_role("heading", name="Where is the paper?")).to_be_focused()
    await page.get_by_role("button", name="Use this page").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Use 1 page as one document")).to_be_focused()
    await page.wait_for_function(_CLEAR)
    await phone.leave()


@pytest.mark.feature("P5")
async def test_no_field_is_below_the_sections_of_the_app(
    served: Served, chromium: Chromium
) -> None:
    for number in range(6):
        await given(served.house, f"knee {number}.jpg", jpeg())
    phone = await chromium.phone()
    page = await in_the_app(served, phone, "/sharing/new")
    await to(page, "button[type=submit]:has-text('Make the link')")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert").filter(has_text="There is a problem")).to_be_focused()
    await to(page, "button[type=submit]:has-text('Make the link')")
    await phone.leave()


@pytest.mark.feature("P5")
async def test_what_was_done_is_where_the_focus_is(served: Served, chromium: Chromium) -> None:
    await given(served.house, "knee.jpg", jpeg())
    phone = await chromium.phone()
    page = await in_the_app(served, phone, "/sharing/new")
    await page.get_by_role("checkbox", name=re.compile("knee.jpg")).check()
    await page.get_by_label("Whom is it for?").fill("Dr Ekström")
    await to(page, "button[type=submit]:has-text('Make the link')")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status").filter(has_text="The link is ready")).to_be_focused()
    await phone.leave()


@pytest.mark.feature("P4")
async def test_the_choice_of_a_language_closes_like_a_menu(
    served: Served, chromium: Chromium
) -> None:
    phone = await chromium.phone()
    page = await in_the_app(served, phone, "")
    summary, german = page.locator(".language-choice > summary"), page.get_by_text("Deutsch")
    await to(page, ".language-choice > summary")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await expect(german).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(german).to_be_hidden()
    await expect(summary).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(german).to_be_visible()
    await page.keyboard.press("Shift+Tab")
    await expect(german).to_be_hidden()
    await phone.leave()


@pytest.mark.feature("C1", "C4", "C6")
async def test_a_conversation_by_keyboard_at_both_sides(served: Served, chromium: Chromium) -> None:
    _talk, desk, phone = await side_by_side(served, chromium)
    for page in (desk, phone):
        await page.evaluate(_READ_OUT)
    # the conversation is where the focus is, and not the rail, the search and the list before it
    await expect(desk.get_by_role("heading", name="Maya Lindqvist")).to_be_focused()
    answer, question = desk.locator("#chat-body"), phone.locator("#chat-body")
    await desk.locator("#chat-send").focus()
    await desk.keyboard.press("Enter")
    await expect(answer).to_be_focused()  # nothing was written
    await question.focus()
    await phone.keyboard.type("Half a")

    await desk.locator("#chat-file").set_input_files([photo("count.jpg")])
    await expect(desk.locator("[data-tray]")).to_contain_text("Uploaded")
    await desk.locator("#chat-send").focus()
    await desk.keyboard.press("Enter")
    await read_out(phone, "count.jpg")  # a message of files alone
    await expect(question).to_be_focused()
    await phone.keyboard.type(" sentence")
    await expect(question).to_have_value("Half a sentence")

    seen = desk.locator(".chat-state", has_text="Read by Maya Lindqvist").locator("summary")
    await seen.focus()
    await desk.keyboard.press("Enter")
    when = desk.locator(".chat-seen")
    await expect(when).to_have_text(re.compile(r"Maya Lindqvist, \d+ \w+ \d{4}, \d\d:\d\d"))

    await phone.context.set_offline(True)
    await phone.keyboard.press("Enter")
    await read_out(phone, "There is no connection. It is sent by itself when it is back.")
    await expect(question).to_be_focused()
    await phone.context.set_offline(False)
    await read_out(phone, "Sent")
    await expect(desk.locator("[data-chat-list]").get_by_text("Half a sentence")).to_be_visible()
    await expect(when).to_be_visible()  # and what was opened stays open
    await expect(seen).to_be_focused()


@pytest.mark.feature("C1")
async def test_two_announcements_at_once_are_both_read_out(
    served: Served, chromium: Chromium
) -> None:
    """Of a message that came and of the badge that counts it, for example."""
    _talk, desk, _phone = await side_by_side(served, chromium)
    await desk.evaluate(_READ_OUT)
    await desk.evaluate(
        """() => {
          for (const text of ["Three wait.", "One has gone."])
            document.dispatchEvent(new CustomEvent("toast", { detail: { text } }));
        }"""
    )
    for words in ("Three wait.", "One has gone."):
        await read_out(desk, words)
