"""The words of staff survive a lost network, the end of a session, and a dead page."""

import re

import pytest
from playwright.async_api import Page, expect

from bedside.charts.records import ChartFilter
from tests.house import Served
from tests.journeys.test_staff_console import at_desk, connected, sign_in
from tests.peers.chromium import Chromium, Person, reached
from tests.peers.page_checks import Journey
from tests.requests.summaries import treated
from tests.web.charts.chart_files import NOTES, filed

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("chromium")]

_KEPT = """() => new Promise((resolve) => {
  const request = indexedDB.open("bedside-forms", 1);
  request.onupgradeneeded = () => request.result.createObjectStore("forms", { keyPath: "id" });
  request.onsuccess = () => {
    const all = request.result.transaction("forms").objectStore("forms").getAll();
    all.onsuccess = () => {
      request.result.close();
      resolve(all.result.map((one) => one.id + " " + new TextDecoder().decode(one.sealed)));
    };
  };
})"""


async def kept(page: Page, count: int) -> list[str]:
    """Wait until the browser keeps `count` forms; returns their ids with what can be read."""

    async def look() -> list[str]:
        found: list[str] = await page.evaluate(_KEPT)
        return found

    return await reached(page, look, lambda found: len(found) == count, f"{count} kept")


async def comes_back(page: Page, person: Person, served: Served) -> None:
    """Sign in again, and go to where the sign-in page leads."""
    await expect(page).to_have_url(re.compile("/sign-in"))
    await sign_in(person, served)
    await page.reload()


async def people_named(served: Served, name: str) -> list[str]:
    """Return the telephones of the patients of this name."""
    found = await served.house.people.patients.find(served.house.here.receptionist, name)
    return [patient.demographics.phone for patient in found]


async def test_a_form_sent_after_the_session_ended_is_saved_after_the_next_sign_in(
    served: Served, chromium: Chromium
) -> None:
    journey = Journey("drafts")
    person, page = await at_desk(chromium, served)
    await page.goto("/patients/new")
    await page.get_by_label("Full name").fill("Ingrid Ångström")
    for label, value in (("Day", "2"), ("Month", "11"), ("Year", "1958")):
        await page.get_by_label(label, exact=True).fill(value)
    await kept(page, 1)
    await page.context.clear_cookies()
    await page.get_by_role("button", name="Add patient").click()
    await expect(page.get_by_text("You were signed out. Sign in, and it is saved")).to_be_visible()
    await journey.seen(page, "signed-out")
    [found] = await kept(page, 1)
    assert "Ingrid" not in found
    await comes_back(page, person, served)
    await expect(page.get_by_role("heading", name="Ingrid Ångström")).to_be_visible()
    assert len(await people_named(served, "Ingrid Ångström")) == 1
    await kept(page, 0)
    await person.leave()


async def test_a_form_sent_without_network_waits_and_is_saved_once(
    served: Served, chromium: Chromium
) -> None:
    journey = Journey("drafts")
    base = f"/patients/{served.house.patients[0].id}"
    person, page = await at_desk(chromium, served)
    await page.goto(f"{base}/details")
    await page.get_by_label("E-mail").fill("maya@example.net")
    await page.context.set_offline(True)
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator("[data-draft=waits]")).to_be_visible()
    await journey.seen(page, "no-connection")
    await page.context.set_offline(False)
    await expect(page).to_have_url(re.compile(f"{base}/card"))
    patient = await served.house.people.patients.get(await served.house.chart())
    assert patient.demographics.email == "maya@example.net"
    await page.goto(f"{base}/details")
    await expect(page.locator("[data-draft]")).to_have_count(0)
    await person.leave()


@pytest.mark.parametrize(
    ("address", "label", "words"),
    [
        ("/patients/{patient}/requests/new", "In your words", "Both hands, please"),
        ("/patients/{patient}/entries/{entry}", "Note of staff", "Looks better than in May"),
        ("/settings/clinic", "What to do in an emergency", "Ring 112, then us"),
        ("/settings/people/new", "Name", "Dr Óscar Ruiz"),
    ],
)
async def test_what_is_half_typed_is_there_again_for_its_owner_alone(
    served: Served, chromium: Chromium, address: str, label: str, words: str
) -> None:
    house = served.house
    entry = await filed(house, await house.chart(), "notes.txt", NOTES)
    page_of = address.format(patient=house.patients[0].id, entry=entry.id)
    person, page = await at_desk(chromium, served, house.administer().staff)
    await page.goto(page_of)
    await page.get_by_label(label).first.fill(words)
    assert words not in (await kept(page, 1))[0]
    await page.close(run_before_unload=False)

    page = await person.page(page_of)
    await expect(page.get_by_label(label).first).to_have_value(words)
    await expect(page.locator("[data-draft=back]")).to_be_visible()
    await person.context.clear_cookies()
    await sign_in(person, served, house.here.clinician)
    await page.goto(page_of)
    assert await page.get_by_text(words).count() == 0
    await person.context.clear_cookies()
    await sign_in(person, served, house.administer().staff)
    await page.goto(page_of)
    await page.get_by_role("button", name="Start over").click()
    await expect(page.get_by_label(label).first).not_to_have_value(words)
    await kept(page, 0)
    await person.leave()


async def test_signing_out_leaves_no_draft(served: Served, chromium: Chromium) -> None:
    person, page = await at_desk(chromium, served)
    await page.goto("/patients/new")
    await page.get_by_label("Full name").fill("Ida")
    await kept(page, 1)
    await page.get_by_role("button", name=re.compile("Rita Sandberg")).click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await expect(page).to_have_url(re.compile("/sign-in"))
    await kept(page, 0)
    await expect(page.get_by_text("kept on this computer")).to_have_count(2)
    await expect(page.get_by_text("kept on this computer").first).to_be_hidden()
    await person.leave()


async def test_the_viewer_without_network_queues_and_says_so(
    served: Served, chromium: Chromium
) -> None:
    house, journey = served.house, Journey("drafts")
    chart = await house.chart()
    for name in ("second.txt", "first.txt"):
        await filed(house, chart, name, NOTES)
    person, page = await at_desk(chromium, served)
    await page.goto(f"/patients/{chart.patient_id}")
    await page.keyboard.press("j")
    await expect(page.locator("#viewer-title")).to_have_text("first.txt")
    await page.wait_for_load_state("networkidle")
    await page.context.set_offline(True)
    await page.keyboard.press("r")
    await expect(
        page.locator("#toasts").get_by_text("This is kept, and done as soon as")
    ).to_be_visible()
    await page.get_by_label("Note of staff").fill("Seen without network")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator("[data-draft=waits]")).to_be_visible()
    await page.locator("#viewer-title").click()
    await page.keyboard.press("j")
    await expect(page.locator("#toasts").get_by_text("The file opens as soon as")).to_be_visible()
    await expect(page.locator("#viewer-title")).to_have_text("first.txt")
    await journey.seen(page, "viewer-without-network")
    await page.context.set_offline(False)

    async def first() -> tuple[bool, str]:
        found = await house.charts.contents.entries(chart, ChartFilter())
        return next((e.reviewed, e.note) for e in found if e.name == "first.txt")

    await reached(page, first, lambda now: now == (True, "Seen without network"), "both are saved")
    await expect(page.locator("#viewer-title")).to_have_text("second.txt")
    await kept(page, 0)
    await person.leave()


async def test_a_review_after_the_session_ended_is_done_after_the_next_sign_in(
    served: Served, chromium: Chromium
) -> None:
    house = served.house
    chart = await house.chart()
    entry = await filed(house, chart, "first.txt", NOTES)
    person, page = await at_desk(chromium, served)
    await page.goto(f"/patients/{chart.patient_id}/entries/{entry.id}")
    await connected(page, house)  # otherwise it notices that itself, before the key is pressed
    await page.context.clear_cookies()
    await page.keyboard.press("r")
    await comes_back(page, person, served)
    await expect(page.locator("#viewer-title")).to_have_text("first.txt")
    await expect(page.get_by_text("Reviewed by Rita Sandberg")).to_be_visible()
    await person.leave()


@pytest.mark.feature("V28")
async def test_words_for_a_visit_that_was_moved_are_shown(
    served: Served, chromium: Chromium
) -> None:
    """The form that they were typed into does not open again."""
    house, journey = served.house, Journey("drafts-moved")
    visit_id = await treated(house)
    person, page = await at_desk(chromium, served)
    await page.goto(f"/patients/{house.patients[0].id}/visits/{visit_id}")
    await page.get_by_label("Add to the notes").fill("She takes 5 mg <b>twice</b> a day.")
    chart, to = await house.chart(), await house.chart(1)
    await house.visits.correction.reassign(chart, visit_id, to, "Wrong press")
    await page.get_by_role("button", name="Add", exact=True).click()
    shown = page.locator("[data-draft=kept]")
    await expect(shown).to_contain_text("She takes 5 mg <b>twice</b> a day.")
    await expect(shown).to_contain_text("kept in this browser")
    await journey.seen(page, "words-shown")
    await person.leave()
