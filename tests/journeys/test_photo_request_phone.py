"""Trouble with phones: killed browsers, lost networks, too many and too large photos."""

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, CDPSession, Page, async_playwright, expect

from bedside.people.options import MB
from bedside.requests.photos.options import PhotoOptions
from bedside.requests.states import State
from tests.journeys.asked import (
    LONG,
    Asked,
    answer,
    asked,
    cards,
    heavy,
    photo,
    ready,
    under_way,
    working,
)
from tests.peers.chromium import FLAGS, PATIENCE, Chromium
from tests.peers.page_checks import Journey
from tests.peers.ports import wait_until
from tests.peers.webrtc import come_true
from tests.requests.sending import send

__all__ = ["asked", "working"]
pytestmark = pytest.mark.anyio

SLOW = {"offline": False, "latency": 20, "downloadThroughput": 10**7}


@asynccontextmanager
async def browser_of(profile: Path) -> AsyncIterator[BrowserContext]:
    """Open a browser that stores its data in a folder, as a phone does."""
    program = shutil.which("chromium") or "chromium"
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            profile,
            executable_path=program,
            args=[*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])],
            viewport={"width": 390, "height": 780},
        )
        context.set_default_timeout(PATIENCE)
        try:
            yield context
        finally:
            await context.close()


async def slowed(context: BrowserContext, page: Page, bytes_a_second: int) -> CDPSession:
    """Give a page a weak network for uploads. Returns the session that controls it."""
    session = await context.new_cdp_session(page)
    await session.send("Network.enable")
    await session.send(
        "Network.emulateNetworkConditions", {**SLOW, "uploadThroughput": bytes_a_second}
    )
    return session


async def cut(session: CDPSession, *, off: bool = True) -> None:
    """Cut the network of a page whose network was weak, or restore a strong one."""
    fast = {**SLOW, "uploadThroughput": 10**7}
    await session.send("Network.emulateNetworkConditions", {**fast, "offline": off})


def kill(profile: Path) -> None:
    """Let the phone run out of memory: every process of the browser with this profile dies."""

    def nobody_is_left() -> bool:
        left = _processes_of(profile)
        for process in left:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        return not left

    wait_until(nobody_is_left, "the end of the browser")


def _processes_of(profile: Path) -> list[int]:
    found: list[int] = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command = (process / "cmdline").read_bytes().decode().split("\0")
            if f"--user-data-dir={profile}" in command:
                found.append(int(process.name))
    return found


async def keeps(page: Page, photos: int) -> None:
    """Wait until the phone still keeps this many photos: it writes and deletes them in the
    background."""
    await come_true(
        page,
        """(wanted) => new Promise((done) => {
          const open = indexedDB.open("bedside-photos");
          open.onsuccess = () => {
            const all = open.result.transaction("photos").objectStore("photos").count();
            all.onsuccess = () => { open.result.close(); done(all.result === wanted); };
          };
        })""",
        photos,
    )


@pytest.mark.feature("R3", "F14")
async def test_a_killed_browser_loses_no_photo_and_goes_on(asked: Asked, tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    photos = [heavy(f"{number}.jpg", number) for number in (1, 2)]
    async with browser_of(profile) as context:
        page = await context.new_page()
        await page.goto(asked.link)
        await answer(page)
        await page.wait_for_url("**/my/*")
        await slowed(context, page, 250_000)
        await asked.choose(page, photos)
        await cards(page).nth(0).get_by_text("Add comment").click()
        await cards(page).nth(0).get_by_label("Comment").fill("typed before")
        await page.get_by_role("button", name="Save").and_(page.locator(":visible")).click()
        await under_way(page, 1, 2, 30)
        async with context.expect_event("close"):
            await asyncio.to_thread(kill, profile)
    assert (await asked.now()).state is State.IN_PROGRESS
    assert await asked.chart() == []

    async with browser_of(profile) as context:
        page = await context.new_page()
        began: list[int] = []
        page.on(
            "request",
            lambda r: (
                began.append(int(r.headers["upload-offset"])) if r.method == "PATCH" else None
            ),
        )
        await page.goto(asked.link)
        if "/link/" in page.url:  # the browser died before it had stored its cookies
            await answer(page)
        await page.wait_for_url("**/photos")  # nobody has to find the way back
        await expect(page.locator("[data-note]")).to_contain_text("2 photos were kept")
        await expect(cards(page)).to_have_count(2)
        await expect(page.get_by_text("“typed before”")).to_be_visible()
        await ready(page, 2)
        assert began[0] > 0  # it resumed where it was, not from the beginning
        await keeps(page, 0)
        await page.get_by_role("button", name="Agree & send photos").click()
        await page.get_by_role("heading", name="Your photos have been sent").wait_for()
    entries = await asked.chart()
    assert {(entry.name, entry.size) for entry in entries} == {
        (str(given["name"]), len(given["buffer"])) for given in photos
    }
    assert "typed before" in {entry.comment for entry in entries}


@pytest.mark.feature("R3", "F14")
async def test_after_agreeing_it_goes_on_by_itself_even_in_a_new_browser(
    asked: Asked, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"
    async with browser_of(profile) as context:
        page = await context.new_page()
        await page.goto(asked.link)
        await answer(page)
        await page.wait_for_url("**/my/*")
        await slowed(context, page, 120_000)
        await asked.choose(page, [heavy("1.jpg", 1), heavy("2.jpg", 2)])
        await under_way(page, 1, 2, 10)
        for number in (0, 1):  # one is in transit, one waits on the phone
            await cards(page).nth(number).get_by_text("Add comment").click()
            await cards(page).nth(number).get_by_label("Comment").fill(f"typed {number}")
        await page.get_by_role("button", name="Agree & send photos").click()
        await page.get_by_role("heading", name="Sending your photos").wait_for()
        async with context.expect_event("close"):
            await asyncio.to_thread(kill, profile)
    request = await asked.now()
    assert (request.expected, request.filed, request.state) == (2, 0, State.IN_PROGRESS)

    async with browser_of(profile) as context:
        page = await context.new_page()
        await page.goto(asked.link)
        if "/link/" in page.url:  # the browser died before it had stored its cookies
            await answer(page)
        await page.get_by_role("heading", name="Your photos have been sent").wait_for(timeout=LONG)
    assert {entry.comment for entry in await asked.chart()} == {"typed 0", "typed 1"}
    assert (await asked.now()).state is State.DONE


@pytest.mark.feature("R3", "F14")
async def test_a_lost_network_only_makes_it_wait(asked: Asked, chromium: Chromium) -> None:
    phone = await chromium.phone()
    page = await asked.enter(phone)
    await slowed(phone.context, page, 200_000)
    await asked.choose(page, [heavy("1.jpg", 7)])
    await under_way(page, 1, 1, 20)
    await phone.context.set_offline(True)
    await page.get_by_text("No connection. Your photos are kept").wait_for(timeout=LONG)
    await keeps(page, 1)
    await phone.context.set_offline(False)
    await ready(page, 1)
    await phone.leave()


@pytest.mark.feature("R3")
async def test_pressing_twice_sends_once(asked: Asked, chromium: Chromium) -> None:
    phone = await chromium.phone()
    page = await asked.enter(phone)
    await asked.choose(page, [photo()])
    await ready(page, 1)
    await page.get_by_role("button", name="Agree & send photos").dblclick()
    await page.get_by_role("heading", name="Your photos have been sent").wait_for()
    assert len(await asked.chart()) == 1
    thanks = await asked.house.notifications.messages.of_request(asked.sent.chart, asked.sent.id)
    assert sum("/thanks/" in message.cause_id for message in thanks) == 2  # SMS and e-mail
    await page.go_back()
    await page.reload()
    assert len(await asked.chart()) == 1
    await phone.leave()


async def limited(asked: Asked, limits: PhotoOptions) -> None:
    """Lower the clinic's limits; they apply to the next request."""
    house = asked.house
    async with house.database.unit_of_work() as work:
        await house.people.clinics.change(
            work, house.here.administrator.actor, house.clinic.id, limits
        )
    asked.sent = await send(house)
    asked.secret = await asked.sent.secret()


@pytest.mark.feature("R3", "F4", "F13")
async def test_photos_are_made_smaller_only_when_the_limit_asks_for_it(
    asked: Asked, chromium: Chromium
) -> None:
    await limited(asked, PhotoOptions(photo_bytes_limit=3 * MB))
    phone = await chromium.phone()
    page = await asked.enter(phone)
    small = photo("small.jpg")
    large = [heavy("a.jpg", 1), heavy("b.jpg", 2)]
    assert sum(len(one["buffer"]) for one in large) > 3 * MB
    await asked.choose(page, [small, *large])
    await ready(page, 3)
    await page.get_by_role("button", name="Agree & send photos").click()
    await page.get_by_role("heading", name="Your photos have been sent").wait_for()
    entries = {entry.name: entry for entry in await asked.chart()}
    assert entries["small.jpg"].size == len(small["buffer"])
    assert sum(entry.size for entry in entries.values()) <= 3 * MB
    taken = int(datetime(2026, 5, 4, 1, 2, 1, tzinfo=UTC).timestamp() * 1000)
    for name in ("a.jpg", "b.jpg"):
        facts = await asked.house.services.files.retrieval.facts(entries[name])
        assert facts.width * facts.height >= 2_000_000
        assert facts.taken_at == taken
        opened = await asked.house.services.files.retrieval.open(
            await asked.house.chart(), entries[name].id, "original"
        )
        content = b"".join([piece async for piece in opened.chunks(0, opened.size)])
        assert b"Exif" not in content  # and with it the location
    await phone.leave()


async def focus_is_never_covered(page: Page) -> None:
    """Walk the page by keyboard: no bar covers what has the focus (WCAG 2.4.11)."""
    await page.evaluate("scrollTo(0, 0); document.querySelector('h1').focus()")
    for _ in range(12):
        await page.keyboard.press("Tab")
        covered = await page.evaluate("""() => {
          const focused = document.activeElement;
          const { left, top, width, height } = focused.getBoundingClientRect();
          const above = document.elementFromPoint(left + width / 2, top + height / 2);
          return above && !focused.contains(above) && !above.contains(focused)
            ? focused.outerHTML.slice(0, 90) : "";
        }""")
        assert covered == ""


@pytest.mark.feature("R3", "F4")
async def test_too_many_photos_are_told_before_they_are_sent(
    asked: Asked, chromium: Chromium
) -> None:
    await limited(asked, PhotoOptions(photo_limit=2))
    phone = await chromium.phone(width=320)
    page = await asked.enter(phone)
    await asked.choose(page, [photo(f"{n}.jpg", colour=(n * 60, 90, 90)) for n in range(3)])
    await expect(page.locator("[data-problem]")).to_contain_text("You can send up to 2 photos.")
    await expect(cards(page)).to_have_count(2)
    await ready(page, 2)
    await expect(page.get_by_text("Choose more photos")).to_be_hidden()
    await focus_is_never_covered(page)
    await cards(page).first.get_by_role("button", name="Delete").click()
    await expect(page.get_by_text("Choose more photos")).to_be_visible()
    await phone.leave()


@pytest.mark.feature("R3", "F14")
async def test_a_photo_that_is_still_in_the_cloud_is_named_at_once(
    asked: Asked, chromium: Chromium
) -> None:
    """iPhones hand over no bytes for it. The others go on, and keep their numbers."""
    phone = await chromium.phone()
    page = await asked.enter(phone)
    empty = {"name": "IMG_2034.HEIC", "mimeType": "image/heic", "buffer": b""}
    await asked.choose(page, [empty, photo("one.jpg")])
    await expect(page.locator("[data-not-accepted]")).to_contain_text("IMG_2034.HEIC")
    await expect(page.locator("[data-not-accepted]")).to_contain_text("still be in the cloud")
    await ready(page, 1)
    await page.get_by_role("button", name="Look at Photo 1").click()
    await expect(page.get_by_role("dialog", name="Photo 1").get_by_role("img")).to_be_visible()
    await Journey("photo-large").seen(page, "phone")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Look at Photo 1")).to_be_focused()
    await page.get_by_role("button", name="Agree & send photos").click()
    await page.get_by_role("heading", name="Your photos have been sent").wait_for()
    await phone.leave()


@pytest.mark.feature("R3", "F2")
async def test_what_is_no_photo_is_refused_with_what_works(
    asked: Asked, chromium: Chromium
) -> None:
    phone = await chromium.phone()
    page = await asked.enter(phone)
    await asked.choose(
        page, [{"name": "note.jpg", "mimeType": "image/jpeg", "buffer": b"this is no photo"}]
    )
    await expect(cards(page)).to_contain_text("Only photos can be sent here")
    await expect(page.get_by_role("button", name="Agree & send photos")).to_be_disabled()
    await cards(page).first.get_by_role("button", name="Delete").click()
    await expect(page.get_by_role("heading", name="Choose photos")).to_be_visible()
    await page.reload()
    await expect(cards(page)).to_have_count(0)
    await phone.leave()
