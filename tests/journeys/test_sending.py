"""A patient sends files from the app: chosen, photographed, and checked by the clinic."""

import re

import pytest
from playwright.async_api import FilePayload, Page, expect

from bedside.charts.records import ChartFilter
from tests.house import Served
from tests.journeys.paper import photo
from tests.journeys.test_sharing import at_the_desk, in_the_app
from tests.peers.chromium import Chromium
from tests.peers.page_checks import Journey
from tests.requests.sending import do_jobs, jpeg

pytestmark = pytest.mark.anyio


def picked(name: str, content: bytes, media_type: str = "") -> FilePayload:
    """Return a file as somebody chooses it."""
    return {"name": name, "mimeType": media_type or "application/octet-stream", "buffer": content}


async def choose(page: Page, *files: FilePayload) -> None:
    """Choose files."""
    await page.locator("[data-pick=choose]").set_input_files(files)


@pytest.mark.feature("P1", "P8", "F14")
async def test_a_patient_sends_files_and_the_clinic_has_them(
    served: Served, chromium: Chromium
) -> None:
    house, seen = served.house, Journey("sending")
    phone = await chromium.phone(served.url)
    page = await in_the_app(served, phone, "")
    await page.get_by_role("link", name="Send files to the clinic").click()
    await expect(page.get_by_role("heading", name="Send files to the clinic")).to_be_visible()
    await seen.seen(page, "empty")
    await choose(page, picked("knee.jpg", jpeg(), "image/jpeg"), picked("nothing.txt", b""))
    await expect(page.get_by_text("nothing.txt is empty. It was not added.")).to_be_visible()
    await page.get_by_label("What is it about?").select_option("Patient photo")
    await page.get_by_label("Comment").fill("It hurts on stairs.")
    await seen.seen(page, "chosen")
    await page.get_by_role("button", name="Send 1 file").click()
    await expect(page.locator("[data-sent]").get_by_text("knee.jpg")).to_be_visible()
    await expect(page.locator("[data-phone]")).to_be_hidden()
    await seen.seen(page, "being-checked")
    await do_jobs(house)
    await expect(page.locator("[data-sent] .chip").get_by_text("At the clinic")).to_be_visible()
    await seen.seen(page, "at-the-clinic")
    desk = await chromium.desktop(served.url)
    inbox = await at_the_desk(served, desk, "/inbox", house)
    await expect(inbox.get_by_text("It hurts on stairs.")).to_be_visible()
    await seen.seen(inbox, "inbox")
    await phone.leave()
    await desk.leave()


@pytest.mark.feature("F16")
async def test_paper_is_photographed_page_by_page(served: Served, chromium: Chromium) -> None:
    house, seen = served.house, Journey("sending-paper")
    phone = await chromium.phone(served.url)
    page = await in_the_app(served, phone, "/send")
    shot = picked("IMG_1.jpg", photo(), "image/jpeg")
    await page.locator("[data-pick=page]").set_input_files(shot)
    await expect(page.get_by_text("The edges were found.")).to_be_visible()
    await seen.seen(page, "corners", whole=False)
    corner = page.get_by_role("button", name=re.compile("^Top left"))
    before = await corner.get_attribute("aria-label")
    await corner.press("Shift+ArrowRight")
    assert await corner.get_attribute("aria-label") != before
    await page.get_by_role("button", name="Find the edges").click()
    await expect(corner).to_have_attribute("aria-label", before or "")
    await page.get_by_role("button", name="Use this page").click()
    await page.locator("[data-pick=next]").set_input_files(shot)
    await page.get_by_role("button", name="Use this page").click()
    await expect(page.locator("[data-pages] img")).to_have_count(2)
    await seen.seen(page, "pages")
    await page.get_by_role("button", name="Use 2 pages as one document").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Send 1 file")).to_be_focused()
    await page.get_by_role("button", name="Send 1 file").click()
    await expect(
        page.locator("[data-sent]").get_by_text(re.compile("Document .*pdf"))
    ).to_be_visible()
    await do_jobs(house)
    await do_jobs(house)
    await seen.seen(page, "sent")
    chart = await house.chart(0)
    (entry,) = await house.charts.contents.entries(chart, ChartFilter())
    assert entry.media_type == "application/pdf"
    assert (await house.files.retrieval.facts(entry)).pages == 2
    read = await house.files.retrieval.text(chart, entry.id)
    for words in ("arthroscopy", "Discharge letter", "six weeks"):
        assert words in read
    await phone.leave()
