"""A form of an authority on a phone: from the link to the chart, with the network cut and the page
killed in the middle, and sent back once; the filled PDF is read by another program."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from bedside.charts.records import ChartFilter
from bedside.requests.states import State
from tests.adapters.rendering.form_viewers import widgets_of, words
from tests.house import Served
from tests.journeys.asked import answer
from tests.peers.chromium import Chromium, Person
from tests.peers.looks import fits, for_fingers
from tests.peers.page_checks import Journey
from tests.requests.forms import send_back, sent_form
from tests.requests.sending import Sent, do_jobs

pytestmark = [pytest.mark.anyio, pytest.mark.feature("F11"), pytest.mark.feature("F15")]
FORM = Path(__file__).parents[1] / "samples" / "form_210966.pdf"
NAMES = {"f1": "Zoë", "f3": "Ольга-Lindqvist"}


async def enter(page: Page, served: Served, sent: Sent) -> None:
    """Open the newest link and answer."""
    await page.goto(f"{served.url}/l/{await sent.secret()}")
    await answer(page)
    await page.wait_for_url("**/my/*")


async def kept(page: Page, words: str = "Kept") -> None:
    """Wait until what was typed is kept."""
    await expect(page.locator("[data-form-status]")).to_have_text(words, timeout=30_000)


async def test_a_form_of_an_authority_on_a_phone(served: Served, chromium: Chromium) -> None:
    house, seen = served.house, Journey("forms")
    sent = await sent_form(house, FORM.read_bytes())
    phone = await chromium.phone(served.url)
    page = await phone.page()
    await enter(page, served, sent)
    await seen.seen(page, "asked")
    await begun(page, seen)
    page = await cut_off_and_back(phone, page, sent, seen)
    await another_device(served, chromium, page, sent, seen)
    await to_the_end(page, seen)
    await do_jobs(house)
    await page.reload()
    await expect(page.get_by_text("It is in your record.")).to_be_visible()
    await seen.seen(page, "returned")
    await phone.leave()
    await both_versions(served)


async def begun(page: Page, seen: Journey) -> None:
    """Begin the first part, and make the picture of its page larger."""
    await page.get_by_role("link", name="Fill it in here").click()
    await expect(page.get_by_text("Part 1 of 3")).to_be_visible()
    await seen.seen(page, "part-1")
    await fits(page)
    await for_fingers(page)

    await page.locator("#f1").fill(NAMES["f1"])
    await kept(page)
    mark = page.locator("[data-form-mark=f1]")
    assert "form-here" in (await mark.get_attribute("class") or "")
    await page.locator("[data-form-larger]").first.click()
    await seen.seen(page, "larger")
    await page.locator("[data-form-larger]").first.click()


async def cut_off_and_back(phone: Person, page: Page, sent: Sent, seen: Journey) -> Page:
    """Type without a network, and kill the page: what was typed is in the browser."""
    await phone.context.set_offline(True)
    await page.locator("#f3").fill(NAMES["f3"])
    await kept(page, "No connection. It is kept on this device, and sent as soon as there is one.")
    await seen.seen(page, "offline")
    await page.close(run_before_unload=False)
    await phone.context.set_offline(False)
    page = await phone.page(f"/my/{sent.id}/form")
    await expect(page.locator("#f3")).to_have_value(NAMES["f3"])
    await kept(page)
    await page.reload()
    await expect(page.locator("#f3")).to_have_value(NAMES["f3"])

    return page


async def another_device(
    served: Served, chromium: Chromium, page: Page, sent: Sent, seen: Journey
) -> None:
    """Go on with another device, of which the first one learns; both lose nothing."""
    tablet = await chromium.phone(served.url, width=768)
    other = await tablet.page()
    await enter(other, served, sent)
    await other.get_by_role("link", name="Go on").click()
    await expect(other.locator("#f1")).to_have_value(NAMES["f1"])
    await other.locator("#f2").fill("B")
    await kept(other)
    await page.locator("#f15").fill("Göteborg")
    await expect(page.locator("[data-form-elsewhere]")).to_be_visible(timeout=20_000)
    await seen.seen(page, "elsewhere")
    await page.reload()
    await expect(page.locator("#f2")).to_have_value("B")
    await expect(page.locator("#f15")).to_have_value("Göteborg")
    await tablet.leave()


async def to_the_end(page: Page, seen: Journey) -> None:
    """Go through all parts, forth and back, and send it by a double press."""
    await page.locator("#f15").press("Enter")  # goes on, and not back
    await expect(page.get_by_text("Part 2 of 3")).to_be_visible()
    await page.get_by_role("button", name="Next part").click()
    await expect(page.get_by_text("Part 3 of 3")).to_be_visible()
    await page.locator("#f57").fill("Zoë Lindqvist")
    await page.get_by_role("button", name="Previous part").click()
    await expect(page.get_by_text("Part 2 of 3")).to_be_visible()
    await page.get_by_role("button", name="Next part").click()
    await expect(page.locator("#f57")).to_have_value("Zoë Lindqvist")
    await page.get_by_role("button", name="Check and send").click()
    await expect(page.get_by_role("heading", name="Is everything right?")).to_be_visible()
    await seen.seen(page, "check")
    await page.get_by_role("button", name="Send", exact=True).dblclick()
    await page.wait_for_url("**/returned")


async def both_versions(served: Served) -> None:
    """Have another program read what came back: in the PDF's own fields, and on the flat copy."""
    house = served.house
    chart = await house.chart()
    [entry] = await house.charts.contents.entries(chart, ChartFilter(channel="patient_upload"))
    pdfs: list[bytes] = []
    for version in ("fields", "original"):
        opened = await house.files.retrieval.open(chart, entry.id, version)
        pdfs.append(b"".join([piece async for piece in opened.chunks(0, opened.size)]))
    values = {value.value for seen_of in widgets_of(pdfs[0]).values() for value in seen_of}
    assert {*NAMES.values(), "B", "Göteborg"} <= values
    assert not widgets_of(pdfs[1])
    assert all(name in words(pdfs[1]) for name in ("Zoë Lindqvist", "Göteborg"))


async def test_staff_see_the_versions_and_send_it_back(served: Served, chromium: Chromium) -> None:
    house, seen = served.house, Journey("forms-staff")
    sent = await sent_form(house)
    await send_back(house, await sent.enter())
    await do_jobs(house)
    desk = await chromium.desktop(served.url)
    cookies = await house.cookie(house.here.receptionist)
    await desk.context.add_cookies(
        [{"name": n, "value": v, "url": served.url} for n, v in cookies.items()]
    )
    page = await desk.page(f"/patients/{sent.chart.patient_id}/forms/{sent.id}")
    await expect(page.get_by_role("link", name="Download with its fields")).to_be_visible()
    await seen.seen(page, "back")
    await page.get_by_role("link", name="Send it back").click()
    await seen.seen(page, "reason")
    await page.get_by_role("button", name="Send it back").click()
    await expect(page.locator(".form-summary")).to_be_focused()
    await seen.seen(page, "reason-missing")
    await page.get_by_label("What is missing or wrong?").fill("Page 2 is missing.")
    await page.get_by_role("button", name="Send it back").click()
    await expect(
        page.locator(".toast").get_by_text("on its way back to the patient")
    ).to_be_visible()
    await do_jobs(house)
    await seen.seen(page, "sent-back")

    phone = await chromium.phone(served.url, width=320, scheme="dark")
    mine = await phone.page()
    await enter(mine, served, sent)
    await expect(mine.get_by_text("Page 2 is missing.")).to_be_visible()
    await seen.seen(mine, "patient-asked-again")
    await mine.get_by_role("link", name="Go on").click()
    await expect(mine.locator("#f1")).to_have_value("Lindqvist")
    await seen.seen(mine, "patient-part")
    await mine.get_by_role("button", name="Check and send").click()
    await mine.get_by_role("button", name="Send", exact=True).click()
    await mine.wait_for_url("**/returned")
    await phone.leave()
    await do_jobs(house)
    assert (await sent.now()).state is State.DONE
    await expect(page.get_by_role("link", name="Intake form, filled in, 2")).to_be_visible()
    await desk.leave()
