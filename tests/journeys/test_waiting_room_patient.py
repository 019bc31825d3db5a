"""A patient in the waiting room: from the room's address to the end of the visit."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from bedside.calls.states import Mode
from bedside.database import schema
from bedside.visits.states import Presence
from tests.faults.servers import Server
from tests.house import living_in
from tests.journeys.waiting import Door, check_in, door, fill, personal_room
from tests.peers.chromium import Chromium, settled
from tests.peers.page_checks import Journey

__all__ = ["door"]
pytestmark = pytest.mark.anyio

LONG = 40_000
"""Milliseconds: a page that retries with backoff, on a busy machine."""


def heading(page: Page, words: str) -> Locator:
    """The heading of the page."""
    return page.get_by_role("heading", level=1, name=words)


def shown(page: Page, words: str) -> Locator:
    """Locate words displayed on the page, not only read aloud."""
    return page.locator("#visit").get_by_text(words)


def visit_in(page: Page) -> str:
    """Return the id of the page's visit."""
    return page.url.partition("/visit/")[2].partition("?")[0]


async def marked(page: Page) -> None:
    """Leave a marker in the page that a reload would remove."""
    await page.evaluate("document.body.dataset.mark = 'here'")


async def not_reloaded(page: Page) -> bool:
    """Whether the marker is still there."""
    return await page.evaluate("document.body.dataset.mark === 'here'")


# --- the course of a visit ----------------------------------------------------------------------


@pytest.mark.feature("V1", "V2", "V12", "V17", "V18")
@pytest.mark.parametrize("width", [390, 320])
async def test_from_the_door_to_the_end(door: Door, chromium: Chromium, width: int) -> None:
    seen = Journey(f"waiting-room-{width}")
    phone = await chromium.phone(width=width)
    page = await seen.seen(await phone.page(door.address), "door")
    await page.get_by_role("button", name="Check in").click()
    await expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    await seen.seen(page, "door-wrong")
    await fill(page)
    await page.get_by_role("button", name="Check in").click()
    await page.wait_for_url("**/visit/*")
    await expect(page.get_by_text("Connected")).to_be_visible()
    await seen.seen(page, "test")
    await _test_the_device(page, seen)
    await expect(heading(page, "Dr Amara Okafor will see you soon")).to_be_visible()
    [waiting] = await door.queue()
    assert waiting.device_test.model_dump() == {
        "camera": "ok",
        "microphone": "ok",
        "speaker": "ok",
        "connection": "ok",
        "relay": "not_set_up",
    }
    await marked(page)
    await door.house.visits.room_messages.say(door.charge, "Running 10 minutes late.")
    await expect(shown(page, "Running 10 minutes late.")).to_be_visible()
    await seen.seen(page, "waiting")
    await _transferred_without_a_reload(door, page, seen)
    await phone.leave()


async def _test_the_device(page: Page, seen: Journey) -> None:
    await page.get_by_role("button", name="Test camera and sound").click()
    await expect(page.get_by_text("We can hear you.")).to_be_visible()
    await expect(page.get_by_text("Calls get through.")).to_be_visible()
    await expect(page.get_by_text("relay")).to_have_count(0)  # nothing that a patient cannot know
    await page.get_by_role("button", name="Play sound").click()
    await page.get_by_role("button", name="Yes").click()
    await expect(page.get_by_text("You can hear us.")).to_be_visible()
    await seen.seen(page, "tested")
    await page.get_by_role("button", name="Continue").click()


async def _transferred_without_a_reload(door: Door, page: Page, seen: Journey) -> None:
    """Transfer from Dr Okafor's waiting room to Ada Norberg's, into a call, and to the end,
    without a reload."""
    house, ada = door.house, door.house.here.administrator
    room = await personal_room(house, ada)
    await house.visits.transfers.transfer(door.charge, visit_in(page), room.id, "", expected_leg=1)
    await expect(heading(page, "Taking you to Ada Norberg’s room now")).to_be_visible()
    await expect(shown(page, "You have been transferred to Ada Norberg’s room")).to_be_visible()
    await expect(page.locator("h1")).to_have_accessible_description(
        "You have been transferred to Ada Norberg’s room"
    )
    await expect(heading(page, "Ada Norberg will see you soon")).to_be_visible()
    await expect(shown(page, "Running 10 minutes late.")).to_have_count(0)
    await seen.seen(page, "transferred")
    there = await house.people.permissions.room(ada, room.id)
    await house.calls.control.start(there, visit_in(page), Mode.VIDEO)
    await expect(heading(page, "Your call with Ada Norberg")).to_be_visible()
    await seen.seen(page, "call", whole=False)
    await page.context.set_offline(True)
    lost = page.get_by_text("The call goes on. Reconnecting to the clinic")
    await expect(lost).to_be_in_viewport()
    await page.context.set_offline(False)
    await expect(lost).to_be_hidden(timeout=LONG)
    await house.calls.control.return_to_waiting_room(there, visit_in(page))
    await expect(heading(page, "Ada Norberg will see you soon")).to_be_visible()
    await house.calls.control.end_visit(there, visit_in(page))
    await expect(heading(page, "Your visit is over")).to_be_visible()
    await seen.seen(page, "over")
    assert await not_reloaded(page)


@pytest.mark.feature("V2")
async def test_the_door_is_small_and_asks_for_nothing_from_elsewhere(
    door: Door, chromium: Chromium
) -> None:
    phone = await chromium.phone()
    page = await phone.context.new_page()
    session = await phone.context.new_cdp_session(page)
    await session.send("Network.enable")
    sizes: list[int] = []
    session.on("Network.loadingFinished", lambda e: sizes.append(int(e["encodedDataLength"])))
    await page.goto(door.address, wait_until="networkidle")
    assert len(sizes) >= 3
    assert sum(sizes) <= 60_000, sizes
    await phone.leave()


@pytest.mark.feature("V15", "V18")
async def test_leaving_asks_first_and_coming_back_types_nothing(
    door: Door, chromium: Chromium
) -> None:
    seen = Journey("waiting-room-left")
    phone = await chromium.phone()
    page = await door.wait(phone)
    await page.get_by_role("link", name="Leave the waiting room").click()
    await expect(heading(page, "Leave the waiting room?")).to_be_focused()
    await seen.seen(page, "leave")
    await page.get_by_role("link", name="Stay").click()
    await expect(heading(page, "will see you soon")).to_be_focused()
    assert len(await door.queue()) == 1
    await page.get_by_role("link", name="Leave the waiting room").click()
    await page.get_by_role("button", name="Leave").click()
    await expect(heading(page, "You have left the waiting room")).to_be_visible()
    await seen.seen(page, "left")
    assert await door.queue() == []
    await page.get_by_role("button", name="Check in again").click()
    await expect(heading(page, "Check your camera and sound")).to_be_visible()
    [waiting] = await door.queue()
    assert waiting.name == "Nora Newcome"
    await phone.leave()


@pytest.mark.feature("V1", "V18")
async def test_every_end_says_what_happened_and_what_to_do(door: Door, chromium: Chromium) -> None:
    seen = Journey("waiting-room-ends")
    phone = await chromium.phone()
    page = await door.wait(phone)
    await door.house.visits.waiting_room.remove(door.charge, visit_in(page))
    await expect(heading(page, "Riverside Clinic has ended your wait")).to_be_visible()
    await seen.seen(page, "removed")
    await door.house.visits.rooms.close(door.charge)
    await page.reload()
    await expect(shown(page, "The waiting room is closed now.")).to_be_visible()
    await page.goto(door.address)
    await expect(page.get_by_text("This waiting room is closed right now.")).to_be_visible()
    await seen.seen(page, "closed")
    await phone.leave()


# --- trouble with phones -----------------------------------------------------------------------


@pytest.mark.feature("V15")
async def test_a_reload_and_a_lost_network_keep_the_place(door: Door, chromium: Chromium) -> None:
    seen = Journey("waiting-room-offline")
    phone = await chromium.phone()
    page = await door.wait(phone)
    before = (await door.queue())[0].queued_at
    await page.reload()
    await expect(page.get_by_text("Connected")).to_be_visible()
    await marked(page)
    await phone.context.set_offline(True)
    await expect(page.get_by_text("Reconnecting, your place is kept")).to_be_visible(timeout=LONG)
    await seen.seen(page, "offline")
    await _presence(door, Presence.RECONNECTING)
    await door.house.visits.room_messages.say(door.charge, "Said while you were away.")
    await page.wait_for_timeout(10_000)  # as long as a lift, or a tunnel
    await phone.context.set_offline(False)
    await expect(page.get_by_text("Connected")).to_be_visible(timeout=LONG)
    await expect(shown(page, "Said while you were away.")).to_be_visible()
    await _presence(door, Presence.HERE)
    assert await not_reloaded(page)
    assert (await door.queue())[0].queued_at == before
    await phone.leave()


async def _presence(door: Door, wanted: Presence) -> None:
    """Wait for this presence in the queue."""
    for _ in range(400):
        if (await door.queue())[0].presence is wanted:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"the queue does not say {wanted}")


@pytest.mark.feature("V15")
async def test_a_restarted_server_keeps_the_place(chromium: Chromium, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    schema.upgrade(url := f"sqlite:///{data / 'bedside.db'}")
    async with living_in(data, url) as house:
        room = await personal_room(house, house.here.clinician)
    server = Server(data)
    await asyncio.to_thread(server.start)
    try:
        phone = await chromium.phone()
        page = await check_in(phone, f"{server.url}/r/{room.slug}")
        await page.get_by_role("button", name="Go on without the test").click()
        await expect(heading(page, "will see you soon")).to_be_visible()
        await marked(page)
        [before] = server.ask("SELECT id, state, queued_at FROM visits")
        server.kill()
        await expect(page.get_by_text("Reconnecting, your place is kept")).to_be_visible()
        await asyncio.to_thread(server.start)
        await expect(page.get_by_text("Connected")).to_be_visible(timeout=LONG)
        assert await not_reloaded(page)
        here = "SELECT id, state, queued_at FROM visits WHERE away_since = 0"
        await settled(page, lambda: server.ask(here) == [before], "the visit is here again")
        # while the server was down, each attempt to connect is an error on the browser's console
        phone.complaints[:] = [said for said in phone.complaints if "WebSocket" not in said]
        await phone.leave()
    finally:
        server.stop()


@pytest.mark.feature("V15")
async def test_of_two_tabs_the_newest_is_in_the_call(door: Door, chromium: Chromium) -> None:
    phone = await chromium.phone()
    first = await door.wait(phone)
    second = await phone.page(first.url)
    await expect(second.get_by_text("Connected")).to_be_visible()
    await door.house.calls.control.start(door.charge, visit_in(first), Mode.VIDEO)
    await expect(heading(second, "Your call with Dr Amara Okafor")).to_be_visible()
    await expect(heading(first, "Your call is in another tab")).to_be_visible()
    await first.get_by_role("button", name="Go on here").click()
    await expect(heading(first, "Your call with Dr Amara Okafor")).to_be_visible()
    await expect(heading(second, "Your call is in another tab")).to_be_visible()
    await first.close()
    await expect(heading(second, "Your call with Dr Amara Okafor")).to_be_visible()
    await phone.leave()


@pytest.mark.feature("V2")
async def test_a_camera_that_is_not_allowed_is_explained_for_this_browser(
    door: Door, chromium: Chromium
) -> None:
    seen = Journey("waiting-room-blocked")
    phone = await chromium.phone()
    page = await door.enter(phone)
    await _refuse(page, "NotAllowedError")
    await page.get_by_role("button", name="Test camera and sound").click()
    await expect(page.get_by_text("This page may not use your camera.")).to_be_visible()
    await expect(
        page.get_by_text("Press the sign to the left of the address").first
    ).to_be_visible()
    await page.get_by_role("button", name="Play sound").click()
    await page.get_by_role("button", name="No", exact=True).click()
    await expect(page.get_by_text("Turn the volume up")).to_be_visible()
    await seen.seen(page, "blocked")
    await page.get_by_role("button", name="Go on without camera and microphone").click()
    await expect(heading(page, "will see you soon")).to_be_visible()
    [waiting] = await door.queue()
    found = waiting.device_test
    assert (found.camera, found.microphone, found.speaker) == ("blocked", "blocked", "failed")
    await seen.seen(page, "waiting")
    await phone.leave()


@pytest.mark.feature("V2")
@pytest.mark.parametrize(
    ("error", "words", "result"),
    [
        ("NotFoundError", "No camera was found.", "missing"),
        ("NotReadableError", "Your camera is used by another app.", "failed"),
    ],
)
async def test_other_failures_of_a_camera_have_words_of_their_own(
    door: Door, chromium: Chromium, error: str, words: str, result: str
) -> None:
    phone = await chromium.phone()
    page = await door.enter(phone)
    await _refuse(page, error)
    await page.get_by_role("button", name="Test camera and sound").click()
    await expect(page.get_by_text(words)).to_be_visible()
    await page.get_by_role("button", name="Go on without camera and microphone").click()
    await expect(heading(page, "will see you soon")).to_be_visible()
    assert (await door.queue())[0].device_test.camera == result
    await phone.leave()


async def _refuse(page: Page, error: str) -> None:
    """Make the browser answer as if devices were denied, missing or in use."""
    await page.evaluate(
        """(name) => {
          navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("", name); };
        }""",
        error,
    )


# --- without script, without a pointer ----------------------------------------------------------


@pytest.mark.feature("V1", "V2", "V15")
@pytest.mark.parametrize("width", [390, 320])
async def test_checking_in_and_waiting_work_without_script(
    door: Door, chromium: Chromium, width: int
) -> None:
    seen = Journey(f"waiting-room-plain-{width}", script=False)
    phone = await chromium.phone(script=False, width=width)
    page = await seen.seen(await phone.page(door.address), "door")
    await fill(page, name="")
    await page.get_by_role("button", name="Check in").click()
    await expect(page.get_by_label("Why are you coming today?")).to_have_value("A rash on my hand")
    await fill(page)
    await page.get_by_role("button", name="Check in").click()
    await page.wait_for_url("**/visit/*")
    # inside <noscript>, where locators do not look
    assert "does not run scripts" in await page.content()
    await seen.seen(page, "test")
    await page.get_by_role("button", name="Go on without the test").click()
    await expect(heading(page, "will see you soon")).to_be_visible()
    assert '<noscript><meta http-equiv="refresh"' in await page.content()
    await seen.seen(page, "waiting")
    await door.house.visits.room_messages.say(door.charge, "Running late.")
    await page.reload()  # as the page does by itself
    await expect(shown(page, "Running late.")).to_be_visible()
    await page.get_by_role("link", name="Leave the waiting room").click()
    await page.get_by_role("button", name="Leave").click()
    await expect(heading(page, "You have left the waiting room")).to_be_visible()
    await page.get_by_role("button", name="Check in again").click()
    await page.get_by_role("button", name="Go on without the test").click()
    await expect(heading(page, "will see you soon")).to_be_visible()
    await phone.leave()


@pytest.mark.feature("V2")
async def test_with_the_keyboard_alone_at_320_pixels(door: Door, chromium: Chromium) -> None:
    phone = await chromium.phone(width=320)
    page = await phone.page(door.address)
    await _tab_to(page, "#name")
    await page.keyboard.type("Nora Newcome")
    values = {"birth_day": "27", "birth_month": "3", "birth_year": "1985"}
    boxes = page.locator("input[name^=birth_]")
    order = [await boxes.nth(at).get_attribute("name") or "" for at in range(3)]
    await _tab_to(page, f"#{order[0]}")
    for name in order:
        await page.keyboard.type(values[name])  # the next box takes the focus by itself
    await _tab_to(page, "#reason")
    await page.keyboard.type("A rash")
    await _tab_to(page, "#consented")
    await page.keyboard.press("Space")
    await _tab_to(page, "button[type=submit]")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/visit/*")
    await _press(page, "[data-start-test]")
    await expect(page.get_by_text("We can hear you.")).to_be_visible()
    heard = page.get_by_role("status").filter(has_text="Works")
    await expect(heard).to_have_text(["Camera: Works", "Microphone: Works", "Connection: Works"])
    await page.keyboard.press("Shift+Tab")
    await _press(page, "[data-play]", back=True)
    await _press(page, "[data-heard-it=ok]")
    await expect(page.get_by_text("You can hear us.")).to_be_visible()
    await _press(page, "[data-go-on]")
    await expect(heading(page, "will see you soon")).to_be_focused()
    await _press(page, "[data-show-view=leave]")
    await expect(heading(page, "Leave the waiting room?")).to_be_focused()
    await _press(page, "#stay")
    await expect(heading(page, "will see you soon")).to_be_focused()
    await phone.leave()


async def _press(page: Page, selector: str, *, back: bool = False) -> None:
    await _tab_to(page, selector, back=back)
    await page.keyboard.press("Enter")


async def _tab_to(page: Page, selector: str, *, back: bool = False) -> None:
    for _ in range(60):
        if await page.evaluate("(s) => document.activeElement?.matches(s) ?? false", selector):
            return
        await page.keyboard.press("Shift+Tab" if back else "Tab")
    raise AssertionError(f"the keyboard does not get to {selector}")


@pytest.mark.feature("V2")
async def test_one_phone_keeps_the_places_of_two_and_says_who_is_called(
    door: Door, chromium: Chromium
) -> None:
    phone = await chromium.phone()
    page = await phone.page(door.address)
    await fill(page, name="Eins Kind")
    await page.get_by_role("button", name="Check in").click()
    await page.wait_for_url("**/visit/*")
    first = visit_in(page)
    await page.goto(f"{door.address}?who=else")
    await fill(page, name="Zwei Kind")
    await page.get_by_role("button", name="Check in").click()
    await page.wait_for_url("**/visit/*")
    assert visit_in(page) != first
    await door.house.calls.control.start(door.charge, first, Mode.VIDEO)
    await page.reload()
    await expect(page.get_by_text("Somebody else who checked in on this device")).to_be_visible()
    await page.get_by_role("link", name="Go there").click()
    await page.wait_for_url(f"**/visit/{first}")
    await phone.leave()
