"""The chart in a real browser: files arrive, are viewed, found, reviewed, uploaded, compared."""

import re
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pikepdf
import pytest
from playwright.async_api import Page, expect

from bedside.charts.records import ChartFilter, Entry
from bedside.files.intake import EXAMINE
from bedside.files.making import DERIVE
from bedside.people.permissions import ChartAccess
from bedside.worker.run import Worker
from tests.house import Served
from tests.peers.chromium import Chromium, Person, settled
from tests.peers.page_checks import Journey
from tests.peers.webrtc import come_true
from tests.web.charts.chart_files import EICAR, NOTES, filed, pdf, photo, upload

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("chromium")]

LONG = 60_000
"""Milliseconds: megabytes over a slow network, or an upload's own retry pauses."""
LARGE = b"One line of a long report that takes its time.\n" * 60_000
"""About 2.8 MB of text."""


def letter(words: str) -> bytes:
    """Return a PDF with words in it."""
    document = pikepdf.new()
    page = document.add_blank_page(page_size=(595, 842))
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
    )
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=document.make_indirect(font)))
    content = f"BT /F1 20 Tf 60 760 Td ({words}) Tj ET".encode()
    page.Contents = document.make_stream(content)
    made = BytesIO()
    document.save(made)
    return made.getvalue()


@pytest.fixture
async def worker(served: Served) -> AsyncIterator[Worker]:
    """The worker, beside the server."""
    services = served.house.services
    running = Worker(services.database, services.registered.handlers, {})
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
async def chart(served: Served) -> ChartAccess:
    """The chart of the first patient."""
    return await served.house.chart()


async def enter(served: Served, person: Person, *, clinician: bool = False) -> None:
    """Sign in."""
    house = served.house
    who = house.here.clinician if clinician else house.here.receptionist
    cookies = (await house.cookie(who)).items()
    await person.context.add_cookies(
        [{"name": name, "value": value, "url": served.url} for name, value in cookies]
    )


async def at_desk(served: Served, chromium: Chromium, **options: Any) -> tuple[Person, Page]:
    """Sign somebody in at a desk, with the chart open."""
    person = await chromium.desktop(served.url, **options)
    await enter(served, person)
    return person, await person.page(f"/patients/{served.house.patients[0].id}")


async def entries(served: Served, chart: ChartAccess) -> list[Entry]:
    """Return the entries of the chart."""
    return await served.house.services.charts.contents.entries(chart, ChartFilter())


def row(page: Page, name: str) -> Any:
    """Locate the row of a file in the list."""
    return page.locator(".chart-row", has_text=name)


async def keeps(page: Page, files: int) -> None:
    """Wait until the browser keeps this many unsent files: it writes and deletes them in the
    background."""
    await come_true(
        page,
        """(wanted) => new Promise((resolve) => {
          const request = indexedDB.open("bedside-uploads");
          request.onsuccess = () => {
            const count = request.result.transaction("files").objectStore("files").count();
            count.onsuccess = () => { request.result.close(); resolve(count.result === wanted); };
          };
        })""",
        files,
    )


def picked(name: str, content: bytes) -> Any:
    """Return a file for a file chooser."""
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


@pytest.mark.feature("F9")
@pytest.mark.feature("F10")
@pytest.mark.feature("F14")
async def test_a_pdf_is_uploaded_found_by_a_word_and_downloaded(
    served: Served, chromium: Chromium, worker: Worker, chart: ChartAccess, tmp_path: Path
) -> None:
    person, page = await at_desk(served, chromium)
    journey = Journey("chart-upload")
    await journey.seen(page, "empty")
    await page.get_by_role("link", name="Upload").click()
    await page.locator("#upload-category").select_option("lab_results")
    content = letter("Potassium is slightly raised")
    await page.set_input_files(
        "#upload-files",
        [
            picked("blood.pdf", content),
            picked("setup.exe", b"MZ" + bytes(500)),
            picked("e.txt", b""),
        ],
    )
    dialog = page.get_by_role("dialog", name="Upload files")
    await expect(dialog.get_by_text("This is a program")).to_be_visible()
    await expect(dialog.get_by_text("This file is empty")).to_be_visible()
    await expect(dialog.get_by_text("Scanned. It is in the chart.")).to_be_visible()
    await journey.seen(page, "uploaded-and-refused", whole=False)
    await dialog.get_by_role("button", name="Close").last.click()
    await expect(row(page, "blood.pdf").get_by_label("Scanned")).to_be_visible()
    # the words arrive with the preview
    await expect(row(page, "blood.pdf").locator("img")).to_be_visible()
    await expect(page.locator("[data-badge=files]")).to_have_text("1")
    await expect(page.get_by_role("link", name="Unreviewed 1")).to_be_visible()

    await page.get_by_label("Search words in this chart").fill("potassium")
    await page.keyboard.press("Enter")
    await expect(page.locator("mark").first).to_have_text("Potassium")
    assert "potassium" not in page.url.lower()
    await journey.seen(page, "found")
    await page.get_by_role("link", name="blood.pdf").click()
    await expect(page.get_by_role("heading", name="blood.pdf")).to_be_focused()
    await expect(page.get_by_alt_text("Page 1")).to_be_visible()
    await page.get_by_role("link", name="Text", exact=True).click()
    await expect(page.locator(".viewer-text")).to_contain_text("Potassium is slightly raised")
    await journey.seen(page, "text")
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Download").click()
    saved = await download.value
    assert saved.suggested_filename == "blood.pdf"
    await saved.save_as(tmp_path / "blood.pdf")
    assert (tmp_path / "blood.pdf").read_bytes() == content
    assert [(e.name, e.category) for e in await entries(served, chart)] == [
        ("blood.pdf", "lab_results")
    ]
    await person.leave()


@pytest.mark.feature("F14")
async def test_files_are_dropped_anywhere_and_pasted(
    served: Served, chromium: Chromium, worker: Worker, chart: ChartAccess
) -> None:
    person, page = await at_desk(served, chromium)
    await page.evaluate(_GIVE, {"kind": "drop", "at": ".page-title", "name": "dropped.txt"})
    await expect(row(page, "dropped.txt").get_by_label("Scanned")).to_be_visible()
    dialog = page.get_by_role("dialog", name="into the chart of Maya Lindqvist")
    await expect(dialog.get_by_text("Scanned. It is in the chart.")).to_be_visible()
    await dialog.get_by_role("button", name="Close").last.click()
    await page.evaluate(_GIVE, {"kind": "paste", "at": "body", "name": "pasted.txt"})
    await expect(row(page, "pasted.txt").get_by_label("Scanned")).to_be_visible()
    await page.get_by_label("Search words in this chart").focus()
    await page.evaluate(_GIVE, {"kind": "paste", "at": "#chart-words", "name": "no.txt"})
    await page.evaluate(_GIVE, {"kind": "drag", "at": ".chart", "name": "later.txt"})
    sign = page.locator("[data-drop-sign]")
    await expect(sign).to_contain_text("Maya Lindqvist")
    await expect(sign).to_contain_text("born 14 March 1991")
    assert {e.name for e in await entries(served, chart)} == {"dropped.txt", "pasted.txt"}
    await person.leave()


_GIVE = """({ kind, at, name }) => {
  const data = new DataTransfer();
  data.items.add(new File(["A note of " + name], name, { type: "text/plain" }));
  const bubbling = { bubbles: true, cancelable: true };
  const events = {
    drop: () => new DragEvent("drop", { ...bubbling, dataTransfer: data }),
    drag: () => new DragEvent("dragover", { ...bubbling, dataTransfer: data }),
    paste: () => new ClipboardEvent("paste", { ...bubbling, clipboardData: data }),
  };
  document.querySelector(at).dispatchEvent(events[kind]());
}"""
"""Events of the browser when files are dropped, dragged over the page, or pasted."""


@pytest.mark.feature("F14")
async def test_a_killed_browser_loses_nothing_that_was_chosen(
    served: Served, chromium: Chromium, worker: Worker, chart: ChartAccess
) -> None:
    person, page = await at_desk(served, chromium)
    address = page.url
    network = await page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1}
    await network.send("Network.emulateNetworkConditions", {**slow, "uploadThroughput": 400_000})
    files = [picked(f"report-{n}.txt", b"Report %d\n" % n + LARGE) for n in range(4)]
    await page.get_by_role("link", name="Upload").click()
    await page.set_input_files("#upload-files", files)
    bar = page.locator("[data-upload-list] progress").first
    await page.wait_for_function("bar => bar.value > 0.1 * bar.max", arg=await bar.element_handle())
    await page.close(run_before_unload=False)

    page = await person.page(address)
    for number in range(4):
        await expect(row(page, f"report-{number}.txt")).to_be_visible(timeout=LONG)
    found = {e.name: e.size for e in await entries(served, chart)}
    assert found == {f"report-{n}.txt": len(LARGE) + 9 for n in range(4)}
    await keeps(page, 0)
    await page.reload(wait_until="networkidle")
    await expect(page.locator("[data-upload-list] > li")).to_have_count(0)
    assert len(await entries(served, chart)) == 4
    await person.leave()


async def test_nothing_that_was_chosen_stays_for_the_next_person(
    served: Served, chromium: Chromium
) -> None:
    person, page = await at_desk(served, chromium)
    network = await page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 100_000}
    await network.send("Network.emulateNetworkConditions", slow)
    await page.get_by_role("link", name="Upload").click()
    await page.set_input_files("#upload-files", [picked("report.txt", LARGE)])
    await expect(page.get_by_role("button", name="Pause")).to_be_visible()
    await page.get_by_role("button", name="Close").last.click()
    await expect(page.get_by_text("1 upload goes on")).to_be_visible()
    await keeps(page, 1)
    await page.get_by_role("button", name="Rita Sandberg").click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await page.wait_for_url("**/sign-in*", timeout=LONG)
    await keeps(page, 0)
    await person.leave()


@pytest.mark.feature("F14")
async def test_a_lost_network_is_said_and_the_upload_goes_on(
    served: Served, chromium: Chromium, worker: Worker, chart: ChartAccess
) -> None:
    person, page = await at_desk(served, chromium)
    network = await page.context.new_cdp_session(page)
    state = {"latency": 0, "downloadThroughput": -1}
    await network.send(
        "Network.emulateNetworkConditions",
        {**state, "offline": False, "uploadThroughput": 250_000},
    )
    await page.get_by_role("link", name="Upload").click()
    await page.set_input_files("#upload-files", [picked("report.txt", LARGE)])
    bar = page.locator("[data-upload-list] progress").first
    await page.wait_for_function("bar => bar.value > 0.1 * bar.max", arg=await bar.element_handle())
    await page.get_by_role("button", name="Pause").click()
    await expect(page.get_by_text("Paused at")).to_be_visible()
    await network.send(
        "Network.emulateNetworkConditions", {**state, "offline": True, "uploadThroughput": -1}
    )
    await page.get_by_role("button", name="Go on").click()
    await expect(page.get_by_text("No connection. It goes on by itself.")).to_be_visible(
        timeout=LONG
    )
    await network.send(
        "Network.emulateNetworkConditions", {**state, "offline": False, "uploadThroughput": -1}
    )
    await expect(row(page, "report.txt")).to_be_visible(timeout=LONG)
    assert [e.size for e in await entries(served, chart)] == [len(LARGE)]
    await person.leave()


async def test_files_arrive_and_change_their_state_without_a_reload(
    served: Served, chromium: Chromium, chart: ChartAccess
) -> None:
    house = served.house
    await filed(house, chart, "first.txt", NOTES)
    person, page = await at_desk(served, chromium)
    journey = Journey("chart-live")
    await upload(house, chart, "arm.jpg", photo("arm"))
    await expect(row(page, "arm.jpg").get_by_text("Waiting for scan")).to_be_visible()
    await row(page, "arm.jpg").get_by_role("link").click()
    await expect(page.get_by_text("It opens here by itself")).to_be_visible()
    await journey.seen(page, "waiting")
    note = page.get_by_label("Note of staff")
    await note.fill("Half a sen")
    services = house.services
    running = Worker(services.database, services.registered.handlers, {})
    await running.run_until_idle()
    await expect(page.locator("#viewer img[alt^='arm.jpg']")).to_be_visible()
    await expect(note).to_have_value("Half a sen")
    await expect(note).to_be_focused()
    await expect(row(page, "arm.jpg").get_by_text("Unreviewed")).to_be_visible()
    await expect(page.get_by_role("link", name="Unreviewed 2")).to_be_visible()
    await journey.seen(page, "opened-by-itself")
    await note.fill("")
    await upload(house, chart, "virus.txt", EICAR)
    await running.run_until_idle()
    await expect(row(page, "virus.txt").get_by_text("Infected, destroyed")).to_be_visible()
    await row(page, "virus.txt").get_by_role("link").click()
    await expect(page.get_by_text("Infected: the file was destroyed")).to_be_visible()
    await expect(page.get_by_role("link", name="Download")).to_have_count(0)
    await journey.seen(page, "infected")
    await person.leave()


@pytest.mark.feature("F7")
async def test_by_keys_from_file_to_file_and_reviewed_with_undo(
    served: Served, chromium: Chromium, chart: ChartAccess
) -> None:
    house = served.house
    for name in ("third.txt", "second.txt", "first.txt"):
        await filed(house, chart, name, NOTES)
    person, page = await at_desk(served, chromium)
    heading = page.locator("#viewer-title")
    for key, title in (("j", "first"), ("j", "second"), ("j", "third"), ("k", "second")):
        await page.keyboard.press(key)
        await expect(heading).to_have_text(f"{title}.txt")
        await expect(row(page, title)).to_have_class(re.compile("row-selected"))
    await page.keyboard.press("r")
    await expect(page.get_by_text("Reviewed by Rita Sandberg")).to_be_visible()
    await expect(page.get_by_role("link", name="Unreviewed 2")).to_be_visible()
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("link", name="Unreviewed 3")).to_be_visible()
    await expect(page.get_by_role("button", name="Mark reviewed")).to_be_visible()

    await page.get_by_label("Note of staff").fill("a draft")
    await page.locator("body").click(position={"x": 5, "y": 5})
    await page.keyboard.press("j")
    await expect(heading).to_have_text("third.txt")
    await page.keyboard.press("k")
    await expect(page.get_by_label("Note of staff")).to_have_value("a draft")
    await page.go_back()
    await expect(heading).to_have_text("third.txt")
    await page.go_forward()
    await expect(page.get_by_label("Note of staff")).to_have_value("a draft")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved.").first).to_be_visible()
    assert {e.note for e in await entries(served, chart)} == {"", "a draft"}
    await person.leave()


@pytest.mark.feature("F7")
async def test_two_people_change_the_same_file(
    served: Served, chromium: Chromium, chart: ChartAccess
) -> None:
    house = served.house
    entry = await filed(house, chart, "IMG_0001.jpg", photo("arm"))
    person, page = await at_desk(served, chromium)
    journey = Journey("chart-conflict")
    await page.goto(f"/patients/{chart.patient_id}/entries/{entry.id}")
    await page.get_by_label("What it shows").fill("Left arm")
    await house.services.charts.contents.change(
        chart, entry.id, label="Right arm", note="", category="imaging", seen_version=1
    )
    await expect(row(page, "Right arm")).to_be_visible()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Somebody else changed this in the meantime")).to_be_visible()
    await expect(page.get_by_label("What it shows")).to_have_value("Left arm")
    await journey.seen(page, "conflict")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator("#viewer-title")).to_have_text("Left arm")
    versions = await house.services.charts.contents.versions(chart, entry.id)
    assert [version.label for version in versions] == ["Right arm", ""]
    await person.leave()


async def _is_as_it_was_left(page: Page) -> None:
    """Go on to the next file and back, and load the page again: the view of the photo is kept."""
    await page.keyboard.press("k")
    await expect(page.locator("#viewer-title")).to_have_text("after.jpg")
    await expect(page.locator("[data-photo-scale]")).to_have_text("100%")
    await page.keyboard.press("j")
    await expect(page.locator("#viewer-title")).to_have_text("before.jpg")
    for _again in range(2):
        image = page.locator(".photo-window img")
        await expect(image).to_have_attribute("style", re.compile("rotate.90.*brightness.140%"))
        await expect(page.locator("[data-photo-scale]")).to_have_text("196%")
        await page.reload()


@pytest.mark.feature("F9")
async def test_photos_are_enlarged_turned_and_compared(
    served: Served, chromium: Chromium, chart: ChartAccess
) -> None:
    house = served.house
    before = await filed(house, chart, "before.jpg", photo("before", size=(2400, 1800)))
    await filed(house, chart, "after.jpg", photo("after", "#8899aa"))
    person, page = await at_desk(served, chromium)
    journey = Journey("chart-photos")
    await page.goto(f"/patients/{chart.patient_id}/entries/{before.id}")
    glass = page.locator(".photo-window")
    await glass.focus()
    for key in ("+", "+", "]", "ArrowDown"):
        await page.keyboard.press(key)
    await expect(page.locator("[data-photo-scale]")).to_have_text("196%")
    image = glass.locator("img")
    await expect(image).to_have_attribute(
        "style", re.compile(r"translate\(0px, -60px\) rotate\(90")
    )
    await expect(image).to_have_attribute("src", re.compile(r"form=&inline=1"))
    await page.keyboard.press(".")
    await page.keyboard.press(".")
    await expect(page.locator("[data-photo-light]")).to_have_text("Light 140%")
    await journey.seen(page, "large", whole=False)
    await _is_as_it_was_left(page)
    await glass.focus()
    await page.keyboard.press("0")
    await expect(page.locator("[data-photo-scale]")).to_have_text("100%")
    await expect(page.locator("[data-photo-light]")).to_be_hidden()

    await page.get_by_role("button", name="Compare").click()
    await journey.seen(page, "choose", whole=False)
    await page.get_by_role("dialog").get_by_role("link", name="after.jpg").click()
    await expect(page.locator(".chart-compare img")).to_have_count(2)
    await journey.seen(page, "compared")
    await page.get_by_role("link", name="End the comparison").click()
    await expect(page.locator("#viewer .photo")).to_have_count(1)

    await page.goto(f"/patients/{chart.patient_id}?view=gallery")
    for box in await page.locator("input[name=chosen]").all():
        await box.check()
    await expect(page.get_by_text("2 files chosen")).to_be_visible()
    await journey.seen(page, "gallery")
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Download").click()
    with ZipFile(await (await download.value).path()) as archive:
        assert sorted(archive.namelist()) == ["after.jpg", "before.jpg"]
    await page.get_by_role("button", name="Compare").click()
    await expect(page.locator(".chart-compare img")).to_have_count(2)
    await person.leave()


@pytest.mark.feature("F9")
async def test_on_a_phone_a_file_is_a_page_of_its_own(
    served: Served, chromium: Chromium, chart: ChartAccess
) -> None:
    house = served.house
    await filed(house, chart, "letter.pdf", pdf(3), category="referral")
    await filed(house, chart, "arm.jpg", photo("arm"))
    person = await chromium.phone(served.url, width=320)
    await enter(served, person)
    page = await person.page(f"/patients/{chart.patient_id}")
    journey = Journey("chart-phone")
    # High enough for the longest page: axe reports whatever the bottom bar covers as a target that
    # is too small.
    await page.set_viewport_size({"width": 320, "height": 2600})
    await journey.seen(page, "list")
    await page.get_by_role("link", name="letter.pdf").click()
    await expect(page.get_by_role("heading", name="letter.pdf")).to_be_visible()
    await expect(page.locator("#chart-list")).to_be_hidden()
    await page.get_by_alt_text("Page 3").scroll_into_view_if_needed()
    await journey.seen(page, "pdf")
    await page.get_by_role("link", name="Newer file").click()
    await expect(page.get_by_role("heading", name="arm.jpg")).to_be_visible()
    await page.get_by_role("link", name="Back to the files").click()
    await expect(page.locator("#chart-list")).to_be_visible()
    await person.leave()


@pytest.mark.feature("F14")
async def test_without_script_everything_is_there(
    served: Served, chromium: Chromium, worker: Worker, chart: ChartAccess
) -> None:
    person, page = await at_desk(served, chromium, script=False)
    await page.get_by_role("link", name="Upload").click()
    await page.set_input_files("#file", [picked("notes.txt", NOTES)])
    await page.get_by_role("button", name="Upload").click()
    await expect(page.get_by_text("Uploaded. Each file can be opened")).to_be_visible()
    house = served.house
    await worker_done(house, page)
    await page.reload()
    await page.get_by_role("link", name="notes.txt").click()
    await expect(page.locator(".viewer-text")).to_contain_text("rash")
    await page.get_by_role("button", name="Mark reviewed").click()
    await expect(page.get_by_text("Reviewed by Rita Sandberg")).to_be_visible()
    await page.get_by_label("What it shows").fill("Blood results")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", name="Blood results")).to_be_visible()
    await page.get_by_label("Search words in this chart").fill("rash")
    await page.keyboard.press("Enter")
    await expect(page.locator("mark").first).to_have_text("rash")
    await person.leave()


async def worker_done(house: Any, page: Page) -> None:
    """Wait until no file waits for its scan or its words."""
    import apsw

    path = house.services.database.path

    def idle() -> bool:
        connection = apsw.Connection(path)
        kinds = [row[0] for row in connection.execute("SELECT kind FROM jobs")]
        connection.close()
        return not {EXAMINE, DERIVE} & set(kinds)

    await settled(page, idle, "the worker")
