"""Trouble while a patient sends files from the app: no network, killed browsers, no room, two
pages, another person at the same phone. No file is lost, sent twice, or sent by somebody else."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, expect

from bedside.charts.records import ChartFilter, Entry
from bedside.files.names import safe_name
from tests.accounts.people import signed_in as device_of
from tests.house import Served
from tests.journeys.asked import LONG
from tests.journeys.network import served_over_a_network
from tests.journeys.paper import photo
from tests.journeys.test_photo_request_phone import browser_of, kill
from tests.journeys.test_sending import choose, picked
from tests.journeys.test_sharing import in_the_app
from tests.peers.chromium import Chromium
from tests.peers.page_checks import Journey
from tests.peers.webrtc import come_true
from tests.requests.sending import do_jobs, jpeg
from tests.web.charts.chart_files import EICAR

pytestmark = [pytest.mark.anyio, pytest.mark.feature("P8")]
REPORT = b"%PDF-1.4\n" + b"words of a long report. " * 250_000
"""As long as a slow network takes some seconds for. It is damaged, which is found out later."""


async def chart_of(served: Served) -> list[Entry]:
    """Return what the first patient's chart has."""
    chart = await served.house.chart(0)
    return await served.house.charts.contents.entries(chart, ChartFilter())


async def signs_in(served: Served, context: BrowserContext, patient: int = 0) -> None:
    """Sign a patient in to the app on a phone, as if with a passkey."""
    token = (await device_of(served.house, patient)).token
    await context.add_cookies([{"name": "bedside-app", "value": token, "url": served.url}])


def send_page(served: Served, patient: int = 0) -> str:
    """Return the address of the page."""
    return f"{served.url}/app/{served.house.patients[patient].id}/send"


async def send_all(page: Page) -> None:
    """Press “Send”."""
    await page.locator("[data-send-now]").click()


async def is_kept(page: Page, files: int) -> None:
    """Wait until the phone keeps this many files."""
    await come_true(
        page,
        """(wanted) => new Promise((done) => {
          const open = indexedDB.open("bedside-uploads");
          open.onsuccess = () => {
            const names = open.result.objectStoreNames;
            if (!names.contains("files")) { open.result.close(); return done(false); }
            const all = open.result.transaction("files").objectStore("files").count();
            all.onsuccess = () => { open.result.close(); done(all.result === wanted); };
          };
        })""",
        files,
    )


@pytest.mark.feature("F14")
async def test_a_network_cut_and_a_killed_browser_lose_nothing(
    anyio_backend: object, tmp_path: Path
) -> None:
    async with served_over_a_network(tmp_path / "data") as (served, network):
        network.bytes_a_second = 1_000_000
        profile = tmp_path / "profile"
        async with browser_of(profile) as context:
            await signs_in(served, context)
            page = await context.new_page()
            await page.goto(send_page(served))
            await choose(page, picked("report.pdf", REPORT))
            await send_all(page)
            await come_true(
                page,
                """(least) =>
                  document.querySelector("[data-phone-list] progress")?.value > least""",
                2 * len(REPORT) // 5,
            )
            network.hangs()
            network.breaks()
            await context.set_offline(True)
            said = page.locator("[data-what-happens]")
            await expect(said).to_contain_text("No connection", timeout=LONG)
            count = page.locator("[data-only-here]")
            await expect(count).to_have_text("Only on this phone: 1 file")
            async with context.expect_event("close"):
                await asyncio.to_thread(kill, profile)
        assert await chart_of(served) == []
        network.flows()
        network.bytes_a_second = 0
        began: list[int] = []
        async with browser_of(profile) as context:
            page = await context.new_page()
            page.on(
                "request",
                lambda r: (
                    began.append(int(r.headers["upload-offset"])) if r.method == "PATCH" else None
                ),
            )
            await signs_in(served, context)  # the browser died before it had stored its cookies
            await page.goto(f"{served.url}/app/account")  # any page of the app goes on
            await is_kept(page, 0)
        assert began[0] > 0
        (entry,) = await chart_of(served)
        assert (entry.name, entry.size) == ("report.pdf", len(REPORT))


@pytest.mark.feature("F16")
async def test_pages_that_were_photographed_outlive_the_browser(
    served: Served, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"
    shot = picked("IMG_1.jpg", photo(size=(1500, 2000)), "image/jpeg")
    async with browser_of(profile) as context:
        await signs_in(served, context)
        page = await context.new_page()
        await page.goto(send_page(served))
        for name in ("page", "next", "next"):
            await page.locator(f"[data-pick={name}]").set_input_files(shot)
            await page.get_by_role("button", name="Use this page").click()
        await is_kept(page, 3)
        async with context.expect_event("close"):
            await asyncio.to_thread(kill, profile)
    async with browser_of(profile) as context:
        await signs_in(served, context)
        page = await context.new_page()
        await page.goto(send_page(served))
        await expect(page.locator("[data-pages] img[src^=blob]")).to_have_count(3)
        await page.get_by_role("button", name="Remove Page 2").click()
        await page.get_by_role("button", name="Move later Page 1").click()
        await page.get_by_role("button", name="Use 2 pages as one document").click()
        await send_all(page)
        await expect(page.locator("[data-sent] .file-row")).to_have_count(1, timeout=LONG)
        await is_kept(page, 0)
    await do_jobs(served.house)
    (entry,) = await chart_of(served)
    facts = await served.house.files.retrieval.facts(entry)
    assert (entry.media_type, facts.pages) == ("application/pdf", 2)


_NO_ROOM = """IDBObjectStore.prototype.put = () => {
  throw new DOMException("full", "QuotaExceededError");
};"""
_PRIVATE = "Object.defineProperty(window, 'indexedDB', { value: undefined });"


@pytest.mark.parametrize("trouble", [_NO_ROOM, _PRIVATE], ids=["no-room", "private"])
async def test_what_the_phone_cannot_keep_it_says_and_sends_all_the_same(
    trouble: str, served: Served, chromium: Chromium
) -> None:
    phone = await chromium.phone(served.url)
    await phone.context.add_init_script(trouble)
    page = await in_the_app(served, phone, "/send")
    await choose(page, picked("knee.jpg", jpeg()))
    said = page.get_by_text("This phone has no room to keep it. Leave this page open")
    await expect(said).to_be_visible()
    await send_all(page)
    await expect(page.locator("[data-sent]").get_by_text("knee.jpg")).to_be_visible()
    assert [entry.name for entry in await chart_of(served)] == ["knee.jpg"]
    await phone.leave()


async def test_an_iphone_is_told_before_what_safari_deletes(
    served: Served, chromium: Chromium
) -> None:
    phone = await chromium.phone(served.url)
    await phone.context.add_init_script(
        "Object.defineProperty(navigator, 'userAgent', { value: 'Mozilla/5.0 (iPhone)' });"
    )
    page = await in_the_app(served, phone, "/send")
    said = page.locator("[data-before]")
    await expect(said).to_contain_text("If you do not open this page for 7 days, Safari deletes")
    await phone.leave()


async def test_two_pages_send_each_file_once(served: Served, chromium: Chromium) -> None:
    phone = await chromium.phone(served.url)
    one = await in_the_app(served, phone, "/send")
    other = await phone.page(send_page(served))
    await choose(one, *(picked(f"{number}.jpg", jpeg() + bytes([number])) for number in range(6)))
    await expect(other.locator("[data-chosen-list] .file-row")).to_have_count(6)
    press = "document.querySelector('[data-send-now]').click()"
    await asyncio.gather(one.evaluate(press), other.evaluate(press))
    await is_kept(one, 0)
    for page in (one, other):
        await expect(page.locator("[data-phone]")).to_be_hidden()
    assert sorted(entry.name for entry in await chart_of(served)) == [f"{n}.jpg" for n in range(6)]
    await phone.leave()


async def test_signing_out_asks_and_the_next_person_finds_nothing(
    served: Served, chromium: Chromium
) -> None:
    seen = Journey("sending-leaving")
    phone = await chromium.phone(served.url)
    page = await in_the_app(served, phone, "/send")
    await choose(page, picked("knee.jpg", jpeg()), picked("shin.jpg", jpeg()))
    await is_kept(page, 2)
    await page.goto(f"{served.url}/app/account")
    await page.get_by_role("button", name="Sign out on this device").click()
    await expect(page.get_by_text("2 files are only on this phone")).to_be_visible()
    await seen.seen(page, "asked", whole=False)
    await page.get_by_role("button", name="Sign out, keep it locked for me").click()
    await expect(page.get_by_text("You are signed out on this device.").first).to_be_visible()
    await signs_in(served, phone.context, 1)
    await page.goto(send_page(served, 1))
    await expect(page.get_by_text("Choose files")).to_be_visible()
    await expect(page.locator("[data-file]")).to_have_count(0)
    kept = await page.evaluate(
        """() => new Promise((done) => {
          const open = indexedDB.open("bedside-uploads");
          open.onsuccess = () => {
            const all = open.result.transaction("files").objectStore("files").getAll();
            all.onsuccess = async () => done((await Promise.all(all.result.map(
              async (one) => await one.file.text() + new TextDecoder().decode(one.facts)))).join());
          };
        })"""
    )
    assert kept
    assert "knee" not in kept
    assert "JFIF" not in kept
    await signs_in(served, phone.context)
    await page.goto(send_page(served))
    await expect(page.locator("[data-chosen-list] .file-row")).to_have_count(2)
    await page.goto(f"{served.url}/app/account")
    await page.get_by_role("button", name="Sign out on this device").click()
    await page.get_by_role("button", name="Sign out and delete it").click()
    await expect(page.get_by_text("You are signed out on this device.").first).to_be_visible()
    await is_kept(page, 0)
    assert await chart_of(served) == []
    await phone.leave()


async def test_a_session_that_ended_meanwhile_only_makes_it_wait(
    served: Served, chromium: Chromium
) -> None:
    seen = Journey("sending-troubles")
    phone = await chromium.phone(served.url)
    page = await in_the_app(served, phone, "/send")
    await phone.context.set_offline(True)
    await choose(page, picked("knee.jpg", jpeg()))
    await send_all(page)
    await expect(page.locator("[data-what-happens]")).to_contain_text("No connection")
    await expect(page.locator("#phone-title")).to_be_focused()  # the button is gone
    await seen.seen(page, "no-network")
    await phone.context.clear_cookies()
    await phone.context.set_offline(False)
    await expect(page.locator("[data-what-happens]")).to_contain_text("You are signed out")
    await expect(page.get_by_text("waits until you sign in again")).to_be_visible()
    await seen.seen(page, "signed-out")
    await expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    # Another person signs in on another page of this browser; the first page is still open.
    await signs_in(served, phone.context, 1)
    await page.get_by_role("button", name="Try again knee.jpg").click()
    await expect(page.get_by_text("waits until you sign in again")).to_be_visible()
    await signs_in(served, phone.context)
    await page.get_by_role("button", name="Try again knee.jpg").click()
    await expect(page.locator("[data-sent]").get_by_text("knee.jpg")).to_be_visible()
    (entry,) = await chart_of(served)
    assert entry.sender_id == served.house.patients[0].id
    phone.complaints.clear()  # the browser's own, about the answers that said so
    await phone.leave()


@pytest.mark.feature("F2", "F4", "F5")
async def test_fifty_files_some_of_which_are_not_accepted(
    served: Served, chromium: Chromium
) -> None:
    seen = Journey("sending-troubles")
    phone = await chromium.phone(served.url)
    page = await in_the_app(served, phone, "/send")
    names = [f"ärztlicher Bericht {n} <b>&amp; “x”.txt" for n in range(47)]
    await choose(
        page,
        *(picked(name, f"words {n}".encode()) for n, name in enumerate(names)),
        picked("program.exe", b"MZ" + bytes(4_000)),
        picked("virus.txt", EICAR),
        picked("../../../etc/passwd", b"not a path"),
    )
    await page.get_by_role("button", name="Send 50 files").click()
    await expect(page.locator("[data-phone-list] .file-row")).to_have_count(1, timeout=3 * LONG)
    await expect(page.locator("[data-phone-list]")).to_contain_text("Not accepted")
    await seen.seen(page, "fifty", whole=False)
    found = await chart_of(served)
    assert {entry.name for entry in found} == {*map(safe_name, names), "virus.txt", "passwd"}
    await page.reload()
    await expect(page.locator("[data-phone-list]")).to_contain_text("program.exe")
    await page.get_by_role("button", name="Remove program.exe").click()
    await expect(page.locator("[data-phone]")).to_be_hidden()
    phone.complaints.clear()  # the refusal
    await phone.leave()
