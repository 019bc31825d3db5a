"""A summary after a call: written at the desk, read on a small phone, and seen to be read."""

import pytest
from playwright.async_api import expect

from tests.house import Served
from tests.journeys.apps import downloaded
from tests.journeys.asked import BORN
from tests.peers.chromium import Chromium
from tests.peers.page_checks import Journey
from tests.printing.reading import words_of
from tests.requests.sending import Sent, do_jobs
from tests.requests.summaries import WORDS
from tests.web.summaries.test_summary_pages import over, path

pytestmark = pytest.mark.anyio


@pytest.mark.feature("V28")
async def test_the_desk_writes_the_phone_reads_the_desk_sees_it(
    served: Served, chromium: Chromium
) -> None:
    house, seen = served.house, Journey("summary")
    call, visit_id = await over(house)
    desk = await chromium.desktop(served.url)
    cookie = await house.cookie(house.here.receptionist)
    await desk.context.add_cookies(
        [{"name": name, "value": value, "url": served.url} for name, value in cookie.items()]
    )
    page = await desk.page(f"/calls/{call}/after")
    await page.get_by_role("link", name="No summary was sent to Maya Lindqvist yet").click()
    await page.wait_for_url("**/summary?call=*")
    await page.get_by_label("What should the patient know and do?").fill(WORDS)
    await seen.seen(page, "desk-writes")
    await page.get_by_role("button", name="Preview").click()
    await expect(page.locator("#summary-words")).to_contain_text("Come back on Friday at nine.")
    await seen.seen(page, "desk-preview")
    await page.get_by_role("button", name="Send", exact=True).click()
    await page.wait_for_url("**/after")
    chip = page.locator("[data-summary]")
    await expect(chip).to_contain_text("Summary sent")
    await expect(page.get_by_text("No summary was sent to")).to_have_count(0)
    await do_jobs(house)

    [summary] = await house.requests.summaries.of_visit(await house.chart(), visit_id)
    secret = await Sent(house, await house.chart(), summary.id).secret()
    phone = await chromium.phone(width=320)
    read = await phone.page(f"{served.url}/l/{secret}")
    for part, value in zip(("Day", "Month", "Year"), BORN, strict=True):
        await read.get_by_label(part, exact=True).fill(value)
    await read.get_by_role("button", name="Continue").click()
    await read.wait_for_url("**/my/sum_*")
    await expect(read.locator("#summary-words")).to_contain_text("Keep the wound dry")
    await expect(read.get_by_role("button", name="Print")).to_be_visible()
    await seen.seen(read, "phone-reads")
    async with read.expect_download() as saving:
        await read.get_by_role("link", name="Save as a PDF").click()
    assert (await saving.value).suggested_filename.endswith(".pdf")
    large = await downloaded(read, read.get_by_role("link", name="Save in large print").click)
    assert "Keep the wound dry" in words_of(large)

    await expect(chip).to_contain_text(", read ")
    await seen.seen(page, "desk-sees", whole=False)
    record = await desk.page(path(house, visit_id).removesuffix("/summary"))
    await expect(record.locator("#visit-summaries")).to_be_visible()
    await seen.seen(record, "record")
    await phone.leave()
    await desk.leave()


@pytest.mark.feature("V28")
async def test_a_preview_that_waited_for_the_network_sends_nothing(
    served: Served, chromium: Chromium
) -> None:
    house = served.house
    _call, visit_id = await over(house)
    desk = await chromium.desktop(served.url)
    cookie = await house.cookie(house.here.receptionist)
    await desk.context.add_cookies(
        [{"name": name, "value": value, "url": served.url} for name, value in cookie.items()]
    )
    page = await desk.page(path(house, visit_id))
    await page.get_by_label("What should the patient know and do?").fill(WORDS)
    await desk.context.set_offline(True)
    await page.get_by_role("button", name="Preview").click()
    await expect(page.locator("[data-draft=waits]")).to_be_visible()
    await page.close()
    await desk.context.set_offline(False)
    page = await desk.page(path(house, visit_id))  # what was pressed is pressed now
    await expect(page.locator("#summary-words")).to_contain_text("Come back on Friday at nine.")
    assert await house.requests.summaries.of_visit(await house.chart(), visit_id) == []
    await page.get_by_role("button", name="Change").click()
    await expect(page.get_by_role("textbox")).to_have_value(WORDS)
    await page.get_by_role("button", name="Send", exact=True).click()
    await page.wait_for_url("**/visits/vis_*")
    assert len(await house.requests.summaries.of_visit(await house.chart(), visit_id)) == 1
    await desk.leave()
