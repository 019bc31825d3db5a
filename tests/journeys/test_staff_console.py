"""A day at the desk: finding patients, live updates, and looking after them."""

import json
import re
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Page, WebSocket, expect

from bedside.edge.dates import age
from bedside.people.permissions import StaffAccess
from tests.house import House, Served
from tests.peers.chromium import Chromium, Person, reached, settled
from tests.peers.page_checks import Journey
from tests.web.charts.chart_files import EICAR, NOTES, filed, photo, upload, work

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("chromium")]


async def sign_in(person: Person, served: Served, who: StaffAccess | None = None) -> None:
    cookies = await served.house.cookie(who or served.house.here.receptionist)
    await person.context.add_cookies(
        [{"name": name, "value": value, "url": served.url} for name, value in cookies.items()]
    )


async def at_desk(
    chromium: Chromium, served: Served, who: StaffAccess | None = None, **options: Any
) -> tuple[Person, Page]:
    """Sign somebody in at a desk. Returns the person and a page."""
    person = await chromium.desktop(served.url, **options)
    await sign_in(person, served, who)
    page = await person.page()
    page.on("websocket", lambda socket: _note_snapshots(page, socket))
    return person, page


_snapshots: WeakKeyDictionary[Page, set[str]] = WeakKeyDictionary()
"""The topics of which a page got a snapshot on its current socket."""


def _note_snapshots(page: Page, socket: WebSocket) -> None:
    known = _snapshots[page] = set()

    def note(text: str | bytes) -> None:
        message = json.loads(text)
        if message["type"] == "snapshot":
            known.add(message["topic"])

    socket.on("framereceived", note)


async def connected(page: Page, house: House) -> None:
    """Wait until the page follows its clinic's desk, so that what happens next is live."""
    topic = f"desk:{house.clinic.id}"
    await settled(page, lambda: topic in _snapshots.get(page, ()), "the page listens")
    await page.wait_for_load_state("networkidle")


async def patient_photo(house: House, name: str, patient: int = 0) -> str:
    """File a photo as a colleague. Returns the id of its entry."""
    chart = await house.chart(patient, house.here.clinician)
    return (await filed(house, chart, name, photo(name), category="patient_photo")).id


@pytest.mark.feature("F7")
async def test_what_arrives_shows_itself_and_moves_nothing(
    served: Served, chromium: Chromium
) -> None:
    house, journey = served.house, Journey("inbox")
    first = await patient_photo(house, "first.jpg")
    person, page = await at_desk(chromium, served)
    await page.goto("/inbox")
    await connected(page, house)
    await journey.seen(page, "one-waits")

    await patient_photo(house, "second.jpg", 1)
    await expect(page.get_by_role("link", name="second.jpg")).to_be_visible()
    await expect(page.locator(".rail [data-badge=inbox]")).to_have_text("2")
    await expect(page.locator("#inbox-list .chip").first).to_contain_text("Scanned")

    row = page.locator(f"#row-{first}")
    await row.hover()
    before = await row.bounding_box()
    await patient_photo(house, "third.jpg", 2)
    show = page.get_by_role("button", name="Something new. Show it")
    await expect(show).to_be_visible()
    assert await row.bounding_box() == before
    await expect(page.get_by_role("link", name="third.jpg")).to_have_count(0)
    await expect(page.locator(".rail [data-badge=inbox]")).to_have_text("3")
    await journey.seen(page, "something-new-waits")
    await page.mouse.move(5, 5)
    await expect(page.get_by_role("link", name="third.jpg")).to_be_visible()
    await expect(show).to_have_count(0)
    await person.leave()


@pytest.mark.feature("F7")
async def test_reviewing_by_keyboard_with_undo(served: Served, chromium: Chromium) -> None:
    house, journey = served.house, Journey("review")
    for name in ("first.jpg", "second.jpg", "third.jpg"):
        await patient_photo(house, name)
    person, page = await at_desk(chromium, served)
    await page.goto("/inbox")
    await connected(page, house)
    await page.get_by_role("button", name="Mark reviewed third.jpg, Maya Lindqvist").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("link", name="third.jpg")).to_have_count(0)
    next_one = page.get_by_role("button", name="Mark reviewed second.jpg, Maya Lindqvist")
    await expect(next_one).to_be_focused()
    await expect(page.locator(".rail [data-badge=inbox]")).to_have_text("2")
    await journey.seen(page, "one-reviewed")
    await page.locator("#toasts").get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("link", name="third.jpg")).to_be_visible()
    await expect(page.locator(".rail [data-badge=inbox]")).to_have_text("3")
    for name in ("third.jpg", "second.jpg", "first.jpg"):
        await page.get_by_role("button", name=f"Mark reviewed {name}, Maya Lindqvist").click()
    await page.mouse.move(5, 5)
    await expect(page.get_by_role("heading", name="Everything is reviewed")).to_be_visible()
    await journey.seen(page, "everything-reviewed")
    await person.leave()


@pytest.mark.feature("F5")
async def test_a_destroyed_file_is_said_on_whatever_page_one_is(
    served: Served, chromium: Chromium
) -> None:
    house, journey = served.house, Journey("alarm")
    person, page = await at_desk(chromium, served)
    await page.goto("/patients")
    await connected(page, house)
    await filed(house, await house.chart(0, house.here.clinician), "bad.txt", EICAR)
    alarm = page.locator("#toasts", has_text="A file of Maya Lindqvist was infected")
    await expect(alarm).to_be_visible()
    await journey.seen(page, "toast")
    await page.goto("/inbox")
    await journey.seen(page, "in-the-inbox")
    await page.get_by_role("button", name="Understood").click()
    await expect(page.get_by_role("heading", name="Everything is reviewed")).to_be_visible()
    await person.leave()


@pytest.mark.feature("V4")
async def test_finding_a_patient_by_keyboard_and_the_card_beside_the_page(
    served: Served, chromium: Chromium
) -> None:
    house, journey = served.house, Journey("palette")
    await patient_photo(house, "arm.jpg")
    person, page = await at_desk(chromium, served)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto("/inbox")
    await connected(page, house)
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("combobox", name="Find a patient or an action")).to_be_focused()
    await journey.seen(page, "open", whole=False)
    await page.keyboard.type("lindq")
    await expect(page.get_by_role("option", name="Maya Lindqvist 14 March 1991")).to_be_visible()
    await journey.seen(page, "found", whole=False)
    await page.keyboard.press("Enter")
    panel = page.get_by_role("complementary", name="Patient information")
    await expect(panel.get_by_role("heading", name="Maya Lindqvist")).to_be_focused()
    await expect(page).to_have_url(re.compile("/inbox$"))
    born = house.patients[0].demographics.birth_date
    years = age(born, datetime.now(ZoneInfo("Europe/Stockholm")).date())
    await expect(panel.get_by_text(f"{years} years")).to_be_visible()
    await expect(panel.get_by_role("link", name="arm.jpg")).to_be_visible()
    await journey.seen(page, "card", whole=False)

    await patient_photo(house, "elbow.jpg")
    await expect(panel.get_by_role("link", name="elbow.jpg")).to_be_visible()
    await expect(panel.get_by_role("list", name="Today")).to_contain_text("2 files")
    await page.keyboard.press("Escape")
    await expect(panel).to_be_hidden()
    assert not [url for url in asked if "indq" in url.lower()]
    await person.leave()


@pytest.mark.feature("F10")
async def test_the_palette_finds_words_and_actions_and_says_when_there_are_none(
    served: Served, chromium: Chromium
) -> None:
    house = served.house
    await filed(house, await house.chart(), "notes.txt", NOTES)
    person, page = await at_desk(chromium, served)
    await page.goto("/patients")
    await page.locator("h1").click()
    await page.keyboard.press("/")
    box = page.get_by_role("combobox", name="Find a patient or an action")
    await expect(box).to_be_focused()
    await page.keyboard.type("potassium")
    hit = page.get_by_role("option", name="notes.txt")
    await expect(hit).to_contain_text("Potassium 4.1 mmol/l")
    await box.fill("zzzz")
    await expect(page.get_by_text("Nothing found. Type the beginning")).to_be_visible()
    await box.fill("add pat")
    await expect(page.get_by_role("option", name="Add patient")).to_be_visible()
    await box.fill("sign out")
    await expect(page.get_by_role("option", name="Sign out")).to_be_visible()
    await page.keyboard.press("Enter")
    # A live part of the page may receive it first, and then takes the person back there later.
    await expect(page).to_have_url(re.compile(r"/sign-in(\?next=/patients)?$"))
    await person.leave()


@pytest.mark.feature("V4")
async def test_adding_a_patient_and_correcting_what_was_typed(
    served: Served, chromium: Chromium
) -> None:
    journey = Journey("add-patient")
    person, page = await at_desk(chromium, served)
    await page.goto("/patients")
    await journey.seen(page, "list")
    search = page.get_by_role("searchbox", name="Name, phone number or date of birth")
    await search.fill("nobody of that name")
    await expect(page.get_by_text("No patient fits")).to_be_visible()
    assert page.url.endswith("/patients")
    await journey.seen(page, "nobody-found")
    await page.locator("#found").get_by_role("link", name="Add patient").click()
    await page.get_by_label("Full name").fill("Kofi Asante")
    await page.get_by_label("Day").fill("31")
    await page.get_by_label("Month").fill("2")
    await page.get_by_label("Year").fill("2001")
    await page.get_by_label("Mobile phone").fill("+46 70 174 06 99")
    await page.get_by_role("button", name="Add patient").click()
    await expect(page.get_by_role("alert").first).to_contain_text("This day does not exist")
    await expect(page.get_by_label("Full name")).to_have_value("Kofi Asante")
    await journey.seen(page, "to-be-corrected")
    await page.get_by_label("Month").fill("3")
    await page.get_by_label("Reception").check()
    await page.get_by_role("button", name="Add patient").click()
    await expect(page.get_by_role("heading", name="Kofi Asante", level=1)).to_be_visible()
    await journey.seen(page, "card")
    await page.get_by_role("button", name="More").click()
    await page.get_by_role("menuitem", name="Edit details").click()
    await journey.seen(page, "details")
    await page.get_by_label("Pronouns").fill("he/him")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator(".page-detail")).to_contain_text("he/him")
    await person.leave()


@pytest.mark.feature("F14")
async def test_a_lost_connection_says_so_and_what_was_done_is_sent_later(
    served: Served, chromium: Chromium
) -> None:
    house, journey = served.house, Journey("connection")
    entry = await patient_photo(house, "first.jpg")
    person, page = await at_desk(chromium, served)
    await page.goto("/inbox")
    await connected(page, house)
    await person.context.set_offline(True)
    await expect(page.get_by_text("No connection. What you do is kept")).to_be_visible()
    await journey.seen(page, "lost", whole=False)
    await page.get_by_role("button", name="Mark reviewed").click()
    await patient_photo(house, "second.jpg")
    await person.context.set_offline(False)
    await expect(page.get_by_text("Connected again.")).to_be_visible()
    await page.mouse.move(5, 5)
    await expect(page.get_by_role("link", name="second.jpg")).to_be_visible()
    await expect(page.get_by_role("link", name="first.jpg")).to_have_count(0)
    # the row went at once; the server receives it a little later
    chart, charts = await house.chart(), house.services.charts.contents
    await reached(page, lambda: charts.entry(chart, entry), lambda now: now.reviewed, "the review")
    await person.leave()


@pytest.mark.feature("S3")
async def test_the_audit_log_read_filtered_and_verified(served: Served, chromium: Chromium) -> None:
    house, journey = served.house, Journey("audit")
    await filed(house, await house.chart(), "bad.txt", EICAR)
    person, page = await at_desk(chromium, served, house.here.administrator)
    await page.goto("/audit")
    await expect(page.locator(".log-line").first).to_contain_text("destroyed an infected file")
    await page.locator(".log-details > summary").first.click()
    await journey.seen(page, "log")
    await page.get_by_role("button", name="Verify the chain").click()
    await expect(page.get_by_text("The chain is whole")).to_be_visible()
    await page.get_by_text("Filter by person, action, day or patient").click()
    await page.get_by_label("What").select_option("file.received")
    await page.get_by_role("button", name="Filter").click()
    await expect(page.locator(".log-line")).to_have_count(1)
    await page.get_by_role("textbox", name="Patient").fill("maya")
    await page.locator("#main").get_by_role("button", name="Find").click()
    await page.get_by_role("link", name="Maya Lindqvist, born 14 March 1991").click()
    await journey.seen(page, "of-one-patient")
    assert "maya" not in page.url.lower()
    async with page.expect_download() as started:
        await page.get_by_role("link", name="Export as CSV").click()
    assert (await started.value).suggested_filename == "audit.csv"
    await person.leave()


@pytest.mark.feature("V4")
async def test_all_of_it_on_a_phone_and_in_the_dark(served: Served, chromium: Chromium) -> None:
    house, journey = served.house, Journey("console-phone")
    await patient_photo(house, "arm.jpg")
    await upload(
        house, await house.chart(1), "a name that is so long that it has to wrap.txt", NOTES
    )
    person = await chromium.phone(served.url, scheme="dark", width=320)
    await sign_in(person, served, house.here.administrator)
    page = await person.page("/inbox")
    await journey.seen(page, "inbox")
    await page.get_by_role("link", name="Maya Lindqvist").first.click()
    await expect(page.get_by_role("dialog", name="Patient information")).to_be_visible()
    await journey.seen(page, "card", whole=False)
    for address in ("/patients", "/patients/new", "/audit"):
        await page.goto(address)
        await journey.seen(page, address.strip("/").replace("/", "-"))
    await work(house)
    await person.leave()


@pytest.mark.feature("V4")
async def test_all_of_it_without_script(served: Served, chromium: Chromium) -> None:
    house = served.house
    await patient_photo(house, "arm.jpg")
    person, page = await at_desk(chromium, served, script=False)
    await page.goto("/patients")
    await page.get_by_role("searchbox").fill("lindq")
    await page.get_by_role("button", name="Search").click()
    assert "lindq" not in page.url
    await page.get_by_role("link", name="Maya Lindqvist", exact=True).click()
    await expect(page.get_by_role("heading", name="Maya Lindqvist", level=1)).to_be_visible()
    await page.goto("/inbox")
    await page.get_by_role("button", name="Mark reviewed").click()
    await expect(page.get_by_role("heading", name="Everything is reviewed")).to_be_visible()
    await person.leave()
