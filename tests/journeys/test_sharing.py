"""Sharing a letter, asking about an access, “This is not mine”: at a phone and at the desk."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.accounts.people import signed_in as device_of
from tests.house import House, Served
from tests.peers.chromium import Chromium, Person
from tests.peers.page_checks import Journey
from tests.peers.shl_client import payload_of
from tests.requests.sending import jpeg
from tests.sharing.people import given

pytestmark = pytest.mark.anyio


async def in_the_app(served: Served, person: Person, path: str) -> Page:
    """Open a page of the first patient's app on a device that is signed in."""
    cookie = {"name": "bedside-app", "value": (await device_of(served.house)).token}
    await person.context.add_cookies([{**cookie, "url": served.url}])
    return await person.page(f"{served.url}/app/{served.house.patients[0].id}{path}")


async def at_the_desk(served: Served, person: Person, path: str, house: House) -> Page:
    """Open a page of staff as the receptionist."""
    cookie = await house.cookie(house.here.receptionist)
    await person.context.add_cookies(
        [{"name": name, "value": value, "url": served.url} for name, value in cookie.items()]
    )
    return await person.page(path)


async def make_link(page: Page, seen: Journey) -> tuple[str, str]:
    """Make a link to two files, beginning at the files. Returns it, and its passcode."""
    await seen.seen(page, "files")
    await page.get_by_role("link", name="Share files with somebody").click()
    await page.get_by_role("link", name="Share files").click()
    await page.get_by_role("checkbox", name=re.compile("letter.pdf")).check()
    await page.get_by_role("checkbox", name=re.compile("knee.jpg")).check()
    await page.get_by_label("Whom is it for?").fill("Dr Ekström")
    await seen.seen(page, "new-link")
    await page.get_by_role("button", name="Make the link").click()
    await expect(page.get_by_role("img", name="QR code of the link")).to_be_visible()
    await seen.seen(page, "link")
    link = await page.get_by_label("Link", exact=True).input_value()
    return link, await page.locator("#passcode").inner_text()


async def read_files(reader: Page, passcode: str, seen: Journey) -> None:
    """Open a link as somebody who mistypes first, and save the letter."""
    await expect(reader.get_by_text("Dr Ekström")).to_be_visible()
    await seen.seen(reader, "reader-asks")
    await reader.get_by_role("button", name="Open the files").click()
    await expect(reader.get_by_text("Please write who you are.").first).to_be_visible()
    await reader.get_by_label("Your name and practice").fill("Eva Ekström, Uppsala")
    await reader.get_by_label("Passcode").fill("wrong one")
    await reader.get_by_role("button", name="Open the files").click()
    await expect(reader.get_by_text("Tries left: 4").first).to_be_visible()
    await expect(reader.get_by_label("Passcode")).to_be_focused()
    await reader.get_by_label("Passcode").fill(passcode)
    await reader.get_by_role("button", name="Open the files").click()
    await expect(reader.get_by_role("img", name="knee.jpg")).to_be_visible()
    await expect(reader.get_by_text("From the records of Riverside Clinic")).to_be_visible()
    assert await reader.get_by_role("img", name="knee.jpg").evaluate("one => one.naturalWidth") > 0
    async with reader.expect_download() as saving:
        await reader.get_by_role("link", name="Save letter.pdf").click()
    assert (await saving.value).suggested_filename == "letter.pdf"
    await seen.seen(reader, "reader-files")


@pytest.mark.feature("P5")
async def test_a_specialist_opens_what_the_patient_shares(
    served: Served, chromium: Chromium
) -> None:
    house, seen = served.house, Journey("sharing")
    await given(house)
    await given(house, "knee.jpg", jpeg())
    phone = await chromium.phone(width=320)
    page = await in_the_app(served, phone, "/files")
    link, passcode = await make_link(page, seen)

    practice = await chromium.phone()
    asked: list[str] = []
    reader = await practice.page()
    # What stands behind “#” is part of the address that the browser shows, and of no request.
    reader.on(
        "request",
        lambda request: asked.append(request.url.partition("#")[0] + (request.post_data or "")),
    )
    await reader.goto(link)
    language = reader.locator("form[action^='/language']").first
    async with reader.expect_navigation():
        await language.evaluate("one => one.submit()")
    assert reader.url == link, "another language keeps the link"
    await read_files(reader, passcode, seen)
    key = payload_of(link)["key"]
    assert asked
    assert not [one for one in asked if key in one], "the key leaves the browser"

    await page.reload()
    await expect(page.get_by_text("Eva Ekström, Uppsala")).to_be_visible()
    await expect(page.get_by_text("Wrong passcodes so far: 1.")).to_be_visible()
    await page.get_by_role("button", name="End this link").click()
    await expect(page.get_by_text("This link no longer works.")).to_be_visible()
    await seen.seen(page, "link-over")
    await reader.reload()
    await reader.get_by_label("Your name and practice").fill("Eva Ekström")
    await reader.get_by_label("Passcode").fill(passcode)
    await reader.get_by_role("button", name="Open the files").click()
    await expect(reader.get_by_text("This link does not open any more").first).to_be_visible()
    await expect(reader.locator("h1")).to_be_focused()  # the form is gone
    await seen.seen(reader, "reader-over")
    practice.complaints.clear()  # 401 and 404 are what the specification wants
    await practice.leave()
    await phone.leave()


@pytest.mark.feature("P3")
@pytest.mark.feature("P6")
@pytest.mark.feature("F17")
async def test_the_patient_asks_and_reports_and_the_desk_answers(
    served: Served, chromium: Chromium
) -> None:
    house, seen = served.house, Journey("accesses")
    letter = await given(house)
    chart = await house.chart(staff=house.here.clinician)
    await house.files.retrieval.open(chart, letter)
    phone = await chromium.phone(width=320)
    desk = await chromium.desktop(served.url)
    page = await in_the_app(served, phone, "/files")
    await page.get_by_role("link", name="Who opened my files").click()
    look = page.get_by_role("listitem").filter(has_text="Dr Amara Okafor")
    await expect(look).to_contain_text("Looks after you: Reception")
    await seen.seen(page, "list")
    await look.get_by_role("link", name="Ask about this access").click()
    await page.get_by_label("What do you want to know?").fill("I have never met her.")
    await seen.seen(page, "ask")
    await page.get_by_role("button", name="Ask the clinic").click()
    await expect(look).to_contain_text("Answer by")
    await page.goto(f"{served.url}/app/{house.patients[0].id}/files/{letter}")
    await seen.seen(page, "file")
    await page.get_by_role("link", name="This is not mine").click()
    await seen.seen(page, "not-mine")
    await page.get_by_role("button", name="Report it").click()
    await expect(page.get_by_text("The clinic looks at it", exact=True)).to_be_visible()

    table = await at_the_desk(served, desk, "/inbox", house)
    await expect(table.locator("#patients-ask")).to_contain_text("2 questions and reports")
    await seen.seen(table, "desk-inbox")
    await table.get_by_role("link", name="Answer").click()
    await seen.seen(table, "desk-list")
    await table.locator("#access-questions").get_by_role("link").first.click()
    await table.get_by_label("Your answer").fill("She reads the letters of Dr Berg.")
    await seen.seen(table, "desk-question")
    await table.get_by_role("button", name="Answer").click()
    await table.locator("#entry-reports").get_by_role("link").first.click()
    await table.get_by_text("It is right").click()
    await table.get_by_label("Why?").fill("It is about your left knee.")
    await seen.seen(table, "desk-report")
    await table.get_by_role("button", name="Answer").click()
    await expect(table.get_by_text("Nothing waits for an answer")).to_be_visible()

    await page.reload()
    await expect(page.get_by_text("It is about your left knee.")).to_be_visible()
    await seen.seen(page, "files-after")
    await page.goto(f"{served.url}/app/{house.patients[0].id}/accesses")
    await expect(look).to_contain_text("She reads the letters of Dr Berg.")
    await seen.seen(page, "answered")
    await phone.leave()
    await desk.leave()
