"""The browser peer: its camera works, and its checks detect what they are for."""

import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, Route

from tests.peers import chromium as chromium_module
from tests.peers import page_checks
from tests.peers.chromium import Chromium, Person, settled
from tests.peers.page_checks import Journey, accessible, checked, complaints, violations
from tests.workers import descendants

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("chromium")]

ADDRESS = "http://localhost/page"
GOOD = """<!doctype html><html lang="en"><head><title>Waiting room – Harbour Clinic</title>
<meta name="viewport" content="width=device-width"></head><body><main><h1>Waiting room</h1>
<form><label for="n">Your name</label><input id="n" autocomplete="name">
<label>Date of birth <input type="date"></label>
<input type="hidden" name="t"><button>Go on</button></form>
<script type="application/json">{"n": 1}</script></main></body></html>"""


@pytest.fixture
async def person(chromium: Chromium) -> AsyncIterator[Person]:
    """Somebody with a phone; complaints are for the test to inspect."""
    somebody = await chromium.phone()
    yield somebody
    await somebody.context.close()


async def show(person: Person, html: str, headers: dict[str, str] | None = None) -> Page:
    """Show the page as if a server had sent it."""

    async def answer(route: Route) -> None:
        await route.fulfill(body=html, content_type="text/html; charset=utf-8", headers=headers)

    page = await person.page()
    await page.route(ADDRESS, answer)
    await page.goto(ADDRESS)
    return page


async def test_a_good_page_is_good(person: Person) -> None:
    page = await show(person, GOOD)
    await checked(page)
    await accessible(page)
    assert person.complaints == []


@pytest.mark.parametrize(
    ("instead_of", "stands", "complaint"),
    [
        ("<h1>Waiting room</h1>", "<h2>Waiting room</h2>", "0 h1"),
        ("<h1>Waiting room</h1>", "<h1>Waiting room</h1><h1>Room</h1>", "2 h1"),
        ("<h1>Waiting room</h1>", "<h1>Sign in</h1>", "without h1"),
        ("<h1>Waiting room</h1>", "<h1></h1>", "empty"),
        (' lang="en"', "", "lang"),
        ("<button>", '<button id="n">', "id twice"),
        ('for="n"', 'for="m"', "no label"),
        ("Date of birth", "", "no label"),
        ("<main>", "<main><script>1</script>", "inline script"),
        ("<main>", '<main><script type="module">1</script>', "inline script"),
        ("<main>", "<main><style>h1 { color: red }</style>", "inline style"),
        ("<button>", '<button onclick="go()">', "inline handler"),
        ("<button>", '<a href="javascript:go()">x</a><button>', "script as address"),
        ("<main>", f"<main><pre>{'wide ' * 50}</pre>", "px wide"),
    ],
)
async def test_a_fault_is_noticed(
    person: Person, instead_of: str, stands: str, complaint: str
) -> None:
    assert instead_of in GOOD
    page = await show(person, GOOD.replace(instead_of, stands))
    assert any(complaint in said for said in await complaints(page))
    with pytest.raises(AssertionError):
        await checked(page)


async def test_axe_looks_at_light_and_dark(person: Person) -> None:
    css = "@media (prefers-color-scheme: dark) { h1 { color: #444; background: #333 } }"
    page = await show(person, GOOD.replace("</head>", f"<style>{css}</style></head>"))
    assert await violations(page) == []
    with pytest.raises(AssertionError, match="color-contrast"):
        await accessible(page)


async def test_what_a_page_may_not_cause_is_collected(person: Person) -> None:
    html = GOOD.replace("<main>", '<main><p style="color: red">!</p><img src="//x.invalid/y" alt>')
    page = await show(person, html, {"Content-Security-Policy": "style-src 'self'"})
    await page.evaluate("setTimeout(() => { throw new Error('a defect') })")
    for wanted in ("inline style", "leaves the machine: x.invalid", "a defect"):
        await settled(page, lambda what=wanted: what in "\n".join(person.complaints), wanted)
    with pytest.raises(AssertionError):
        await person.leave()


async def test_each_step_of_a_journey_is_a_picture(
    person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_checks, "ARTIFACTS", tmp_path)
    journey = Journey("visit")
    await journey.seen(await show(person, GOOD), "check-in")
    with pytest.raises(AssertionError):
        await journey.seen(await show(person, GOOD.replace("h1", "h2")), "waiting")
    names = sorted(picture.name for picture in (tmp_path / "visit").iterdir())
    assert names == ["01-check-in.png", "02-waiting.png"]


async def test_the_camera_gives_pictures(person: Person) -> None:
    page = await show(person, GOOD)
    width = await page.evaluate(
        """async () => {
          const stream = await navigator.mediaDevices.getUserMedia({ video: true, audio: true });
          const video = document.createElement("video");
          video.srcObject = stream;
          await video.play();
          return video.videoWidth * stream.getAudioTracks().length;
        }"""
    )
    assert width >= 320


async def test_dark_stays_dark(chromium: Chromium) -> None:
    somebody = await chromium.desktop(scheme="dark")
    page = await accessible(await show(somebody, GOOD))
    assert await page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    await somebody.leave()


async def test_people_have_their_own_devices(
    chromium: Chromium, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_checks, "ARTIFACTS", tmp_path)
    narrow = await chromium.phone(width=320)
    desk = await chromium.desktop(script=False, scheme="dark", language="de")
    phone_page, desk_page = await show(narrow, GOOD), await show(desk, GOOD)
    assert await phone_page.evaluate("[innerWidth, navigator.maxTouchPoints > 0]") == [320, True]
    assert desk_page.viewport_size == {"width": 1366, "height": 900}
    await Journey("plain", script=False).seen(desk_page, "check-in")
    assert await desk_page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    await narrow.leave()
    await desk.leave()


async def test_a_browser_that_does_not_answer_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chromium_module, "PATIENCE", 1000)
    before = set(descendants(os.getpid()))
    browser = Chromium()
    await browser.start()
    await (await browser.phone()).page("data:text/html,<title>one</title>")
    hanging = {pid for pid in descendants(os.getpid()) if is_chromium(pid)} - before
    assert hanging
    for pid in hanging:
        os.kill(pid, signal.SIGSTOP)
    await browser.everybody_leaves()
    page = await (await browser.phone()).page("data:text/html,<title>two</title>")
    assert await page.title() == "two"
    await browser.stop()
    assert not any(is_chromium(pid) for pid in hanging)


def is_chromium(pid: int) -> bool:
    """Whether such a process runs."""
    try:
        return b"chromium" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
