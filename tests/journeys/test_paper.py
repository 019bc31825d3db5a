"""Paper by phone in a form by link and in the patient's chat: photographed page by page, kept while
the network or the page is gone, and one PDF whose words can be selected at the end."""

import re

import pypdfium2
import pytest
from playwright.async_api import FilePayload, Page, expect

from bedside.charts.records import ChartFilter, Entry
from tests.house import House, Served
from tests.journeys.paper import photo, sheet
from tests.journeys.test_chat_files import arrived, begun, let_in
from tests.journeys.test_forms import enter
from tests.peers.chromium import Chromium
from tests.peers.looks import fits, for_fingers
from tests.peers.page_checks import Journey
from tests.requests.forms import sent_form
from tests.requests.sending import do_jobs

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.feature("F16"),
    pytest.mark.xdist_group("chromium"),
]
FIRST = "Patient history of Maya Lindqvist", "Allergic to penicillin", "Signed in Lund on Monday"
SECOND = "Medicines of Maya Lindqvist", "Metformin in the morning", "Nothing in the evening"


def shot(lines: tuple[str, ...]) -> FilePayload:
    """Return a photo of a page as the camera gives it."""
    return {"name": "IMG.jpg", "mimeType": "image/jpeg", "buffer": photo(sheet(lines))}


async def photograph(page: Page, lines: tuple[str, ...], pick: str = "next") -> None:
    """Photograph a page, and use it as its edges were found."""
    await page.locator(f"[data-pick={pick}]").set_input_files(shot(lines))
    await expect(page.get_by_text("The edges were found.")).to_be_visible(timeout=30_000)
    await page.get_by_role("button", name="Use this page").click()
    await expect(page.locator("[data-corners]")).to_be_hidden()


async def both_pages(page: Page) -> None:
    """Wait until both pages are shown."""
    await expect(page.locator("[data-pages] img[src]")).to_have_count(2, timeout=30_000)


async def has_words(house: House, entry: Entry) -> None:
    """Check that staff and patients get the words as text, and the original is as it arrived."""
    chart = await house.chart()
    assert entry.media_type == "application/pdf"
    texts: list[list[str]] = []
    for form in ("", "original"):
        opened = await house.files.retrieval.open(chart, entry.id, form)
        data = b"".join([bytes(piece) async for piece in opened.chunks(0, opened.size)])
        pages = pypdfium2.PdfDocument(data)
        texts.append([pages[number].get_textpage().get_text_range() for number in range(2)])
    assert "penicillin" in texts[0][0]
    assert "Metformin" in texts[0][1]
    assert texts[1] == ["", ""]


async def test_a_form_is_photographed_and_sent_back(served: Served, chromium: Chromium) -> None:
    house, seen = served.house, Journey("paper-form")
    sent = await sent_form(house)
    phone = await chromium.phone(served.url)
    page = await phone.page()
    await enter(page, served, sent)
    await page.get_by_role("link", name="Use a file or paper instead").click()
    await seen.seen(page, "empty")
    await fits(page)
    await for_fingers(page)

    await photograph(page, SECOND, "page")
    await page.close(run_before_unload=False)  # the browser is killed
    page = await phone.page(f"/my/{sent.id}/paper")
    await expect(page.locator("[data-pages] img[src]")).to_have_count(1)
    await photograph(page, FIRST)
    await both_pages(page)
    await page.get_by_role("button", name="Move earlier Page 2").click()
    await seen.seen(page, "pages")
    await fits(page)

    await phone.context.set_offline(True)
    await page.get_by_role("button", name="Use 2 pages as one document").click()
    await expect(page.get_by_text("No connection. The pages are kept")).to_be_visible(
        timeout=30_000
    )
    await seen.seen(page, "offline")
    await phone.context.set_offline(False)
    await expect(page.locator(".file-name")).to_have_text(
        re.compile(r"Document .*pdf"), timeout=30_000
    )
    await expect(page.locator("[data-paper]")).to_be_hidden()
    await seen.seen(page, "added")
    await photograph(page, SECOND, "page")
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.get_by_text("The photographed pages are not part of it yet")).to_be_visible()
    await page.get_by_role("button", name="Remove Page 1").press("Enter")
    await expect(page.locator("[data-pick=page]")).to_be_focused()
    await seen.seen(page, "focused")
    await fits(page)
    await page.get_by_role("button", name="Send", exact=True).click()
    await page.wait_for_url("**/returned")
    await do_jobs(house)
    await do_jobs(house)
    chart = await house.chart()
    [entry] = await house.charts.contents.entries(chart, ChartFilter(channel="patient_upload"))
    await has_words(house, entry)
    await phone.leave()


async def test_paper_is_an_answer_in_the_chat(served: Served, chromium: Chromium) -> None:
    house, seen = served.house, Journey("paper-chat")
    conversation = await begun(house)
    phone = await chromium.phone(served.url)
    page = await phone.page()
    address = f"{await let_in(house, phone.context, served.url)}/{conversation}"
    await page.goto(served.url + address)
    await expect(page.get_by_text("Photograph paper")).to_be_visible()
    await seen.seen(page, "empty")
    await fits(page)
    await photograph(page, FIRST, "page")
    await page.close(run_before_unload=False)
    page = await phone.page(address)
    await expect(page.locator("[data-pages] img[src]")).to_have_count(1)
    await phone.context.set_offline(True)
    await photograph(page, SECOND)
    await both_pages(page)
    await seen.seen(page, "pages")
    await fits(page)
    await page.get_by_label("Message", exact=True).fill("Here it is.")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_text("The photographed pages are not part of it yet")).to_be_visible()
    await seen.seen(page, "not-used")
    await page.get_by_role("button", name="Use 2 pages as one document").click()
    await expect(page.locator("[data-tray]")).to_contain_text(re.compile(r"Document .*pdf"))
    await expect(page.locator("[data-paper]")).to_be_hidden()
    await phone.context.set_offline(False)
    await arrived(page, 1)
    await seen.seen(page, "attached")
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator(".chat-file")).to_be_visible()
    await do_jobs(house)
    await do_jobs(house)
    chart = await house.chart()
    entries = await house.charts.contents.entries(chart, ChartFilter())
    [entry] = [one for one in entries if one.media_type == "application/pdf"]
    await has_words(house, entry)
    await seen.seen(page, "sent")
    await phone.leave()
