"""A letter: begun after a visit at the desk, filled in, with a file of the chart, sent, and read on
a small phone; in the app it stays."""

import pytest
from playwright.async_api import Page, expect

from bedside.kernel import clock
from tests.house import House, Served
from tests.journeys.apps import downloaded
from tests.journeys.asked import BORN
from tests.journeys.test_chat_files import in_chart, let_in
from tests.letters.writing import TITLE, drafted, sent_letter
from tests.peers.chromium import Chromium, Person
from tests.peers.page_checks import Journey
from tests.printing.reading import words_of
from tests.requests.sending import Sent, do_jobs
from tests.requests.summaries import treated

pytestmark = pytest.mark.anyio


async def desk_of(served: Served, chromium: Chromium) -> Person:
    """Return a browser in which the receptionist is signed in."""
    desk = await chromium.desktop(served.url)
    cookie = await served.house.cookie(served.house.here.receptionist)
    await desk.context.add_cookies(
        [{"name": name, "value": value, "url": served.url} for name, value in cookie.items()]
    )
    return desk


async def fill_in(page: Page) -> None:
    """Fill in what a summary leaves open, from one open field to the next."""
    for said in ("Your skin heals well.", "Keep it dry.", "Change the bandage."):
        await page.get_by_role("button", name="Go to the next").click()
        await page.keyboard.type(said)
    await page.get_by_role("button", name="Keep: next visit").click()
    await expect(page.get_by_role("button", name="Go to the next")).to_be_hidden()


async def read_on_a_phone(house: House, served: Served, chromium: Chromium, seen: Journey) -> None:
    """Open the link of the only letter on a small phone, and keep it in large print."""
    chart = await house.chart()
    [archived] = await house.services.letters.archive.of(chart)
    secret = await Sent(house, chart, archived.letter.id).secret()
    phone = await chromium.phone(width=320)
    read = await phone.page(f"{served.url}/l/{secret}")
    for part, value in zip(("Day", "Month", "Year"), BORN, strict=True):
        await read.get_by_label(part, exact=True).fill(value)
    await read.get_by_role("button", name="Continue").click()
    await read.wait_for_url("**/my/let_*")
    await expect(read.locator("#letter")).to_contain_text("Change the bandage.")
    enclosed = await downloaded(read, read.get_by_role("link", name="Bandages.jpg").click)
    assert enclosed[:2] == b"\xff\xd8"
    await seen.seen(read, "phone-reads")
    large = await downloaded(read, read.get_by_role("link", name="Save in large print").click)
    assert "Keep it dry." in words_of(large)
    await phone.leave()


@pytest.mark.feature("L1")
@pytest.mark.feature("L2")
@pytest.mark.feature("L3")
async def test_the_desk_writes_and_the_phone_reads(served: Served, chromium: Chromium) -> None:
    house, seen = served.house, Journey("letter")
    visit_id, chart = await treated(house), await house.chart()
    await in_chart(house, "Bandages.jpg")
    desk = await desk_of(served, chromium)
    page = await desk.page(f"/patients/{chart.patient_id}/visits/{visit_id}")
    await page.get_by_role("link", name="Write a letter").click()
    await seen.seen(page, "choose")
    await page.get_by_role("button", name="Begin").click()
    await page.wait_for_url("**/letters/let_*")
    await page.get_by_role("button", name="Check and send").click()
    await expect(page.locator("#obstacles")).to_contain_text("what we found")
    await expect(page.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    await seen.seen(page, "not-filled-in")
    await page.get_by_role("link", name="Please fill in what stands in").click()
    await fill_in(page)
    await seen.seen(page, "filled-in")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.locator(".toast-text")).to_have_text("Saved. Nothing is sent yet.")
    await page.get_by_role("button", name="From the patient’s files").click()
    await page.get_by_label("Bandages.jpg").check()
    await page.get_by_role("button", name="Choose").last.click()
    await expect(page.locator("#files li")).to_contain_text("Bandages.jpg")
    await seen.seen(page, "with-a-file")
    await page.get_by_role("button", name="Check and send").click()
    await expect(page.get_by_role("article", name="Summary of your visit")).to_contain_text(
        "Please book another visit."
    )
    await seen.seen(page, "check")
    printed = await page.request.get(page.url.replace("/check", "/letter.pdf"))
    assert "Your skin heals well." in words_of(await printed.body())
    await page.get_by_role("button", name="Send", exact=True).click()
    await page.wait_for_url("**/letters")
    await do_jobs(house)
    sent = page.locator("#letters-sent")
    await expect(sent).to_contain_text("Summary of your visit")

    await read_on_a_phone(house, served, chromium, seen)
    await expect(sent).to_contain_text("Read ")
    await seen.seen(page, "desk-sees", whole=False)
    await page.get_by_role("link", name="Summary of your visit").click()
    await seen.seen(page, "as-it-was-sent")
    await desk.leave()


@pytest.mark.feature("L2")
async def test_two_people_at_one_draft_lose_no_words(served: Served, chromium: Chromium) -> None:
    house = served.house
    chart = await house.chart()
    letter = await drafted(house, chart)
    desk = await desk_of(served, chromium)
    address = f"/patients/{chart.patient_id}/letters/{letter.id}"
    first, second = await desk.page(address), await desk.page(address)
    for page, said in ((first, "First. "), (second, "Second. ")):
        await page.get_by_role("textbox", name="Words").click()
        await page.keyboard.press("Control+Home")
        await page.keyboard.type(said)
        await page.get_by_role("button", name="Save", exact=True).click()
    await expect(second.locator(".form-summary")).to_contain_text("saved meanwhile")
    await Journey("letter").seen(second, "saved-meanwhile")
    await second.get_by_role("button", name="Save as another letter").click()
    await expect(second.locator(".toast-text")).to_have_text("Saved. Nothing is sent yet.")
    found = await house.services.letters.archive.of(chart)
    said = sorted(one.letter.record.body.model_dump_json()[60:70] for one in found)
    assert len(found) == 2, said
    await desk.leave()


@pytest.mark.feature("L4")
async def test_in_the_app_it_stays_when_its_link_has_ended(
    served: Served, chromium: Chromium
) -> None:
    house, seen = served.house, Journey("letter")
    sent = await sent_letter(house)
    phone = await chromium.phone(served.url)
    home = await phone.page()
    chat = await let_in(house, phone.context, served.url)
    with clock.shifted(8 * clock.DAY):
        await home.goto(chat.replace("/chat", "/letters"))
        await seen.seen(home, "app-letters")
        await home.get_by_role("link", name=TITLE).click()
        await home.wait_for_url(f"**/my/{sent.id}")
        await expect(home.locator("#letter")).to_contain_text("Please come again in March.")
        await expect(home.get_by_text("The letter stays in the app.")).to_be_visible()
        await seen.seen(home, "app-letter")
    await phone.leave()
